"""Edit checks that reach across forms: consent, enrolment, assessments and infusions."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from ecrf.casebook.data import PatientData
from ecrf.checks.registry import ANY, Offer, Question, check
from ecrf.forms.crf import Crf
from ecrf.forms.items import Day, PartialDay
from ecrf.forms.partial_dates import earliest, latest, surely_before
from ecrf.forms.registry import by_model
from trial.crfs.demographics import Demographics
from trial.crfs.infusion import Infusion, InfusionLot, InfusionVitals, TimePoint
from trial.crfs.medical_history import MedicalHistory
from trial.crfs.mmn_history import MmnHistory
from trial.crfs.mrc_strength import MrcStrength
from trial.crfs.prior_treatment import PriorTreatment
from trial.crfs.visit import Occurrence

YOUNGEST, OLDEST = 20, 100
PRESSURE_FELL_MMHG = 30
TEMPERATURE_ROSE_C = 1


def consented_on(data: PatientData) -> date | None:
    """The day of the first consent, if it is recorded."""
    consent = data.one("consent")
    return consent.signed_on if consent else None


def age_at(born: str, on: date) -> tuple[int, int]:
    """The least and the most completed years on a day that a birth date, maybe partial, leaves possible."""

    def years(birthday: date) -> int:
        return on.year - birthday.year - ((on.month, on.day) < (birthday.month, birthday.day))

    return years(latest(born)), years(earliest(born))


@check(
    "DATE-001",
    on=ANY,
    text="{value} is before the consent, signed on {consent}.",
    kinds=("day", "partial-day"),
    reads=("consent.signed_on",),
)
def before_consent(row: Crf, data: PatientData) -> Iterator[Question]:
    """A date of the study lies before the consent."""
    consent = consented_on(data)
    for name, item in by_model(type(row)).entered.items() if consent else ():
        value = getattr(row, name)
        if (
            value
            and isinstance(item, Day | PartialDay)
            and not item.history
            and surely_before(value, str(consent))
        ):
            yield Question(name, value=value, consent=consent)


@check(
    "VISIT-006",
    on=ANY,
    text="{visit:visit} was missed, but “{form:form}” has values.",
    reads=("visit.occurrence",),
    same_visit=True,
)
def entered_though_missed(row: Crf, data: PatientData) -> Iterator[Question]:
    """The visit was missed, and one of its forms has values."""
    definition, visit = by_model(type(row)), row.entry.visit
    if (
        visit is None
        or definition.row_of
        or not any(v.occurrence == Occurrence.MISSED for v in data.at("visit", visit.code))
    ):
        return
    names = ("visited_on", "contact") if definition.key == "visit" else definition.entered
    first = next((name for name in names if getattr(row, name) is not None), None)
    for name in names if first else ():
        question = Question(name, visit=visit, form=definition.key)
        yield question.once(definition.key, only_if_there=name != first)


@check(
    "DM-001",
    on="demographics",
    text={
        "born": "Born {born}, the patient was {years} years old at consent; {youngest} to {oldest} is expected.",
        "born in part": "Born {born}, the patient was {least} or {most} years old at consent; {youngest} to {oldest} "
        "is expected.",
        "age": "The patient was {years} years old at consent; {youngest} to {oldest} is expected.",
    },
    items=("born_on", "age_years"),
    reads=("consent.signed_on",),
    source="S",
)
def age_outside(row: Demographics, data: PatientData) -> Iterator[Question]:
    """The age at consent is below 20 or above 100 (the upper limit is P)."""
    consent, limits = consented_on(data), {"youngest": YOUNGEST, "oldest": OLDEST}
    if row.born_on and consent:
        least, most = age_at(row.born_on, consent)
        if most >= YOUNGEST and least <= OLDEST:
            return
        if least == most:
            yield Question("born_on", "born", born=row.born_on, years=most, **limits)
        else:
            yield Question("born_on", "born in part", born=row.born_on, least=least, most=most, **limits)
    elif row.age_years is not None and not YOUNGEST <= row.age_years <= OLDEST:
        yield Question("age_years", "age", years=row.age_years, **limits)


@check(
    "MMN-002",
    on="mmn-history",
    text="Diagnosis {diagnosis} is after the consent, {consent}.",
    items=("diagnosed_on",),
    reads=("consent.signed_on",),
)
def diagnosed_after_consent(row: MmnHistory, data: PatientData) -> Iterator[Question]:
    """The diagnosis lies after the consent."""
    consent = consented_on(data)
    if consent and row.diagnosed_on and surely_before(consent, row.diagnosed_on):
        yield Question("diagnosed_on", diagnosis=row.diagnosed_on, consent=consent)


@check(
    "MRC-005",
    on="mrc-strength",
    text="Assessed at {assessed_at}; the infusion of that day began at {began}.",
    items=("assessed_at", "assessed_on", "before_dose"),
    reads=("visit.visited_on", "infusion.infused_on", "infusion.started_at"),
)
def assessed_later_than_infused(row: MrcStrength, data: PatientData) -> Iterator[Question]:
    """The time of the assessment lies after the start of that day's infusion, and this was not said."""
    code = row.entry.visit.code if row.entry.visit else ""
    visited = [visit.visited_on for visit in data.at("visit", code) if visit.visited_on]
    days = [row.assessed_on] if row.assessed_on else visited
    if row.assessed_at is None or row.before_dose is False:
        return  # MRC-003 asks about an assessment that is said to be later
    starts = [
        day.started_at for day in data.at("infusion", code) if day.infused_on in days and day.started_at
    ]
    if starts and row.assessed_at > min(starts):
        yield Question("assessed_at", assessed_at=row.assessed_at, began=min(starts))


@check(
    "INF-009",
    on="infusion",
    text="{given} g was given, and no lot number is recorded.",
    items=("given_g",),
    reads=("infusion-lot.lot_number",),
    late=True,
)
def lot_missing(row: Infusion, data: PatientData) -> Iterator[Question]:
    """A dose was given, and no lot number is recorded."""
    lots = data.children("infusion-lot", row)
    if row.given_g and not any(lot.lot_number or "lot_number" in lot.missing_reasons for lot in lots):
        yield Question("given_g", given=row.given_g)


@check(
    "INF-010",
    on="infusion",
    text="{infused_on} is after the end of study, {ended_on}.",
    items=("infused_on",),
    reads=("end-of-study.ended_on",),
)
def infused_after_end(row: Infusion, data: PatientData) -> Iterator[Question]:
    """The infusion lies after the end of study."""
    end = data.one("end-of-study")
    if row.infused_on and end and end.ended_on and row.infused_on > end.ended_on:
        yield Question("infused_on", infused_on=row.infused_on, ended_on=end.ended_on)


@check(
    "INF-011",
    on="infusion",
    text="{given} g was given, but the patient was found not eligible.",
    items=("infused_on", "given_g"),
    reads=("eligibility.eligible",),
)
def infused_though_not_eligible(row: Infusion, data: PatientData) -> Iterator[Question]:
    """A dose was given although the patient is not eligible."""
    decision = data.one("eligibility")
    if row.given_g and decision and decision.eligible is False:
        yield Question("given_g", given=row.given_g)


@check(
    "LOT-001",
    on="infusion-lot",
    text="The lot was valid until {last}; the infusion was on {infused_on}.",
    items=("expires_on",),
    reads=("infusion.infused_on",),
)
def lot_expired(row: InfusionLot, data: PatientData) -> Iterator[Question]:
    """The lot had expired on the day of the infusion; one that is dated by its month is valid until the last day."""
    infusion = data.parent("infusion", row)
    if not (row.expires_on and infusion and infusion.infused_on):
        return
    if infusion.infused_on > (last := latest(row.expires_on)):
        yield Question("expires_on", last=last, infused_on=infusion.infused_on)


def _without_event(row: InfusionVitals, item: str, data: PatientData) -> Any | None:
    """The value before this infusion, if this reading came later and no adverse event began that day."""
    infusion = data.parent("infusion", row)
    if row.time_point not in (TimePoint.DURING, TimePoint.AFTER) or not (infusion and infusion.infused_on):
        return None
    if any(_may_be_on(event.started_on, infusion.infused_on) for event in data.rows("adverse-event")):
        return None
    readings = data.children("infusion-vitals", infusion)
    before = [getattr(r, item) for r in readings if r.time_point == TimePoint.BEFORE]
    return next((value for value in reversed(before) if value is not None), None)


def _may_be_on(partial: str | None, day: date) -> bool:
    return bool(partial) and earliest(str(partial)) <= day <= latest(str(partial))


def _event_of(row: InfusionVitals, data: PatientData) -> dict[str, str]:
    """What is known of an adverse event that this reading points to: its day and its infusion."""
    infusion = data.parent("infusion", row)
    if not (infusion and infusion.infused_on):
        return {}
    return {"started_on": infusion.infused_on.isoformat(), "related_infusion": infusion.entry.link}


RECORD_EVENT = Offer(crf="adverse-event", label="Record an adverse event", fill=_event_of)


@check(
    "IV-003",
    on="infusion-vitals",
    text="Systolic fell from {before} to {now} mmHg, and no adverse event began that day.",
    items=("systolic", "time_point"),
    reads=("infusion.infused_on", "infusion-vitals", "adverse-event.started_on"),
    offer=RECORD_EVENT,
)
def pressure_fell(row: InfusionVitals, data: PatientData) -> Iterator[Question]:
    """The systolic pressure fell by 30 mmHg or more in an infusion, and no adverse event began that day."""
    before = _without_event(row, "systolic", data)
    if before is not None and row.systolic is not None and before - row.systolic >= PRESSURE_FELL_MMHG:
        yield Question("systolic", before=before, now=row.systolic)


@check(
    "IV-004",
    on="infusion-vitals",
    text="Temperature rose from {before} to {now} °C, and no adverse event began that day.",
    items=("temperature", "time_point"),
    reads=("infusion.infused_on", "infusion-vitals", "adverse-event.started_on"),
    offer=RECORD_EVENT,
)
def temperature_rose(row: InfusionVitals, data: PatientData) -> Iterator[Question]:
    """The temperature rose by 1 °C or more in an infusion, and no adverse event began that day."""
    before = _without_event(row, "temperature", data)
    if before is not None and row.temperature is not None and row.temperature - before >= TEMPERATURE_ROSE_C:
        yield Question("temperature", before=before, now=row.temperature)


@check(
    "MH-002",
    on="medical-history",
    text="It began on {began}, after the consent, {consent}: then it is an adverse event.",
    items=("started_on",),
    reads=("consent.signed_on",),
)
def history_after_consent(row: MedicalHistory, data: PatientData) -> Iterator[Question]:
    """The condition began after the consent: then it is an adverse event."""
    consent = consented_on(data)
    if consent and row.started_on and surely_before(consent, row.started_on):
        yield Question("started_on", began=row.started_on, consent=consent)


@check(
    "PT-001",
    on="prior-treatment",
    text="{last_given_on} is after the first trial dose, {first}.",
    items=("last_given_on",),
    reads=("infusion.infused_on",),
)
def prior_treatment_after_first_dose(row: PriorTreatment, data: PatientData) -> Iterator[Question]:
    """The earlier treatment was last given after the first dose of the trial drug."""
    first = min((r.infused_on for r in data.rows("infusion") if r.infused_on), default=None)
    if first and row.last_given_on and surely_before(first, row.last_given_on):
        yield Question("last_given_on", last_given_on=row.last_given_on, first=first)
