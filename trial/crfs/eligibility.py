"""Eligibility: each criterion met or not, and the investigator's decision."""

from collections.abc import Iterator
from typing import Any

from ecrf.casebook.data import PatientData
from ecrf.checks.registry import Question, check
from ecrf.forms.crf import Crf
from ecrf.forms.items import Choice, YesNo
from ecrf.forms.registry import Section, crf
from trial.crfs.demographics import Sex

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
OF_WOMEN, NOT_OF_MEN = "is_pregnant_or_lactating", (Sex.FEMALE.value, "")
"""What is asked of women alone, or as long as the sex is not known."""


def _criterion(name: str, **options: Any) -> YesNo:
    """A criterion; CDASH numbers them: INCL01, INCL02 … EXCL01."""
    kind, names = ("INCL", list(INCLUSION)) if name in INCLUSION else ("EXCL", list(EXCLUSION))
    return YesNo(
        {**INCLUSION, **EXCLUSION}[name], cdash=f"{kind}{names.index(name) + 1:02}_IEORRES", **options
    )


@crf(
    "eligibility",
    title="Eligibility",
    version=2,
    domain="IE",
    calculated_from=("demographics.sex",),
)
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
    is_pregnant_or_lactating = _criterion("is_pregnant_or_lactating", asked_if=("sex", NOT_OF_MEN))
    takes_other_trial_drug = _criterion("takes_other_trial_drug")
    eligible = YesNo("Eligible for the trial?", cdash="IEYN")
    sex = Choice("Sex, from the demographics", choices=Sex, rule="SEX v1")

    sections = (
        Section("Inclusion criteria", *INCLUSION, help="Each must be yes."),
        Section("Exclusion criteria", *EXCLUSION, help="Each must be no."),
        Section("Decision", "eligible"),
        Section("Calculated", "sex"),
    )

    def calculate(self, data: PatientData) -> None:
        patient = data.one("demographics")
        self.sex = patient.sex if patient else None

    def failed(self) -> list[str]:
        """The criteria answered so that the patient must not take part."""
        return [name for name in CRITERIA if getattr(self, name) is (name in EXCLUSION)]

    def is_answered(self, name: str) -> bool:
        """Whether the criterion is answered, or does not apply to this patient."""
        return getattr(self, name) is not None or (name == OF_WOMEN and self.sex == Sex.MALE)

    def contradiction(self) -> Iterator[Question]:
        """Why the decision cannot stand beside the criteria, if it cannot. No answer decides nothing."""
        failed = self.failed()
        if self.eligible and failed:
            yield Question("eligible", "eligible", failed=failed)
        elif self.eligible is False and not failed and all(self.is_answered(name) for name in CRITERIA):
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


@check(
    "ELIG-006",
    on="eligibility",
    text="Pregnant or lactating is answered yes, but the patient is a man.",
    items=(OF_WOMEN, "sex"),
)
def pregnant_man(row: Eligibility, data: PatientData) -> Iterator[Question]:
    """Pregnancy or lactation of a man."""
    if row.is_pregnant_or_lactating and row.sex == Sex.MALE:
        yield Question(OF_WOMEN)
