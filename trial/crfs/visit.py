"""Visit: whether the visit took place, when, or why not."""

from collections.abc import Iterator

from django.db import models

from ecrf.casebook.book import Book
from ecrf.casebook.items import Choice, Day, Line
from ecrf.casebook.models import Crf
from ecrf.casebook.protocol import protocol
from ecrf.casebook.registry import Section, crf
from ecrf.checks.registry import Question, check


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


@check("VISIT-001", on="visit", items=("visited_on",), reads=("visit",), source="O")
def outside_window(row: Visit, book: Book) -> Iterator[Question]:
    """The visit lies outside its window around the nominal day."""
    trial = protocol()
    plan = trial.plan(row.entry.visit.code) if row.entry.visit else None
    baseline = next(iter(book.at("visit", trial.baseline)), None)
    if (
        not (row.visited_on and plan and plan.day and baseline and baseline.visited_on)
        or plan.code == trial.baseline
    ):
        return
    late = (row.visited_on - baseline.visited_on).days + 1 - plan.day
    if not plan.opens <= late <= plan.closes:
        where = f"{abs(late)} days {'after' if late > 0 else 'before'} its nominal day {plan.day}"
        yield Question(
            "visited_on",
            f"{row.visited_on} is {where}; the window is {plan.opens:+} to {plan.closes:+} days.",
        )


@check("VISIT-002", on="visit", items=("visited_on",), reads=("visit",))
def out_of_order(row: Visit, book: Book) -> Iterator[Question]:
    """The visit is dated before an earlier visit of the schedule."""
    order = protocol().order
    here = order(row.entry.visit.code) if row.entry.visit else 0
    dated = [r for r in book.rows("visit") if r.visited_on and order(r.entry.visit.code) < here]
    earlier = dated[-1] if dated else None
    if row.visited_on and earlier and row.visited_on < earlier.visited_on:
        code = earlier.entry.visit.code
        yield Question("visited_on", f"{row.visited_on} is before {code}, which was on {earlier.visited_on}.")


@check("VISIT-003", on="visit", items=("visited_on",), reads=("visit",))
def two_on_one_day(row: Visit, book: Book) -> Iterator[Question]:
    """Two visits of one patient have the same date."""
    for other in book.rows("visit"):
        if row.visited_on and other.entry_id != row.entry_id and other.visited_on == row.visited_on:
            yield Question("visited_on", f"{other.entry.visit.code} has the same date, {row.visited_on}.")
            return
