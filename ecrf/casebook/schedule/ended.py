"""After a patient's end: no visit that lies after it is opened, and who may be seen again all the same."""

from datetime import date

from django.utils.translation import gettext, pgettext

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
    known = {"visit": plan.label, "left": _left(end), "form": CRFS[trial.end_form].title}
    is_failure = end.state == PatientState.SCREEN_FAILURE and not end.completed
    if is_failure and trial.order(plan.code) >= trial.order(trial.baseline):
        words = gettext(
            "%(visit)s was not opened: the patient %(left)s. If that is wrong, correct “%(form)s” first."
        )
        if act == "restored":
            words = gettext(
                "%(visit)s was not restored: the patient %(left)s. If that is wrong, correct “%(form)s” first."
            )
        raise NotOpened(words % known)
    opens_on = _opens_on(plan, data)
    if opens_on and opens_on > end.ended_on:
        words = gettext(
            "%(visit)s was not opened: its window begins on %(day)s, and the patient %(left)s."
            " If that is wrong, correct “%(form)s” first."
        )
        if act == "restored":
            words = gettext(
                "%(visit)s was not restored: its window begins on %(day)s, and the patient %(left)s."
                " If that is wrong, correct “%(form)s” first."
            )
        raise NotOpened(words % {**known, "day": opens_on})


def may_be_seen_again(reason: str, allowed: str = "") -> bool:
    """Whether a patient who left with this reason, and allows that much, may come to visits on demand after the day:
    who left early for another reason than consent, and who withdrew consent and allows visits. Not who died, was never
    treated, or completed the study."""
    trial, rule = protocol(), protocol().consent_withdrawn
    if rule and reason == rule.reason:
        return allowed in rule.visits_with
    return reason != trial.completed_reason and reason not in trial.end_states


def is_seen_again(data: PatientData) -> bool:
    """The same of a patient, and of who has not left; the form of the end is loaded."""
    trial, rule = protocol(), protocol().consent_withdrawn
    row = data.one(trial.end_form)
    reason = getattr(row, trial.end_reason_item) if row else None
    allowed = getattr(row, rule.allowing) if row and rule else None
    return not reason or may_be_seen_again(reason, allowed or "")


def _left(end: PatientEnd) -> str:
    """`withdrew on 2026-05-02`."""
    if end.completed:
        words = pgettext("of a patient", "completed the study on %(day)s")
    elif end.state == PatientState.WITHDREW:
        words = pgettext("of a patient", "withdrew on %(day)s")
    elif end.state == PatientState.DIED:
        words = pgettext("of a patient", "died on %(day)s")
    elif end.state == PatientState.SCREEN_FAILURE:
        words = pgettext("of a patient", "is a screen failure since %(day)s")
    else:
        words = pgettext("of a patient", "left the study on %(day)s")
    return words % {"day": end.ended_on}


def _opens_on(plan: VisitPlan, data: PatientData) -> date | None:
    days = data.visit_days
    facts = {code: VisitFacts(code, day, False, False) for code, day in days.items()}
    return window(protocol(), plan, facts, started_on(data.patient, days.values()))[1]
