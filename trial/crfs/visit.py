"""Visit: whether the visit took place, when, or why not."""

from collections.abc import Iterator
from datetime import date, timedelta

from django.db import models

from ecrf.casebook.data import PatientData
from ecrf.casebook.labels import visit_label
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
    missed_reason = Line("Why it was missed", asked_if=("occurrence", "missed"), cdash="SVREASOC")

    sections = (Section("Visit", "occurrence", "visited_on", "contact", "missed_reason"),)


@check(
    "VISIT-001",
    on="visit",
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
    is_late = row.visited_on > closes_on
    days = _days((row.visited_on - closes_on if is_late else opens_on - row.visited_on).days)
    when = f"{days} {'after' if is_late else 'before'} it"
    yield Question("visited_on", f"The window was {opens_on} to {closes_on}: the visit was {when}.")


@check("VISIT-002", on="visit", items=("visited_on",), reads=("visit",))
def out_of_order(row: VisitRecord, data: PatientData) -> Iterator[Question]:
    """The visit is dated before an earlier visit of the schedule."""
    order, plan = protocol().order, _plan(row)
    if not (row.visited_on and plan):
        return
    here = order(plan.code)
    dated = [r for r in data.rows("visit") if r.visited_on and _plan(r) and order(r.entry.visit.code) < here]
    earlier = dated[-1] if dated else None
    if earlier and row.visited_on < earlier.visited_on:
        what = f"{visit_label(earlier.entry.visit)}, which was on {earlier.visited_on}"
        yield Question("visited_on", f"{row.visited_on} is before {what}.")


@check("VISIT-003", on="visit", items=("visited_on",), reads=("visit",))
def two_on_one_day(row: VisitRecord, data: PatientData) -> Iterator[Question]:
    """Two visits of one patient have the same date."""
    for other in data.rows("visit"):
        if row.visited_on and other.entry_id != row.entry_id and other.visited_on == row.visited_on:
            what = visit_label(other.entry.visit)
            yield Question("visited_on", f"{what} has the same date, {row.visited_on}.")
            return


@check(
    "VISIT-004",
    on="visit",
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
        usual = f"screening takes place 1 to {DAYS_TO_BASELINE} days before it"
        yield Question(
            "visited_on", f"{row.visited_on} is {_days_from(before)} the baseline, {baseline}; {usual}."
        )


@check("VISIT-005", on="visit", items=("occurrence", "visited_on"), reads=("visit",), source="O")
def missed_too_early(row: VisitRecord, data: PatientData) -> Iterator[Question]:
    """The visit is told as missed before its window has opened."""
    plan, baseline = _plan(row), _baseline_on(data)
    if (
        row.occurrence != Occurrence.MISSED
        or not (plan and plan.day and baseline)
        or plan.code == protocol().baseline
    ):
        return
    opens_on, closes_on = _window(plan, baseline)
    if row.entry.patient.site.today() < opens_on:
        yield Question("occurrence", f"The window is {opens_on} to {closes_on}: it has not opened yet.")


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


def _has_deviation(row: VisitRecord, data: PatientData) -> bool:
    return protocol_deviation.is_recorded(DeviationCategory.VISIT_WINDOW, row, data)


def _days_from(before: int) -> str:
    if before == 0:
        return "the day of"
    return f"{_days(abs(before))} {'before' if before > 0 else 'after'}"


def _days(number: int) -> str:
    return "1 day" if number == 1 else f"{number} days"
