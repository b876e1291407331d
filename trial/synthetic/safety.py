"""Adverse events, the forms of the serious ones, and the end of study."""

from collections.abc import Iterator
from datetime import date, timedelta

from trial.crfs.serious_adverse_event import CRITERIA
from trial.synthetic import course, events
from trial.synthetic.events import SyntheticEvent
from trial.synthetic.filled import Filled, Values, yes
from trial.synthetic.patients import ADVERSE_EVENT, PatientStory


def events_of(story: PatientStory, codes: tuple[str, ...]) -> list[SyntheticEvent]:
    """The patient's events up to the last of these visits; their place in the list, from 1, is their number."""
    return [event for event in events.EVENTS if event.who == story.name and event.visit in codes]


def began_on(story: PatientStory, event: SyntheticEvent) -> date:
    return course.day(story, event.visit) + timedelta(days=event.after)


def adverse_events(story: PatientStory, found: list[SyntheticEvent]) -> list[Filled]:
    return [
        Filled("", "adverse-event", _adverse_event(story, event), n, struck=event.struck)
        for n, event in enumerate(found, 1)
    ]


def _adverse_event(story: PatientStory, event: SyntheticEvent) -> Values:
    began = began_on(story, event)
    infused = [day for day in course.dose_days(story, event.visit) if day <= began]
    values: Values = {
        "term": event.term,
        "started_on": began.isoformat(),
        "ongoing": yes(event.lasted is None),
        "severity": event.severity,
        "serious": yes(event.serious),
        "relation": "RELATED" if event.related else "NOT RELATED",
        "action": event.action,
        "treated": yes(event.treatment),
        "outcome": events.NOT_RESOLVED if event.lasted is None else events.RESOLVED,
    }
    if event.began_at:
        values["started_at"] = event.began_at
    if event.lasted is not None:
        values["ended_on"] = (began + timedelta(days=event.lasted)).isoformat()
    if event.related:
        values["related_infusion"] = event.infusion or f"{event.visit}.{len(infused)}"
    if event.treatment:
        values["treatment"] = event.treatment
    return values


def serious_adverse_events(story: PatientStory, found: list[SyntheticEvent]) -> Iterator[Filled]:
    """The form of each serious event, with what became known later."""
    serious = [(n, event) for n, event in enumerate(found, 1) if event.serious]
    forms = [form for form in events.SERIOUS if form.who == story.name]
    for number, ((event_number, event), form) in enumerate(zip(serious, forms, strict=False), 1):
        began = began_on(story, event)
        yield Filled("", "serious-adverse-event", _serious(event_number, began, form), number)
        for n, (days, news, outcome) in enumerate(form.news, 1):
            on = (began + timedelta(days=days)).isoformat()
            values: Values = {"followed_on": on, "news": news, "outcome": outcome}
            yield Filled("", "sae-follow-up", values, n, number)


def _serious(event_number: int, began: date, form: events.Serious) -> Values:
    values: Values = {"adverse_event": str(event_number)}
    values |= {name: yes(name in form.criteria) for name in CRITERIA}
    for name, (days, at) in (("became_aware", form.aware), ("reported", form.reported)):
        values |= {f"{name}_on": (began + timedelta(days=days)).isoformat(), f"{name}_at": at}
    return {**values, "narrative": form.narrative}


def end_of_study(story: PatientStory, found: list[SyntheticEvent]) -> Filled:
    codes = course.codes(story)
    dosed = next(code for code in reversed(codes) if code not in ("W52", "ET"))
    values: Values = {
        "reason": story.ending,
        "ended_on": course.day(story, codes[-1]).isoformat(),
        "last_dose_on": course.dose_days(story, dosed)[-1].isoformat(),
    }
    if story.ending == ADVERSE_EVENT:
        actions = [event.action for event in found]
        values["adverse_event"] = str(actions.index("DRUG WITHDRAWN") + 1)
    return Filled("", "end-of-study", values)
