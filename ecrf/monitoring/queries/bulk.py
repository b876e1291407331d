"""Many queries by one act: those that were ticked, shown once more before, and their number typed back."""

from collections.abc import Callable
from dataclasses import dataclass

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext, ngettext

from ecrf.access.models import User
from ecrf.access.reach import reachable
from ecrf.access.requests import UserRequest, whole_number
from ecrf.access.roles import ASKING
from ecrf.audit.texts import fold
from ecrf.audit.turns import TurnTaken
from ecrf.monitoring.lists.changelist import ROWS
from ecrf.monitoring.queries.narrowing import QueryChoice, readable
from ecrf.monitoring.queries.page import ListedQuery, choice_in, lines_of_page
from ecrf.queries import rules, services
from ecrf.queries.models import Query
from ecrf.queries.services import QueryRefused


@dataclass(frozen=True)
class BulkAct:
    """What is done to each: the service, its address, and whether a text is needed."""

    do: Callable[..., Query]
    url: str
    asks_text: bool


CLOSE = BulkAct(services.close, "monitor:close-queries", False)
ASK_AGAIN = BulkAct(services.ask_again, "monitor:ask-queries-again", True)


@dataclass(frozen=True)
class LeftAsItIs:
    """A ticked query that the act leaves as it is, and why."""

    line: ListedQuery
    why: str


def close(request: UserRequest) -> HttpResponse:
    return _many(request, CLOSE)


def ask_again(request: UserRequest) -> HttpResponse:
    return _many(request, ASK_AGAIN)


def _many(request: UserRequest, act: BulkAct) -> HttpResponse:
    """A GET shows what the act would do; a POST does it, once the number is typed back."""
    if not request.user.rights & ASKING:
        raise PermissionDenied(gettext("Your role does not let you open, pass on and close queries."))
    choice = choice_in(request) or QueryChoice()
    lines, left_out = _sorted(request.user, act, _ticked(request), choice)
    context = {
        "act": act,
        "choice": choice,
        "lines": lines,
        "left_out": left_out,
        "typed": request.POST.get("text", ""),
        "unanswered": sum(line.query.is_sites_turn for line in lines) if act is CLOSE else 0,
    }
    if request.method == "POST":
        context["trouble"] = trouble = _trouble(request, act, lines)
        if not trouble:
            _do(request, act, lines)
            return redirect(choice.url)
    status = 422 if context.get("trouble") else 200
    return render(request, "monitoring/queries/bulk.html", context, status=status)


def _ticked(request: UserRequest) -> list[int]:
    """The queries that the page names; a page has so many rows at most."""
    named = (request.POST if request.method == "POST" else request.GET).getlist("query")
    numbers = [whole_number(text) for text in dict.fromkeys(named)]
    if None in numbers or len(numbers) > ROWS:
        raise Http404
    return [number for number in numbers if number is not None]


def _sorted(
    user: User, act: BulkAct, ids: list[int], choice: QueryChoice
) -> tuple[list[ListedQuery], list[LeftAsItIs]]:
    """Those that the act would be done to, and the others with why not. Another site's query does not exist."""
    rows = readable(user, reachable(user, Query.every.filter(pk__in=ids), *ASKING))
    here = list(rows.order_by("turn_since", "pk").values_list("pk", flat=True))
    if len(here) != len(ids):
        raise Http404
    lines, left_out = [], []
    for line in lines_of_page(user, here, choice):
        if why := _why_not(user, act, line):
            left_out.append(LeftAsItIs(line, why))
        else:
            lines.append(line)
    return lines, left_out


def _why_not(user: User, act: BulkAct, line: ListedQuery) -> str:
    query = line.query
    if line.is_held:
        return gettext("a lock holds it")
    if not query.is_open:
        return gettext("it is closed")
    if query.is_of_site:
        if query.is_note:
            return gettext("it is a note of the site: answer it by itself")
        return gettext("it is a question of the site: answer it by itself")
    if act is CLOSE and not rules.may_close(query, user):
        return gettext("only %(who)s or a data manager closes it") % {"who": query.asker}
    if act is ASK_AGAIN and query.is_sites_turn:
        return gettext("it waits for the site's answer already")
    return ""


def _trouble(request: UserRequest, act: BulkAct, lines: list[ListedQuery]) -> str:
    if fold(request.POST.get("count", "")).strip() != str(len(lines)):
        return _type_the_number(act, len(lines))
    is_text_needed = act.asks_text or any(line.query.is_sites_turn for line in lines)
    if is_text_needed and not request.POST.get("text", "").strip():
        return (
            gettext("Nothing was done: write what you ask.")
            if act.asks_text
            else gettext("Nothing was done: %(why)s") % {"why": rules.WHY_UNANSWERED}
        )
    return ""


def _type_the_number(act: BulkAct, number: int) -> str:
    if act.asks_text:
        words = ngettext(
            "Nothing was done: type %(number)d to ask again %(number)d query.",
            "Nothing was done: type %(number)d to ask again %(number)d queries.",
            number,
        )
    else:
        words = ngettext(
            "Nothing was done: type %(number)d to close %(number)d query.",
            "Nothing was done: type %(number)d to close %(number)d queries.",
            number,
        )
    return words % {"number": number}


def _done(act: BulkAct, number: int) -> str:
    if act.asks_text:
        words = ngettext("%(number)d query asked again.", "%(number)d queries asked again.", number)
    else:
        words = ngettext("%(number)d query closed.", "%(number)d queries closed.", number)
    return words % {"number": number}


def _do(request: UserRequest, act: BulkAct, lines: list[ListedQuery]) -> None:
    """One after the other, so that what somebody wrote in meanwhile is left out and named."""
    text, done = request.POST.get("text", ""), 0
    for line in lines:
        query = line.query
        actor = request.user.acting_at(query.site, rules.right_to_ask(request.user, query.site))
        seen = whole_number(request.POST.get(f"said:{query.pk}", ""))
        try:
            act.do(query=query, text=text, by=request.user, actor=actor, seen=seen, together=len(lines))
            done += 1
        except (QueryRefused, TurnTaken) as refused:
            messages.warning(
                request, gettext("Left out: %(query)s. %(why)s") % {"query": query.code, "why": refused}
            )
    messages.success(request, _done(act, done))
