"""Visit: whether the visit took place, when, or why not."""

from collections.abc import Iterator
from datetime import date, timedelta

from django.db import models

from ecrf.casebook.data import PatientData
from ecrf.checks.registry import Question, check
from ecrf.forms.crf import Crf
from ecrf.forms.items import Choice, Day, Line
from ecrf.forms.protocol import VisitPlan, protocol
from ecrf.forms.registry import Section, crf
from trial.crfs import protocol_deviation
from trial.crfs.protocol_deviation import DeviationCategory

SCREENING = "SCR"
DAYS_TO_BASELINE = 28
"""How long before the first dose screening may take place (P)."""


class Occurrence(models.TextChoices):
    DONE = "done", "Done"
    MISSED = "missed", "Missed"


def another_day(cdash: str) -> Day:
    """The day of an assessment that was not made on the day of its visit."""
    return Day("Assessed on another day", required=False, quiet=True, cdash=cdash)


class Contact(models.TextChoices):
    ON_SITE = "on-site", "At the site"
    HOME = "home", "At the patient's home"
    PHONE = "phone", "By telephone or video"


@crf("visit", title="Visit", domain="SV")
class VisitRecord(Crf):
    """Whether the visit took place, when and how, or why it was missed."""

    occurrence = Choice("The visit was", choices=Occurrence, cdash="SVOCCUR")
    visited_on = Day("Date of visit", asked_if=("occurrence", "done"), cdash="SVSTDAT")
    contact = Choice("Took place", choices=Contact, asked_if=("occurrence", "done"), cdash="SVCNTMOD")
    missed_reason = Line(
        "Why it was missed", identifying=True, asked_if=("occurrence", "missed"), cdash="SVREASOC"
    )

    sections = (Section("Visit", "occurrence", "visited_on", "contact", "missed_reason"),)


@check(
    "VISIT-001",
    on="visit",
    text={
        "after": "The window was {opens_on} to {closes_on}: the visit was {late:days} after it.",
        "before": "The window was {opens_on} to {closes_on}: the visit was {early:days} before it.",
    },
    items=("visited_on",),
    reads=("visit", *protocol_deviation.READS),
    source="O",
    offer=protocol_deviation.offered("VISIT-001", DeviationCategory.VISIT_WINDOW, on="visited_on"),
)
def outside_window(row: VisitRecord, data: PatientData) -> Iterator[Question]:
    """The visit lies outside its window around the nominal day, and no deviation is recorded."""
    plan, baseline = _plan(row), _baseline_on(data)
    if not (row.visited_on and plan and plan.day and baseline) or plan.code == protocol().baseline:
        return
    opens_on, closes_on = _window(plan, baseline)
    if opens_on <= row.visited_on <= closes_on or _has_deviation(row, data):
        return
    if (late := (row.visited_on - closes_on).days) > 0:
        yield Question("visited_on", "after", opens_on=opens_on, closes_on=closes_on, late=late)
    else:
        early = (opens_on - row.visited_on).days
        yield Question("visited_on", "before", opens_on=opens_on, closes_on=closes_on, early=early)


@check(
    "VISIT-002",
    on="visit",
    text="{visited_on} is before {earlier:visit}, which was on {earlier_on}.",
    items=("visited_on",),
    reads=("visit",),
)
def out_of_order(row: VisitRecord, data: PatientData) -> Iterator[Question]:
    """The visit is dated before an earlier visit of the schedule."""
    order, plan = protocol().order, _plan(row)
    if not (row.visited_on and plan):
        return
    here = order(plan.code)
    dated = [r for r in data.rows("visit") if r.visited_on and _plan(r) and order(r.entry.visit.code) < here]
    earlier = dated[-1] if dated else None
    if earlier and row.visited_on < earlier.visited_on:
        yield Question(
            "visited_on",
            visited_on=row.visited_on,
            earlier=earlier.entry.visit,
            earlier_on=earlier.visited_on,
        )


@check(
    "VISIT-003",
    on="visit",
    text="{other:visit} has the same date, {visited_on}.",
    items=("visited_on",),
    reads=("visit",),
)
def two_on_one_day(row: VisitRecord, data: PatientData) -> Iterator[Question]:
    """Two visits of one patient have the same date."""
    for other in data.rows("visit"):
        if row.visited_on and other.entry_id != row.entry_id and other.visited_on == row.visited_on:
            yield Question("visited_on", other=other.entry.visit, visited_on=row.visited_on)
            return


@check(
    "VISIT-004",
    on="visit",
    text={
        "too early": "{visited_on} is {days:days} before the baseline, {baseline}; screening takes place 1 to {most} "
        "days before it.",
        "same day": "{visited_on} is the day of the baseline, {baseline}; screening takes place 1 to {most} days "
        "before it.",
        "too late": "{visited_on} is {days:days} after the baseline, {baseline}; screening takes place 1 to {most} "
        "days before it.",
    },
    items=("visited_on",),
    reads=("visit", *protocol_deviation.READS),
    offer=protocol_deviation.offered("VISIT-004", DeviationCategory.VISIT_WINDOW, on="visited_on"),
)
def screened_too_early_or_late(row: VisitRecord, data: PatientData) -> Iterator[Question]:
    """Screening lies more than 28 days before the baseline or not before it, and no deviation is recorded."""
    plan, baseline = _plan(row), _baseline_on(data)
    if not (row.visited_on and plan and plan.code == SCREENING and baseline):
        return
    before = (baseline - row.visited_on).days
    if not 1 <= before <= DAYS_TO_BASELINE and not _has_deviation(row, data):
        shown = {"visited_on": row.visited_on, "baseline": baseline, "most": DAYS_TO_BASELINE}
        if before == 0:
            yield Question("visited_on", "same day", **shown)
        else:
            variant = "too early" if before > 0 else "too late"
            yield Question("visited_on", variant, days=abs(before), **shown)


@check(
    "VISIT-005",
    on="visit",
    text="The window is {opens_on} to {closes_on}: it has not opened yet.",
    items=("occurrence", "visited_on"),
    reads=("visit",),
    source="O",
)
def missed_too_early(row: VisitRecord, data: PatientData) -> Iterator[Question]:
    """The visit is recorded as missed before its window has opened."""
    plan, baseline = _plan(row), _baseline_on(data)
    if (
        row.occurrence != Occurrence.MISSED
        or not (plan and plan.day and baseline)
        or plan.code == protocol().baseline
    ):
        return
    opens_on, closes_on = _window(plan, baseline)
    if row.entry.patient.site.today() < opens_on:
        yield Question("occurrence", opens_on=opens_on, closes_on=closes_on)


@check(
    "VISIT-008",
    on="visit",
    text="{earlier:visit} comes first, and is not recorded as done.",
    items=("visited_on",),
    reads=("visit.occurrence", "visit.visited_on"),
    among_rows=True,
)
def before_what_comes_first(row: VisitRecord, data: PatientData) -> Iterator[Question]:
    """The visit took place, and screening, or after the baseline the baseline, did not.

    Asked once of each of these two, of the first visit after it; an earlier visit that is entered afterwards leaves the
    question where it stands. Any other visit may be missed. One that took place later is asked about by VISIT-002 and
    VISIT-004.
    """
    earlier = _comes_first(row)
    if not earlier or any(r.occurrence == Occurrence.DONE for r in data.at("visit", earlier)):
        return
    order, after = protocol().order, [r for r in data.rows("visit") if _comes_first(r) == earlier]
    first = min(after, key=lambda r: order(r.entry.visit.code))
    yield Question("visited_on", earlier=earlier).once(earlier, only_if_there=first.entry_id != row.entry_id)


def _comes_first(row: VisitRecord) -> str:
    """The visit without which this one cannot have taken place; "" where there is none, or it has no date."""
    plan, baseline = _plan(row), protocol().baseline
    if not (row.visited_on and plan and plan.day):
        return ""
    return SCREENING if plan.code == baseline else baseline


def _plan(row: VisitRecord) -> VisitPlan | None:
    """The visit's line in the schedule; None for an unscheduled visit, which has no place there."""
    plan = protocol().plan(row.entry.visit.code) if row.entry.visit else None
    return None if plan and plan.repeats else plan


def _baseline_on(data: PatientData) -> date | None:
    baseline = next(iter(data.at("visit", protocol().baseline)), None)
    return baseline.visited_on if baseline else None


def _window(plan: VisitPlan, baseline: date) -> tuple[date, date]:
    """First and last day of the window around the nominal day."""
    nominal = baseline + timedelta(days=(plan.day or 1) - 1)
    return nominal + timedelta(days=plan.opens), nominal + timedelta(days=plan.closes)


def is_in_window(row: VisitRecord, data: PatientData) -> bool | None:
    """Whether the visit lies in its window, screening in the days before the baseline; None where it has no window, or
    where a date is not known."""
    plan, baseline = _plan(row), _baseline_on(data)
    if not (row.visited_on and plan and baseline) or plan.code == protocol().baseline:
        return None
    if plan.code == SCREENING:
        return 1 <= (baseline - row.visited_on).days <= DAYS_TO_BASELINE
    if not plan.day:
        return None
    opens_on, closes_on = _window(plan, baseline)
    return opens_on <= row.visited_on <= closes_on


def _has_deviation(row: VisitRecord, data: PatientData) -> bool:
    return protocol_deviation.is_recorded(DeviationCategory.VISIT_WINDOW, row, data)
