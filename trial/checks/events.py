"""Edit checks that reach across forms: adverse events, what was done about them, and the end of study."""

from collections.abc import Iterator
from typing import Any

from ecrf.casebook.data import PatientData
from ecrf.checks.registry import Offer, Question, check
from ecrf.forms.partial_dates import surely_before
from trial.crfs.adverse_event import Action, AdverseEvent, Outcome
from trial.crfs.concomitant_medication import ConcomitantMedication, GivenFor
from trial.crfs.end_of_study import EndOfStudy, Reason
from trial.crfs.serious_adverse_event import CRITERIA, SeriousAdverseEvent
from trial.crfs.visit import Occurrence
from trial.checks.across_forms import consented_on
from trial.schedule import LAST_VISIT


def _named(event: AdverseEvent) -> dict[str, Any]:
    """What names an event in a text: `Adverse event {event}{term:brackets}`."""
    return {"event": event.entry.number, "term": event.term or ""}


@check(
    "AE-004",
    on="adverse-event",
    text="It began on {began}, before the consent, {consent}: then it is medical history.",
    items=("started_on",),
    reads=("consent.signed_on",),
)
def began_before_consent(row: AdverseEvent, data: PatientData) -> Iterator[Question]:
    """The event began before the consent: then it is medical history."""
    consent = consented_on(data)
    if consent and row.started_on and surely_before(row.started_on, consent):
        yield Question("started_on", began=row.started_on, consent=consent)


@check(
    "AE-005",
    on="adverse-event",
    text={
        "another reason": "The outcome is fatal; the end of study is {reason:answer end-of-study.reason}.",
        "no end": "The outcome is fatal; the end of study is not recorded.",
    },
    items=("outcome",),
    reads=("end-of-study.reason",),
)
def fatal_without_death(row: AdverseEvent, data: PatientData) -> Iterator[Question]:
    """The event was fatal, and the end of study is not death."""
    end = data.one("end-of-study")
    reason = end.reason if end else None
    if row.outcome != Outcome.FATAL or reason == Reason.DEATH:
        return
    if reason:
        yield Question("outcome", "another reason", reason=reason)
    else:
        yield Question("outcome", "no end")


@check(
    "AE-006",
    on="adverse-event",
    text="The drug was withdrawn, and the end of study is not recorded.",
    items=("action",),
    reads=("end-of-study.reason",),
)
def withdrawn_without_end(row: AdverseEvent, data: PatientData) -> Iterator[Question]:
    """The drug was withdrawn, and there is no end of study."""
    end = data.one("end-of-study")
    if row.action == Action.DRUG_WITHDRAWN and not (end and end.reason):
        yield Question("action")


@check(
    "AE-007",
    on="adverse-event",
    text="Serious adverse event {form} says yes to: {met:item serious-adverse-event}. If that is wrong, empty the "
    "answer there first, then say here that it is not serious.",
    items=("serious",),
    reads=("serious-adverse-event",),
    hard=True,
)
def not_serious_against_criterion(row: AdverseEvent, data: PatientData) -> Iterator[Question]:
    """The event is not serious, and its serious adverse event form says why it is."""
    for form in _serious_forms(row, data) if row.serious is False else ():
        if met := form.met():
            yield Question("serious", form=form.entry.number, met=met)


def _serious_forms(event: AdverseEvent, data: PatientData) -> list[Any]:
    return data.linking("serious-adverse-event", "adverse_event", event)


def _link_to(row: AdverseEvent, data: PatientData) -> dict[str, str]:
    """The event that a new serious adverse event form is about."""
    return {"adverse_event": row.entry.link}


@check(
    "AE-008",
    on="adverse-event",
    text="The event is serious. Its serious adverse event form is not begun.",
    items=("serious",),
    reads=("serious-adverse-event.adverse_event",),
    offer=Offer(crf="serious-adverse-event", label="Fill in the serious adverse event form", fill=_link_to),
)
def serious_without_form(row: AdverseEvent, data: PatientData) -> Iterator[Question]:
    """The event is serious, and no serious adverse event form is about it."""
    if row.serious and not _serious_forms(row, data):
        yield Question("serious")


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
        yield Question(CRITERIA[-1], **_named(event))


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
            yield Question(name, **_named(event))


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
        yield Question("adverse_event", "serious", **_named(event))
    if event and event.serious is False and (met := row.met()):
        yield Question("adverse_event", "not serious", met=met, **_named(event))


@check(
    "CM-003",
    on="concomitant-medication",
    text="It began on {began}. Adverse event {event}{term:brackets}, for which it was given, began on {event_began}.",
    items=("given_for", "adverse_event", "started_on"),
    reads=("adverse-event.started_on",),
)
def given_before_event(row: ConcomitantMedication, data: PatientData) -> Iterator[Question]:
    """The medication was given for an adverse event and began before it."""
    event = data.linked(row, "adverse_event") if row.given_for == GivenFor.ADVERSE_EVENT else None
    if not (event and row.started_on and event.started_on):
        return
    if surely_before(row.started_on, event.started_on):
        yield Question("started_on", began=row.started_on, event_began=event.started_on, **_named(event))


@check(
    "EOS-001",
    on="end-of-study",
    text="The study was completed, but {last:visit} is not recorded as done.",
    items=("reason",),
    reads=("visit",),
)
def completed_without_last_visit(row: EndOfStudy, data: PatientData) -> Iterator[Question]:
    """The patient completed the study without the visit of week 52."""
    done = any(visit.occurrence == Occurrence.DONE for visit in data.at("visit", LAST_VISIT))
    if row.reason == Reason.COMPLETED and not done:
        yield Question("reason", last=LAST_VISIT)


@check(
    "EOS-002",
    on="end-of-study",
    text="The reason is an adverse event; which one is not said.",
    items=("reason", "adverse_event"),
)
def ended_without_event(row: EndOfStudy, data: PatientData) -> Iterator[Question]:
    """The study ended by an adverse event, and which one is not said."""
    named = row.adverse_event or "adverse_event" in row.missing_reasons
    if row.reason == Reason.ADVERSE_EVENT and not named:
        yield Question("adverse_event")


@check(
    "EOS-003",
    on="end-of-study",
    text={
        "other day": "The last dose was on {last_dose}, but the last infusion recorded is of {last_infusion}.",
        "no infusion": "The last dose was on {last_dose}, but no infusion is recorded.",
        "no last dose": "There is no last dose, but the last infusion recorded is of {last_infusion}.",
    },
    items=("last_dose_on",),
    reads=("infusion.infused_on", "infusion.given_g"),
)
def last_dose_differs(row: EndOfStudy, data: PatientData) -> Iterator[Question]:
    """The date of the last dose is not that of the last infusion."""
    if row.last_dose_on is None and "last_dose_on" not in row.missing_reasons:
        return
    infused = [r.infused_on for r in data.rows("infusion") if r.infused_on and r.given_g != 0]
    last = max(infused, default=None)
    if row.last_dose_on is None and last:
        yield Question("last_dose_on", "no last dose", last_infusion=last)
    elif row.last_dose_on and last is None:
        yield Question("last_dose_on", "no infusion", last_dose=row.last_dose_on)
    elif last != row.last_dose_on:
        yield Question("last_dose_on", "other day", last_dose=row.last_dose_on, last_infusion=last)


@check(
    "EOS-004",
    on="end-of-study",
    text="Adverse event {event}{term:brackets} is said to have led to it; its action is "
    "{action:answer adverse-event.action}.",
    items=("reason", "adverse_event"),
    reads=("adverse-event.action",),
)
def ended_by_event_without_withdrawal(row: EndOfStudy, data: PatientData) -> Iterator[Question]:
    """The study ended by an adverse event for which the drug was not withdrawn."""
    event = data.linked(row, "adverse_event") if row.reason == Reason.ADVERSE_EVENT else None
    if event and event.action and event.action != Action.DRUG_WITHDRAWN:
        yield Question("adverse_event", action=event.action, **_named(event))
