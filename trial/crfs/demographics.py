"""Demographics: birth date or age, sex, the hands, and height."""

from collections.abc import Iterator

from django.db import models

from ecrf.casebook.data import PatientData
from ecrf.checks.registry import Question, check
from ecrf.forms.crf import Crf
from ecrf.forms.items import Choice, Measure, PartialDay, WholeNumber
from ecrf.forms.registry import Section, crf


class Sex(models.TextChoices):
    FEMALE = "F", "Female"
    MALE = "M", "Male"


class DominantHand(models.TextChoices):
    RIGHT = "right", "Right"
    LEFT = "left", "Left"
    BOTH = "both", "Both"


class MoreAffectedHand(models.TextChoices):
    RIGHT = "right", "Right"
    LEFT = "left", "Left"


LIKELY_CM = (130, 210)


@crf("demographics", title="Demographics", domain="DM")
class Demographics(Crf):
    """Who the patient is, as far as the study needs it."""

    born_on = PartialDay(
        "Birth date", history=True, identifying=True, hint="The year alone is enough", cdash="BRTHDAT"
    )
    age_years = WholeNumber(
        "Age at consent",
        low=0,
        high=130,
        unit="years",
        instead_of="born_on",
        hint="Only if the source has no birth date",
        cdash="AGE",
    )
    sex = Choice("Sex", choices=Sex, cdash="SEX")
    dominant_hand = Choice("Dominant hand", choices=DominantHand, cdash="HANDDOM_SCORRES")
    more_affected_hand = Choice(
        "More affected hand",
        choices=MoreAffectedHand,
        hint="Its grip strength is analysed",
        cdash="HANDAFF_SCORRES",
    )
    height_cm = Measure("Height", low="1", high="250", unit="cm", cdash="HEIGHT_VSORRES")

    sections = (
        Section("Patient", "born_on", "age_years", "sex", "height_cm"),
        Section("Hands", "dominant_hand", "more_affected_hand"),
    )


@check(
    "DM-002",
    on="demographics",
    text="There is no birth date. How old was the patient at consent?",
    items=("born_on", "age_years"),
)
def neither_birth_date_nor_age(row: Demographics, data: PatientData) -> Iterator[Question]:
    """The source has no birth date, and the age at consent is not recorded."""
    if "born_on" in row.missing_reasons and row.age_years is None and "age_years" not in row.missing_reasons:
        yield Question("age_years")


@check("DM-003", on="demographics", text="{value} cm lies outside {low} to {high} cm.", items=("height_cm",))
def height_outside_usual(row: Demographics, data: PatientData) -> Iterator[Question]:
    """The height is below 130 or above 210 cm."""
    low, high = LIKELY_CM
    if row.height_cm is not None and not low <= row.height_cm <= high:
        yield Question("height_cm", value=row.height_cm, low=low, high=high)
