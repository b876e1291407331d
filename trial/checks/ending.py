"""Edit checks of why the study ended: against doses, events, eligibility, deviations and visits."""

from collections.abc import Iterator

from ecrf.casebook.data import PatientData
from ecrf.checks.registry import Question, check
from trial.crfs.adverse_event import Outcome
from trial.crfs.demographics import Sex
from trial.crfs.end_of_study import EndOfStudy, Reason
from trial.crfs.visit import Occurrence
from trial.schedule import LAST_VISIT

EARLY_TERMINATION = "ET"
DAYS_FROM_LAST_VISIT = 7
"""How far the end of a completed study may lie from its last visit (P)."""


@check(
    "EOS-005",
    on="end-of-study",
    text="The patient died, and no adverse event is recorded as fatal.",
    items=("reason",),
    reads=("adverse-event.outcome",),
)
def death_without_fatal_event(row: EndOfStudy, data: PatientData) -> Iterator[Question]:
    """The study ended by death, and no adverse event was fatal."""
    if row.reason == Reason.DEATH and not any(
        event.outcome == Outcome.FATAL for event in data.rows("adverse-event")
    ):
        yield Question("reason")


@check(
    "EOS-006",
    on="end-of-study",
    text="The reason is screen failure, but a dose was given on {infused_on}.",
    items=("reason",),
    reads=("infusion.infused_on", "infusion.given_g"),
)
def screen_failure_dosed(row: EndOfStudy, data: PatientData) -> Iterator[Question]:
    """A screen failure was given the trial drug."""
    days = [r.infused_on for r in data.rows("infusion") if r.infused_on and r.given_g != 0]
    if row.reason == Reason.SCREEN_FAILURE and days:
        yield Question("reason", infused_on=min(days))


@check(
    "EOS-007",
    on="end-of-study",
    text="The reason is screen failure, but the patient was found eligible.",
    items=("reason",),
    reads=("eligibility.eligible",),
)
def screen_failure_eligible(row: EndOfStudy, data: PatientData) -> Iterator[Question]:
    """A screen failure was found eligible."""
    decision = data.one("eligibility")
    if row.reason == Reason.SCREEN_FAILURE and decision and decision.eligible:
        yield Question("reason")


@check(
    "EOS-008",
    on="end-of-study",
    text="The reason is pregnancy, but the patient is a man.",
    items=("reason",),
    reads=("demographics.sex",),
)
def pregnancy_of_a_man(row: EndOfStudy, data: PatientData) -> Iterator[Question]:
    """The study ended by the pregnancy of a man."""
    patient = data.one("demographics")
    if row.reason == Reason.PREGNANCY and patient and patient.sex == Sex.MALE:
        yield Question("reason")


@check(
    "EOS-009",
    on="end-of-study",
    text="The reason is a protocol deviation, and none is recorded.",
    items=("reason",),
    reads=("protocol-deviation",),
)
def ended_without_deviation(row: EndOfStudy, data: PatientData) -> Iterator[Question]:
    """The study ended by a protocol deviation, and none is recorded."""
    if row.reason == Reason.PROTOCOL_DEVIATION and not data.rows("protocol-deviation"):
        yield Question("reason")


@check(
    "EOS-010",
    on="end-of-study",
    text="The study was completed, but {visit:visit} is recorded as done.",
    items=("reason",),
    reads=("visit.occurrence",),
)
def completed_with_early_termination(row: EndOfStudy, data: PatientData) -> Iterator[Question]:
    """The patient completed the study and had the visit of early termination."""
    done = [r for r in data.at("visit", EARLY_TERMINATION) if r.occurrence == Occurrence.DONE]
    if row.reason == Reason.COMPLETED and done:
        yield Question("reason", visit=EARLY_TERMINATION)


@check(
    "EOS-011",
    on="end-of-study",
    text="{ended_on} is {days:days} from {last:visit}, {visited_on}.",
    items=("reason", "ended_on"),
    reads=("visit.visited_on",),
)
def completed_far_from_last_visit(row: EndOfStudy, data: PatientData) -> Iterator[Question]:
    """The study was completed more than a week before or after the last visit."""
    visit = next(iter(data.at("visit", LAST_VISIT)), None)
    if row.reason != Reason.COMPLETED or not (row.ended_on and visit and visit.visited_on):
        return
    days = abs((row.ended_on - visit.visited_on).days)
    if days > DAYS_FROM_LAST_VISIT:
        yield Question(
            "ended_on", ended_on=row.ended_on, days=days, last=LAST_VISIT, visited_on=visit.visited_on
        )
