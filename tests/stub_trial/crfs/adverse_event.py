"""Adverse event: a log, with dates that may be known in part and a link to a dose."""

from collections.abc import Iterator

from django.db import models

from ecrf.casebook.data import PatientData
from ecrf.checks.registry import Offer, Question, check
from ecrf.forms.crf import Crf
from ecrf.forms.items import Choice, ClockTime, Line, Link, PartialDay, Prose, YesNo
from ecrf.forms.partial_dates import surely_before
from ecrf.forms.registry import Section, crf


class Severity(models.TextChoices):
    MILD = "MILD", "Mild"
    MODERATE = "MODERATE", "Moderate"
    SEVERE = "SEVERE", "Severe"


class Outcome(models.TextChoices):
    RECOVERED = "RECOVERED/RESOLVED", "Recovered/resolved"
    NOT_RECOVERED = "NOT RECOVERED/NOT RESOLVED", "Not recovered/not resolved"


@crf(
    "adverse-event",
    title="Adverse event",
    domain="AE",
    repeat="adverse event",
    columns=("term", "started_on", "ongoing", "ended_on", "severity", "serious", "outcome"),
)
class StubEvent(Crf):
    """One adverse event."""

    term = Line("Adverse event", cdash="AETERM")
    started_on = PartialDay("Began on", history=True, cdash="AESTDAT")
    started_at = ClockTime("Began at", required=False, cdash="AESTTIM")
    ongoing = YesNo("Ongoing?", cdash="AEONGO")
    ended_on = PartialDay("Ended on", asked_if=("ongoing", "no"), cdash="AEENDAT")
    ended_at = ClockTime("Ended at", required=False, asked_if=("ongoing", "no"), cdash="AEENTIM")
    severity = Choice("Severity", choices=Severity, cdash="AESEV")
    serious = YesNo("Serious?", cdash="AESER")
    after_dose = Link("After which dose", to="dose", required=False, cdash="AELNKID")
    outcome = Choice("Outcome", choices=Outcome, cdash="AEOUT")
    story = Prose("What happened", required=False, cdash="COVAL")

    sections = (
        Section("Event", "term", "started_on", "started_at", "ongoing", "ended_on", "ended_at"),
        Section("Assessment", "severity", "serious", "after_dose", "outcome", "story"),
    )


@check(
    "AE-001",
    on="adverse-event",
    text="The end {end} is before the beginning {start}.",
    items=("started_on", "started_at", "ended_on", "ended_at"),
    hard=True,
)
def end_before_start(row: StubEvent, data: PatientData) -> Iterator[Question]:
    """The event ends before it begins."""
    if not (row.started_on and row.ended_on):
        return
    on_one_known_day = row.started_on == row.ended_on and len(row.started_on) == len("YYYY-MM-DD")
    is_earlier = row.started_at and row.ended_at and row.ended_at < row.started_at
    if surely_before(row.ended_on, row.started_on) or (on_one_known_day and is_earlier):
        yield Question("ended_on", start=row.started_on, end=row.ended_on)


@check(
    "AE-002",
    on="adverse-event",
    text="The event is ongoing, but it ended on {end}.",
    items=("ongoing", "ended_on"),
)
def ongoing_with_end(row: StubEvent, data: PatientData) -> Iterator[Question]:
    """The event is ongoing and has an end."""
    if row.ongoing and row.ended_on:
        yield Question("ongoing", end=row.ended_on)


def _link_to(row: StubEvent, data: PatientData) -> dict[str, str]:
    return {"adverse_event": row.entry.link}


@check(
    "AE-003",
    on="adverse-event",
    text="The event is serious. Its report is not begun.",
    items=("serious",),
    reads=("report.adverse_event",),
    offer=Offer(crf="report", label="Fill in the report", fill=_link_to),
)
def serious_without_report(row: StubEvent, data: PatientData) -> Iterator[Question]:
    """The event is serious, and no report is about it."""
    if row.serious and not data.linking("report", "adverse_event", row):
        yield Question("serious")
