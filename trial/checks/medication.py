"""Edit checks between a medication and the event or the condition for which it was given."""

from collections.abc import Iterator

from ecrf.casebook.data import PatientData
from ecrf.checks.registry import Question, check
from ecrf.forms.partial_dates import surely_before
from trial.crfs.concomitant_medication import ConcomitantMedication, GivenFor


@check(
    "CM-004",
    on="concomitant-medication",
    text="Adverse event {event}{term:brackets}, for which it was given, is recorded as not treated.",
    items=("given_for", "adverse_event"),
    reads=("adverse-event.treated",),
)
def given_for_untreated_event(row: ConcomitantMedication, data: PatientData) -> Iterator[Question]:
    """The medication was given for an adverse event that was not treated."""
    event = data.linked(row, "adverse_event") if row.given_for == GivenFor.ADVERSE_EVENT else None
    if event and event.treated is False:
        yield Question("adverse_event", event=event.entry.number, term=event.term or "")


@check(
    "CM-006",
    on="concomitant-medication",
    text="It began on {began}. Adverse event {event}{term:brackets}, for which it was given, ended on {ended}.",
    items=("given_for", "adverse_event", "started_on"),
    reads=("adverse-event.ended_on",),
)
def given_after_event(row: ConcomitantMedication, data: PatientData) -> Iterator[Question]:
    """The medication was given for an adverse event and began after its end."""
    event = data.linked(row, "adverse_event") if row.given_for == GivenFor.ADVERSE_EVENT else None
    if not (event and row.started_on and event.ended_on):
        return
    if surely_before(event.ended_on, row.started_on):
        yield Question(
            "started_on",
            began=row.started_on,
            ended=event.ended_on,
            event=event.entry.number,
            term=event.term or "",
        )


@check(
    "CM-007",
    on="concomitant-medication",
    text="It began on {began}. Condition {condition}{term:brackets}, for which it was given, began on "
    "{condition_began}.",
    items=("given_for", "medical_history", "started_on"),
    reads=("medical-history.started_on",),
)
def given_before_condition(row: ConcomitantMedication, data: PatientData) -> Iterator[Question]:
    """The medication was given for a condition and began before it."""
    condition = data.linked(row, "medical_history") if row.given_for == GivenFor.MEDICAL_HISTORY else None
    if not (condition and row.started_on and condition.started_on):
        return
    if surely_before(row.started_on, condition.started_on):
        yield Question(
            "started_on",
            began=row.started_on,
            condition_began=condition.started_on,
            condition=condition.entry.number,
            term=condition.term or "",
        )
