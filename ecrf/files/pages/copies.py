"""The source copies of a patient: the list, and the page on which one is blacked out and added."""

import uuid
from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from ecrf.access.reach import require
from ecrf.access.requests import UserRequest, click_key
from ecrf.access.roles import Right
from ecrf.casebook.labels import label_of
from ecrf.casebook.models import Patient
from ecrf.files.models import FileKind, FileVersion, StoredFile
from ecrf.files.pages.places import forms_of, items_of, place_in, words_of, words_of_file
from ecrf.files.pages.posted import posted_copy
from ecrf.files.reach import files_with_place, reach_patient_of_files
from ecrf.files.receiving.flat_pages import MOST_BYTES_SENT, MOST_PAGES, MOST_PIXELS
from ecrf.files.receiving.refusals import FileRefused
from ecrf.files.services import FilePlace, add_file

LIMITS = {
    "most_pages": MOST_PAGES,
    "most_pixels": MOST_PIXELS,
    "most_bytes": MOST_BYTES_SENT,
    "most_mb": MOST_BYTES_SENT // 1_000_000,
}


@dataclass(frozen=True)
class FileLine:
    """A file in a list: where it belongs, and its newest version."""

    file: StoredFile
    place: str
    newest: FileVersion


@require_GET
def patient_files(request: UserRequest, number: str) -> HttpResponse:
    """All source copies of a patient, or those of one visit; struck out ones behind."""
    patient = reach_patient_of_files(request.user, number)
    code = request.GET.get("at", "")
    found = files_with_place().filter(patient=patient).order_by("pk")
    if code:
        found = found.filter(entry__visit__code=code)
    lines = lines_of_files(found)
    context = {
        "patient": patient,
        "code": code,
        "visit_label": label_of(code) if code else "",
        "lines": [line for line in lines if not line.file.struck_at],
        "struck": [line for line in lines if line.file.struck_at],
        "may_add": request.user.may(Right.ENTER, patient.site) and not patient.struck_at,
        "zone": patient.site.zone,
    }
    return render(request, "files/patient.html", context)


def lines_of_files(files) -> list[FileLine]:  # type: ignore[no-untyped-def]
    return [FileLine(file, words_of_file(file), file.versions.all()[0]) for file in files]


@require_http_methods(["GET", "POST"])
def add_patient_file(request: UserRequest, number: str) -> HttpResponse:
    """Black out, confirm, save. What arrives is blacked out already: the original never leaves the browser."""
    patient = reach_patient_of_files(request.user, number)
    require(request.user, Right.ENTER, patient.site)
    given = request.POST if request.method == "POST" else request.GET
    try:
        place = place_in(patient, given)
    except LookupError as not_begun:
        return _page(request, patient, FilePlace(patient), not_begun=str(not_begun))
    if request.method == "GET":
        return _page(request, patient, place)
    try:
        version = add_file(
            place=place,
            kind=FileKind.COPY,
            title=request.POST.get("title", ""),
            version=posted_copy(request),
            by=request.user,
            actor=request.user.acting_at(patient.site, Right.ENTER),
            request_key=click_key(request) or uuid.uuid4(),
        )
    except FileRefused as refusal:
        return refused(request, refusal) or _page(request, patient, place, refusal)
    return added(request, reverse("file", args=[version.file_id]))


def refused(request: UserRequest, refusal: FileRefused) -> HttpResponse | None:
    """To the script, in words; None where the page itself says it."""
    if not request.headers.get("HX-Request"):
        return None
    answer = HttpResponse(str(refusal), status=refusal.status, content_type="text/plain; charset=utf-8")
    answer.headers["X-Field"] = refusal.field
    return answer


def added(request: UserRequest, address: str) -> HttpResponse:
    """To the script, where to go on; else a redirect."""
    if request.headers.get("HX-Request"):
        return HttpResponse(address, status=201, content_type="text/plain; charset=utf-8")
    return redirect(address)


def _page(
    request: UserRequest,
    patient: Patient,
    place: FilePlace,
    refusal: FileRefused | None = None,
    not_begun: str = "",
) -> HttpResponse:
    context = {
        "patient": patient,
        "place": place,
        "place_words": words_of(place),
        "items": items_of(place.entry) if place.entry and not place.query else [],
        "forms": [] if place.entry else forms_of(patient, request.GET.get("at", "")),
        "title": request.POST.get("title", ""),
        "key": click_key(request) or uuid.uuid4(),
        "refusal": refusal,
        "not_begun": not_begun,
        "back": reverse("patient-files", args=[patient.number]),
        **LIMITS,
    }
    return render(request, "files/add.html", context, status=refusal.status if refusal else 200)
