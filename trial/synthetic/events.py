"""What is out of the ordinary in the synthetic study: adverse events, and what checks ask about."""

from dataclasses import dataclass
from decimal import Decimal

RESOLVED, NOT_RESOLVED = "RECOVERED/RESOLVED", "NOT RECOVERED/NOT RESOLVED"


@dataclass(frozen=True)
class Event:
    """One adverse event of a patient, `after` days after a visit, over in `lasted` days (None: ongoing)."""

    who: str
    visit: str
    after: int
    lasted: int | None
    term: str
    severity: str = "MILD"
    serious: bool = False
    related: bool = False
    action: str = "DOSE NOT CHANGED"
    treatment: str = ""
    began_at: str = ""


EVENTS = (
    Event("S01", "W01", 1, 2, "Headache", related=True, treatment="Paracetamol 500 mg", began_at="15:30"),
    Event("S01", "W19", 9, 6, "Nasopharyngitis"),
    Event("S02", "W04", 0, 1, "Chills", related=True, action="DOSE RATE REDUCED", began_at="11:20"),
    Event("S02", "W31", 5, 12, "Back pain", treatment="Loxoprofen 60 mg"),
    Event("S03", "W01", 3, 9, "Palmar rash", related=True, treatment="Topical corticosteroid"),
    Event("S03", "W40", 11, 4, "Gastroenteritis"),
    Event("S04", "W13", 4, 7, "Nasopharyngitis"),
    Event("S05", "W07", 1, 1, "Headache", related=True, began_at="10:40"),
    Event("S05", "W34", 12, 19, "Inguinal herniation", "MODERATE", serious=True, treatment="Elective repair"),
    Event("S06", "W22", 6, 10, "Contusion of the left knee after a fall"),
    Event("S07", "W01", 2, 3, "Increased ALT", related=True),
    Event("S07", "W28", 8, 5, "Coronary spasm", "SEVERE", serious=True, treatment="Nitrate, benidipine"),
    Event(
        "S08", "W16", 6, 33, "Dysphagia", "SEVERE", serious=True, action="DRUG WITHDRAWN",
        treatment="Tube feeding, swallowing rehabilitation",
    ),
    Event("S09", "W10", 2, 3, "Headache", related=True, treatment="Paracetamol 500 mg"),
    Event("S10", "W16", 7, 8, "Eczema", treatment="Topical corticosteroid"),
    Event("S11", "W22", 0, 0, "Chills", related=True, action="DRUG INTERRUPTED", began_at="11:05"),
    Event("S12", "W04", 1, 2, "Pyrexia", related=True, treatment="Paracetamol 500 mg"),
    Event("S13", "W37", 3, 5, "Nasopharyngitis"),
    Event("P5", "W13", 8, None, "Eczema of both hands", related=True, treatment="Topical corticosteroid"),
)  # fmt: skip
"""The three serious ones are documented, and that none of them is related; all else is invented."""

MISSED = {("S05", "W37"): "In hospital for the repair of an inguinal hernia"}

AT_THE_TURN_OF_THE_YEAR = (("S01", "W34"), ("S02", "W31"), ("S05", "W22"), ("S09", "W07"), ("S11", "W46"))
VISIT_SHIFTS = {("S03", "W28"): 1, ("S03", "W31"): 8, ("S03", "W34"): 1} | dict.fromkeys(
    AT_THE_TURN_OF_THE_YEAR, -4
)
"""Days after the nominal day, where chance does not decide. Week 31 of S03 lies outside its window."""

WEIGHTS_MOVED = {
    ("S10", "W43"): Decimal("0.2"),
    ("S10", "W46"): Decimal("6.4"),
    ("S10", "W49"): Decimal("0.9"),
}
"""kg above baseline: week 46 is more than 10 % above week 43."""

GRADES_MOVED = {
    ("S13", "W25", "right_elbow_flexion"): 3,
    ("S07", "W34", "right_wrist_extension"): 3,
}
"""Grades that leave the course by two: a bad day of one muscle, and the recovery at the visit after it."""

PART_DOSES = {("S11", "W22"): (Decimal("35.0"), "Chills. Stopped at the patient's wish after 35 g")}

LOW_TRIALS = {("S07", "W13", "right_2"): Decimal("38.5")}

ASSESSORS = {("S01", "W25"): "B1"}
"""Another person than at baseline."""

AFTER_DOSE = {("S12", "W10")}
"""Strength was assessed after the infusion began."""

NO_VALUE = {
    ("S02", "W16", "grip-strength", "right_3"): ("not-done", "Pain in the hand"),
    ("S04", "SCR", "mmn-history", "anti_gm1"): ("unknown", "Result of the other hospital not available"),
    ("S06", "W10", "vital-signs", "temperature"): ("not-done", "Thermometer out of order"),
    ("S06", "W25", "mrc-strength", "left_knee_extension"): ("not-done", "Painful after a fall"),
    ("S09", "W52", "vital-signs", "weight_kg"): ("refused", ""),
    ("S12", "W31", "grip-strength", "device"): ("unknown", "Not noted on the worksheet"),
}
"""Items with a reason instead of a value: (patient, visit, form, item) to (reason, comment)."""

LEFT_OPEN = {("S10", "VS-004"), ("S12", "MRC-003")}
"""Findings that the site has not answered yet; every other one is confirmed against the source."""

LOTS = (
    ("2024-01-01", "SYN-0412", "2026-01-31"),
    ("2024-10-15", "SYN-0437", "2026-08-31"),
    ("2025-03-10", "SYN-0468", "2027-02-28"),
    ("2025-09-01", "SYN-0503", "2027-08-31"),
    ("2026-02-02", "SYN-0529", "2028-01-31"),
)
"""The day each lot came into use, its number, its expiry."""
