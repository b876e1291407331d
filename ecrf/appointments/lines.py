"""Appointments as they are read: what has become of each follows from the visit, and is stored nowhere."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache

from django.db.models import Exists, OuterRef, QuerySet, Subquery
from django.db.models.functions import JSONObject
from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext, pgettext_lazy

from ecrf.access.models import User
from ecrf.access.reach import reach
from ecrf.access.roles import Right
from ecrf.access.statements import written_once
from ecrf.appointments.models import Appointment
from ecrf.casebook.labels import label_of
from ecrf.casebook.models import Patient, Visit
from ecrf.casebook.schedule.ended import may_be_seen_again
from ecrf.casebook.schedule.matrix import Matrix
from ecrf.forms.protocol import protocol
from ecrf.forms.registry import CRFS


class AppointmentState(StrEnum):
    PLANNED = "planned"
    PASSED = "passed"
    KEPT = "kept"
    MISSED = "missed"
    CANCELLED = "cancelled"
    GONE = "gone"


STATE_WORDS: dict[str, Promise] = {
    AppointmentState.PLANNED: pgettext_lazy("state of an appointment", "planned"),
    AppointmentState.PASSED: pgettext_lazy("state of an appointment", "day over, nothing entered"),
    AppointmentState.KEPT: pgettext_lazy("state of an appointment", "came"),
    AppointmentState.MISSED: pgettext_lazy("state of an appointment", "missed"),
    AppointmentState.CANCELLED: pgettext_lazy("state of an appointment", "cancelled"),
    AppointmentState.GONE: pgettext_lazy("state of an appointment", "the patient left the study"),
}


@dataclass(frozen=True)
class VisitSeen:
    """What the casebook says of the visit that an appointment is for. `falls_away`: the patient left before. `is_lost`:
    it was struck out, and is one of those whose number is never given again."""

    is_opened: bool = False
    visited_on: date | None = None
    is_missed: bool = False
    falls_away: bool = False
    is_lost: bool = False


def state_of(ending: str, planned_on: date, visit: VisitSeen, today: date) -> AppointmentState:
    """What has become of an appointment; `today` is the site's. A visit whose forms were only opened beforehand is
    still awaited."""
    if ending:
        return AppointmentState(ending)
    if visit.is_missed:
        return AppointmentState.MISSED
    if visit.visited_on:
        return AppointmentState.KEPT
    if (visit.falls_away or visit.is_lost) and not visit.is_opened:
        return AppointmentState.GONE
    if planned_on >= today:
        return AppointmentState.PLANNED
    return AppointmentState.KEPT if visit.is_opened else AppointmentState.PASSED


@dataclass(frozen=True)
class AppointmentLine:
    """One appointment with its state; `today` is the site's."""

    row: Appointment
    visit: VisitSeen
    today: date

    @property
    def patient(self) -> Patient:
        return self.row.patient

    @property
    def label(self) -> str:
        return label_of(self.row.code)

    @property
    def state(self) -> AppointmentState:
        return state_of(self.row.ending, self.row.planned_on, self.visit, self.today)

    @property
    def is_planned(self) -> bool:
        return self.state == AppointmentState.PLANNED

    @property
    def is_gone(self) -> bool:
        return self.state == AppointmentState.GONE

    @property
    def is_passed(self) -> bool:
        return self.state == AppointmentState.PASSED

    @property
    def may_change(self) -> bool:
        """Whether it can be moved or ended: nothing is known yet of the visit."""
        return not self.row.ending and not self.visit.is_opened

    @property
    def came_on(self) -> date | None:
        """The day on which the visit took place, where that is another."""
        day = self.visit.visited_on
        return day if day and day != self.row.planned_on else None

    @property
    def state_words(self) -> str:
        """`planned`, `came on another day, 2026-12-02`, `planned, moved twice`."""
        if self.state == AppointmentState.KEPT and self.came_on:
            return gettext("came on another day, %(day)s") % {"day": self.came_on}
        if self.state == AppointmentState.MISSED and not self.row.ending:
            return gettext("missed, as the visit’s form says")
        if self.is_gone and self.visit.is_lost:
            return gettext("the visit was struck out")
        moves = self.row.moves
        if moves and self.is_planned:
            words = ngettext("planned, moved once", "planned, moved %(number)d times", moves)
            return words % {"number": moves}
        return str(STATE_WORDS[self.state])

    @property
    def time(self) -> str:
        return f"{self.row.planned_time:%H:%M}" if self.row.planned_time else ""


def appointments() -> QuerySet[Appointment]:
    """Those of patients who are not struck out, each with what `line_of` needs, patient and site; one statement."""
    return _appointments().all()


@cache
def _appointments() -> QuerySet[Appointment]:
    """Never evaluated itself. Made once: with its subqueries that takes as long as two statements."""
    trial, rule = protocol(), protocol().consent_withdrawn
    visits = Visit.objects.filter(patient=OuterRef("patient"), code=OuterRef("code"))
    forms = CRFS[trial.visit_form].model._default_manager.filter(
        entry__patient=OuterRef("patient"),
        entry__visit__code=OuterRef("code"),
        entry__visit__struck_at=None,
        entry__crf=trial.visit_form,
        entry__struck_at=None,
    )
    ends = CRFS[trial.end_form].model._default_manager.filter(
        entry__patient=OuterRef("patient"), entry__struck_at=None
    )
    left = ends.exclude(**{trial.end_reason_item: None}).exclude(**{trial.end_reason_item: ""})
    said = {"on": trial.end_date_item, "reason": trial.end_reason_item}
    said |= {"allowed": rule.allowing} if rule else {}
    rows = Appointment.objects.filter(patient__struck_at=None).select_related("patient__site")
    return rows.annotate(
        is_opened=Exists(visits.filter(struck_at=None)),
        is_struck=Exists(visits.exclude(struck_at=None)),
        visited_on=Subquery(forms.values(trial.visit_date_item)[:1]),
        occurrence=Subquery(forms.values(trial.visit_occurrence_item)[:1]),
        left=Subquery(left.values(said=JSONObject(**said))[:1]),
    ).order_by("planned_on", "planned_time", "patient__number", "pk")


def line_of(row: Appointment) -> AppointmentLine:
    """Of a row that comes from `appointments`."""
    found, plan = row.__dict__, protocol().plan(row.code)
    left = found["left"] or {}
    left_on = date.fromisoformat(left["on"]) if left.get("on") else None
    again = bool(left) and may_be_seen_again(left["reason"], left.get("allowed") or "")
    visit = VisitSeen(
        found["is_opened"],
        found["visited_on"],
        found["occurrence"] == protocol().visit_missed,
        falls_away(row.code, row.planned_on, left_on, again=again),
        is_lost=found["is_struck"] and plan is not None and plan.repeats,
    )
    return AppointmentLine(row, visit, row.patient.site.today())


def falls_away(code: str, planned_on: date, left_on: date | None, *, again: bool) -> bool:
    """Whether an appointment falls away with its patient's end: not one for a visit on demand of a patient who may be
    seen `again`."""
    plan = protocol().plan(code)
    return bool(left_on and planned_on > left_on) and not (again and plan and plan.on_demand)


def open_of(patients: Iterable[int]) -> dict[int, dict[str, AppointmentLine]]:
    """{patient id: {visit code: its appointment that is neither missed nor cancelled}}; one statement."""
    found: dict[int, dict[str, AppointmentLine]] = {}
    for row in _open_of.rows(list(dict.fromkeys(patients))):
        found.setdefault(row.patient_id, {})[row.code] = line_of(row)
    return found


@written_once
def _open_of(patients: list[int]) -> QuerySet[Appointment]:
    return appointments().filter(patient__in=patients, ending="")


def open_in(matrix: Matrix, patient: Patient) -> dict[str, AppointmentLine]:
    """{visit code: its appointment}, as `open_of` gives them, of a patient whose casebook a page has read: what has
    become of the visits is not asked for again, which would cost the page more than all that it asks for besides."""
    rows = {row.due.plan.code: row for row in matrix.rows}
    found = {}
    for row in Appointment.objects.filter(patient=patient, ending="").order_by(
        "planned_on", "planned_time", "pk"
    ):
        row.patient = patient
        plan, at_visit = protocol().plan(row.code), rows.get(row.code)
        visit = VisitSeen(
            at_visit is not None and at_visit.is_open,
            at_visit.due.visited_on if at_visit else None,
            at_visit is not None and at_visit.due.missed,
            falls_away(row.code, row.planned_on, matrix.left_on, again=matrix.seen_again),
            is_lost=row.code in matrix.struck_codes and plan is not None and plan.repeats,
        )
        found[row.code] = AppointmentLine(row, visit, patient.site.today())
    return found


def reach_to_enter(user: User, number: str) -> Patient:
    """The patient with this number, where the user enters now."""
    return reach(user, Patient.objects.select_related("site"), Right.ENTER, number=number)


def reach_appointment(user: User, pk: int, *rights: Right) -> AppointmentLine:
    """The appointment, where the user has one of the rights at its site; else 404 or 403, as everywhere."""
    return line_of(reach(user, appointments(), *rights, pk=pk))


def at_the_same_time(row: Appointment) -> list[str]:
    """The numbers of the site's other patients who are expected at the same day and time; one statement."""
    if row.planned_time is None:
        return []
    same = appointments().filter(
        patient__site=row.patient.site_id, planned_on=row.planned_on, planned_time=row.planned_time, ending=""
    )
    lines = map(line_of, same.exclude(patient=row.patient_id))
    return [line.patient.number for line in lines if not line.is_gone]
