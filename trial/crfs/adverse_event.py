"""Adverse event: what happened, when, how severe, whether serious, and what became of it."""

from collections.abc import Iterator
from datetime import date
from zoneinfo import ZoneInfo

from django.db import models

from ecrf.casebook.data import PatientData
from ecrf.checks.registry import Question, check
from ecrf.forms import local_time
from ecrf.forms.crf import Crf
from ecrf.forms.items import Choice, ClockTime, Line, Link, PartialDay, YesNo
from ecrf.forms.partial_dates import surely_before
from ecrf.forms.registry import Section, crf


class Severity(models.TextChoices):
    MILD = "MILD", "Mild"
    MODERATE = "MODERATE", "Moderate"
    SEVERE = "SEVERE", "Severe"


class Relation(models.TextChoices):
    """P: two answers, as the publication says no more than "not related"."""

    RELATED = "RELATED", "Related"
    NOT_RELATED = "NOT RELATED", "Not related"


class Action(models.TextChoices):
    DOSE_NOT_CHANGED = "DOSE NOT CHANGED", "Dose not changed"
    DOSE_REDUCED = "DOSE REDUCED", "Dose reduced"
    DOSE_RATE_REDUCED = "DOSE RATE REDUCED", "Dose rate reduced"
    DRUG_INTERRUPTED = "DRUG INTERRUPTED", "Drug interrupted"
    DRUG_WITHDRAWN = "DRUG WITHDRAWN", "Drug withdrawn"
    DOSE_INCREASED = "DOSE INCREASED", "Dose increased"
    NOT_APPLICABLE = "NOT APPLICABLE", "Not applicable"
    UNKNOWN = "UNKNOWN", "Unknown"


class Outcome(models.TextChoices):
    RECOVERED = "RECOVERED/RESOLVED", "Recovered/resolved"
    RECOVERING = "RECOVERING/RESOLVING", "Recovering/resolving"
    NOT_RECOVERED = "NOT RECOVERED/NOT RESOLVED", "Not recovered/not resolved"
    SEQUELAE = "RECOVERED/RESOLVED WITH SEQUELAE", "Recovered/resolved with sequelae"
    FATAL = "FATAL", "Fatal"
    UNKNOWN = "UNKNOWN", "Unknown"


RESOLVED = (Outcome.RECOVERED, Outcome.SEQUELAE)
UNRESOLVED = (Outcome.RECOVERING, Outcome.NOT_RECOVERED)


@crf(
    "adverse-event",
    title="Adverse event",
    domain="AE",
    repeat="adverse event",
    columns=("term", "started_on", "ongoing", "ended_on", "severity", "serious", "outcome"),
)
class AdverseEvent(Crf):
    """One adverse event. Severity is not seriousness: they are two questions."""

    term = Line("Adverse event", hint="One event, in the words of the source", cdash="AETERM")
    started_on = PartialDay(
        "Began on",
        history=True,  # an event before consent has a check of its own
        cdash="AESTDAT",
    )
    started_at = ClockTime("Began at", required=False, hint="If it began on an infusion day", cdash="AESTTIM")
    ongoing = YesNo("Ongoing?", cdash="AEONGO")
    ended_on = PartialDay("Ended on", asked_if=("ongoing", "no"), cdash="AEENDAT")
    ended_at = ClockTime(
        "Ended at",
        required=False,
        asked_if=("ongoing", "no"),
        hint="If it ended on an infusion day",
        cdash="AEENTIM",
    )

    severity = Choice("Severity", choices=Severity, cdash="AESEV")
    serious = YesNo("Serious?", hint="Not the same as severe", cdash="AESER")
    relation = Choice("Relation to the trial drug", choices=Relation, cdash="AEREL")
    related_infusion = Link(
        "Related infusion",
        to="infusion",
        required=False,
        asked_if=("relation", "RELATED"),
        cdash="AERELINF_SUPPAE",
    )

    action = Choice("Action taken with the drug", choices=Action, cdash="AEACN")
    treated = YesNo("Treatment given?", cdash="AECONTRT")
    treatment = Line("Which treatment", asked_if=("treated", "yes"), cdash="AECONTRX_SUPPAE")
    outcome = Choice("Outcome", choices=Outcome, cdash="AEOUT")

    sections = (
        Section("Event", "term", "started_on", "started_at", "ongoing", "ended_on", "ended_at"),
        Section("Assessment", "severity", "serious", "relation", "related_infusion"),
        Section("Management and outcome", "action", "treated", "treatment", "outcome"),
    )

    listed = ("term", "started_on", "severity", "serious", "relation", "action", "outcome", "ongoing")

    def ends_before_start(self, zone: ZoneInfo) -> bool:
        """Whether it surely ends before it begins; with unknown parts of a date, a doubt is no."""
        if not (self.started_on and self.ended_on):
            return False
        if surely_before(self.ended_on, self.started_on):
            return True
        on_one_known_day = self.started_on == self.ended_on and len(self.started_on) == len("YYYY-MM-DD")
        if not (on_one_known_day and self.started_at and self.ended_at):
            return False
        day = date.fromisoformat(self.started_on)
        start, end = (local_time.moments(day, at, zone) for at in (self.started_at, self.ended_at))
        return local_time.surely_before(end, start)


@check(
    "AE-001",
    on="adverse-event",
    text="The end {end} is before the beginning {start}.",
    items=("started_on", "started_at", "ended_on", "ended_at"),
    hard=True,
)
def end_before_start(row: AdverseEvent, data: PatientData) -> Iterator[Question]:
    """The event ends before it begins."""
    if row.ends_before_start(data.patient.site.zone):
        start, end = (
            f"{day} {time:%H:%M}" if time else day
            for day, time in ((row.started_on, row.started_at), (row.ended_on, row.ended_at))
        )
        yield Question("ended_on", start=start, end=end)


@check(
    "AE-002",
    on="adverse-event",
    text="The event is ongoing, but it ended on {ended_on}.",
    items=("ongoing", "ended_on"),
)
def ongoing_with_end(row: AdverseEvent, data: PatientData) -> Iterator[Question]:
    """The event is ongoing and has an end."""
    if row.ongoing and row.ended_on:
        yield Question("ongoing", ended_on=row.ended_on)


@check(
    "AE-003",
    on="adverse-event",
    text="The outcome is {outcome:answer outcome}, but there is no end date.",
    items=("outcome", "ended_on", "ongoing"),
)
def resolved_without_end(row: AdverseEvent, data: PatientData) -> Iterator[Question]:
    """The event has resolved and has no end."""
    if row.outcome in RESOLVED and not row.ended_on and "ended_on" not in row.missing_reasons:
        yield Question("outcome", outcome=row.outcome)


@check(
    "AE-010",
    on="adverse-event",
    text={
        "ended": "The outcome is {outcome:answer outcome}, but the event ended on {ended_on}.",
        "over": "The outcome is {outcome:answer outcome}, but the event is not ongoing.",
    },
    items=("outcome", "ended_on", "ongoing"),
)
def unresolved_though_over(row: AdverseEvent, data: PatientData) -> Iterator[Question]:
    """The event is over, and its outcome is not recovered, or recovering."""
    if row.outcome not in UNRESOLVED or row.ongoing:
        return  # AE-002 asks about an end of what is ongoing
    if row.ended_on:
        yield Question("outcome", "ended", outcome=row.outcome, ended_on=row.ended_on)
    elif row.ongoing is False:
        yield Question("outcome", "over", outcome=row.outcome)


@check(
    "AE-011",
    on="adverse-event",
    text="The outcome is fatal, but the event is ongoing.",
    items=("outcome", "ongoing"),
)
def fatal_though_ongoing(row: AdverseEvent, data: PatientData) -> Iterator[Question]:
    """The event was fatal, and is ongoing."""
    if row.outcome == Outcome.FATAL and row.ongoing:
        yield Question("ongoing")
