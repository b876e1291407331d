"""Concomitant medication: what else the patient took during the study, why, how much and how long."""

from collections.abc import Iterator

from django.db import models

from ecrf.casebook.data import PatientData
from ecrf.checks.registry import Question, check
from ecrf.forms.crf import Crf
from ecrf.forms.items import Choice, Line, Link, PartialDay, YesNo
from ecrf.forms.partial_dates import surely_before
from ecrf.forms.registry import Section, crf


class GivenFor(models.TextChoices):
    """P: why it was given, in four answers; the first two ask which event or condition."""

    ADVERSE_EVENT = "adverse-event", "Adverse event"
    MEDICAL_HISTORY = "medical-history", "Medical history"
    PREVENTION = "prevention", "Prevention or premedication"
    OTHER = "other", "Other"


class Route(models.TextChoices):
    """CDISC terms; `OTHER` is ours."""

    ORAL = "ORAL", "By mouth"
    INTRAVENOUS = "INTRAVENOUS", "Intravenous"
    SUBCUTANEOUS = "SUBCUTANEOUS", "Subcutaneous"
    INTRAMUSCULAR = "INTRAMUSCULAR", "Intramuscular"
    TOPICAL = "TOPICAL", "Topical"
    TRANSDERMAL = "TRANSDERMAL", "Transdermal"
    INHALATION = "RESPIRATORY (INHALATION)", "Inhaled"
    NASAL = "NASAL", "Nasal"
    OPHTHALMIC = "OPHTHALMIC", "Into the eye"
    RECTAL = "RECTAL", "Rectal"
    VAGINAL = "VAGINAL", "Vaginal"
    OTHER = "OTHER", "Other"


class Frequency(models.TextChoices):
    """The codes are CDISC's submission values (FREQ), the labels what a chart says; `OTHER` is ours."""

    ONCE = "ONCE", "Once only"
    QD = "QD", "Once a day"
    BID = "BID", "Twice a day"
    TID = "TID", "3 times a day"
    QID = "QID", "4 times a day"
    MORNING = "QAM", "Every morning"
    BEDTIME = "QHS", "At bedtime"
    EVERY_4_HOURS = "Q4H", "Every 4 hours"
    EVERY_6_HOURS = "Q6H", "Every 6 hours"
    EVERY_8_HOURS = "Q8H", "Every 8 hours"
    EVERY_12_HOURS = "Q12H", "Every 12 hours"
    CONTINUOUS = "CONTINUOUS", "Continuously"
    QOD = "QOD", "Every other day"
    WEEKLY = "1 TIME PER WEEK", "Once a week"
    TWICE_WEEKLY = "2 TIMES PER WEEK", "Twice a week"
    THRICE_WEEKLY = "3 TIMES PER WEEK", "3 times a week"
    EVERY_2_WEEKS = "EVERY 2 WEEKS", "Every 2 weeks"
    EVERY_3_WEEKS = "EVERY 3 WEEKS", "Every 3 weeks"
    EVERY_4_WEEKS = "EVERY 4 WEEKS", "Every 4 weeks"
    QM = "QM", "Once a month"
    EVERY_3_MONTHS = "Q3M", "Every 3 months"
    EVERY_6_MONTHS = "Q6M", "Every 6 months"
    PRN = "PRN", "As needed"
    OTHER = "OTHER", "Other"


@crf(
    "concomitant-medication",
    title="Concomitant medication",
    domain="CM",
    repeat="medication",
    columns=("name", "indication", "dose", "frequency", "started_on", "ongoing", "ended_on"),
)
class ConcomitantMedication(Crf):
    """One medication that is not the trial drug. A changed dose is a new row."""

    name = Line("Medication", hint="As in the source: product or substance", cdash="CMTRT")
    given_for = Choice("Given for", choices=GivenFor, cdash="CMGIVFOR_SUPPCM")
    adverse_event = Link(
        "Which adverse event", to="adverse-event", asked_if=("given_for", "adverse-event"), cdash="CMAENO"
    )
    medical_history = Link(
        "Which condition", to="medical-history", asked_if=("given_for", "medical-history"), cdash="CMMHNO"
    )
    indication = Line("Indication", hint="In the words of the source", cdash="CMINDC")

    dose = Line("Dose", max_length=60, hint="With its unit, as in the source: 500 mg", cdash="CMDSTXT")
    route = Choice("Route", choices=Route, cdash="CMROUTE")
    frequency = Choice("Frequency", choices=Frequency, cdash="CMDOSFRQ")
    frequency_other = Line(
        "Which frequency", max_length=60, asked_if=("frequency", "OTHER"), cdash="CMFRQOTH_SUPPCM"
    )

    started_on = PartialDay(
        "Began on",
        history=True,  # many a medication was taken before the study
        hint="The year alone is enough",
        cdash="CMSTDAT",
    )
    ongoing = YesNo("Ongoing?", cdash="CMONGO")
    ended_on = PartialDay("Ended on", asked_if=("ongoing", "no"), cdash="CMENDAT")

    sections = (
        Section("Medication", "name", "given_for", "adverse_event", "medical_history", "indication"),
        Section("Dose", "dose", "route", "frequency", "frequency_other"),
        Section("When", "started_on", "ongoing", "ended_on"),
    )


@check(
    "CM-001",
    on="concomitant-medication",
    text="The end {end} is before the beginning {start}.",
    items=("started_on", "ended_on"),
    hard=True,
)
def end_before_start(row: ConcomitantMedication, data: PatientData) -> Iterator[Question]:
    """The medication ends before it begins."""
    if row.started_on and row.ended_on and surely_before(row.ended_on, row.started_on):
        yield Question("ended_on", start=row.started_on, end=row.ended_on)


@check(
    "CM-002",
    on="concomitant-medication",
    text="The medication is ongoing, but it ended on {ended_on}.",
    items=("ongoing", "ended_on"),
)
def ongoing_with_end(row: ConcomitantMedication, data: PatientData) -> Iterator[Question]:
    """The medication is ongoing and has an end."""
    if row.ongoing and row.ended_on:
        yield Question("ongoing", ended_on=row.ended_on)
