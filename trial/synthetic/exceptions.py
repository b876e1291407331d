"""What is out of the ordinary in the synthetic study: what checks ask about, and what is not there."""

from dataclasses import replace
from decimal import Decimal

from ecrf.casebook.record.values import Missing
from trial.synthetic.filled import Filled, Values

MISSED = {("S05", "W37"): "In hospital for the repair of an inguinal hernia"}

UNSCHEDULED = {
    ("S01", "UNS-1"): ("W37", 9, ("vital-signs", "mrc-strength", "grip-strength", "incat")),
    ("S13", "UNS-1"): ("W13", 10, ("vital-signs", "laboratory")),
}
"""Unscheduled visits: after which visit, how many days, and the forms chosen there."""

AT_THE_TURN_OF_THE_YEAR = (("S01", "W34"), ("S02", "W31"), ("S05", "W22"), ("S09", "W07"), ("S11", "W46"))
OUTSIDE_WINDOW = {
    ("S03", "W31"): 8,
    ("S06", "W52"): 8,
    ("S09", "W52"): 9,
    ("S11", "W52"): 9,
    ("S12", "W52"): 8,
}
VISIT_SHIFTS = {
    ("S03", "W28"): 1,
    ("S03", "W34"): 1,
    **dict.fromkeys(AT_THE_TURN_OF_THE_YEAR, -4),
    **OUTSIDE_WINDOW,
}
"""Days after the nominal day, where chance does not decide."""

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

WEARS_OFF = {
    ("S01", "W28"): 3,
    ("S01", "W37"): 3,
    ("S01", "W40"): 2,
    ("S05", "W25"): 3,
    ("S05", "W34"): 4,
    ("S05", "W43"): 3,
    ("S12", "W19"): 2,
    ("S12", "W40"): 3,
}
"""Visits at which the last infusion had worn off: how many muscles were one grade weaker, and the grip with them."""

PART_DOSES = {("S11", "W22"): (Decimal("35.0"), "Chills. Stopped at the patient's wish after 35 g")}

ASSESSORS = {("S01", "W25"): "B1"}
"""Another person than at baseline."""

AFTER_DOSE = {("S12", "W10")}
"""Strength was assessed after the infusion began."""

CALLS = {("S05", "W04", 1): "probable", ("S13", "W04", 2): "none"}
"""The investigator's call of a conduction block where the numbers fit another: (patient, visit, segment)."""

TYPED = {
    ("S01", "W43", "vital-signs", "systolic"): "224",
    ("S02", "W43", "vital-signs", "pulse"): "38",
    ("S04", "W19", "infusion", "given_ml"): "140.0",
    ("S05", "W16", "infusion-vitals.3", "spo2"): "84",
    ("S06", "W25", "incat", "leg"): "4",
    ("S07", "W13", "grip-strength", "right_2"): "38.5",
    ("S08", "W07", "infusion-vitals.2", "systolic"): "88",
    ("S09", "W28", "infusion", "ended_at"): "10:10",
    ("S10", "W22", "vital-signs", "temperature"): "33.6",
    ("S11", "W16", "lab-result.10", "unit"): "µmol/L",
    ("S11", "W37", "infusion-vitals.3", "temperature"): "37.9",
    ("S13", "W43", "infusion-lot", "expires_on"): "2025-02-28",
}
"""Values typed wrongly, or truly unlikely: (patient, visit, form, item) to the text. What a check asks about."""

NO_VALUE = {
    ("S02", "W16", "grip-strength", "right_3"): ("not-done", "Pain in the hand"),
    ("S02", "W22", "lab-result.14", "value"): ("not-done", "Sample haemolysed"),
    ("S03", "W04", "nerve-segment.2", "velocity"): ("not-done", "Distance not measured"),
    ("S04", "SCR", "mmn-history", "anti_gm1"): ("unknown", "Result of the other hospital not available"),
    ("S06", "W10", "vital-signs", "temperature"): ("not-done", "Thermometer out of order"),
    ("S06", "W25", "mrc-strength", "left_knee_extension"): ("not-done", "Painful after a fall"),
    ("S09", "W34", "lab-result.16", "value"): ("not-done", "Tube was not sent"),
    ("S09", "W52", "vital-signs", "weight_kg"): ("refused", ""),
    ("S12", "W31", "grip-strength", "device"): ("unknown", "Not noted on the worksheet"),
    ("S13", "W22", "lab-result.15", "value"): ("not-done", "Too little blood"),
}
"""Items with a reason instead of a value: (patient, visit, form, item) to (reason, comment)."""

GIVEN_EARLY = {("S02", 2): 2}
"""Medication for an adverse event (patient, its number) that is dated so many days before it."""

STRUCK_MEDICATION = {
    ("S06", 2): ("Entered on the wrong patient's page", "It is this patient's: the source was read again"),
}
"""Medication that was struck out, by patient and number: why, and why it was restored."""

LEFT_OPEN = {
    ("S01", "W43", "VS-002"),
    ("S02", "W43", "VS-002"),
    ("S04", "W19", "INF-005"),
    ("S13", "W04", "NC-001"),
    ("S09", "W28", "INF-006"),
    ("S10", "W22", "VS-002"),
    ("S10", "W46", "VS-004"),
    ("S10", "W46", "INF-008"),
    ("S11", "W16", "LB-001"),
    ("S11", "W37", "IV-004"),
    ("S12", "W10", "MRC-003"),
    ("S12", "W52", "VISIT-001"),
    ("S13", "W43", "LOT-001"),
}
"""Discrepancies that the site has not answered yet, by patient, visit and check; every other one is confirmed."""


def as_typed(who: str, form: Filled) -> Filled:
    """The form with what was typed otherwise, or not at all, by the tables above."""
    place = (who, form.code, form.name)
    typed: Values = {key[3]: text for key, text in TYPED.items() if key[:3] == place}
    none: Values = {key[3]: Missing(*why) for key, why in NO_VALUE.items() if key[:3] == place}
    return replace(form, values={**form.values, **typed, **none}) if typed or none else form
