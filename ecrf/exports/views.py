"""Data out: what was made, what is being made, a new data cut, a file taken along, two cuts compared."""

import uuid
from datetime import UTC
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from ecrf.access.language import answered_in_master
from ecrf.access.requests import UserRequest, click_key, whole_number
from ecrf.access.roles import Right, Role
from ecrf.exports.choice import CutChoice, read_choice, stored_choice, table_choices
from ecrf.exports.comparison import compare, hold_the_same, write_comparison
from ecrf.exports.folder import NoRoom, file_of
from ecrf.exports.formats.registry import FORMATS, offered
from ecrf.exports.lookup import (
    before_it,
    cut_named,
    data_cuts,
    in_order,
    is_anything_waiting,
    last_proof,
    other_cuts,
    reach_cut,
    saved_choice,
    saved_choices,
    study_sites,
)
from ecrf.exports.models import PDF_KINDS, Export, ExportKind, ExportState
from ecrf.exports.reach import exports_of, key_of, reach_export, require_export
from ecrf.exports.services import Refused, ask, ask_for_cut, cancel, note_download, save_choice
from ecrf.exports.sites import copies_of_sites
from ecrf.exports.tables.description import describe
from ecrf.exports.work.presence import is_worker_there
from ecrf.forms.protocol import protocol

SHOWN = 100
GONE = gettext_lazy(
    "The file is not there any more. A data cut can be made again from the trail, anything else asked for again."
)


@require_GET
def overview(request: UserRequest) -> HttpResponse:
    """Data cuts, all files of the study, and which site still wants its copy."""
    require_export(request.user)
    rows = exports_of(request.user)
    context = {
        "cuts": data_cuts(),
        "exports": rows.exclude(kind=ExportKind.SITE_COPY)[:SHOWN],
        "copies": copies_of_sites(study_sites()) if Right.REVIEW in request.user.rights else [],
        "key": uuid.uuid4(),
        "zone": UTC,
        "lacks_worker": is_anything_waiting() and not is_worker_there(),
    }
    return render(request, "exports/overview.html", context)


@require_http_methods(["GET", "POST"])
def new_cut(request: UserRequest) -> HttpResponse:
    """Choose what a data cut holds, and take it."""
    require_export(request.user)
    if request.method == "POST":
        return _take(request)
    saved = saved_choice(whole_number(request.GET.get("saved", "")))
    choice = stored_choice(saved.choice) if saved else CutChoice()
    return _choose(request, choice, {"key": str(uuid.uuid4())})


def _take(request: UserRequest) -> HttpResponse:
    choice, typed = read_choice(request.POST), request.POST
    saves = bool(typed.get("save_as", "").strip())
    key = click_key(request)
    if key is None:
        return _choose(request, choice, typed, {"": gettext("This page is out of date. Load it again.")})
    if choice.errors:
        return _choose(request, choice, typed, choice.errors)
    try:
        if saves:
            save_choice(name=typed["save_as"], choice=choice.as_json, by=request.user)
        export = ask_for_cut(
            name=typed.get("name", ""),
            reason=typed.get("reason", ""),
            identifiers_reason=typed.get("identifiers_reason", ""),
            choice=choice.as_json,
            by=request.user,
            request_key=key,
        )
    except Refused as refused:
        return _choose(request, choice, typed, {refused.field: str(refused)})
    return redirect("export", export.request_key)


def _choose(
    request: UserRequest, choice: CutChoice, typed: Any, errors: dict[str, str] | None = None
) -> HttpResponse:
    description = describe(protocol())
    context = {
        "choice": choice,
        "typed": typed,
        "errors": errors or {},
        "page_error": (errors or {}).get("", ""),
        "forms": [(form, choice.has_form(form.key)) for form in description.forms if not form.parent],
        "sites": [(site, choice.has_site(site.code)) for site in study_sites()],
        "formats": [(name, each, name in choice.formats) for name, each in offered().items()],
        "tables": table_choices(choice),
        "saved": saved_choices(),
        "today": timezone.now(),
    }
    return render(request, "exports/new_cut.html", context, status=422 if errors else 200)


@require_GET
def export_page(request: UserRequest, key: uuid.UUID) -> HttpResponse:
    """One file: how far it is, what it holds, who took it along. A piece of it while it is being made."""
    export, right = reach_export(request.user, key)
    template = "exports/_state.html" if request.headers.get("HX-Request") else "exports/export.html"
    others = other_cuts(export) if right == Right.EXPORT else ()
    context = {
        "export": export,
        "cut": getattr(export, "cut", None),
        "role": Role(export.role).label.lower() if export.role in Role.values else export.role,
        "downloads": export.downloads.select_related("downloaded_by").order_by("pk"),
        "receipt": getattr(export, "receipt", None),
        "is_study": right == Right.EXPORT,
        "others": others,
        "proof": last_proof(export.cut) if hasattr(export, "cut") else None,
        "of_cut": cut_named(export.wanted.get("name", "")) if export.kind == ExportKind.REBUILD else None,
        "formats": [FORMATS[name].title for name in export.wanted.get("formats", ()) if name in FORMATS],
        "key": uuid.uuid4(),
        "before_it": before_it(export) if export.state == ExportState.QUEUED else 0,
        "lacks_worker": export.is_unfinished and not is_worker_there(),
        "zone": export.site.zone if export.site and right == Right.READ else UTC,
    }
    answer = render(request, template, context)
    if request.headers.get("HX-Request") and not export.is_unfinished:
        answer.headers["HX-Refresh"] = "true"  # what it holds stands below its state now
    return answer


@require_POST
def cancel_export(request: UserRequest, key: uuid.UUID) -> HttpResponse:
    export, right = reach_export(request.user, key)
    if export.site and right != Right.READ and export.asked_by_id != request.user.pk:
        raise PermissionDenied(gettext("Only the site itself, or who asked for it, cancels a site's file."))
    if not cancel(export=export, by=request.user, right=right):
        messages.warning(request, gettext("It was done before it could be cancelled."))
    return redirect("export", export.request_key)


@require_http_methods(["GET", "POST"])
def download(request: UserRequest, key: uuid.UUID) -> HttpResponse | FileResponse:
    """The file itself. That it is taken along stands in the trail before its first byte leaves."""
    export, right = reach_export(request.user, key)
    if request.method == "GET":  # after a new login: the button is on the page
        return redirect("export", export.request_key)
    try:
        file = file_of(export).open("rb") if export.has_file else None
    except (OSError, NoRoom):
        file = None
    if file is None:
        messages.warning(request, _no_file(export))
        return redirect("export", export.request_key)
    try:
        note_download(export=export, by=request.user, right=right)
    except BaseException:
        file.close()
        raise
    # It is compressed already; compressed again, it would come without its length.
    request.META.pop("HTTP_ACCEPT_ENCODING", None)
    kind = "application/pdf" if export.kind in PDF_KINDS else "application/zip"
    headers = {"X-Content-Type-Options": "nosniff"}
    return FileResponse(
        file, as_attachment=True, filename=export.file_name, content_type=kind, headers=headers
    )


def _no_file(export: Export) -> str:
    if export.removed_at:
        words = gettext("The file was removed on %(day)s to make room. It can be made again.")
        return words % {"day": f"{export.removed_at:%Y-%m-%d}"}
    return str(GONE) if export.is_done else gettext("It is not ready.")


@require_http_methods(["GET", "POST"])
def make_again(request: UserRequest, name: str) -> HttpResponse:
    """Prove a cut: its package once more, from the audit trail alone."""
    require_export(request.user)
    cut = reach_cut(name)
    if request.method == "GET":
        return redirect("export", cut.export.request_key)
    try:
        export = ask(
            kind=ExportKind.REBUILD,
            title=f"{cut.name}, made again from the trail",
            by=request.user,
            right=Right.EXPORT,
            request_key=key_of(request),
            wanted={"name": cut.name, "formats": cut.formats},
        )
    except Refused as refused:
        messages.warning(request, str(refused))
        return redirect("export", cut.export.request_key)
    return redirect("export", export.request_key)


@require_GET
def compare_cuts(request: UserRequest) -> HttpResponse:
    """What changed from one cut to another, as a table and as a file."""
    require_export(request.user)
    earlier, later = in_order(*(request.GET.get(which, "") for which in ("from", "to")))
    context = {"earlier": earlier, "later": later, "found": compare(earlier, later)}
    context["hold_the_same"] = hold_the_same(earlier, later)
    return render(request, "exports/comparison.html", context)


@require_POST
@answered_in_master
def comparison_file(request: UserRequest) -> FileResponse:
    """The same as a file, which stands in the trail as taken along."""
    require_export(request.user)
    earlier, later = in_order(*(request.POST.get(which, "") for which in ("from", "to")))
    return write_comparison(earlier, later, by=request.user)
