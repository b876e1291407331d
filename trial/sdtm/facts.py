"""What SDTM wants to know of the trial itself: its names, its arm, its elements. P marks what is our default."""

from dataclasses import dataclass

from ecrf.exports.sdtm.domains import Terminology

STUDYID = "NCT01827072"
"""The registry's number: the publication names no other (D)."""
STANDARD = Terminology(ig_version="3.4", model_version="2.0", ct_version="2024-03-29")

TREATMENT = "GLOVENIN-I"
INDICATION = "MULTIFOCAL MOTOR NEUROPATHY"
ARMCD, ARM = "IVIG", "IVIg induction and maintenance"
COUNTRY = "JPN"
"""P: the publication says multicentre; all sites are taken to lie in Japan."""
DOSE_FORM, ROUTE = "INJECTION, SOLUTION", "INTRAVENOUS"


@dataclass(frozen=True)
class TrialElement:
    """A stretch of the trial that every patient passes through."""

    code: str
    name: str
    epoch: str
    begins: str
    ends: str


SCREENING = TrialElement(
    "SCRN", "Screening", "SCREENING", "Informed consent", "Start of the first infusion of the trial drug"
)
INDUCTION = TrialElement(
    "IND",
    "Induction, 0.4 g/kg on 5 days",
    "INDUCTION TREATMENT",
    "Start of the first infusion of the trial drug",
    "Start of the first maintenance infusion",
)
MAINTENANCE = TrialElement(
    "MAINT",
    "Maintenance, 1.0 g/kg every 3 weeks",
    "CONTINUATION TREATMENT",
    "Start of the first maintenance infusion",
    "End of the patient's participation, planned in week 52",
)
ELEMENTS = (SCREENING, INDUCTION, MAINTENANCE)
