"""Visit: whether the visit took place, when, or why not."""

from collections.abc import Iterator
from datetime import date, timedelta

from django.db import models

from ecrf.casebook.book import Book
from ecrf.casebook.due import DAYS_TO_BASELINE
from ecrf.casebook.items import Choice, Day, Line
from ecrf.casebook.models import Crf
from ecrf.casebook.protocol import VisitPlan, protocol
from ecrf.casebook.registry import Section, crf
from ecrf.casebook.wording import visit_label
from ecrf.checks.registry import Question, check
from trial.crfs import protocol_deviation
from trial.crfs.protocol_deviation import Category

SCREENING = "SCR"


class Fate(models.TextChoices):
    DONE = "done", "Done"
    MISSED = "missed", "Missed"


class Contact(models.TextChoices):
    ON_SITE = "on-site", "At the site"
    HOME = "home", "At the patient's home"
    PHONE = "phone", "By telephone or video"


@crf("visit", title="Visit", domain="SV")
class Visit(Crf):
    """Whether the visit took place, when and how, or why it was missed."""

    fate = Choice("The visit was", choices=Fate, cdash="SVOCCUR")
    visited_on = Day("Date of visit", asked_if=("fate", "done"), cdash="SVSTDAT")
    contact = Choice("Took place", choices=Contact, asked_if=("fate", "done"), cdash="SVCNTMOD")
    missed_reason = Line("Why it was missed", asked_if=("fate", "missed"), cdash="SVREASOC")

    sections = (Section("Visit", "fate", "visited_on", "contact", "missed_reason"),)


@check(
    "VISIT-001",
    on="visit",
    items=("visited_on",),
    reads=("visit", *protocol_deviation.READS),
    source="O",
    offer=protocol_deviation.offered("VISIT-001", Category.VISIT_WINDOW, on="visited_on"),
)
def outside_window(row: Visit, book: Book) -> Iterator[Question]:
    """The visit lies outside its window around the nominal day, and no deviation is recorded."""
    plan, baseline = _plan(row), _baseline_on(book)
    if not (row.visited_on and plan and plan.day and baseline) or plan.code == protocol().baseline:
        return
    opens_on, closes_on = _window(plan, baseline)
    if opens_on <= row.visited_on <= closes_on or _has_deviation(row, book):
        return
    is_late = row.visited_on > closes_on
    days = _days((row.visited_on - closes_on if is_late else opens_on - row.visited_on).days)
    when = f"{days} {'after' if is_late else 'before'} it"
    yield Question("visited_on", f"The window was {opens_on} to {closes_on}: the visit was {when}.")


@check("VISIT-002", on="visit", items=("visited_on",), reads=("visit",))
def out_of_order(row: Visit, book: Book) -> Iterator[Question]:
    """The visit is dated before an earlier visit of the schedule."""
    order, plan = protocol().order, _plan(row)
    if not (row.visited_on and plan):
        return
    here = order(plan.code)
    dated = [r for r in book.rows("visit") if r.visited_on and _plan(r) and order(r.entry.visit.code) < here]
    earlier = dated[-1] if dated else None
    if earlier and row.visited_on < earlier.visited_on:
        what = f"{visit_label(earlier.entry.visit)}, which was on {earlier.visited_on}"
        yield Question("visited_on", f"{row.visited_on} is before {what}.")


@check("VISIT-003", on="visit", items=("visited_on",), reads=("visit",))
def two_on_one_day(row: Visit, book: Book) -> Iterator[Question]:
    """Two visits of one patient have the same date."""
    for other in book.rows("visit"):
        if row.visited_on and other.entry_id != row.entry_id and other.visited_on == row.visited_on:
            what = visit_label(other.entry.visit)
            yield Question("visited_on", f"{what} has the same date, {row.visited_on}.")
            return


@check(
    "VISIT-004",
    on="visit",
    items=("visited_on",),
    reads=("visit", *protocol_deviation.READS),
    offer=protocol_deviation.offered("VISIT-004", Category.VISIT_WINDOW, on="visited_on"),
)
def screened_too_early_or_late(row: Visit, book: Book) -> Iterator[Question]:
    """Screening lies more than 28 days before the baseline or not before it, and no deviation is recorded."""
    plan, baseline = _plan(row), _baseline_on(book)
    if not (row.visited_on and plan and plan.code == SCREENING and baseline):
        return
    before = (baseline - row.visited_on).days
    if not 1 <= before <= DAYS_TO_BASELINE and not _has_deviation(row, book):
        usual = f"screening takes place 1 to {DAYS_TO_BASELINE} days before it"
        yield Question(
            "visited_on", f"{row.visited_on} is {_days_from(before)} the baseline, {baseline}; {usual}."
        )


@check("VISIT-005", on="visit", items=("fate", "visited_on"), reads=("visit",), source="O")
def missed_too_early(row: Visit, book: Book) -> Iterator[Question]:
    """The visit is told as missed before its window has opened."""
    plan, baseline = _plan(row), _baseline_on(book)
    if row.fate != Fate.MISSED or not (plan and plan.day and baseline) or plan.code == protocol().baseline:
        return
    opens_on, closes_on = _window(plan, baseline)
    if row.entry.patient.site.today() < opens_on:
        yield Question("fate", f"The window is {opens_on} to {closes_on}: it has not opened yet.")


def _plan(row: Visit) -> VisitPlan | None:
    """The visit's line in the schedule; None for an unscheduled visit, which has no place there."""
    plan = protocol().plan(row.entry.visit.code) if row.entry.visit else None
    return None if plan and plan.repeats else plan


def _baseline_on(book: Book) -> date | None:
    baseline = next(iter(book.at("visit", protocol().baseline)), None)
    return baseline.visited_on if baseline else None


def _window(plan: VisitPlan, baseline: date) -> tuple[date, date]:
    """First and last day of the window around the nominal day."""
    nominal = baseline + timedelta(days=(plan.day or 1) - 1)
    return nominal + timedelta(days=plan.opens), nominal + timedelta(days=plan.closes)


def _has_deviation(row: Visit, book: Book) -> bool:
    return protocol_deviation.is_recorded(Category.VISIT_WINDOW, row, book)


def _days_from(before: int) -> str:
    if before == 0:
        return "the day of"
    return f"{_days(abs(before))} {'before' if before > 0 else 'after'}"


def _days(number: int) -> str:
    return "1 day" if number == 1 else f"{number} days"
