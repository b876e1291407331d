"""One query with its conversation, what this person may do in it, and the page that opens one."""

import uuid
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from ecrf.access.reach import reach
from ecrf.access.requests import UserRequest, whole_number
from ecrf.access.roles import Right
from ecrf.casebook.labels import element_id, form_title, visit_label
from ecrf.casebook.models import Entry
from ecrf.forms.registry import CRFS
from ecrf.monitoring.reach import entries
from ecrf.queries import rules, services
from ecrf.queries.lookup import queries_on, queries_with_place
from ecrf.queries.models import Query, Turn
from ecrf.queries.quotes import as_it_stands
from ecrf.queries.services import QueryRefused

DONE = {
    "ask_again": "Query {} is asked again: it is the site's turn.",
    "pass_on": "Query {} is passed on.",
    "close": "Query {} is closed.",
    "reopen": "Query {} is open again: it is the site's turn.",
}


def query(request: UserRequest, pk: int) -> HttpResponse:
    """The conversation, and what may be done in it."""
    return _page(request, _reach(request, pk, Right.REVIEW))


def ask_again(request: UserRequest, pk: int) -> HttpResponse:
    return _do(request, pk, services.ask_again, text=request.POST.get("text", ""))


def pass_on(request: UserRequest, pk: int) -> HttpResponse:
    return _do(
        request, pk, services.pass_on, text=request.POST.get("text", ""), to=request.POST.get("to", "")
    )


def close(request: UserRequest, pk: int) -> HttpResponse:
    return _do(request, pk, services.close, text=request.POST.get("text", ""))


def reopen(request: UserRequest, pk: int) -> HttpResponse:
    return _do(request, pk, services.reopen, text=request.POST.get("text", ""))


def open_here(request: UserRequest, pk: int, name: str) -> HttpResponse:
    """Ask about one item. A fragment with the item's queries for a script, else a page and a way back."""
    entry = reach(request.user, entries(), Right.QUERY, pk=pk)
    if entry.crf not in CRFS or name not in CRFS[entry.crf].items:
        raise Http404
    if request.method == "GET":
        return _asking(request, entry, name)
    actor = request.user.acting_at(entry.site, Right.QUERY)
    text = request.POST.get("text", "")
    try:
        opened = services.open_query(
            entry=entry, item=name, text=text, by=request.user, actor=actor, request_key=_key(request)
        )
    except QueryRefused as refused:
        return _asking(request, entry, name, str(refused), refused.status)
    if request.headers.get("HX-Request"):
        return _asking(request, entry, name)
    messages.success(request, f"Query {opened.number} is open: it is the site's turn.")
    return redirect(_way_back(request) or address_of(opened))


def address_of(query: Query) -> str:
    """The item on the reviewer's page of its visit, or of its form."""
    if query.entry.visit_id:
        page = reverse("monitor:casebook_visit_change", args=[query.entry.visit_id])
    else:
        page = reverse("monitor:casebook_entry_change", args=[query.entry.parent_id or query.entry_id])
    return f"{page}#{query.anchor}"


def _reach(request: UserRequest, pk: int, right: Right) -> Query:
    return reach(request.user, queries_with_place(), right, pk=pk)


def _do(request: UserRequest, pk: int, act: Callable[..., Query], **given: Any) -> HttpResponse:
    """One act; the page of the query then, or the page with why not and with what was typed."""
    query = _reach(request, pk, Right.QUERY)
    actor = request.user.acting_at(query.site, Right.QUERY)
    seen = whole_number(request.POST.get("said", ""))
    try:
        act(query=query, by=request.user, actor=actor, seen=seen, **given)
    except QueryRefused as refused:
        now = _reach(request, pk, Right.REVIEW)
        now.typed, now.trouble = given["text"], str(refused)
        return _page(request, now, refused.status)
    messages.success(request, DONE[act.__name__].format(query.number))
    return redirect(_way_back(request) or reverse("monitor:queries_query_change", args=[pk]))


def _page(request: UserRequest, query: Query, status: int = 200) -> HttpResponse:
    user = request.user
    context = {
        "query": query,
        "patient": query.patient,
        "address": address_of(query),
        "value": as_it_stands(query.entry, query.item),
        "may_act": user.may(Right.QUERY, query.site),
        "may_close": rules.may_close(query, user),
        "others": [turn for turn in Turn if turn not in (Turn.NOBODY, query.turn)],
    }
    return render(request, "monitoring/queries/query.html", context, status=status)


def _asking(
    request: UserRequest, entry: Entry, name: str, trouble: str = "", status: int = 200
) -> HttpResponse:
    context = {
        "entry": entry,
        "patient": entry.patient,
        "name": name,
        "item_label": CRFS[entry.crf].items[name].verbose_name,
        "where": " · ".join(part for part in (visit_label(entry.visit), form_title(entry)) if part),
        "anchor": element_id(entry.crf, entry.address, name),
        "value": as_it_stands(entry, name),
        "queries": queries_on([entry.pk]).get((entry.pk, name), []),
        "new_key": _key(request) if trouble else uuid.uuid4(),
        "typed": request.POST.get("text", "") if trouble else "",
        "trouble": trouble,
        "next": _way_back(request),
    }
    part = "_queries_at" if request.headers.get("HX-Request") else "ask"
    return render(request, f"monitoring/queries/{part}.html", context, status=status)


def _key(request: UserRequest) -> uuid.UUID | None:
    try:
        return uuid.UUID(request.POST.get("key", ""))
    except ValueError:
        return None


def _way_back(request: UserRequest) -> str:
    """The page that the form names, if it is one of ours."""
    named = request.POST.get("next") or request.GET.get("next") or ""
    is_ours = url_has_allowed_host_and_scheme(named, {request.get_host()}, request.is_secure())
    return named if is_ours else ""
