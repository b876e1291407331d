"""The adverse events of the synthetic study, what was done about each, and the three serious ones in full."""

from dataclasses import dataclass

RESOLVED, NOT_RESOLVED = "RECOVERED/RESOLVED", "NOT RECOVERED/NOT RESOLVED"
IMPROVING = "RECOVERING/RESOLVING"


@dataclass(frozen=True)
class SyntheticEvent:
    """One adverse event of a patient, `after` days after a visit, over in `lasted` days (None: ongoing).

    A related one points at the last infusion before it, or at the one that `infusion` names.
    """

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
    infusion: str = ""
    struck: str = ""


EVENTS = (
    SyntheticEvent("S01", "W01", 1, 2, "Headache", related=True, treatment="Paracetamol 500 mg", began_at="15:30"),
    SyntheticEvent("S01", "W19", 9, 6, "Nasopharyngitis"),
    SyntheticEvent("S01", "W19", 9, 6, "Common cold", struck="Entered twice: the same as adverse event 2"),
    SyntheticEvent("S02", "W04", 0, 1, "Chills", related=True, action="DOSE RATE REDUCED", began_at="11:20"),
    SyntheticEvent("S02", "W31", 5, 12, "Back pain", treatment="Loxoprofen 60 mg"),
    SyntheticEvent("S03", "W01", 3, 9, "Palmar rash", related=True, treatment="Topical corticosteroid"),
    SyntheticEvent("S03", "W40", 11, 4, "Gastroenteritis"),
    SyntheticEvent("S04", "W13", 4, 7, "Nasopharyngitis"),
    SyntheticEvent("S05", "W07", 1, 1, "Headache", related=True, began_at="10:40"),
    SyntheticEvent("S05", "W34", 12, 19, "Inguinal herniation", "MODERATE", serious=True, treatment="Elective repair"),
    SyntheticEvent("S06", "W22", 6, 10, "Contusion of the left knee after a fall"),
    SyntheticEvent("S07", "W04", 0, 21, "Increased ALT", related=True, infusion="W01.5"),
    SyntheticEvent("S07", "W28", 8, 5, "Coronary spasm", "SEVERE", serious=True, treatment="Nitrate, benidipine"),
    SyntheticEvent(
        "S08", "W16", 6, 33, "Dysphagia", "SEVERE", serious=True, action="DRUG WITHDRAWN",
        treatment="Tube feeding, swallowing rehabilitation",
    ),
    SyntheticEvent("S09", "W10", 2, 3, "Headache", related=True, treatment="Paracetamol 500 mg"),
    SyntheticEvent("S10", "W16", 7, 8, "Eczema", treatment="Topical corticosteroid"),
    SyntheticEvent("S11", "W22", 0, 0, "Chills", related=True, action="DRUG INTERRUPTED", began_at="11:05"),
    SyntheticEvent("S12", "W04", 1, 2, "Pyrexia", related=True, treatment="Paracetamol 500 mg"),
    SyntheticEvent("S13", "W13", 0, 24, "Haemolysis", related=True, treatment="Folic acid 5 mg", infusion="W10.2"),
    SyntheticEvent("S13", "W37", 3, 5, "Nasopharyngitis"),
    SyntheticEvent("P5", "W13", 8, None, "Eczema of both hands", related=True, treatment="Topical corticosteroid"),
)  # fmt: skip
"""The three serious ones are documented, and that none of them is related; all else is invented."""


@dataclass(frozen=True)
class Serious:
    """The serious adverse event form of a patient's event. `aware` and `reported`: days after the event began,
    and the time of day. `news`: days after, what is new, outcome so far."""

    who: str
    criteria: tuple[str, ...]
    aware: tuple[int, str]
    reported: tuple[int, str]
    narrative: str
    news: tuple[tuple[int, str, str], ...]


SERIOUS = (
    Serious(
        "S05", ("hospital_stay",), (0, "16:40"), (1, "09:15"),
        "Swelling in the right groin after lifting a box, soft and painful. Surgeons saw an inguinal hernia "
        "that could be pushed back. Admitted for elective repair. No relation to the trial drug: "
        "a weak abdominal wall, an earlier hernia on the other side.",
        ((8, "Repaired with a mesh, no complication. Visit week 37 was missed.", IMPROVING),
         (19, "Left hospital, wound closed.", RESOLVED)),
    ),
    Serious(
        "S07", ("hospital_stay", "other_important"), (1, "09:10"), (2, "11:10"),
        "Tightness of the chest at rest in the early morning, for ten minutes. ECG with passing ST elevation, "
        "no rise of troponin. Coronary arteries open on angiography; spasm in the provocation test. Nitrate and "
        "benidipine were begun. Last infusion eight days before; investigator: not related.",
        ((5, "No further attack under benidipine. Left hospital.", RESOLVED),),
    ),
    Serious(
        "S08", ("hospital_stay",), (0, "13:20"), (0, "18:05"),
        "Trouble swallowing for two days, then choking on water. Admitted, tube feeding. Endoscopy showed poor "
        "closure of the larynx, MRI no stroke. Held to be an illness of its own, not related to the trial drug. "
        "The investigator withdrew the drug.",
        ((11, "Swallows thick fluids; rehabilitation goes on.", IMPROVING),
         (33, "Eats a soft diet without a tube. Left hospital.", RESOLVED)),
    ),
)  # fmt: skip
"""In the order of the patients; the report on S07 came 26 hours after the site knew."""
