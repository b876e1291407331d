"""The patient: the matrix of visits and forms, the logs; adding a patient, opening a visit."""

import uuid

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBadRequest
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext, gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from ecrf.access.reach import require, sites
from ecrf.access.requests import UserRequest, click_key
from ecrf.access.roles import Right
from ecrf.casebook.data import PatientData
from ecrf.casebook.schedule.ended import NotOpened
from ecrf.casebook.schedule.matrix import matrix
from ecrf.casebook.services import add_patient, open_visit
from ecrf.casebook.story import story_of
from ecrf.entry.addresses import reach_patient
from ecrf.entry.ending.to_finish import to_finish
from ecrf.entry.visit.guard import what_holds

OUT_OF_DATE = gettext_lazy("The page is out of date. Go back and load it again.")


@require_GET
def patient(request: UserRequest, number: str) -> HttpResponse:
    """One patient's casebook at a glance."""
    patient = reach_patient(request.user, number)
    data = PatientData(patient)
    seen = matrix(patient, data)
    context = {
        "patient": patient,
        "matrix": seen,
        "story": story_of(data, seen.schedule_status),
        "to_finish": to_finish(patient, data, seen),
        "new_key": uuid.uuid4(),
        "now": patient.site.now(),
        **what_holds(patient, request.user),
    }
    return render(request, "entry/patient/patient.html", context)


@require_POST
def add(request: UserRequest) -> HttpResponse:
    """Add a patient at one of the user's sites; the same click twice adds one."""
    code = request.POST.get("site", "")
    if "\x00" in code:
        raise Http404
    site = get_object_or_404(sites(request.user, *Right), code=code)
    require(request.user, Right.ENTER, site)
    key = click_key(request)
    if key is None:
        return HttpResponseBadRequest(OUT_OF_DATE)
    try:
        added = add_patient(site=site, by=request.user, request_key=key)
    except LookupError:
        return HttpResponseBadRequest(OUT_OF_DATE)
    words = gettext("Patient %(number)s is added. Write the number on the identification list.")
    messages.success(request, words % {"number": added.number})
    return redirect("patient", added.number)


@require_POST
def open(request: UserRequest, number: str, code: str) -> HttpResponse:
    """Open a visit of the schedule and go to its page; one that lies after the patient's end stays closed."""
    patient = reach_patient(request.user, number)
    try:
        opened = open_visit(patient=patient, code=code, by=request.user)
    except LookupError as error:
        raise Http404 from error
    except NotOpened as refusal:
        messages.error(request, str(refusal))
        return redirect("patient", patient.number)
    return redirect("visit", patient.number, opened.code)
