"""The documents of the study and those of a site: the lists, and the pages on which one is added."""

import uuid
from dataclasses import dataclass
from datetime import datetime

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods

from ecrf.access.alike import InOrder
from ecrf.access.models import Site
from ecrf.access.reach import require, require_anywhere
from ecrf.access.requests import UserRequest, click_key
from ecrf.access.roles import Right
from ecrf.files.models import DOCUMENTS, FileKind, FileVersion, StoredFile
from ecrf.files.pages.posted import posted_document
from ecrf.files.reach import (
    ANY_ROLE,
    PUBLISHES,
    files_with_place,
    publishes,
    reach_site_of_files,
    require_publishing,
)
from ecrf.files.receipts import CONFIRMING, confirmed_by, role_asked
from ecrf.files.receiving.documents import MOST_BYTES_OF_DOCUMENT
from ecrf.files.receiving.refusals import FileRefused
from ecrf.files.services import FilePlace, add_file

DOCUMENT_LIMITS = {"most_bytes": MOST_BYTES_OF_DOCUMENT, "most_mb": MOST_BYTES_OF_DOCUMENT // 1_000_000}


@dataclass(frozen=True)
class DocumentLine:
    """A document with its newest version; `asks`: the reader is asked to confirm it and has not."""

    file: StoredFile
    newest: FileVersion
    is_over: bool
    asks: bool
    confirmed_at: datetime | None


@require_GET
def study_documents(request: UserRequest) -> HttpResponse:
    """Protocol, manuals and certificates: for everybody who has a role."""
    require_anywhere(request.user, *ANY_ROLE)
    found = files_with_place().filter(patient=None, of_site=None)
    return _list(request, found, None, publishes(request.user))


@require_GET
def site_documents(request: UserRequest, code: str) -> HttpResponse:
    """What a site keeps here for itself and its monitor: certificates of its laboratory, approvals."""
    site = reach_site_of_files(request.user, code)
    found = files_with_place().filter(patient=None, of_site=site)
    return _list(request, found, site, request.user.may(Right.ENTER, site))


@require_http_methods(["GET", "POST"])
def add_study_document(request: UserRequest) -> HttpResponse:
    require_publishing(request.user)
    return _add(request, None)


@require_http_methods(["GET", "POST"])
def add_site_document(request: UserRequest, code: str) -> HttpResponse:
    site = reach_site_of_files(request.user, code)
    require(request.user, Right.ENTER, site)
    return _add(request, site)


def _add(request: UserRequest, site: Site | None) -> HttpResponse:
    if request.method == "GET":
        return _form(request, site)
    try:
        kind = request.POST.get("kind", "")
        if kind not in DOCUMENTS:
            raise FileRefused(gettext("Choose what it is."), "kind")
        version = add_file(
            place=FilePlace(site=site),
            kind=FileKind(kind),
            title=request.POST.get("title", ""),
            version=posted_document(request),
            by=request.user,
            actor=request.user.acting_at(site, Right.ENTER if site else PUBLISHES),
            request_key=click_key(request) or uuid.uuid4(),
            roles=[role.value for role in CONFIRMING if role in request.POST.getlist("roles")],
        )
    except FileRefused as refusal:
        return _form(request, site, refusal)
    messages.success(request, gettext("%(title)s is saved.") % {"title": version.file.title})
    return redirect("file", version.file_id)


def _list(
    request: UserRequest, found: QuerySet[StoredFile], site: Site | None, may_add: bool
) -> HttpResponse:
    confirmed, files = confirmed_by(request.user), found.order_by("kind", InOrder("title"), "pk")
    today = site.today() if site else timezone.now().date()
    lines = []
    for file in files:
        newest, at = file.versions.all()[0], confirmed.get(file.versions.all()[0].pk)
        asks = not file.struck_at and at is None and bool(role_asked(request.user, file))
        lines.append(DocumentLine(file, newest, newest.is_over(today), asks, at))
    context = {
        "site": site,
        "lines": [line for line in lines if not line.file.struck_at],
        "struck": [line for line in lines if line.file.struck_at],
        "to_read": sum(line.asks for line in lines),
        "may_add": may_add,
        "add_url": reverse("add-site-document", args=[site.code]) if site else reverse("add-document"),
    }
    return render(request, "files/documents.html", context)


def _form(request: UserRequest, site: Site | None, refusal: FileRefused | None = None) -> HttpResponse:
    context = {
        "site": site,
        "kinds": [(kind.value, kind.label) for kind in DOCUMENTS],
        "roles": [(role.value, role.label) for role in CONFIRMING],
        "ticked": request.POST.getlist("roles"),
        "typed": request.POST,
        "key": click_key(request) or uuid.uuid4(),
        "refusal": refusal,
        "back": reverse("site-documents", args=[site.code]) if site else reverse("documents"),
        **DOCUMENT_LIMITS,
    }
    return render(request, "files/document_form.html", context, status=refusal.status if refusal else 200)
