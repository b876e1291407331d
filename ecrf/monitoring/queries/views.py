"""One query with its conversation, what this person may do in it, and the page that opens one."""

import uuid
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext, gettext_lazy

from ecrf.access.reach import reachable, require
from ecrf.access.requests import UserRequest, click_key, whole_number
from ecrf.account.way_back import is_here
from ecrf.casebook.labels import element_id, form_title, visit_label
from ecrf.casebook.models import Entry
from ecrf.forms.registry import CRFS
from ecrf.monitoring.queries.page import choice_in, page_url, query_page
from ecrf.monitoring.reach import reach_to_ask, reads_casebook, require_crf
from ecrf.queries import conversations, services
from ecrf.queries.lookup import one_with_place, placed_here, queries_on
from ecrf.queries.models import Query
from ecrf.queries.quotes import as_it_stands, quoted_as_read
from ecrf.queries.rules import right_to_ask
from ecrf.queries.services import QueryRefused

DONE = {
    "ask_again": gettext_lazy("%(query)s of %(patient)s is asked again: it is the site's turn."),
    "pass_on": gettext_lazy("%(query)s of %(patient)s is passed on."),
    "close": gettext_lazy("%(query)s of %(patient)s is closed."),
    "reply": gettext_lazy("%(query)s of %(patient)s: what you wrote is sent to the site."),
    "mark_read": gettext_lazy("%(query)s of %(patient)s is marked as read."),
    "reopen": gettext_lazy("%(query)s of %(patient)s is open again: it is the site's turn."),
}
"""{the act: what is said once it is done}."""
END_OF_LIST = gettext_lazy("That was the last one of this list.")


def query(request: UserRequest, pk: int) -> HttpResponse:
    """The conversation, and what may be done in it."""
    return _page(request, _reach(request, pk))


def ask_again(request: UserRequest, pk: int) -> HttpResponse:
    return _do(request, pk, services.ask_again, text=request.POST.get("text", ""))


def pass_on(request: UserRequest, pk: int) -> HttpResponse:
    return _do(
        request, pk, services.pass_on, text=request.POST.get("text", ""), to=request.POST.get("to", "")
    )


def reply(request: UserRequest, pk: int) -> HttpResponse:
    """Answer the site's question, or add to its note."""
    return _do(request, pk, conversations.reply, text=request.POST.get("text", ""))


def mark_read(request: UserRequest, pk: int) -> HttpResponse:
    return _do(request, pk, conversations.mark_read)


def close(request: UserRequest, pk: int) -> HttpResponse:
    return _do(request, pk, services.close, text=request.POST.get("text", ""))


def reopen(request: UserRequest, pk: int) -> HttpResponse:
    return _do(request, pk, services.reopen, text=request.POST.get("text", ""))


def open_here(request: UserRequest, pk: int, name: str) -> HttpResponse:
    """Ask about one item. A fragment with the item's queries for a script, else a page and a way back."""
    entry = reach_to_ask(request.user, pk)
    if name not in CRFS[entry.crf].items:
        raise Http404
    if request.method == "GET":
        return _asking(request, entry, name)
    actor = request.user.acting_at(entry.site, right_to_ask(request.user, entry.site))
    text = request.POST.get("text", "")
    try:
        opened = services.open_query(
            entry=entry,
            item=name,
            text=text,
            by=request.user,
            actor=actor,
            request_key=click_key(request),
        )
    except QueryRefused as refused:
        return _asking(request, entry, name, str(refused), refused.status)
    if request.headers.get("HX-Request"):
        return _asking(request, entry, name)
    messages.success(
        request, gettext("Query %(number)s is open: it is the site's turn.") % {"number": opened.code}
    )
    return redirect(_way_back(request) or address_of(opened))


def address_of(query: Query) -> str:
    """The item on the reviewer's page of its visit, or of its form."""
    entry = query.form
    if entry.visit_id:
        page = reverse("monitor:casebook_visit_change", args=[entry.visit_id])
    elif query.entry:
        page = reverse("monitor:casebook_entry_change", args=[entry.parent_id or entry.pk])
    else:
        page = reverse("monitor:casebook_patient_change", args=[query.patient_id])
    return f"{page}#{query.anchor}"


def _reach(request: UserRequest, pk: int) -> Query:
    """The query, on a form that the person reads."""
    query = placed_here(get_object_or_404(reachable(request.user, one_with_place()), pk=pk))
    require_crf(request.user, query.patient, query.form.crf)
    return query


def _do(request: UserRequest, pk: int, act: Callable[..., Query], **given: Any) -> HttpResponse:
    """One act. A script is told what became of it; a person goes on to the next query of the list, or sees why not."""
    query, choice = _reach(request, pk), choice_in(request)
    right = right_to_ask(request.user, query.site)
    require(request.user, right, query.site)
    by_script = bool(request.headers.get("HX-Request"))
    # Looked up before the act: that moves the query to another place in the list, or out of it.
    following = choice.after(query, request.user) if choice and not by_script else None
    actor = request.user.acting_at(query.site, right)
    seen = whole_number(request.POST.get("said", ""))
    try:
        act(query=query, by=request.user, actor=actor, seen=seen, **given)
    except QueryRefused as refused:
        if by_script:
            return _acted(request, query, "refused", str(refused), refused.status)
        now = _reach(request, pk)
        now.typed, now.trouble = request.POST.get("text", ""), str(refused)
        return _page(request, now, refused.status)
    words = DONE[act.__name__] % {"query": query.name, "patient": query.patient}
    if by_script:
        return _acted(request, query, "done", words)
    messages.success(request, words)
    if choice and following is None:
        messages.info(request, END_OF_LIST)
        return redirect(choice.url)
    return redirect(_way_back(request) or page_url(following or pk, choice))


def _acted(request: UserRequest, query: Query, outcome: str, words: str, status: int = 200) -> HttpResponse:
    context = {"outcome": outcome, "words": words, "query": query}
    return render(request, "monitoring/queries/_acted.html", context, status=status)


def _page(request: UserRequest, query: Query, status: int = 200) -> HttpResponse:
    """The whole page; for a script, which fetches the next one ahead, the query alone."""
    context = {
        "query": query,
        "patient": query.patient,
        "address": address_of(query),
        "reads_casebook": reads_casebook(request.user, query.patient),
        "shown": query_page(request.user, query, choice_in(request)),
    }
    part = "_query" if request.headers.get("HX-Request") else "query"
    return render(request, f"monitoring/queries/{part}.html", context, status=status)


def _asking(
    request: UserRequest, entry: Entry, name: str, trouble: str = "", status: int = 200
) -> HttpResponse:
    context = {
        "entry": entry,
        "patient": entry.patient,
        "reads_casebook": reads_casebook(request.user, entry.patient),
        "name": name,
        "item_label": CRFS[entry.crf].items[name].verbose_name,
        "where": " · ".join(part for part in (visit_label(entry.visit), form_title(entry)) if part),
        "anchor": element_id(entry.crf, entry.address, name),
        "value": quoted_as_read(name, as_it_stands(entry, name)),
        "queries": queries_on([entry.pk]).get((entry.pk, name), []),
        "new_key": click_key(request) if trouble else uuid.uuid4(),
        "typed": request.POST.get("text", "") if trouble else "",
        "trouble": trouble,
        "next": _way_back(request),
    }
    part = "_queries_at" if request.headers.get("HX-Request") else "ask"
    return render(request, f"monitoring/queries/{part}.html", context, status=status)


def _way_back(request: UserRequest) -> str:
    """The page that the form names, if it is one of ours."""
    named = request.POST.get("next") or request.GET.get("next") or ""
    return named if is_here(request, named) else ""
