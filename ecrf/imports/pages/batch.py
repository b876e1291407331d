"""One file: how far it is, what its rows do, and what can be done with it."""

import shutil
import uuid
from datetime import UTC
from functools import partial
from tempfile import TemporaryFile
from typing import Any

from django.contrib import messages
from django.http import FileResponse, HttpResponse, HttpResponseBadRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy, ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from ecrf.access.language import answered_in_master, as_the_page_is_read
from ecrf.access.requests import UserRequest, click_key, whole_number
from ecrf.audit.actor import acting
from ecrf.forms.registry import CRFS
from ecrf.imports.comparison.verifying import NotVerified, to_verify, verify_equal
from ecrf.imports.models import Import, ImportDownload, ImportFormat, ImportState, RowKind
from ecrf.imports.pages.forms import ConsentOfSite
from ecrf.imports.pages.lookup import (
    csv_columns,
    csv_lines,
    effects_of,
    narrowed,
    page_of_rows,
    rows_for,
    tabs_of,
    waiting_before,
)
from ecrf.imports.pages.to_correct import (
    MOST,
    can_be_corrected,
    columns_to_correct,
    given_back,
    lines_to_correct,
)
from ecrf.imports.reading.encodings import ENCODINGS, UnreadableFile, encoding_of
from ecrf.imports.rights import is_for_all, may_act, reach_import, require_own, seeing_right
from ecrf.imports.services import NotImported, look_again, order, put_aside, state_of
from ecrf.imports.sources.stored import ALTERED, StoredBytes, is_as_brought, pieces_of, table_of
from ecrf.imports.work.bringing_in import changes_as_manager, longest_reason
from ecrf.trail.download.csv_file import answer, file_name

OUT_OF_DATE = gettext_lazy("The page is out of date. Go back and load it again.")
OVERTAKEN = gettext_lazy(
    "Nothing was done: something else became of this file meanwhile. How it stands now is shown here."
)
TO_CORRECT = "to-correct"


@require_GET
def batch_page(request: UserRequest, key: uuid.UUID) -> HttpResponse:
    """The dry run; while somebody works on it, how far that is, as a piece that asks again."""
    batch = reach_import(request.user, key)
    if request.headers.get("HX-Request"):
        answer_ = render(request, "imports/_state.html", {"batch": batch, "before_it": waiting_before(batch)})
        if not batch.is_under_way:
            answer_.headers["HX-Refresh"] = "true"
        return answer_
    return _page(request, batch)


def _page(
    request: UserRequest, batch: Import, refused: NotImported | NotVerified | None = None, status: int = 200
) -> HttpResponse:
    kind, after = request.GET.get("kind", ""), whole_number(request.GET.get("after", "")) or 0
    shown = state_of(
        batch
    )  # before its rows: what is looked at anew in between is refused, and never taken for seen
    rows, next_at = page_of_rows(request.user, batch, kind, min(after, 10**7))
    is_own, acts = batch.brought_by_id == request.user.pk, may_act(request.user, batch)
    counts = batch.counts.get("rows", {})
    context: dict[str, Any] = {
        "batch": batch,
        "definition": CRFS.get(batch.form),
        "tabs": tabs_of(request.user, batch, kind),
        "kind": kind,
        "rows": rows,
        "next_at": next_at,
        "after": after,
        "effects": effects_of(batch),
        "refused": refused,
        "is_own": is_own,
        "may_act": acts,
        "to_correct": TO_CORRECT if acts and can_be_corrected(batch) else "",
        "readings": _readings(batch) if acts else {},
        "sees_all": batch.site_id is not None or is_for_all(request.user),
        "changes": counts.get(RowKind.NEW, 0) + counts.get(RowKind.CHANGED, 0),
        "refused_rows": counts.get(RowKind.REFUSED, 0),
        "key": request.POST.get("key") or uuid.uuid4(),
        "shown": shown,
        "typed_reason": request.POST.get("reason", ""),
        "longest": longest_reason(batch),
        "before_it": waiting_before(batch) if batch.is_under_way else 0,
        "encoding": ENCODINGS.get(_plain(batch), _plain(batch)),
        "consents": _consents(request, batch) if is_own and batch.state == ImportState.CHECKED else [],
        "zone": UTC,
    }
    if batch.is_comparison and batch.state == ImportState.CHECKED:
        context["to_verify"] = to_verify(request.user, batch)
    return render(request, "imports/batch.html", context, status=status)


def _readings(batch: Import) -> dict[str, str]:
    """{encoding: how a line then reads} of a file that could be in several. Never stored: it is a line of the file."""
    if batch.state != ImportState.REFUSED or batch.format == ImportFormat.ODM:
        return {}
    try:
        encoding_of(lambda: pieces_of(batch.file), batch.reading.get("declared", ""))
    except UnreadableFile as refused:
        return refused.readings
    return {}


def _plain(batch: Import) -> str:
    """The encoding that was found, as it is declared."""
    return str(batch.reading.get("encoding", "")).removesuffix("-sig").removesuffix("-le").removesuffix("-be")


def _consents(request: UserRequest, batch: Import) -> list[ConsentOfSite]:
    given = request.POST if request.method == "POST" else None
    return [ConsentOfSite(given, site=site) for site in changes_as_manager(batch, request.user)]


@require_http_methods(["GET", "POST"])
def order_import(request: UserRequest, key: uuid.UUID) -> HttpResponse:
    """The one button: all of it, or nothing."""
    batch = reach_import(request.user, key)
    if request.method == "GET":  # after a new login: the button is on the page
        return redirect("import", key)
    require_own(request.user, batch)
    act_key = click_key(request)
    if act_key is None:
        return HttpResponseBadRequest(OUT_OF_DATE)
    consents = {form.site.code: form.consent for form in _consents(request, batch)}
    try:
        order(
            batch=batch,
            reason=request.POST.get("reason", ""),
            consents={code: consent for code, consent in consents.items() if consent},
            by=request.user,
            act_key=act_key,
            shown=whole_number(request.POST.get("shown", "")) or 0,
        )
    except NotImported as refused:
        return _page(request, batch, refused, 422)
    if batch.state == ImportState.DONE:
        messages.success(
            request,
            ngettext(
                "Imported: %(number)d row. Each value says where it came from.",
                "Imported: %(number)d rows. Each value says where it came from.",
                batch.counts["all"],
            )
            % {"number": batch.counts["all"]},
        )
    return redirect("import", key)


@require_POST
def look_again_at(request: UserRequest, key: uuid.UUID) -> HttpResponse:
    """Look at the file anew; with another encoding, where one was chosen."""
    batch = reach_import(request.user, key)
    require_own(request.user, batch)
    declared = request.POST.get("declared", "")
    reading = {"declared": declared} if declared in ENCODINGS else None
    if not look_again(batch=batch, by=request.user, reading=reading):
        messages.warning(request, str(OVERTAKEN))
    return redirect("import", key)


@require_POST
def put_import_aside(request: UserRequest, key: uuid.UUID) -> HttpResponse:
    batch = reach_import(request.user, key)
    require_own(request.user, batch)
    if not put_aside(batch=batch, by=request.user):
        messages.warning(request, str(OVERTAKEN))
    return redirect("import", key)


@require_POST
def verify_compared(request: UserRequest, key: uuid.UUID) -> HttpResponse:
    """Verify what is equal, after its number was typed back."""
    batch = reach_import(request.user, key)
    try:
        made, left_out = verify_equal(batch=batch, by=request.user, typed=request.POST.get("count", ""))
    except NotVerified as refused:
        return _page(request, batch, refused, 422)
    messages.success(
        request,
        ngettext(
            "%(number)d value verified, as equal to the file of %(system)s.",
            "%(number)d values verified, as equal to the file of %(system)s.",
            made,
        )
        % {"number": made, "system": batch.source_system},
    )
    for words in left_out:
        messages.warning(request, words)
    return redirect("import", key)


@require_POST
def rows_csv(request: UserRequest, key: uuid.UUID) -> HttpResponseBase:
    """The rows of one kind, or all, as a list of what they do; or the file itself, to be corrected."""
    batch = reach_import(request.user, key)
    if request.POST.get("kind") == TO_CORRECT:
        return _to_correct(request, batch)
    kind = request.POST.get("kind", "")
    if narrowed(rows_for(request.user, batch), kind).count() > MOST:
        messages.warning(
            request,
            gettext("One file holds at most %(most)s rows. Choose a kind.") % {"most": f"{MOST:,}"},
        )
        return redirect("import", key)
    return _rows_as_csv(request, batch, kind)


@answered_in_master
def _to_correct(request: UserRequest, batch: Import) -> HttpResponseBase:
    """As it was brought, and before each row why it is refused."""
    require_own(request.user, batch)
    if not can_be_corrected(batch):
        with as_the_page_is_read():
            messages.warning(request, str(OVERTAKEN))
        return redirect("import", batch.request_key)
    if not is_as_brought(batch.file):
        with as_the_page_is_read():
            messages.error(request, str(ALTERED))
        return redirect("import", batch.request_key)
    table, note = table_of(batch), partial(_note, request, batch, "the file to correct")
    name = file_name(f"import-{batch.pk}-{TO_CORRECT}", timezone.now())
    return answer(name, columns_to_correct(table), lines_to_correct(batch, table), note, given_back)


@answered_in_master
def _rows_as_csv(request: UserRequest, batch: Import, kind: str) -> HttpResponseBase:
    note = partial(_note, request, batch, f"rows {kind or 'all'}")
    name = file_name(f"import-{batch.pk}-{kind or 'rows'}", timezone.now())
    return answer(name, csv_columns(batch), csv_lines(request.user, batch, kind), note)


@require_POST
def original(request: UserRequest, key: uuid.UUID) -> HttpResponseBase:
    """The file as it was brought; never shown in the browser."""
    batch = reach_import(request.user, key)
    require_own(request.user, batch)
    if not is_as_brought(batch.file):
        messages.error(request, str(ALTERED))
        return redirect("import", key)
    _note(request, batch, "the file itself")
    request.META.pop("HTTP_ACCEPT_ENCODING", None)
    # Read now: what is sent after the answer was made is read for nobody any more (docs/decisions/0042).
    content = TemporaryFile()  # noqa: SIM115  (the answer closes it)
    with StoredBytes(batch.file) as stream:
        shutil.copyfileobj(stream, content)
    content.seek(0)
    sent = FileResponse(
        content, as_attachment=True, filename=batch.file_name, content_type="application/octet-stream"
    )
    sent.headers["X-Content-Type-Options"] = "nosniff"
    return sent


def _note(request: UserRequest, batch: Import, what: str) -> None:
    """That somebody takes it along stands in the trail before its first byte leaves."""
    actor = request.user.acting_at(batch.site, seeing_right(request.user, batch))
    with acting(actor, source="import"):
        ImportDownload.objects.create(
            batch=batch, what=what, downloaded_at=timezone.now(), downloaded_by=request.user
        )
