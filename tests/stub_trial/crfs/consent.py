"""Consent: a form of the first visit alone, with an item asked by a calculated answer, and a check of any form."""

from collections.abc import Iterator

from django.db import models

from ecrf.casebook.data import PatientData
from ecrf.checks.registry import ANY, Question, check
from ecrf.forms.crf import Crf
from ecrf.forms.items import Choice, Day, PartialDay, YesNo
from ecrf.forms.partial_dates import surely_before
from ecrf.forms.registry import Section, by_model, crf


class Sex(models.TextChoices):
    FEMALE = "F", "Female"
    MALE = "M", "Male"


@crf("consent", title="Consent", domain="DS")
class StubConsent(Crf):
    """Who agreed to take part, and when."""

    signed_on = Day("Consent signed on", history=True, cdash="DSSTDAT")
    born_on = PartialDay("Date of birth", history=True, identifying=True, cdash="BRTHDAT")
    sex = Choice("Sex", choices=Sex, cdash="SEX")
    is_pregnant = YesNo("Pregnant?", asked_if=("asked_as", (Sex.FEMALE, "")), cdash="RPORRES")
    asked_as = Choice("Sex, as answered", choices=Sex, rule="SEX v1")

    sections = (
        Section("Consent", "signed_on", "born_on", "sex", "is_pregnant"),
        Section("Calculated", "asked_as"),
    )

    def calculate(self, data: PatientData) -> None:
        self.asked_as = self.sex


@check(
    "DATE-001",
    on=ANY,
    text="{value} is before the consent, signed on {consent}.",
    kinds=("day", "partial-day"),
    reads=("consent.signed_on",),
)
def before_consent(row: Crf, data: PatientData) -> Iterator[Question]:
    """A date of the study lies before the consent."""
    consent = data.one("consent")
    if consent is None or consent.signed_on is None:
        return
    for name, item in by_model(type(row)).entered.items():
        value = getattr(row, name)
        is_of_the_study = isinstance(item, Day | PartialDay) and not item.history
        if is_of_the_study and value and surely_before(value, str(consent.signed_on)):
            yield Question(name, value=value, consent=consent.signed_on)
