"""The visit's page, and the page of a form that belongs to no visit: the same page with one form on it."""

import uuid
from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect, render
from django.utils.translation import gettext, gettext_lazy, ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from ecrf.access.requests import UserRequest, click_key, whole_number
from ecrf.access.roles import Right
from ecrf.audit.turns import TurnTaken
from ecrf.casebook.places import Place
from ecrf.casebook.services import Gap, add_entry
from ecrf.casebook.striking import NotStruck
from ecrf.entry.addresses import PagePlace, html_id, page_url, place_of, reach_log, reach_where
from ecrf.entry.queries.answers import answer_of_page, give
from ecrf.entry.visit.actions import act, form_input_of
from ecrf.entry.visit.consequences import say_what_is_undone
from ecrf.entry.visit.guard import withhold
from ecrf.entry.visit.load import log_page, visit_page
from ecrf.entry.visit.not_saved import keeps_what_was_typed
from ecrf.entry.visit.page import EntryPage
from ecrf.entry.visit.posted import keep_typed, save_page
from ecrf.entry.visit.reasons import REASONS
from ecrf.forms.crf import MissingReason
from ecrf.forms.protocol import CASEBOOK, protocol
from ecrf.forms.registry import CRFS


@require_http_methods(["GET", "POST"])
@keeps_what_was_typed
def visit(request: UserRequest, number: str, code: str) -> HttpResponse:
    """All forms of one visit."""
    where = reach_where(request.user, number, code)
    if where.visit is None:
        return redirect("patient", number)
    return _answer(request, partial(visit_page, where))


@require_http_methods(["GET", "POST"])
@keeps_what_was_typed
def log(request: UserRequest, number: str, crf: str) -> HttpResponse:
    """A log, such as the adverse events, as a table, a long one by pieces (`?page=`); or the one form of its kind that
    belongs to no visit."""
    where = reach_log(request.user, number, crf)
    definition = CRFS.get(crf)
    if definition is None or crf not in (*protocol().logs, *protocol().patient_forms):
        raise Http404
    only, piece = None if crf in protocol().logs else 1, whole_number(request.GET.get("page", "")) or 1
    return _answer(request, partial(log_page, where, definition, only, piece))


@require_GET
def log_form(request: UserRequest, number: str, crf: str, entry_number: int) -> HttpResponse:
    """One entry of a log: its row in the log's table."""
    where = reach_where(request.user, number, CASEBOOK)
    return redirect(page_url(where, place_of(where, crf, str(entry_number))))


@require_POST
def add_log_form(request: UserRequest, number: str, crf: str) -> HttpResponse:
    """One more entry in a log; the same click twice adds one."""
    where = reach_where(request.user, number, CASEBOOK)
    if crf not in protocol().logs:
        raise Http404
    by, key = request.user.acting_at(where.patient.site, Right.ENTER), click_key(request)
    if key is None:
        return HttpResponseBadRequest(OUT_OF_DATE)
    try:
        added = add_entry(
            patient=where.patient,
            definition=CRFS[crf],
            visit=None,
            parent=None,
            by=by,
            request_key=key,
        )
    except LookupError:
        return HttpResponseBadRequest(OUT_OF_DATE)
    return redirect(page_url(where, added))


def _answer(request: UserRequest, load: Callable[[], EntryPage]) -> HttpResponse:
    page = load()
    if request.method == "GET":
        withhold(page, request.user)
        return _render(request, page)
    try:
        return _done(request, page, load)
    except TurnTaken as taken:
        keep_typed(page.with_rows, request.POST)
        return _render(request, page, status=423, not_yet=str(taken))


def _done(request: UserRequest, page: EntryPage, load: Callable[[], EntryPage]) -> HttpResponse:
    """What the page's buttons ask for, without a script: what was typed is saved, then it is acted."""
    site, action, refused = page.where.patient.site, request.POST.get("action", "save"), 0
    try:
        if action.startswith("answer:"):
            page, refused = _answered(request, page, load)
            if not refused and not request.user.may(Right.ENTER, site):
                return redirect(_next_address(page, act(page, action, request.user).place))
        by = request.user.acting_at(site, Right.ENTER)
    except LookupError:
        return HttpResponseBadRequest(OUT_OF_DATE)
    except PermissionDenied as refusal:
        keep_typed(page.with_rows, request.POST)
        return _render(request, page, status=403, not_allowed=str(refusal))
    if not save_page(page.with_rows, request.POST, request.user, by) or refused:
        say_what_is_undone(page.with_rows)
        return _render(request, page, status=refused or 422)
    # What was saved may have changed what the visit needs.
    page = load()
    try:
        outcome = act(page, action, request.user, request.POST.get(f"note:{action.partition(':')[2]}", ""))
    except NotStruck as refusal:
        return _refused(request, page, action, str(refusal))
    except (LookupError, ValueError):
        return HttpResponseBadRequest(OUT_OF_DATE)
    if outcome.gaps:
        return _render(request, page, gaps=outcome.gaps, status=422)
    if outcome.left:
        words = gettext("Added, but this could not be filled in; enter it yourself: %(left)s")
        messages.warning(request, words % {"left": gettext("; ").join(outcome.left)})
    else:
        messages.success(request, DONE.get(action.partition(":")[0], gettext("Saved.")))
        if outcome.asked:
            became = ngettext(
                "%(number)d question stays open and is now a query.",
                "%(number)d questions stay open and are now queries.",
                outcome.asked,
            )
            messages.warning(request, became % {"number": outcome.asked})
    return redirect(_next_address(page, outcome.place))


def _answered(request: UserRequest, page: EntryPage, load: Callable[[], EntryPage]) -> tuple[EntryPage, int]:
    """Answer a query of the page, with the corrected value if there is one; the page as it is then, and 0 or the
    status of a refusal."""
    query, given = answer_of_page(page, request.POST["action"].partition(":")[2], request.POST)
    outcome = give(query, given, request.user)
    if outcome.is_done:
        return load(), 0
    query.typed, query.trouble = given.text, outcome.refusal or gettext("Not sent: the value was not taken.")
    return page, outcome.status


def _refused(request: UserRequest, page: EntryPage, action: str, why: str) -> HttpResponse:
    form_input = form_input_of(page, action)
    if form_input is not None:
        form_input.trouble = why
    return _render(request, page, status=422)


def _next_address(page: EntryPage, place: Place | None) -> str:
    if place is None:
        return page.url
    where = PagePlace(page.where.patient, place.visit)
    address = page_url(where, place)
    return address if "#" in address else f"{address}#{html_id(place)}"


def _target(gap: Gap) -> str:
    """Where the list of what is missing leads: to the field, or to the form that was not begun."""
    return f"f-{html_id(gap.place, gap.item)}" if gap.item else html_id(gap.place)


def _in_order(page: EntryPage, gaps: list[Gap]) -> list[dict[str, str]]:
    """What is missing, as the page's fields follow each other."""
    forms = [form_input.id for form_input in page.with_rows]
    lines = []
    for gap in gaps:
        form = html_id(gap.place)
        place = forms.index(form) if form in forms else len(forms)
        item = list(gap.place.definition.items).index(gap.item) if gap.item else 0
        lines.append(((place, item), {"label": gap.label, "target": _target(gap)}))
    return [line for _order, line in sorted(lines, key=lambda pair: pair[0])]


OUT_OF_DATE = gettext_lazy("The page is out of date. Go back and load it again; what was typed is kept.")

DONE: dict[str, Any] = {
    "answer": gettext_lazy("The query is answered."),
    "complete": gettext_lazy("Complete. A change from now on asks for a reason."),
    "complete-form": gettext_lazy("The form is complete. A change from now on asks for a reason."),
    "add": gettext_lazy("Added."),
    "not-done": gettext_lazy("Every empty item of the form now carries the reason."),
    "strike": gettext_lazy("Struck out. It stays on the page and can be restored."),
    "restore": gettext_lazy("Restored."),
    "offer": gettext_lazy("Added, filled in as far as is known. Look it over and complete it."),
}


def _render(
    request: UserRequest,
    page: EntryPage,
    gaps: list[Gap] | None = None,
    status: int = 200,
    not_allowed: str = "",
    not_yet: str = "",
) -> HttpResponse:
    for form_input in page.with_rows:
        form_input.note = request.POST.get(f"note:{form_input.id}", "")
    context = {
        "page": page,
        "patient": page.where.patient,
        "gaps": _in_order(page, gaps or []),
        "not_allowed": not_allowed,
        "not_yet": not_yet,
        "missing_reasons": MissingReason.choices,
        "reasons": REASONS,
        "troubles": [pair for form_input in page.with_rows for pair in form_input.not_taken],
        "waiting_for_reason": sum(len(form_input.recorded.wants_reason) for form_input in page.with_rows),
        "new_key": uuid.uuid4(),
        "now": page.where.patient.site.now(),
        "has_guide": page.where.visit and page.lock is None and page.where.patient.site.is_practice,
    }
    template = "entry/log.html" if page.log else "entry/visit.html"
    return render(request, template, context, status=status)
