"""Infusion: one day on which the trial drug was given, with its lots and the vital signs around it."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.db import models

from ecrf.casebook.data import PatientData
from ecrf.checks.registry import Question, check
from ecrf.forms.crf import Crf
from ecrf.forms.items import Choice, ClockTime, Day, Line, Measure, PartialDay, WholeNumber, YesNo
from ecrf.forms.local_time import minutes_between, moments
from ecrf.forms.protocol import protocol
from ecrf.forms.registry import Section, crf
from trial import dosing
from trial.crfs import vital_signs as vitals
from trial.crfs.protocol_deviation import DeviationCategory
from trial.crfs.protocol_deviation import offered as deviation_offered
from trial.dosing import Phase

PHASES = [(phase.value, phase.value.title()) for phase in Phase]

DOSE_OFF_PERCENT = VOLUME_OFF_PERCENT = 10
INTERVAL_DAYS = (14, 28)
LASTING_HOURS = (1, 12)
ANY_DAY = date(2000, 1, 1)
"""On which no clock changes by UTC."""


class TimePoint(models.TextChoices):
    BEFORE = "before", "Before"
    DURING = "during", "During"
    AFTER = "after", "After"


def dosing_visits() -> list[str]:
    """The codes of the visits at which the schedule plans a dose."""
    return [plan.code for plan in protocol().visits if "infusion" in plan.forms]


@crf(
    "infusion",
    title="Infusion",
    domain="EX",
    repeat="infusion day",
    columns=("infused_on", "given_g"),
)
class Infusion(Crf):
    """One infusion day: what was planned from the dosing weight, and what was given."""

    infused_on = Day("Date of infusion", carried=True, cdash="EXSTDAT")
    dosing_weight_kg = vitals.weight("Dosing weight", carried=True, cdash="WEIGHT_VSORRES")
    split_days = WholeNumber(
        "Dose split over",
        low=1,
        high=2,
        unit="days",
        required=False,
        hint="Maintenance only: 1 or 2. Empty counts as 1",
        cdash="EXSPLIT_SUPPEX",
    )
    phase = Choice("Phase", choices=PHASES, rule="PHASE v1")
    cycle = WholeNumber("Maintenance cycle", unit="of 16", rule="CYCLE v1")
    planned_dose_g = Measure("Planned dose", unit="g", rule="DOSE v1")
    planned_volume_ml = Measure("Planned volume", decimals=0, unit="mL", rule="VOLUME v1")

    premedicated = YesNo("Premedication given?", carried=True, cdash="CMOCCUR")
    premedication = Line("Which premedication", asked_if=("premedicated", "yes"), carried=True, cdash="CMTRT")

    given_g = Measure("Dose given", low="0", unit="g", beside="planned_dose_g", cdash="EXDOSE")
    given_ml = Measure("Volume given", low="0", unit="mL", beside="planned_volume_ml", cdash="EXVAMT")
    started_at = ClockTime("Started at", cdash="EXSTTIM")
    ended_next_day = YesNo(
        "Ended after midnight?",
        required=False,
        hint="Yes only if it ran into the next day",
        cdash="EXNEXTDY_SUPPEX",
    )
    ended_at = ClockTime("Ended at", cdash="EXENTIM")
    rate_steps = Line("Rate steps", unit="mL/h", hint="In order: 30, 60, 120", carried=True, cdash="EXFLRT")
    interrupted = YesNo("Interrupted?", cdash="EXITRPYN")
    interrupted_why = Line(
        "Why interrupted", identifying=True, asked_if=("interrupted", "yes"), cdash="EXITRPRS_SUPPEX"
    )

    sections = (
        Section("Infusion day", "infused_on", "dosing_weight_kg", "split_days"),
        Section("Calculated", "phase", "cycle", "planned_dose_g", "planned_volume_ml"),
        Section("Premedication", "premedicated", "premedication"),
        Section("Given", "given_g", "given_ml", "started_at", "ended_next_day", "ended_at", "rate_steps"),
        Section("Interruption", "interrupted", "interrupted_why"),
    )

    def calculate(self, data: PatientData) -> None:
        code = self.entry.visit.code if self.entry.visit else ""
        self.phase = dosing.phase_of(code, dosing_visits())
        self.cycle = dosing.cycle_of(code, dosing_visits())
        self.planned_dose_g = self.planned_volume_ml = None
        if self.phase and self.dosing_weight_kg is not None:
            self.planned_dose_g = dosing.planned_dose_g(
                Phase(self.phase), Decimal(self.dosing_weight_kg), self.split_days or 1
            )
            self.planned_volume_ml = dosing.volume_ml(self.planned_dose_g)

    def minutes(self, zone: ZoneInfo) -> list[int]:
        """How long it may have lasted, the shortest first: one time, more in a night in which the clocks change; none
        without both times. Negative if the end lies before the start. On an unknown day, as on any."""
        if self.started_at is None or self.ended_at is None:
            return []
        day = self.infused_on or ANY_DAY
        last = day + timedelta(days=1) if self.ended_next_day else day
        clock = zone if self.infused_on else ZoneInfo("UTC")
        return minutes_between(moments(day, self.started_at, clock), moments(last, self.ended_at, clock))

    def notes(self) -> list[str]:
        """The plan in words, shown beside the calculated values; empty until it can be computed."""
        if not self.phase or self.dosing_weight_kg is None:
            return []
        return dosing.plan_in_words(Phase(self.phase), Decimal(self.dosing_weight_kg), self.split_days or 1)


@crf("infusion-lot", title="Lot", domain="EX", repeat="lot", row_of="infusion")
class InfusionLot(Crf):
    """One lot that an infusion was drawn from."""

    lot_number = Line("Lot number", max_length=40, carried=True, cdash="EXLOT")
    expires_on = PartialDay(
        "Expiry",
        future=True,
        history=True,  # an expired lot has a check of its own
        carried=True,
        hint="As printed; a month alone is enough: 2027-03",
        cdash="EXLOTEXP_SUPPEX",
    )
    grams = Measure("From this lot", low="0", unit="g", required=False, cdash="EXLOTAMT_SUPPEX")

    sections = (Section("Lot", "lot_number", "expires_on", "grams"),)


@crf(
    "infusion-vitals",
    title="Vital signs around the infusion",
    version=2,
    domain="VS",
    repeat="reading",
    row_of="infusion",
    blank_rows=len(TimePoint),
    proposes={"time_point": TimePoint.values},
)
class InfusionVitals(Crf):
    """One reading of the vital signs before, during or after an infusion."""

    time_point = Choice("Time point", choices=TimePoint, cdash="VSTPT")
    measured_at = ClockTime("Time", cdash="VSTIM")
    systolic = vitals.systolic()
    diastolic = vitals.diastolic()
    pulse = vitals.pulse()
    temperature = vitals.temperature()
    respiration = vitals.respiration()
    spo2 = vitals.spo2()

    sections = (Section("Reading", "time_point", "measured_at", *vitals.SIGNS),)


@check(
    "INF-001",
    on="infusion",
    text="The end {end} is not after the start {start}. If it ran into the next day, first say that it ended after "
    "midnight.",
    items=("infused_on", "started_at", "ended_next_day", "ended_at"),
    hard=True,
)
def end_not_after_start(row: Infusion, data: PatientData) -> Iterator[Question]:
    """The infusion does not end after it started."""
    lasted = row.minutes(data.patient.site.zone)
    if lasted and lasted[-1] <= 0:
        yield Question("ended_at", start=row.started_at, end=row.ended_at)


@check(
    "INF-003",
    on="infusion",
    text="{given} g was given; {planned} g was planned.",
    items=("given_g", "dosing_weight_kg", "split_days"),
    offer=deviation_offered("INF-003", DeviationCategory.DOSE, on="infused_on"),
)
def dose_off_plan(row: Infusion, data: PatientData) -> Iterator[Question]:
    """The dose given is more than 10 % off the planned dose."""
    if row.given_g is None or row.planned_dose_g is None:
        return
    if abs(row.given_g - row.planned_dose_g) * 100 > row.planned_dose_g * DOSE_OFF_PERCENT:
        yield Question("given_g", given=row.given_g, planned=row.planned_dose_g)


@check(
    "INF-005",
    on="infusion",
    text="{given_ml} mL was given; {given_g} g is {volume} mL.",
    items=("given_g", "given_ml"),
)
def volume_off_dose(row: Infusion, data: PatientData) -> Iterator[Question]:
    """The volume given is more than 10 % off 20 mL per gram given."""
    if row.given_g is None or row.given_ml is None:
        return
    volume = dosing.volume_ml(row.given_g)
    if abs(row.given_ml - volume) * 100 > volume * VOLUME_OFF_PERCENT:
        yield Question("given_ml", given_ml=row.given_ml, given_g=row.given_g, volume=round(volume))


@check(
    "INF-006",
    on="infusion",
    text="The infusion lasted {lasted:minutes}; {low} to {high} hours is usual.",
    items=("infused_on", "started_at", "ended_next_day", "ended_at"),
)
def duration_unusual(row: Infusion, data: PatientData) -> Iterator[Question]:
    """The infusion lasted less than 1 hour or more than 12 hours."""
    lasted, (low, high) = row.minutes(data.patient.site.zone), LASTING_HOURS
    if lasted and not any(low * 60 <= minutes <= high * 60 for minutes in lasted):
        yield Question("ended_at", lasted=lasted[-1], low=low, high=high)


@check("INF-007", on="infusion", text=vitals.UNLIKELY_WEIGHT, items=("dosing_weight_kg",))
def dosing_weight_outside_usual(row: Infusion, data: PatientData) -> Iterator[Question]:
    """The dosing weight is below 30 or above 150 kg."""
    yield from vitals.unlikely_weight(row, "dosing_weight_kg")


@check(
    "INF-008",
    on="infusion",
    text=vitals.WEIGHT_MOVED,
    items=("dosing_weight_kg",),
    reads=("infusion",),
)
def dosing_weight_moved(row: Infusion, data: PatientData) -> Iterator[Question]:
    """The dosing weight changed by more than 10 % since the last visit."""
    yield from vitals.moved_weight(row, "dosing_weight_kg", "infusion", data)


@check(
    "IV-001",
    on="infusion-vitals",
    text=vitals.NOT_ABOVE_DIASTOLIC,
    items=("systolic", "diastolic"),
    hard=True,
)
def systolic_not_above_diastolic(row: InfusionVitals, data: PatientData) -> Iterator[Question]:
    """The systolic pressure around an infusion is not above the diastolic."""
    yield from vitals.not_above_diastolic(row)


@check("IV-002", on="infusion-vitals", text=vitals.UNLIKELY_SIGN, items=vitals.SIGNS)
def sign_outside_usual(row: InfusionVitals, data: PatientData) -> Iterator[Question]:
    """A vital sign around an infusion lies outside its usual range."""
    yield from vitals.unlikely_signs(row)
