"""The acts: make an appointment, look at it, move it, record that it was missed or cancelled. No GET writes."""

import uuid
from collections.abc import Callable
from typing import TypeVar

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext, pgettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from ecrf.access.requests import UserRequest
from ecrf.access.roles import READERS, Right
from ecrf.appointments.forms import AppointmentForm, ClickKey
from ecrf.appointments.lines import (
    AppointmentLine,
    appointments,
    at_the_same_time,
    line_of,
    open_of,
    reach_appointment,
    reach_to_enter,
)
from ecrf.appointments.models import Appointment, AppointmentEnding
from ecrf.appointments.past import story_of
from ecrf.appointments.planning import Planning, planning_of
from ecrf.appointments.services import end_appointment, make_appointment, move_appointment
from ecrf.casebook.models import Patient

T = TypeVar("T")

ASKS_ANEW = 422
"""The status of a page that shows what was typed once more, with what is wrong beside it."""


@require_http_methods(["GET", "POST"])
def make(request: UserRequest, number: str) -> HttpResponse:
    """The next visit without an appointment is chosen beforehand; `visit` and `day` in the address choose others."""
    patient = reach_to_enter(request.user, number)
    planning, booked = planning_of(patient), open_of([patient.pk]).get(patient.pk, {})
    if request.method == "GET":
        form = AppointmentForm(now=patient.site.now(), initial=_chosen(request, planning, booked))
        return _asked(request, patient, form, planning, {"booked": booked})
    form, click = AppointmentForm(request.POST, now=patient.site.now()), ClickKey(request.POST)
    if not click.is_valid():
        form.add_error(None, click.errors["key"][0])
    made = _tried(form, lambda: _made(request, patient, form, click)) if form.is_valid() else None
    if made is None:
        return _asked(request, patient, form, planning, {"booked": booked})
    line = line_of(appointments().get(pk=made.pk))
    messages.success(
        request,
        gettext("%(number)s is expected for %(visit)s on %(when)s.")
        % {"number": patient.number, "visit": line.label, "when": made.when},
    )
    _say_same_time(request, made)
    return redirect("appointment", made.pk)


def _made(request: UserRequest, patient: Patient, form: AppointmentForm, click: ClickKey) -> Appointment:
    return make_appointment(
        patient=patient,
        code=form.cleaned_data["visit"],
        wanted=form.wanted,
        by=request.user,
        request_key=click.cleaned_data["key"],
    )


@require_GET
def appointment(request: UserRequest, pk: int) -> HttpResponse:
    """One appointment: what is agreed, what became of it, what was planned before, and what can be done."""
    return _shown(request, reach_appointment(request.user, pk, *READERS))


@require_http_methods(["GET", "POST"])
def move(request: UserRequest, pk: int) -> HttpResponse:
    """Another day or time, or another note. Of one that is over or kept, its page says so."""
    line = reach_appointment(request.user, pk, Right.ENTER)
    row, patient = line.row, line.patient
    planning = planning_of(patient)
    given = {"line": line, "booked": {}}
    if request.method == "GET":
        if not line.may_change:
            return redirect("appointment", pk)
        known = {
            "visit": row.code, "day": row.planned_on, "time": line.time,
            "note": row.note, "reason": row.outside_reason,
        }  # fmt: skip
        form = AppointmentForm(now=patient.site.now(), initial=known)
        return _asked(request, patient, form, planning, given)
    form = AppointmentForm(request.POST, now=patient.site.now())
    seen = request.POST.get("seen", "")
    moved = None
    if form.is_valid():
        moved = _tried(
            form, lambda: move_appointment(appointment=row, wanted=form.wanted, seen=seen, by=request.user)
        )
    if moved is None:
        now = reach_appointment(request.user, pk, Right.ENTER)
        changed = now.row.agreed != seen and now.may_change
        stands_now = _stands_now(now, form) if changed else {}
        return _asked(request, patient, form, planning, {**given, "line": now, "stands_now": stands_now})
    row.refresh_from_db(fields=["planned_on", "planned_time"])
    if moved:
        words = gettext("The appointment of %(number)s for %(visit)s is moved to %(when)s.")
    else:
        words = gettext("The appointment of %(number)s for %(visit)s is changed.")
    messages.success(request, words % {"number": patient.number, "visit": line.label, "when": row.when})
    _say_same_time(request, row)
    return redirect("appointment", pk)


@require_POST
def miss(request: UserRequest, pk: int) -> HttpResponse:
    """The patient did not come. It writes nothing of the visit: the page offers the way to the visit's own form."""
    return _end(request, pk, AppointmentEnding.MISSED)


@require_POST
def cancel(request: UserRequest, pk: int) -> HttpResponse:
    return _end(request, pk, AppointmentEnding.CANCELLED)


def _end(request: UserRequest, pk: int, ending: AppointmentEnding) -> HttpResponse:
    line = reach_appointment(request.user, pk, Right.ENTER)
    reason = request.POST.get("reason", "")
    try:
        end_appointment(appointment=line.row, ending=ending, reason=reason, by=request.user)
    except ValidationError as error:
        return _shown(request, line, {ending.value: (reason, " ".join(error.messages))})
    if ending == AppointmentEnding.MISSED:
        words = gettext("The appointment of %(number)s for %(visit)s is missed.")
    else:
        words = gettext("The appointment of %(number)s for %(visit)s is cancelled.")
    messages.success(request, words % {"number": line.patient.number, "visit": line.label})
    return redirect("appointment", pk)


def _tried(form: AppointmentForm, act: Callable[[], T]) -> T | None:
    """What the act gave; None where it was refused, and the form says why."""
    try:
        return act()
    except ValidationError as error:
        form.refuse(error)
        return None


def _chosen(
    request: UserRequest, planning: Planning, booked: dict[str, AppointmentLine]
) -> dict[str, object]:
    free = [visit.code for visit in planning.visits if visit.code not in booked]
    wanted = request.GET.get("visit", "")
    first = planning.next_code if planning.next_code in free else next(iter(free), "")
    return {"visit": wanted if planning.find(wanted) else first, "day": request.GET.get("day", "")[:10]}


def _stands_now(line: AppointmentLine, form: AppointmentForm) -> dict[str, str]:
    """{field: what is agreed by now, in words}, of the fields in which something else was typed."""
    row = line.row
    known = {
        "day": str(row.planned_on), "time": line.time, "note": row.note, "reason": row.outside_reason,
    }  # fmt: skip
    return {
        name: words or pgettext("a text that was empty", "blank")
        for name, words in known.items()
        if words != form.data.get(name, "").strip()
    }


def _asked(
    request: UserRequest, patient: Patient, form: AppointmentForm, planning: Planning, more: dict[str, object]
) -> HttpResponse:
    """The form, each visit with its window; the reason is asked for once the day is known to lie outside."""
    context = {
        "patient": patient,
        "form": form,
        "planning": planning,
        "today": patient.site.today(),
        "asks_reason": bool(form["reason"].errors or form["reason"].value()),
        "new_key": uuid.uuid4(),
        **more,
    }
    return render(request, "appointments/form.html", context, status=ASKS_ANEW if form.errors else 200)


def _shown(
    request: UserRequest, line: AppointmentLine, refused: dict[str, tuple[str, str]] | None = None
) -> HttpResponse:
    """`refused`: {missed or cancelled: (the reason as it was typed, what is wrong with it)}."""
    patient = line.patient
    context = {
        "patient": patient,
        "line": line,
        "planned": planning_of(patient).find(line.row.code),
        "story": story_of(line.row),
        "days": [line.row.planned_on],
        "is_due": line.row.planned_on <= line.today,
        "may_enter": request.user.may(Right.ENTER, patient.site),
        "refused": refused or {},
    }
    return render(request, "appointments/appointment.html", context, status=ASKS_ANEW if refused else 200)


def _say_same_time(request: UserRequest, row: Appointment) -> None:
    if others := at_the_same_time(row):
        who = gettext(", ").join(others)
        messages.warning(request, gettext("At the same time: %(who)s. Both are kept.") % {"who": who})
