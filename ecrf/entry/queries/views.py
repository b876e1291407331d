"""The site's queries: the list of those that wait, and the answer to one."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods

from ecrf.access.models import User
from ecrf.access.reach import reach, why_not
from ecrf.access.requests import UserRequest
from ecrf.access.roles import Right
from ecrf.casebook.data import stored_row
from ecrf.casebook.places import Place
from ecrf.casebook.record.hooks import Recorded
from ecrf.entry.addresses import PagePlace
from ecrf.entry.queries.answers import (
    AnswerOutcome,
    address_of,
    give,
    has_item,
    item_with_queries,
    posted_answer,
    struck_address,
)
from ecrf.entry.queries.list import query_list
from ecrf.entry.visit.item_input import ItemInput
from ecrf.entry.visit.item_views import answered_with
from ecrf.entry.visit.load import one_form_input, recalculated_rows
from ecrf.queries.lookup import queries_with_place
from ecrf.queries.models import Query


@require_GET
def queries(request: UserRequest) -> HttpResponse:
    """The queries of the user's sites: whose turn, by age or by patient; each leads to its item."""
    if Right.READ not in request.user.rights:
        raise PermissionDenied(gettext("Your role does not let you answer queries."))
    return render(request, "entry/queries/queries.html", {"list": query_list(request.user, request.GET)})


@require_http_methods(["GET", "POST"])
def answer(request: UserRequest, number: str, query_number: int) -> HttpResponse:
    """Answer a query, and correct its value with the same words if one is given. A GET shows the query alone."""
    which = {"patient__number": number, "number": query_number}
    query = reach(request.user, queries_with_place(), Right.READ, **which)
    if request.method == "GET":
        return query_alone(request, query)
    if query.is_of_site:
        raise Http404  # who reviews answers it
    typed = posted_answer(request, query)
    try:
        outcome = give(query, typed, request.user)
    except PermissionDenied as refusal:
        if request.headers.get("HX-Request"):
            raise  # in words; the page keeps what was typed
        outcome = AnswerOutcome(str(refusal), 403)
    if request.headers.get("HX-Request") and has_item(query.form, query.item):
        return _fragments(request, query, outcome, typed.text)
    if outcome.is_done:
        messages.success(request, gettext("Query %(number)s is answered.") % {"number": query.code})
        return redirect(address_of(query))
    query = queries_with_place().get(pk=query.pk)
    query.typed = typed.text
    query.trouble = outcome.refusal or gettext(
        "The value was not taken, so nothing was sent. Correct it at the item."
    )
    return query_alone(request, query, outcome.status)


def query_alone(request: UserRequest, query: Query, status: int = 200) -> HttpResponse:
    """The query, the question or the note alone; with why nothing was sent, and with what was typed."""
    is_there, struck = has_item(query.form, query.item), struck_address(query)
    context = {
        "query": query,
        "patient": query.patient,
        "address": struck or address_of(query),
        "has_item": is_there,
        "is_struck": bool(struck),
        "no_answer": _no_answer(request.user, query),
    }
    return render(request, "entry/queries/query.html", context, status=status)


def _no_answer(user: User, query: Query) -> str:
    """Why this person may not answer now; "" for who may."""
    return "" if user.may(Right.ANSWER, query.site) else why_not(user, Right.ANSWER, query.site)


def _fragments(request: UserRequest, query: Query, outcome: AnswerOutcome, typed: str) -> HttpResponse:
    """The queries at the item; and the item itself, if a value came with the answer."""
    view = item_with_queries(query.form, query.item)
    if not outcome.is_done:
        keep(view, query, typed, outcome.refusal)
    if outcome.recorded is None:
        return render(request, "entry/_queries_answer.html", {"item": view}, status=outcome.status)
    return _with_value(request, query, outcome.recorded)


def _with_value(request: UserRequest, query: Query, recorded: Recorded) -> HttpResponse:
    where, place = PagePlace(query.patient, query.form.visit), Place.of(query.form)
    row = recorded.row or stored_row(place)
    form_input = one_form_input(
        where, place, row, recorded.remarks, request.user, with_queries=recorded.is_clean
    )
    form_input.recorded = recorded
    form_input.tables = recalculated_rows(where, place, recorded.changed)
    return answered_with(request, form_input, form_input.item_views[query.item])


def keep(view: ItemInput, query: Query, typed: str, trouble: str) -> None:
    """Let the page show what was typed, and why it was not sent."""
    for shown in view.queries:
        if shown.pk == query.pk:
            shown.typed, shown.trouble = typed, trouble
