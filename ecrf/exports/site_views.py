"""A site's own files: its complete copy, the casebooks of its patients, and the receipt that it has them."""

import uuid
from datetime import UTC

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from ecrf.access.models import Site, User
from ecrf.access.reach import reach_site
from ecrf.access.requests import UserRequest
from ecrf.access.roles import READERS, Right
from ecrf.casebook.models import Patient
from ecrf.casebook.reach import reach_patient
from ecrf.exports.models import Export, ExportKind
from ecrf.exports.reach import exports_of, key_of, reach_export, require_export
from ecrf.exports.services import Refused, ask, confirm_receipt
from ecrf.exports.sites import copies_of_sites

SHOWN = 50


@require_GET
def site_copies(request: UserRequest, code: str) -> HttpResponse:
    """What the site has made, and the buttons that make more."""
    site = reach_site(request.user, code, Right.READ)
    rows = exports_of(request.user).filter(site=site)
    context = {
        "site": site,
        "exports": rows[:SHOWN],
        "copy": copies_of_sites([site])[0],
        "key": uuid.uuid4(),
        "zone": site.zone,
    }
    return render(request, "exports/site.html", context)


@require_POST
def make_copy(request: UserRequest, code: str) -> HttpResponse:
    """One click: everything of the site."""
    site = reach_site(request.user, code, Right.READ)
    if site.is_practice:
        messages.warning(
            request, gettext("Nothing that is entered at a practice site is kept: it has no copy.")
        )
        return redirect("site-copies", site.code)
    return _asked(request, ExportKind.SITE_COPY, f"Copy of site {site.code}", site)


@require_http_methods(["GET", "POST"])
def casebook_files(request: UserRequest, number: str) -> HttpResponse:
    """The casebooks of one patient that were made as PDF files; POST makes one more."""
    patient = reach_patient(request.user, number)
    if request.method == "GET":
        rows = exports_of(request.user).filter(kind=ExportKind.CASEBOOK, patient=patient)
        context = {
            "patient": patient,
            "exports": rows[:SHOWN],
            "key": uuid.uuid4(),
            "zone": patient.site.zone,
        }
        return render(request, "exports/casebooks.html", context)
    title = f"Casebook {patient.number}"
    return _asked(request, ExportKind.CASEBOOK, title, patient.site, patient)


@require_POST
def make_annotated_crf(request: UserRequest) -> HttpResponse:
    """Every form blank, with the names of its items beside the fields."""
    require_export(request.user)
    return _asked(request, ExportKind.ANNOTATED_CRF, "Annotated CRF", None)


@require_POST
def receipt(request: UserRequest, key: uuid.UUID) -> HttpResponse:
    """The site says that it has its copy."""
    export, right = reach_export(request.user, key)
    if right != Right.READ:
        raise PermissionDenied(gettext("Only the site itself confirms that it has its copy."))
    note = request.POST.get("note", "")
    try:
        confirm_receipt(export=export, note=note, by=request.user)
    except Refused as refused:
        return _with_error(request, export, note, str(refused))
    return redirect("export", export.request_key)


def _with_error(request: UserRequest, export: Export, note: str, words: str) -> HttpResponse:
    context = {
        "export": export,
        "downloads": export.downloads.select_related("downloaded_by").order_by("pk"),
        "typed_note": note,
        "receipt_error": words,
        "zone": export.site.zone if export.site else UTC,
    }
    return render(request, "exports/export.html", context, status=422)


def _asked(
    request: UserRequest, kind: ExportKind, title: str, site: Site | None, patient: Patient | None = None
) -> HttpResponse:
    compact = request.POST.get("compact") == "yes"
    try:
        export = ask(
            kind=kind,
            title=f"{title}{', without blanks' if compact else ''}",
            by=request.user,
            right=_right(request.user, site),
            request_key=key_of(request),
            site=site,
            patient=patient,
            wanted={"compact": compact},
        )
    except Refused as refused:
        messages.warning(request, str(refused))
        return (
            redirect(request.path)
            if patient
            else redirect("site-copies", site.code)
            if site
            else redirect("exports")
        )
    return redirect("export", export.request_key)


def _right(user: User, site: Site | None) -> Right:
    rights = READERS if site else ()
    return next((right for right in rights if site and user.may(right, site)), Right.EXPORT)
