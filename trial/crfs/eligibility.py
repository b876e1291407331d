"""Eligibility: each criterion met or not, and the investigator's decision."""

from collections.abc import Iterator

from ecrf.casebook.data import PatientData
from ecrf.checks.registry import Question, check
from ecrf.forms.crf import Crf
from ecrf.forms.items import YesNo
from ecrf.forms.registry import Section, crf

INCLUSION = {
    "has_definite_or_probable_mmn": "Definite or probable MMN",
    "needs_high_dose_ivig": "Needs high-dose IVIg",
    "treatment_unchanged": "No MMN treatment added or raised in the last 30 days",
    "is_of_age": "Aged 20 or over at consent",
    "has_consented": "Written consent given",
}
EXCLUSION = {
    "has_iga_deficiency": "IgA deficiency",
    "is_hypersensitive": "Hypersensitive to the product",
    "has_severe_disease": "Severe hepatic, renal, cardiac or cerebrovascular disease",
    "has_thromboembolic_risk": "High thromboembolic risk",
    "is_pregnant_or_lactating": "Pregnant or lactating",
    "takes_other_trial_drug": "Takes another trial drug",
}
"""The criteria (P: the publication does not list them)."""

CRITERIA = (*INCLUSION, *EXCLUSION)


def _criterion(name: str) -> YesNo:
    """A criterion; CDASH numbers them: INCL01, INCL02 … EXCL01."""
    kind, names = ("INCL", list(INCLUSION)) if name in INCLUSION else ("EXCL", list(EXCLUSION))
    return YesNo({**INCLUSION, **EXCLUSION}[name], cdash=f"{kind}{names.index(name) + 1:02}_IEORRES")


@crf("eligibility", title="Eligibility", domain="IE")
class Eligibility(Crf):
    """Every inclusion criterion must be yes, every exclusion criterion no."""

    has_definite_or_probable_mmn = _criterion("has_definite_or_probable_mmn")
    needs_high_dose_ivig = _criterion("needs_high_dose_ivig")
    treatment_unchanged = _criterion("treatment_unchanged")
    is_of_age = _criterion("is_of_age")
    has_consented = _criterion("has_consented")
    has_iga_deficiency = _criterion("has_iga_deficiency")
    is_hypersensitive = _criterion("is_hypersensitive")
    has_severe_disease = _criterion("has_severe_disease")
    has_thromboembolic_risk = _criterion("has_thromboembolic_risk")
    is_pregnant_or_lactating = _criterion("is_pregnant_or_lactating")
    takes_other_trial_drug = _criterion("takes_other_trial_drug")
    eligible = YesNo("Eligible for the trial?", cdash="IEYN")

    sections = (
        Section("Inclusion criteria", *INCLUSION, help="Each must be yes."),
        Section("Exclusion criteria", *EXCLUSION, help="Each must be no."),
        Section("Decision", "eligible"),
    )

    def failed(self) -> list[str]:
        """The criteria answered so that the patient must not take part."""
        return [name for name in CRITERIA if getattr(self, name) is (name in EXCLUSION)]

    def contradiction(self) -> Iterator[Question]:
        """Why the decision cannot stand beside the criteria, if it cannot. No answer decides nothing."""
        failed = self.failed()
        if self.eligible and failed:
            yield Question("eligible", "eligible", failed=failed)
        elif (
            self.eligible is False
            and not failed
            and all(getattr(self, name) is not None for name in CRITERIA)
        ):
            yield Question("eligible", "not eligible")


CONTRADICTION = {
    "eligible": "The decision is eligible, but these are not as required: {failed:item}.",
    "not eligible": "The decision is not eligible, but every criterion is as the trial requires.",
}


@check("ELIG-001", on="eligibility", text=CONTRADICTION, items=("eligible",), hard=True)
def decision_against_criteria(row: Eligibility, data: PatientData) -> Iterator[Question]:
    """The decision contradicts the criteria."""
    yield from row.contradiction()


@check("ELIG-002", on="eligibility", text=CONTRADICTION)
def criterion_against_decision(row: Eligibility, data: PatientData) -> Iterator[Question]:
    """A criterion was changed after the decision, and contradicts it.

    Asked, not refused: else neither of the two could be corrected before the other.
    """
    yield from row.contradiction()
