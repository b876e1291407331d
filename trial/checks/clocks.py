"""Edit checks on times of day: still to come at the site, in an hour that the clocks skipped, or a reading at another
time than it says."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from ecrf.casebook.data import PatientData
from ecrf.checks.registry import Question, check
from ecrf.forms.local_time import exists, moments, surely_before
from trial.crfs.adverse_event import AdverseEvent
from trial.crfs.infusion import Infusion, InfusionVitals, TimePoint
from trial.crfs.laboratory import Laboratory
from trial.crfs.mrc_strength import MrcStrength
from trial.crfs.serious_adverse_event import SeriousAdverseEvent

STILL_TO_COME = "{at} on {day} is later than now at the site."
SKIPPED = "{at} did not exist on {day} at the site: the clocks went forward."
FULL_DATE = len("YYYY-MM-DD")
NEXT_DAY = timedelta(days=1)


def _time_of_day(row: Any, item: str, day: date | str | None) -> tuple[date, time] | None:
    """An item's day and time; None while one of them is not wholly known."""
    at: time | None = getattr(row, item)
    if at is None or not day or len(str(day)) != FULL_DATE:
        return None
    return date.fromisoformat(str(day)), at


def still_to_come(row: Any, item: str, day: date | str | None, data: PatientData) -> Iterator[Question]:
    """Asks about a time of day that is still to come at the site, to the minute."""
    known, now = _time_of_day(row, item, day), data.patient.site.now()
    # The hour in which the clocks go back comes twice: the first of the two may be meant.
    if known and known[0] >= now.date() and moments(*known, data.patient.site.zone)[0] > now:
        yield Question(item, at=known[1], day=known[0])


def skipped(row: Any, item: str, day: date | str | None, data: PatientData) -> Iterator[Question]:
    """Asks about a time of day in the hour by which the site's clocks went forward on that day."""
    known = _time_of_day(row, item, day)
    if known and not exists(*known, data.patient.site.zone):
        yield Question(item, at=known[1], day=known[0])


@check(
    "INF-013",
    on="infusion",
    text=STILL_TO_COME,
    items=("infused_on", "started_at", "ended_next_day", "ended_at"),
)
def infusion_still_to_come(row: Infusion, data: PatientData) -> Iterator[Question]:
    """The infusion's start or end is later than now at the site."""
    yield from still_to_come(row, "started_at", row.infused_on, data)
    yield from still_to_come(row, "ended_at", _ended_on(row), data)


def _ended_on(row: Infusion) -> date | None:
    return row.infused_on + NEXT_DAY if row.infused_on and row.ended_next_day else row.infused_on


@check(
    "INF-019",
    on="infusion",
    text=SKIPPED,
    items=("infused_on", "started_at", "ended_next_day", "ended_at"),
)
def infusion_in_a_skipped_hour(row: Infusion, data: PatientData) -> Iterator[Question]:
    """The infusion's start or end lies in an hour that the clocks skipped."""
    yield from skipped(row, "started_at", row.infused_on, data)
    yield from skipped(row, "ended_at", _ended_on(row), data)


@check(
    "IV-005",
    on="infusion-vitals",
    text=STILL_TO_COME,
    items=("measured_at",),
    reads=("infusion.infused_on", "infusion.started_at", "infusion.ended_next_day"),
)
def reading_still_to_come(row: InfusionVitals, data: PatientData) -> Iterator[Question]:
    """A reading around an infusion is later than now at the site."""
    infusion = data.parent("infusion", row)
    if infusion and infusion.infused_on and row.measured_at:
        yield from still_to_come(row, "measured_at", _day_of(row, infusion), data)


LATE = time(20)
"""An infusion that ends later may have its last reading on the next day."""


def _day_of(row: InfusionVitals, infusion: Infusion) -> date:
    """The day of a reading: the next one where its time is before the start, and the infusion ran past midnight or
    ended so late that a reading after it does."""
    late = row.time_point == TimePoint.AFTER and infusion.ended_at and infusion.ended_at >= LATE
    is_next = (
        (infusion.ended_next_day or late) and infusion.started_at and row.measured_at < infusion.started_at
    )
    is_next = is_next and row.time_point != TimePoint.BEFORE
    return infusion.infused_on + NEXT_DAY if is_next else infusion.infused_on


@check(
    "IV-006",
    on="infusion-vitals",
    text={
        "start": "Said to be {time_point:answer time_point} the infusion, but measured at {at}; it started at {start}.",
        "end": "Said to be {time_point:answer time_point} the infusion, but measured at {at}; it ended at {end}.",
        "both": "Said to be {time_point:answer time_point} the infusion, but measured at {at}; it started at {start} "
        "and it ended at {end}.",
    },
    items=("time_point", "measured_at"),
    reads=(
        "infusion.infused_on",
        "infusion.started_at",
        "infusion.ended_next_day",
        "infusion.ended_at",
    ),
)
def reading_at_another_time(row: InfusionVitals, data: PatientData) -> Iterator[Question]:
    """A reading “before” is after the start, one “during” outside the infusion, or one “after” before its end."""
    infusion = data.parent("infusion", row)
    if not (infusion and infusion.infused_on and row.measured_at):
        return
    zone = data.patient.site.zone
    at = moments(_day_of(row, infusion), row.measured_at, zone)
    start, end = _span(infusion, zone)
    not_before: dict[str, Moments] = {TimePoint.DURING: start, TimePoint.AFTER: end}
    not_after: dict[str, Moments] = {TimePoint.BEFORE: start, TimePoint.DURING: end}
    first, last = not_before.get(row.time_point), not_after.get(row.time_point)
    if (first and surely_before(at, first)) or (last and surely_before(last, at)):
        span = {"start": infusion.started_at, "end": infusion.ended_at}
        known = {name: clock for name, clock in span.items() if clock}
        variant = "both" if len(known) == 2 else next(iter(known))
        yield Question("measured_at", variant, time_point=row.time_point, at=row.measured_at, **known)


Moments = tuple[datetime, ...]


def _span(infusion: Infusion, zone: ZoneInfo) -> tuple[Moments, Moments]:
    """When the infusion started and ended; nothing where that is not known."""
    day = infusion.infused_on
    last = day + NEXT_DAY if infusion.ended_next_day else day
    return (
        moments(day, infusion.started_at, zone) if infusion.started_at else (),
        moments(last, infusion.ended_at, zone) if infusion.ended_at else (),
    )


def _assessed_on(row: MrcStrength, data: PatientData) -> date | None:
    """The day of the assessment: its own, or the visit's."""
    visits = data.at("visit", row.entry.visit.code) if row.entry.visit else []
    return row.assessed_on or (visits[0].visited_on if visits else None)


@check(
    "MRC-006",
    on="mrc-strength",
    text=STILL_TO_COME,
    items=("assessed_at", "assessed_on"),
    reads=("visit.visited_on",),
)
def assessment_still_to_come(row: MrcStrength, data: PatientData) -> Iterator[Question]:
    """The time of the assessment is later than now at the site."""
    yield from still_to_come(row, "assessed_at", _assessed_on(row, data), data)


@check("LB-007", on="laboratory", text=STILL_TO_COME, items=("collected_on", "collected_at"))
def sample_still_to_come(row: Laboratory, data: PatientData) -> Iterator[Question]:
    """The time at which the sample was taken is later than now at the site."""
    yield from still_to_come(row, "collected_at", row.collected_on, data)


@check(
    "AE-009",
    on="adverse-event",
    text=STILL_TO_COME,
    items=("started_on", "started_at", "ended_on", "ended_at"),
)
def event_still_to_come(row: AdverseEvent, data: PatientData) -> Iterator[Question]:
    """The time at which the event began or ended is later than now at the site."""
    yield from still_to_come(row, "started_at", row.started_on, data)
    yield from still_to_come(row, "ended_at", row.ended_on, data)


@check(
    "SAE-007",
    on="serious-adverse-event",
    text=STILL_TO_COME,
    items=("became_aware_on", "became_aware_at", "reported_on", "reported_at"),
)
def report_still_to_come(row: SeriousAdverseEvent, data: PatientData) -> Iterator[Question]:
    """The time at which the site became aware, or reported, is later than now at the site."""
    yield from still_to_come(row, "became_aware_at", row.became_aware_on, data)
    yield from still_to_come(row, "reported_at", row.reported_on, data)


@check(
    "IV-007",
    on="infusion-vitals",
    text=SKIPPED,
    items=("measured_at",),
    reads=("infusion.infused_on", "infusion.started_at", "infusion.ended_next_day"),
)
def reading_in_a_skipped_hour(row: InfusionVitals, data: PatientData) -> Iterator[Question]:
    """A reading around an infusion lies in an hour that the clocks skipped."""
    infusion = data.parent("infusion", row)
    if infusion and infusion.infused_on and row.measured_at:
        yield from skipped(row, "measured_at", _day_of(row, infusion), data)


@check(
    "MRC-007",
    on="mrc-strength",
    text=SKIPPED,
    items=("assessed_at", "assessed_on"),
    reads=("visit.visited_on",),
)
def assessment_in_a_skipped_hour(row: MrcStrength, data: PatientData) -> Iterator[Question]:
    """The time of the assessment lies in an hour that the clocks skipped."""
    yield from skipped(row, "assessed_at", _assessed_on(row, data), data)


@check("LB-010", on="laboratory", text=SKIPPED, items=("collected_on", "collected_at"))
def sample_in_a_skipped_hour(row: Laboratory, data: PatientData) -> Iterator[Question]:
    """The time at which the sample was taken lies in an hour that the clocks skipped."""
    yield from skipped(row, "collected_at", row.collected_on, data)


@check(
    "AE-016",
    on="adverse-event",
    text=SKIPPED,
    items=("started_on", "started_at", "ended_on", "ended_at"),
)
def event_in_a_skipped_hour(row: AdverseEvent, data: PatientData) -> Iterator[Question]:
    """The event began or ended in an hour that the clocks skipped."""
    yield from skipped(row, "started_at", row.started_on, data)
    yield from skipped(row, "ended_at", row.ended_on, data)


@check(
    "SAE-010",
    on="serious-adverse-event",
    text=SKIPPED,
    items=("became_aware_on", "became_aware_at", "reported_on", "reported_at"),
)
def report_in_a_skipped_hour(row: SeriousAdverseEvent, data: PatientData) -> Iterator[Question]:
    """The site became aware, or reported, in an hour that the clocks skipped."""
    yield from skipped(row, "became_aware_at", row.became_aware_on, data)
    yield from skipped(row, "reported_at", row.reported_on, data)
