"""Edit checks between a serious adverse event form with its follow-ups and the adverse event that it is about."""

from collections.abc import Iterator

from ecrf.casebook.data import PatientData
from ecrf.checks.registry import Question, check
from trial.checks.events import day_and_time, named, surely_earlier
from trial.crfs.adverse_event import Outcome
from trial.crfs.serious_adverse_event import CRITERIA, SaeFollowUp, SeriousAdverseEvent


@check(
    "SAE-001",
    on="serious-adverse-event",
    text="Adverse event {event}{term:brackets} is serious, so not all six answers can be no. Say yes to what made it "
    "serious; or leave one empty, say in the adverse event that it is not serious, then answer here.",
    items=("adverse_event", *CRITERIA),
    reads=("adverse-event.serious",),
    hard=True,
)
def serious_without_criterion(row: SeriousAdverseEvent, data: PatientData) -> Iterator[Question]:
    """The event is serious, and every criterion is no."""
    event = data.linked(row, "adverse_event")
    if event and event.serious and row.meets_none():
        yield Question(CRITERIA[-1], **named(event))


@check(
    "SAE-002",
    on="serious-adverse-event",
    text="Adverse event {event}{term:brackets} is recorded as not serious. If it is serious, say so in the adverse "
    "event first.",
    items=("adverse_event", *CRITERIA),
    reads=("adverse-event.serious",),
    hard=True,
)
def criterion_of_event_not_serious(row: SeriousAdverseEvent, data: PatientData) -> Iterator[Question]:
    """A criterion is met, and the event is recorded as not serious."""
    event = data.linked(row, "adverse_event")
    if event is None or event.serious is not False:
        return
    for name in CRITERIA:
        if getattr(row, name):
            yield Question(name, **named(event))


@check(
    "SAE-005",
    on="serious-adverse-event",
    text={
        "serious": "Adverse event {event}{term:brackets} is serious, and every criterion is no.",
        "not serious": "Adverse event {event}{term:brackets} is not serious, and a criterion is yes: {met:item}.",
    },
    items=("adverse_event", *CRITERIA),
    reads=("adverse-event.serious",),
)
def criteria_against_event(row: SeriousAdverseEvent, data: PatientData) -> Iterator[Question]:
    """The criteria and the adverse event contradict each other since the adverse event was changed.

    Asked, not refused: else neither of the two could be corrected before the other.
    """
    event = data.linked(row, "adverse_event")
    if event and event.serious and row.meets_none():
        yield Question("adverse_event", "serious", **named(event))
    if event and event.serious is False and (met := row.met()):
        yield Question("adverse_event", "not serious", met=met, **named(event))


@check(
    "SAE-008",
    on="serious-adverse-event",
    text="The site became aware on {aware}; adverse event {event}{term:brackets} began on {began}.",
    items=("adverse_event", "became_aware_on", "became_aware_at"),
    reads=("adverse-event.started_on", "adverse-event.started_at"),
)
def aware_before_it_began(row: SeriousAdverseEvent, data: PatientData) -> Iterator[Question]:
    """The site became aware of the event before it began."""
    event = data.linked(row, "adverse_event")
    if not (event and event.started_on and row.became_aware_on):
        return
    aware = day_and_time(row.became_aware_on, row.became_aware_at)
    began = day_and_time(event.started_on, event.started_at)
    if surely_earlier(row.became_aware_on, row.became_aware_at, event.started_on, event.started_at, data):
        yield Question("became_aware_on", aware=aware, began=began, **named(event))


@check(
    "SAE-009",
    on="serious-adverse-event",
    text={
        "death": "Death is yes, but the outcome of adverse event {event}{term:brackets} is "
        "{outcome:answer adverse-event.outcome}.",
        "no death": "Death is no, but adverse event {event}{term:brackets} was fatal.",
    },
    items=("adverse_event", "death"),
    reads=("adverse-event.outcome",),
)
def death_against_outcome(row: SeriousAdverseEvent, data: PatientData) -> Iterator[Question]:
    """The criterion of death contradicts the outcome of the event."""
    event = data.linked(row, "adverse_event")
    if event is None or event.outcome is None:
        return
    if row.death and event.outcome != Outcome.FATAL:
        yield Question("death", "death", outcome=event.outcome, **named(event))
    if row.death is False and event.outcome == Outcome.FATAL:
        yield Question("death", "no death", **named(event))


@check(
    "FU-001",
    on="sae-follow-up",
    text="{followed_on} is before the site became aware, {aware}.",
    items=("followed_on",),
    reads=("serious-adverse-event.became_aware_on",),
)
def followed_before_aware(row: SaeFollowUp, data: PatientData) -> Iterator[Question]:
    """The follow-up lies before the site became aware of the event."""
    form = data.parent("serious-adverse-event", row)
    if form and form.became_aware_on and row.followed_on and row.followed_on < form.became_aware_on:
        yield Question("followed_on", followed_on=row.followed_on, aware=form.became_aware_on)


@check(
    "FU-002",
    on="sae-follow-up",
    text="The outcome so far is {outcome:answer outcome}; that of adverse event {event}{term:brackets} is "
    "{of_event:answer adverse-event.outcome}.",
    items=("outcome", "followed_on"),
    reads=(
        "sae-follow-up.followed_on",
        "sae-follow-up.outcome",
        "serious-adverse-event.adverse_event",
        "adverse-event.outcome",
    ),
    among_rows=True,
)
def last_outcome_differs(row: SaeFollowUp, data: PatientData) -> Iterator[Question]:
    """The last follow-up has another outcome than the adverse event.

    Asked once of the event, of its last follow-up; one more follow-up leaves the question where it stands.
    """
    form = data.parent("serious-adverse-event", row)
    if not (form and form.adverse_event and row.outcome and row.followed_on):
        return
    known = [r for r in data.children("sae-follow-up", form) if r.outcome and r.followed_on]
    last = max(known, key=lambda r: (r.followed_on, r.entry.number))
    for event in data.rows("adverse-event"):
        if event.entry.link == form.adverse_event and event.outcome not in (None, last.outcome):
            question = Question("outcome", outcome=last.outcome, of_event=event.outcome, **named(event))
            yield question.once(form.entry.link, only_if_there=last.entry_id != row.entry_id)
