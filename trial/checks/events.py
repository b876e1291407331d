"""Edit checks that reach across forms: adverse events, what was done about them, and the end of study."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from typing import Any

from ecrf.audit.texts import meaning
from ecrf.casebook.data import PatientData
from ecrf.checks.registry import Offer, Question, check
from ecrf.forms.partial_dates import latest, surely_before
from trial.checks.across_forms import consented_on
from trial.crfs.adverse_event import Action, AdverseEvent, Outcome, Relation
from trial.crfs.concomitant_medication import ConcomitantMedication, GivenFor
from trial.crfs.end_of_study import EndOfStudy, Reason
from trial.crfs.infusion import INTERVAL_DAYS
from trial.crfs.visit import Occurrence
from trial.schedule import LAST_VISIT


def named(event: AdverseEvent) -> dict[str, Any]:
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
        yield Question("started_on", began=row.started_on, event_began=event.started_on, **named(event))


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
        yield Question("adverse_event", action=event.action, **named(event))


def day_and_time(day: object, at: time | None) -> str:
    return f"{day} {at:%H:%M}" if at else f"{day}"


def surely_earlier(
    day: object, at: time | None, other_day: object, other_at: time | None, data: PatientData
) -> bool:
    """Whether a day, maybe partial and maybe with a time, surely comes before another; a doubt is no."""
    if surely_before(str(day), str(other_day)):
        return True
    if at is None or other_at is None or str(day) != str(other_day) or len(str(day)) != len("YYYY-MM-DD"):
        return False
    # Of an hour that came twice, the first may be meant of one and the second of the other.
    on, zone = date.fromisoformat(str(day)), data.patient.site.zone
    late, early = (
        datetime.combine(on, clock.replace(fold=fold), zone).astimezone(UTC)
        for clock, fold in ((at, 1), (other_at, 0))
    )
    return late < early


@check(
    "AE-013",
    on="adverse-event",
    text={
        "infusion": "It began on {began}, before the infusion it is related to, {infused}.",
        "first dose": "It began on {began}, before the first dose, {first}, and is related to the drug.",
    },
    items=("started_on", "started_at", "relation", "related_infusion"),
    reads=("infusion.infused_on", "infusion.started_at"),
)
def began_before_its_infusion(row: AdverseEvent, data: PatientData) -> Iterator[Question]:
    """A related event began before its infusion or, where none is named, before the first dose."""
    if row.relation != Relation.RELATED or not row.started_on:
        return
    infusion = data.linked(row, "related_infusion")
    if infusion and infusion.infused_on:
        began = day_and_time(row.started_on, row.started_at)
        infused = day_and_time(infusion.infused_on, infusion.started_at)
        if surely_earlier(row.started_on, row.started_at, infusion.infused_on, infusion.started_at, data):
            yield Question("started_on", "infusion", began=began, infused=infused)
        return
    first = min((r.infused_on for r in data.rows("infusion") if r.infused_on), default=None)
    if first and surely_before(row.started_on, first):
        yield Question("started_on", "first dose", began=row.started_on, first=first)


@check(
    "AE-014",
    on="adverse-event",
    text="The drug was withdrawn, but the patient completed the study.",
    items=("action",),
    reads=("end-of-study.reason",),
)
def withdrawn_but_completed(row: AdverseEvent, data: PatientData) -> Iterator[Question]:
    """The drug was withdrawn, and the patient completed the study."""
    end = data.one("end-of-study")
    if row.action == Action.DRUG_WITHDRAWN and end and end.reason == Reason.COMPLETED:
        yield Question("action")


@check(
    "AE-015",
    on="adverse-event",
    text="The event was fatal and ended on {ended_on}; the patient died on {died}.",
    items=("outcome", "ended_on"),
    reads=("end-of-study.reason", "end-of-study.ended_on"),
)
def fatal_event_ended_before_death(row: AdverseEvent, data: PatientData) -> Iterator[Question]:
    """A fatal event ended before the patient died; DATE-002 asks about one that ended later."""
    end = data.one("end-of-study")
    if row.outcome != Outcome.FATAL or not row.ended_on or not (end and end.ended_on):
        return
    if end.reason == Reason.DEATH and surely_before(row.ended_on, end.ended_on):
        yield Question("ended_on", ended_on=row.ended_on, died=end.ended_on)


@check(
    "AE-017",
    on="adverse-event",
    text="The drug was withdrawn; an infusion was given on {infused_on}, {days:days} after the event began.",
    items=("action", "started_on"),
    reads=("infusion.infused_on", "infusion.given_g"),
)
def infused_long_after_withdrawal(row: AdverseEvent, data: PatientData) -> Iterator[Question]:
    """The drug was withdrawn, and given again later than the longest usual interval after the event began."""
    days = [r.infused_on for r in data.rows("infusion") if r.infused_on and r.given_g != 0]
    if row.action != Action.DRUG_WITHDRAWN or not row.started_on or not days:
        return
    after = (max(days) - latest(row.started_on)).days
    if after > INTERVAL_DAYS[1]:
        yield Question("action", infused_on=max(days), days=after)


@check(
    "AE-018",
    on="adverse-event",
    text="Condition {number} of the medical history has the same words and is ongoing. It is an event only if it got "
    "worse.",
    items=("term",),
    reads=("medical-history.term", "medical-history.ongoing"),
)
def event_is_known_condition(row: AdverseEvent, data: PatientData) -> Iterator[Question]:
    """An ongoing condition of the medical history has the words of the event."""
    for condition in data.rows("medical-history") if row.term else ():
        if (
            condition.ongoing
            and meaning(condition.term or "").casefold() == meaning(row.term or "").casefold()
        ):
            yield Question("term", number=condition.entry.number)
            return
