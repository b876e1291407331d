"""What Help says of this trial's own forms, visits and endings."""

from pathlib import Path

from ecrf.forms.protocol import TrialHelp

HELP = TrialHelp(
    lines={
        "visit": (
            "MRC grades: a digit from 0 to 5 enters the grade and goes on. The figure fills as you go.",
            "Grip strength: three trials for each hand, in kPa. 0 is a result; not tried is `nd`.",
            "Assess strength before the infusion begins; otherwise say so on the form.",
            "Infusion: one form for each day. Enter what was really given, beside the planned dose, and the lots.",
        ),
        "patient": (
            "Week 1 holds the five days of the induction. From week 4 on there is a dose every three weeks.",
            "**Early termination** is the last visit of a patient who leaves before week 52.",
        ),
        "log": (
            "Serious? Tick it, and the report is offered at once. It is due within 24 hours after you became aware.",
            "If an event came with an infusion, choose that infusion at the event.",
        ),
        "end-patient": (
            "Screen failure asks for the criterion that is not met; a death, for the event and its report.",
            "Who withdraws consent says what is still allowed: nothing, the records only, or contact too.",
        ),
        "review-visit": (
            "Every week’s grades and grip are shown beside those of the visit before.",
        ),
        "ranges": ("IgG, haptoglobin and the others of the laboratory form: a test without a range is not marked.",),
        "outcomes": ("Means at baseline and week 52 come from different numbers of patients: look at n.",),
        "worksheets": ("The worksheet of a patient shows the dose planned from the last dosing weight.",),
    },
    folder=Path(__file__).parent / "manual",
    chapters=("at-a-visit", "endings"),
)  # fmt: skip
