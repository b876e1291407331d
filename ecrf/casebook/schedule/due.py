"""What is due, overdue or done: the one answer that lists, pages, reminders, reports and exports all use."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

from ecrf.forms.protocol import Protocol, VisitPlan


class VisitState(StrEnum):
    DONE = "done"
    MISSED = "missed"
    BEGUN = "begun"
    DUE = "due"
    OVERDUE = "overdue"
    UPCOMING = "upcoming"
    NOT_EXPECTED = "not expected"


class PatientState(StrEnum):
    SCREENING = "screening"
    ON_STUDY = "on study"
    COMPLETED = "completed"
    ENDED = "ended early"
    SCREEN_FAILURE = "screen failure"
    WITHDREW = "withdrew"
    DIED = "died"


STATE_WORDS: dict[str, Promise] = {
    PatientState.SCREENING: pgettext_lazy("state of a patient", "screening"),
    PatientState.ON_STUDY: pgettext_lazy("state of a patient", "on study"),
    PatientState.COMPLETED: pgettext_lazy("state of a patient", "completed"),
    PatientState.ENDED: pgettext_lazy("state of a patient", "ended early"),
    PatientState.SCREEN_FAILURE: pgettext_lazy("state of a patient", "screen failure"),
    PatientState.WITHDREW: pgettext_lazy("state of a patient", "withdrew"),
    PatientState.DIED: pgettext_lazy("state of a patient", "died"),
}


def words_of_state(state: str) -> str:
    """As people read it; the value itself, which is stored, is English in any language."""
    return str(STATE_WORDS.get(state, state))


LIVING = (PatientState.SCREENING, PatientState.ON_STUDY)
"""Of these patients visits are still expected."""
AHEAD = (VisitState.DUE, VisitState.OVERDUE, VisitState.UPCOMING)
"""Of a visit that was not opened and is expected."""


@dataclass(frozen=True)
class VisitFacts:
    """What the entries say of one opened visit: its date, whether it was missed, whether all of it is complete."""

    code: str
    visited_on: date | None
    missed: bool
    complete: bool


@dataclass(frozen=True)
class PatientEnd:
    """When and how the patient left the study. Of one who did not complete it, forms not begun are not wanted, but for
    those that the ending `asks` for: (visit code, CRF key)."""

    ended_on: date | None
    completed: bool
    state: PatientState = PatientState.ENDED
    asks: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class VisitDue:
    """One visit of the schedule for one patient. Dates are None where they cannot be known yet."""

    plan: VisitPlan
    state: VisitState
    due_on: date | None
    opens_on: date | None
    closes_on: date | None
    visited_on: date | None = None
    missed: bool = False

    @property
    def is_awaited(self) -> bool:
        """Whether the visit is still to take place: its forms may be opened days before."""
        is_only_opened = self.state == VisitState.BEGUN and not (self.visited_on or self.missed)
        return is_only_opened or self.state in AHEAD

    @property
    def in_window(self) -> bool | None:
        """Whether the visit took place inside its window; None if either is unknown."""
        if not (self.visited_on and self.opens_on and self.closes_on):
            return None
        return self.opens_on <= self.visited_on <= self.closes_on


@dataclass(frozen=True)
class ScheduleStatus:
    """The patient's whole schedule, and what comes next in it."""

    state: PatientState
    visits: tuple[VisitDue, ...]
    last: VisitDue | None
    next: VisitDue | None
    unfinished: VisitDue | None

    @property
    def state_words(self) -> str:
        return words_of_state(self.state)

    @property
    def offered(self) -> list[VisitDue]:
        """What to go on with or to open: the unfinished visit, and the next one unless that must wait for it."""
        if self.unfinished is None or self.next is None:
            return [visit for visit in (self.unfinished, self.next) if visit]
        waits = not self.unfinished.plan.on_demand and self.next.state == VisitState.UPCOMING
        return [self.unfinished] if waits else [self.unfinished, self.next]


def is_overdue(closes_on: date | None, today: date) -> bool:
    """Whether a visit that has not begun is late: the last day of its window is over. `today` is the site's."""
    return closes_on is not None and today > closes_on


def schedule_status(
    protocol: Protocol, facts: list[VisitFacts], end: PatientEnd | None, started_on: date, today: date
) -> ScheduleStatus:
    """The schedule of one patient as of `today` (the site's). `started_on` is the day the patient was added."""
    known = {fact.code: fact for fact in facts}
    baseline = known.get(protocol.baseline)
    state = PatientState.ON_STUDY if baseline and baseline.visited_on else PatientState.SCREENING
    if end:
        state = PatientState.COMPLETED if end.completed else end.state
    visits = tuple(
        _visit_due(protocol, plan, known, end, started_on, today) for plan in _plans(protocol, known)
    )
    behind = [v for v in visits if v.state in (VisitState.DONE, VisitState.BEGUN, VisitState.MISSED)]
    ahead = [v for v in visits if v.state in AHEAD]
    dated = [v for v in behind if v.visited_on]
    return ScheduleStatus(
        state=state,
        visits=visits,
        last=max(dated, key=lambda v: v.visited_on or date.min, default=None),
        next=min(ahead, key=lambda v: v.due_on or date.max, default=None),
        unfinished=next((v for v in visits if v.state == VisitState.BEGUN), None),
    )


def _plans(protocol: Protocol, known: dict[str, VisitFacts]) -> list[VisitPlan]:
    """Every visit of the schedule and every other that was opened, in the order in which they take place."""
    days = {fact.code: fact.visited_on for fact in known.values()}
    codes = [*(plan.code for plan in protocol.visits if not plan.on_demand), *known]
    plans = [protocol.plan(code) for code in dict.fromkeys(codes)]
    return sorted((plan for plan in plans if plan), key=lambda plan: protocol.rank(plan.code, days))


def _visit_due(
    protocol: Protocol,
    plan: VisitPlan,
    known: dict[str, VisitFacts],
    end: PatientEnd | None,
    started_on: date,
    today: date,
) -> VisitDue:
    due_on, opens_on, closes_on = window(protocol, plan, known, started_on)
    fact = known.get(plan.code)
    state = _visit_state(fact, end, due_on, opens_on, closes_on, today)
    visited_on, missed = (fact.visited_on, fact.missed) if fact else (None, False)
    return VisitDue(plan, state, due_on, opens_on, closes_on, visited_on, missed)


def _visit_state(
    fact: VisitFacts | None,
    end: PatientEnd | None,
    due_on: date | None,
    opens_on: date | None,
    closes_on: date | None,
    today: date,
) -> VisitState:
    if fact and fact.complete:
        return VisitState.MISSED if fact.missed else VisitState.DONE
    if fact:
        return VisitState.BEGUN
    if end:
        return VisitState.NOT_EXPECTED
    if is_overdue(closes_on, today):
        return VisitState.OVERDUE
    return VisitState.DUE if opens_on and today >= opens_on else VisitState.UPCOMING


def window(
    protocol: Protocol, plan: VisitPlan, known: dict[str, VisitFacts], started_on: date
) -> tuple[date | None, date | None, date | None]:
    """Nominal day, first and last day of the window of one visit; None each where the baseline is not yet known."""
    if plan.on_demand:
        return None, None, None
    baseline = known.get(protocol.baseline)
    if plan.day is None:
        return started_on, started_on, started_on + timedelta(days=protocol.days_to_baseline)
    if plan.code == protocol.baseline:
        before = [f for f in known.values() if protocol.order(f.code) < protocol.order(plan.code)]
        start = min((f.visited_on for f in before if f.visited_on), default=started_on)
        return (
            start + timedelta(days=protocol.days_to_baseline),
            start,
            start + timedelta(days=protocol.days_to_baseline),
        )
    if not baseline or not baseline.visited_on:
        return None, None, None
    due_on = baseline.visited_on + timedelta(days=plan.day - 1)
    return due_on, due_on + timedelta(days=plan.opens), due_on + timedelta(days=plan.closes)
