"""The visit's page, and the page of a form that belongs to no visit: the same page with one form on it."""

import uuid
from collections.abc import Callable
from functools import partial

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from ecrf.access.requests import UserRequest
from ecrf.access.roles import Right
from ecrf.casebook.models import MissingReason
from ecrf.casebook.protocol import CASEBOOK, protocol
from ecrf.casebook.registry import CRFS
from ecrf.casebook.services import Gap, add_entry
from ecrf.entry.actions import act
from ecrf.entry.addresses import html_id, page_url, place_of, reach_where
from ecrf.entry.assembly import Page, log_page, visit_page
from ecrf.entry.forms import CrfForm
from ecrf.entry.posted import save_page
from ecrf.entry.reasons import REASONS


@require_http_methods(["GET", "POST"])
def visit(request: UserRequest, number: str, code: str) -> HttpResponse:
    """All forms of one visit."""
    where = reach_where(request.user, number, code)
    if where.visit is None:
        return redirect("patient", number)
    return _answer(request, partial(visit_page, where))


@require_http_methods(["GET", "POST"])
def log_form(request: UserRequest, number: str, crf: str, entry_number: int) -> HttpResponse:
    """One form that belongs to no visit, such as an adverse event."""
    where = reach_where(request.user, number, CASEBOOK)
    place = place_of(where, crf, str(entry_number))
    return _answer(request, partial(log_page, where, place))


@require_POST
def add_log_form(request: UserRequest, number: str, crf: str) -> HttpResponse:
    """One more entry in a log; the same click twice adds one."""
    where = reach_where(request.user, number, CASEBOOK)
    if crf not in protocol().logs:
        raise Http404
    by = request.user.acting_at(where.patient.site, Right.ENTER)
    try:
        key = uuid.UUID(request.POST.get("key", ""))
        added = add_entry(
            patient=where.patient,
            definition=CRFS[crf],
            visit=None,
            parent=None,
            by=by,
            request_key=key,
        )
    except (ValueError, LookupError):
        return HttpResponseBadRequest("The page is out of date. Go back and load it again.")
    return redirect(page_url(where, added))


def _answer(request: UserRequest, load: Callable[[], Page]) -> HttpResponse:
    page = load()
    if request.method == "GET":
        return _render(request, page)
    by = request.user.acting_at(page.where.patient.site, Right.ENTER)
    if not save_page(page.with_rows, request.POST, by):
        return _render(request, page, status=422)
    # What was saved may have changed what the visit needs.
    page = load()
    action = request.POST.get("action", "save")
    try:
        gaps = act(page, action, by)
    except (LookupError, ValueError):
        return HttpResponseBadRequest(
            "The page is out of date. Go back and load it again; what was typed is kept."
        )
    if gaps:
        return _render(request, page, gaps=gaps, status=422)
    messages.success(request, DONE.get(action.partition(":")[0], "Saved."))
    return redirect(page_url(page.where, page.panels[0].place))


DONE = {
    "complete": "Complete. A change from now on asks for a reason.",
    "complete-form": "The form is complete. A change from now on asks for a reason.",
    "add": "Added.",
    "not-done": "Every empty item of the form now carries the reason.",
}


def _render(
    request: UserRequest, page: Page, gaps: list[Gap] | None = None, status: int = 200
) -> HttpResponse:
    for panel in page.with_rows:
        panel.form = CrfForm(panel)  # type: ignore[attr-defined]
    context = {
        "page": page,
        "patient": page.where.patient,
        "gaps": [{"label": gap.label, "target": f"f-{html_id(gap.place, gap.item)}"} for gap in gaps or []],
        "missing_reasons": MissingReason.choices,
        "reasons": REASONS,
        "new_key": uuid.uuid4(),
        "now": page.where.patient.site.now(),
    }
    return render(request, "entry/visit.html", context, status=status)
