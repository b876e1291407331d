"""The site asks the monitor, leaves a note, goes on in either, and closes it. Nothing of it changes data."""

import uuid
from collections.abc import Callable

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext, gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from ecrf.access.reach import reach, require
from ecrf.access.requests import UserRequest, click_key, whole_number
from ecrf.access.roles import Right
from ecrf.casebook.labels import visit_label
from ecrf.entry.addresses import PagePlace, reach_where
from ecrf.entry.queries.answers import address_of, has_item
from ecrf.entry.queries.conversations import Spot, form_to_ask_about, kind_in, spot_of
from ecrf.entry.queries.views import query_alone
from ecrf.queries import conversations
from ecrf.queries.lookup import queries_with_place
from ecrf.queries.models import Query
from ecrf.queries.services import QueryRefused

OPENED = {
    "question": gettext_lazy("Question %(number)s is open: it is the monitor's turn."),
    "note": gettext_lazy("Note %(number)s stands at its item."),
}


@require_http_methods(["GET", "POST"])
def ask(request: UserRequest, number: str, segment: str) -> HttpResponse:
    """Ask the monitor or leave a note at an item. A GET is the page for it, with every item of a form to choose from;
    a script posts from the item and takes the fragment."""
    where = reach_where(request.user, number, segment)
    if request.method == "GET":
        require(request.user, Right.ANSWER, where.patient.site)
        return _choosing(request, where, request.GET.get("form", ""))
    if not request.POST.get("text"):  # nothing that was typed has to be kept
        require(request.user, Right.ANSWER, where.patient.site)
    spot, kind = Spot.of(where, request.POST.get("about", "")), kind_in(request.POST.get("kind", ""))
    try:
        require(request.user, Right.ANSWER, where.patient.site)
        opened = conversations.open_here(
            place=spot.place,
            item=spot.item,
            kind=kind,
            text=request.POST.get("text", ""),
            by=request.user,
            actor=request.user.acting_at(where.patient.site, Right.ANSWER),
            request_key=click_key(request),
        )
    except (QueryRefused, PermissionDenied) as refused:
        status = getattr(refused, "status", 403)
        if request.headers.get("HX-Request"):
            return _in_words(str(refused), status)
        form = request.POST.get("form") or ":".join(request.POST["about"].split(":")[:2])
        return _choosing(request, where, form, str(refused), status)
    if request.headers.get("HX-Request"):
        return _at_item(request, where, spot)
    messages.success(request, OPENED[kind] % {"number": opened.code})
    return redirect(spot.url)


@require_POST
def go_on(request: UserRequest, number: str, query_number: int) -> HttpResponse:
    """Ask on, or add to a note."""
    return _do(request, number, query_number, conversations.go_on, gettext("%(query)s is sent."))


@require_POST
def finish(request: UserRequest, number: str, query_number: int) -> HttpResponse:
    """Close it."""
    return _do(request, number, query_number, conversations.finish, gettext("%(query)s is closed."))


def _do(
    request: UserRequest, number: str, query_number: int, act: Callable[..., Query], done: str
) -> HttpResponse:
    which = {"patient__number": number, "number": query_number, "kind__isnull": False}
    query = reach(request.user, queries_with_place(), Right.READ, **which)
    text, by_script = request.POST.get("text", ""), bool(request.headers.get("HX-Request"))
    try:
        require(request.user, Right.ANSWER, query.site)
        actor = request.user.acting_at(query.site, Right.ANSWER)
        seen = whole_number(request.POST.get("said", ""))
        act(query=query, text=text, by=request.user, actor=actor, seen=seen)
    except (QueryRefused, PermissionDenied) as refused:
        status = getattr(refused, "status", 403)
        if by_script:
            return _in_words(str(refused), status)
        now = queries_with_place().get(pk=query.pk)
        now.typed, now.trouble = text, str(refused)
        return query_alone(request, now, status)
    if by_script and has_item(query.form, query.item):
        return _at_item(request, PagePlace(query.patient, query.form.visit), spot_of(query))
    messages.success(request, done % {"query": query.name})
    return redirect(address_of(query))


def _choosing(
    request: UserRequest, where: PagePlace, named: str, trouble: str = "", status: int = 200
) -> HttpResponse:
    form_input = form_to_ask_about(where, named if named.count(":") == 1 else "")
    context = {
        "where": where,
        "patient": where.patient,
        "place": visit_label(where.visit) if where.visit else "",
        "form": form_input,
        "named": named,
        "about": request.POST.get("about", request.GET.get("about", "")),
        "kind": request.POST.get("kind", "question"),
        "typed": request.POST.get("text", "") if trouble else "",
        "new_key": click_key(request) or uuid.uuid4(),
        "trouble": trouble,
    }
    return render(request, "entry/queries/ask.html", context, status=status)


def _at_item(request: UserRequest, where: PagePlace, spot: Spot) -> HttpResponse:
    return render(request, "entry/_conversations_at.html", {"item": spot.item_input(where)})


def _in_words(words: str, status: int) -> HttpResponse:
    """For the script, which shows it beside what was typed."""
    return HttpResponse(words, status=status, content_type="text/plain; charset=utf-8")
