"""Infusion: one day on which the trial drug was given, with its lots and the vital signs around it."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from django.db import models

from ecrf.casebook.data import PatientData
from ecrf.casebook.labels import label_of
from ecrf.checks.registry import Question, check
from ecrf.forms.crf import Crf
from ecrf.forms.items import Choice, ClockTime, Day, Line, Measure, PartialDay, WholeNumber, YesNo
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

    infused_on = Day("Date of infusion", cdash="EXSTDAT")
    dosing_weight_kg = vitals.weight("Dosing weight", cdash="WEIGHT_VSORRES")
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

    premedicated = YesNo("Premedication given?", cdash="CMOCCUR")
    premedication = Line("Which premedication", asked_if=("premedicated", "yes"), cdash="CMTRT")

    given_g = Measure("Dose given", low="0", unit="g", cdash="EXDOSE")
    given_ml = Measure("Volume given", low="0", unit="mL", cdash="EXVAMT")
    started_at = ClockTime("Started at", cdash="EXSTTIM")
    ended_next_day = YesNo(
        "Ended after midnight?",
        required=False,
        hint="Yes only if it ran into the next day",
        cdash="EXNEXTDY_SUPPEX",
    )
    ended_at = ClockTime("Ended at", cdash="EXENTIM")
    rate_steps = Line("Rate steps", unit="mL/h", hint="In order: 30, 60, 120", cdash="EXFLRT")
    interrupted = YesNo("Interrupted?", cdash="EXITRPYN")
    interrupted_why = Line("Why interrupted", asked_if=("interrupted", "yes"), cdash="EXITRPRS_SUPPEX")

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

    def minutes(self) -> int | None:
        """How long it lasted; None without both times. Negative if the end lies before the start."""
        if self.started_at is None or self.ended_at is None:
            return None
        hours = self.ended_at.hour - self.started_at.hour + (24 if self.ended_next_day else 0)
        return int(60 * hours + self.ended_at.minute - self.started_at.minute)

    def notes(self) -> list[str]:
        """The plan in words, shown beside the calculated values; empty until it can be computed."""
        if not self.phase or self.dosing_weight_kg is None:
            return []
        return dosing.plan_in_words(Phase(self.phase), Decimal(self.dosing_weight_kg), self.split_days or 1)


@crf("infusion-lot", title="Lot", domain="EX", repeat="lot", row_of="infusion")
class InfusionLot(Crf):
    """One lot that an infusion was drawn from."""

    lot_number = Line("Lot number", max_length=40, cdash="EXLOT")
    expires_on = PartialDay(
        "Expiry",
        future=True,
        history=True,  # an expired lot has a check of its own
        hint="As printed; a month alone is enough: 2027-03",
        cdash="EXLOTEXP_SUPPEX",
    )
    grams = Measure("From this lot", low="0", unit="g", required=False, cdash="EXLOTAMT_SUPPEX")

    sections = (Section("Lot", "lot_number", "expires_on", "grams"),)


@crf(
    "infusion-vitals",
    title="Vital signs around the infusion",
    domain="VS",
    repeat="reading",
    row_of="infusion",
    blank_rows=3,
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


@check("INF-001", on="infusion", items=("started_at", "ended_next_day", "ended_at"), hard=True)
def end_not_after_start(row: Infusion, data: PatientData) -> Iterator[Question]:
    """The infusion does not end after it started."""
    lasted = row.minutes()
    if lasted is not None and lasted <= 0:
        times = f"The end {row.ended_at:%H:%M} is not after the start {row.started_at:%H:%M}."
        yield Question(
            "ended_at", f"{times} If it ran into the next day, first say that it ended after midnight."
        )


@check("INF-002", on="infusion", items=("infused_on",), reads=("infusion",), source="D")
def induction_not_consecutive(row: Infusion, data: PatientData) -> Iterator[Question]:
    """The induction is not on five consecutive days."""
    number = row.entry.number
    if row.phase != Phase.INDUCTION or not row.infused_on:
        return
    days = data.at("infusion", row.entry.visit.code) if row.entry.visit else []
    if number > dosing.INDUCTION_DAYS and len(days) <= dosing.INDUCTION_DAYS and _closes_a_gap(row, days):
        return  # it stands for one that was struck out
    if number > dosing.INDUCTION_DAYS:
        yield Question("infused_on", f"This is induction day {number}; {dosing.INDUCTION_DAYS} are planned.")
    earlier = [day for day in days if day.infused_on and day.entry.number < number]
    if earlier and (row.infused_on - earlier[-1].infused_on).days != number - earlier[-1].entry.number:
        before = f"day {earlier[-1].entry.number} was {earlier[-1].infused_on}"
        yield Question(
            "infused_on", f"Induction day {number} is {row.infused_on}; {before}. The days must follow on."
        )


def _closes_a_gap(row: Infusion, days: list[Infusion]) -> bool:
    """Whether the day lies beside another one, and on none of them."""
    others = [day.infused_on for day in days if day.infused_on and day.entry_id != row.entry_id]
    apart = [abs((row.infused_on - other).days) for other in others]
    return 1 in apart and 0 not in apart


@check("INF-012", on="infusion", items=("infused_on",), reads=("infusion",), source="D")
def induction_cut_short(row: Infusion, data: PatientData) -> Iterator[Question]:
    """Maintenance began with fewer than five induction days."""
    given = [r for r in data.rows("infusion") if r.infused_on]
    induction = [r for r in given if r.phase == Phase.INDUCTION]
    if not induction or induction[-1].entry_id != row.entry_id or len(induction) >= dosing.INDUCTION_DAYS:
        return
    if any(r.phase == Phase.MAINTENANCE for r in given):
        few = f"{len(induction)} of {dosing.INDUCTION_DAYS} induction days are recorded"
        yield Question("infused_on", f"{few}, and maintenance has begun.")


@check(
    "INF-003",
    on="infusion",
    items=("given_g", "dosing_weight_kg", "split_days"),
    offer=deviation_offered("INF-003", DeviationCategory.DOSE, on="infused_on"),
)
def dose_off_plan(row: Infusion, data: PatientData) -> Iterator[Question]:
    """The dose given is more than 10 % off the planned dose."""
    if row.given_g is None or row.planned_dose_g is None:
        return
    if abs(row.given_g - row.planned_dose_g) * 100 > row.planned_dose_g * DOSE_OFF_PERCENT:
        yield Question("given_g", f"{row.given_g} g was given; {row.planned_dose_g} g was planned.")


@check(
    "INF-004",
    on="infusion",
    items=("infused_on",),
    reads=("infusion",),
    offer=deviation_offered("INF-004", DeviationCategory.DOSE, on="infused_on"),
)
def interval_unusual(row: Infusion, data: PatientData) -> Iterator[Question]:
    """A cycle began less than 14 or more than 28 days after the last one began."""
    if row.phase != Phase.MAINTENANCE or not row.infused_on or not row.entry.visit:
        return
    here, starts = row.entry.visit.code, _starts(data)
    earlier = list(starts)[: list(starts).index(here)] if starts.get(here) == row.infused_on else []
    low, high = INTERVAL_DAYS
    if earlier and not low <= (days := (row.infused_on - starts[earlier[-1]]).days) <= high:
        last = f"{label_of(earlier[-1])} began on {starts[earlier[-1]]}"
        yield Question(
            "infused_on", f"{row.infused_on} is {days} days after {last}; {low} to {high} are usual."
        )


def _starts(data: PatientData) -> dict[str, date]:
    """The first infusion day of each visit that has one, in the order of the schedule."""
    starts: dict[str, date] = {}
    for row in data.rows("infusion"):
        if row.infused_on and row.entry.visit:
            code = row.entry.visit.code
            starts[code] = min(starts.get(code, row.infused_on), row.infused_on)
    return starts


@check("INF-005", on="infusion", items=("given_g", "given_ml"))
def volume_off_dose(row: Infusion, data: PatientData) -> Iterator[Question]:
    """The volume given is more than 10 % off 20 mL per gram given."""
    if row.given_g is None or row.given_ml is None:
        return
    volume = dosing.volume_ml(row.given_g)
    if abs(row.given_ml - volume) * 100 > volume * VOLUME_OFF_PERCENT:
        yield Question("given_ml", f"{row.given_ml} mL was given; {row.given_g} g is {volume:.0f} mL.")


@check("INF-006", on="infusion", items=("started_at", "ended_next_day", "ended_at"))
def duration_unusual(row: Infusion, data: PatientData) -> Iterator[Question]:
    """The infusion lasted less than 1 hour or more than 12 hours."""
    lasted, (low, high) = row.minutes(), LASTING_HOURS
    if lasted is not None and not low * 60 <= lasted <= high * 60:
        words = f"{lasted // 60} h {lasted % 60} min"
        yield Question("ended_at", f"The infusion lasted {words}; {low} to {high} hours is usual.")


@check("INF-007", on="infusion", items=("dosing_weight_kg",))
def dosing_weight_outside_usual(row: Infusion, data: PatientData) -> Iterator[Question]:
    """The dosing weight is below 30 or above 150 kg."""
    yield from vitals.unlikely_weight(row, "dosing_weight_kg")


@check("INF-008", on="infusion", items=("dosing_weight_kg",), reads=("infusion",))
def dosing_weight_moved(row: Infusion, data: PatientData) -> Iterator[Question]:
    """The dosing weight changed by more than 10 % since the last visit."""
    yield from vitals.moved_weight(row, "dosing_weight_kg", "infusion", data)


@check("IV-001", on="infusion-vitals", items=("systolic", "diastolic"), hard=True)
def systolic_not_above_diastolic(row: InfusionVitals, data: PatientData) -> Iterator[Question]:
    """The systolic pressure around an infusion is not above the diastolic."""
    yield from vitals.not_above_diastolic(row)


@check("IV-002", on="infusion-vitals", items=vitals.SIGNS)
def sign_outside_usual(row: InfusionVitals, data: PatientData) -> Iterator[Question]:
    """A vital sign around an infusion lies outside its usual range."""
    yield from vitals.unlikely_signs(row)
