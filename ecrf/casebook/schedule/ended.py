"""After a patient's end: no visit that lies after it is opened."""

from datetime import date

from ecrf.casebook.data import PatientData
from ecrf.casebook.schedule.due import PatientEnd, PatientState, VisitFacts, window
from ecrf.casebook.schedule.status import end_of, schedule_status_forms, started_on
from ecrf.forms.protocol import VisitPlan, protocol
from ecrf.forms.registry import CRFS


class NotOpened(Exception):
    """Why a visit cannot be opened, in words for the page."""


def refuse_after_end(plan: VisitPlan, data: PatientData, act: str = "opened") -> None:
    """NotOpened for a visit of the schedule that lies after the day on which the patient left, or that a screen failure
    does not reach. Where no day tells, the visit can be opened: what stands in the source must find its place."""
    data.load(*schedule_status_forms())
    end, trial = end_of(data), protocol()
    if end is None or end.ended_on is None or plan.on_demand:
        return
    wrong = f" If that is wrong, correct “{CRFS[trial.end_form].title}” first."
    is_failure = end.state == PatientState.SCREEN_FAILURE and not end.completed
    if is_failure and trial.order(plan.code) >= trial.order(trial.baseline):
        raise NotOpened(f"{plan.label} was not {act}: the patient {_left(end)}.{wrong}")
    opens_on = _opens_on(plan, data)
    if opens_on and opens_on > end.ended_on:
        why = f"its window begins on {opens_on}, and the patient {_left(end)}"
        raise NotOpened(f"{plan.label} was not {act}: {why}.{wrong}")


def _left(end: PatientEnd) -> str:
    """`withdrew on 2026-05-02`."""
    if end.completed:
        return f"completed the study on {end.ended_on}"
    words = {
        PatientState.WITHDREW: "withdrew on",
        PatientState.DIED: "died on",
        PatientState.SCREEN_FAILURE: "is a screen failure since",
    }
    return f"{words.get(end.state, 'left the study on')} {end.ended_on}"


def _opens_on(plan: VisitPlan, data: PatientData) -> date | None:
    days = data.visit_days
    facts = {code: VisitFacts(code, day, False, False) for code, day in days.items()}
    return window(protocol(), plan, facts, started_on(data.patient, days.values()))[1]
