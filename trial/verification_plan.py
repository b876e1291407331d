"""The plan of verification: what is compared with the source at every patient, and which share of the rest."""

from ecrf.forms.protocol import Assumption

CRITICAL = (
    *("consent", "eligibility", "visit.visited_on"),
    *("mrc-strength", "grip-strength"),
    *("infusion", "infusion-lot"),
    *("serious-adverse-event", "sae-follow-up", "adverse-event", "end-of-study"),
)
"""What is compared with the source at every patient: consent, eligibility, the outcomes, the doses, the events (P)."""

VERIFIED_SHARE = 20
"""Per cent of all other forms that are drawn for it, too (P)."""

VERIFICATION = (
    Assumption(
        "What is verified at every patient",
        "Consent, eligibility, the date of each visit, MRC strength, grip strength, every infusion with its lots, "
        "every adverse event, every serious one with its follow-ups, and the end of study.",
        "The publication does not tell how the data were monitored. These carry the outcomes, the doses and safety.",
    ),
    Assumption(
        "Share of all other forms that is verified",
        f"{VERIFIED_SHARE} % of the forms, drawn by a fixed rule; a data manager may set another share for a site.",
        "The publication does not tell how the data were monitored.",
    ),
)
