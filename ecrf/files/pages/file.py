"""One file: its pages, its versions, and what is done about it."""

import uuid
from datetime import UTC

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext, pgettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from ecrf.access.requests import UserRequest, click_key, whole_number
from ecrf.access.roles import Right
from ecrf.audit.actor import Actor
from ecrf.casebook.striking.moved_away import moved_away
from ecrf.files.models import FileVersion, StoredFile
from ecrf.files.pages import answers
from ecrf.files.pages.copies import LIMITS, added, refused
from ecrf.files.pages.documents import DOCUMENT_LIMITS
from ecrf.files.pages.places import page_of_entry, words_of_file
from ecrf.files.pages.posted import posted_copy, posted_document
from ecrf.files.reach import PUBLISHES, may_change, reach_file, reach_version, require_change
from ecrf.files.receipts import may_confirm, readers_of
from ecrf.files.receiving.refusals import FileRefused
from ecrf.files.services import add_version, confirm_read, restore_file, strike_file

REASONS = (
    pgettext_lazy("reason", "Added by mistake"),
    pgettext_lazy("reason", "Belongs elsewhere"),
    pgettext_lazy("reason", "A name can be read"),
    pgettext_lazy("reason", "Cannot be read"),
)


@require_GET
def file_page(request: UserRequest, pk: int) -> HttpResponse:
    """The newest version, or the one that `?version=` names, page by page; the others below."""
    return _shown(request, reach_file(request.user, pk))


@require_http_methods(["GET", "POST"])
def new_version(request: UserRequest, pk: int) -> HttpResponse:
    """As adding a file, with a reason: the version before stays."""
    file = reach_file(request.user, pk)
    require_change(request.user, file)
    if request.method == "GET":
        return _version_page(request, file)
    try:
        version = add_version(
            file=file,
            version=posted_copy(request) if file.is_copy else posted_document(request),
            reason=request.POST.get("reason", ""),
            by=request.user,
            actor=actor_of(request, file),
            request_key=click_key(request) or uuid.uuid4(),
        )
    except FileRefused as refusal:
        return refused(request, refusal) or _version_page(request, file, refusal)
    words = gettext("Version %(number)s is saved. The one before is kept.")
    messages.success(request, words % {"number": version.number})
    return added(request, reverse("file", args=[file.pk]))


@require_POST
def strike(request: UserRequest, pk: int) -> HttpResponse:
    file = reach_file(request.user, pk)
    require_change(request.user, file)
    reason = request.POST.get("reason", "")
    try:
        strike_file(file=file, reason=reason, by=request.user, actor=actor_of(request, file))
    except FileRefused as refusal:
        return _shown(request, file, refusal, reason)
    messages.success(
        request, gettext("The file is struck out. Its pages are not shown to others; it can be restored.")
    )
    return redirect("file", file.pk)


@require_POST
def restore(request: UserRequest, pk: int) -> HttpResponse:
    file = reach_file(request.user, pk)
    require_change(request.user, file)
    reason = request.POST.get("reason", "")
    try:
        restore_file(file=file, reason=reason, by=request.user, actor=actor_of(request, file))
    except FileRefused as refusal:
        return _shown(request, file, refusal, reason)
    messages.success(request, gettext("The file is restored."))
    return redirect("file", file.pk)


@require_POST
def confirm(request: UserRequest, pk: int) -> HttpResponse:
    """One has read a version of a document."""
    version = reach_version(request.user, pk)
    try:
        confirm_read(version=version, by=request.user)
    except FileRefused as refusal:
        if refusal.status == 403:
            raise PermissionDenied(str(refusal)) from refusal
        return _shown(request, reach_file(request.user, version.file_id), refusal)
    words = gettext("Confirmed: you have read %(title)s, version %(number)s.")
    messages.success(request, words % {"title": version.file.title, "number": version.number})
    return redirect("file", version.file_id)


@require_GET
def download_file(request: UserRequest, pk: int) -> FileResponse:
    return answers.download(request, reach_version(request.user, pk))


@require_GET
def file_picture(request: UserRequest, pk: int, number: int) -> HttpResponse:
    return answers.picture(request, reach_version(request.user, pk), number)


def actor_of(request: UserRequest, file: StoredFile) -> Actor:
    return request.user.acting_at(file.site, Right.ENTER if file.site else PUBLISHES)


def _shown(
    request: UserRequest, file: StoredFile, refusal: FileRefused | None = None, typed: str = ""
) -> HttpResponse:
    versions = list(file.versions.all())
    shown = _chosen(versions, request.GET.get("version", ""))
    changes = may_change(request.user, file)
    sees_readers = not file.is_copy and (changes or Right.SEE_ACCESS in request.user.rights)
    moved = moved_away(file.entry) if file.entry and file.entry.is_struck else None
    arrived = moved.arrived if moved and moved.arrived and not moved.arrived.is_struck else None
    context = {
        "file": file,
        "patient": file.patient,
        "place": words_of_file(file),
        "moved": moved,
        "moved_to": StoredFile.objects.filter(moved_from=file).first() if file.struck_at else None,
        "moved_url": page_of_entry(request.user, arrived) if arrived else "",
        "place_url": page_of_entry(request.user, file.entry, file.item) if file.entry else "",
        "shown": shown,
        "is_newest": shown == versions[0],
        "versions": versions,
        "pages": range(1, shown.content.pages + 1),
        "sees_pages": not file.struck_at or changes,
        "may_change": changes,
        "may_confirm": may_confirm(request.user, versions[0]) if not file.is_copy else False,
        "readers": readers_of(versions[0]) if sees_readers and file.roles else [],
        "reasons": REASONS,
        "refusal": refusal,
        "typed": typed,
        "zone": file.site.zone if file.site else UTC,
    }
    return render(request, "files/file.html", context, status=refusal.status if refusal else 200)


def _chosen(versions: list[FileVersion], text: str) -> FileVersion:
    """The one that the address names, else the newest."""
    return next((one for one in versions if one.number == whole_number(text)), versions[0])


def _version_page(request: UserRequest, file: StoredFile, refusal: FileRefused | None = None) -> HttpResponse:
    context = {
        "file": file,
        "patient": file.patient,
        "place_words": words_of_file(file),
        "newest": file.versions.all()[0],
        "key": click_key(request) or uuid.uuid4(),
        "reason": request.POST.get("reason", ""),
        "typed": request.POST,
        "refusal": refusal,
        "back": reverse("file", args=[file.pk]),
        **(LIMITS if file.is_copy else DOCUMENT_LIMITS),
    }
    template = "files/add.html" if file.is_copy else "files/document_form.html"
    return render(request, template, context, status=refusal.status if refusal else 200)
