"""Screen failure, withdrawal of consent, death: the page says what follows, one button records it."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from ecrf.access.reach import require
from ecrf.access.requests import UserRequest
from ecrf.access.roles import Right
from ecrf.casebook.data import PatientData
from ecrf.casebook.models import Patient
from ecrf.casebook.record.hooks import Recorded
from ecrf.casebook.record.values import Missing
from ecrf.casebook.schedule.matrix import matrix
from ecrf.entry.addresses import reach_patient
from ecrf.entry.ending.page import BEGIN, RECORDED, EndingPage, ending_page
from ecrf.entry.ending.services import AlreadyEnded, NotRecorded, record_ending
from ecrf.entry.ending.to_finish import to_finish
from ecrf.entry.visit.guard import struck_out, what_holds
from ecrf.entry.visit.not_saved import keeps_what_was_typed
from ecrf.entry.visit.posted import given_in
from ecrf.forms.protocol import protocol


@require_http_methods(["GET", "POST"])
@keeps_what_was_typed
def end_patient(request: UserRequest, number: str, ending: str) -> HttpResponse:
    """Record how the patient left; a GET with a day, by htmx, answers what follows from that day."""
    patient = reach_patient(request.user, number)
    way = next((one for one in protocol().endings if one.key == ending), None)
    if way is None:
        raise Http404
    if held := struck_out(patient):
        raise Http404(held.words)
    page = ending_page(patient, way)
    if request.method == "GET":
        page.form_input.typed = _typed(page, request)
        fragment = bool(request.headers.get("HX-Request"))
        return _render(request, page, name="entry/ending/_follows.html" if fragment else "")
    require(request.user, Right.ENTER, patient.site)
    return _record(request, page)


def _record(request: UserRequest, page: EndingPage) -> HttpResponse:
    page.event = request.POST.get("event", "")
    values, seen = given_in(page.form_input, request.POST)
    asked = {item.name for item in page.asked}
    values = {name: value for name, value in values.items() if name in asked}
    page.form_input.typed = _typed(page, request)
    day, day_item = page.day(), protocol().end_date_item
    if page.asks_for_event and page.event not in (BEGIN, RECORDED):
        page.event_error = gettext("Say whether it is recorded already.")
    if day is None and (isinstance(values.get(day_item), Missing) or not page.day_field.text):
        return _refused(
            request, page, Recorded(page.form_input.place, refused={day_item: gettext("On which day?")})
        )
    if page.event_error:
        return _render(request, page, status=422)
    try:
        is_new = record_ending(
            patient=page.patient,
            ending=page.ending,
            day=day or page.patient.site.today(),
            values=values,
            seen=seen,
            begins=page.event != RECORDED,
            by=request.user,
        )
    except NotRecorded as refusal:
        page.trouble = str(refusal)
        return _refused(request, page, refusal.recorded, 409 if isinstance(refusal, AlreadyEnded) else 422)
    words = gettext("%(ending)s of %(number)s was recorded before.")
    if is_new:
        words = gettext("%(ending)s of %(number)s is recorded.")
    messages.success(request, words % {"ending": page.ending.label, "number": page.patient.number})
    return redirect(_first_to_finish(page.patient))


def _typed(page: EndingPage, request: UserRequest) -> dict[str, str]:
    """What stands in the page's fields, where it was sent."""
    sent = request.POST if request.method == "POST" else request.GET
    return {item.name: sent[item.field] for item in page.asked if item.field in sent}


def _first_to_finish(patient: Patient) -> str:
    """Where to go on: the first form to fill in, or the patient's page, which lists them."""
    data = PatientData(patient)
    left = to_finish(patient, data, matrix(patient, data))
    first = left.tasks[0] if left else None
    return reverse("patient", args=[patient.number]) if first is None or first.opens else first.url


def _refused(
    request: UserRequest, page: EndingPage, recorded: Recorded | None, status: int = 422
) -> HttpResponse:
    if recorded is not None:
        page.refuse(recorded)
    return _render(request, page, status)


def _render(request: UserRequest, page: EndingPage, status: int = 200, name: str = "") -> HttpResponse:
    context = {"page": page, "patient": page.patient, **what_holds(page.patient, request.user)}
    return render(request, name or "entry/ending/ending.html", context, status=status)
