"""The reviewer's list of queries: whose turn, how old, asked by whom, where; acts by key and by tick in its rows."""

from dataclasses import dataclass, replace

from django.contrib import admin
from django.core.paginator import Page
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext, gettext_lazy

from ecrf.access.reach import sites
from ecrf.access.roles import ASKING, Right
from ecrf.monitoring.lists.changelist import ROWS, FirstRows
from ecrf.monitoring.lists.read_only import ReviewAdmin
from ecrf.monitoring.queries import views
from ecrf.monitoring.queries.narrowing import (
    AGES,
    ASKERS,
    LOCKED,
    MINE,
    TURNS,
    QueryChoice,
    count_turns,
)
from ecrf.monitoring.queries.page import lines_of_page
from ecrf.monitoring.reach import reader
from ecrf.monitoring.site import monitor_site
from ecrf.queries.models import WAITED_FOR, Query


@admin.register(Query, site=monitor_site)
class QueryAdmin(ReviewAdmin):
    """Queries, those first that wait longest. Its page is its own: what is narrowed by stands in `QueryChoice`."""

    heading = gettext_lazy("Queries")
    right = Right.REVIEW_SAFETY
    page = staticmethod(views.query)
    list_display_links = None

    def rows(self) -> QuerySet[Query]:
        return Query.every.all()

    def list_page(self, request: HttpRequest) -> HttpResponse:
        """One page of the list; a fixed number of statements, whatever the number of queries."""
        user = reader(request)
        choice, own_sites = QueryChoice.of(request.GET), list(sites(user, Right.REVIEW, Right.REVIEW_SAFETY))
        if choice.site and choice.site not in {site.code for site in own_sites}:
            raise Http404
        paginator = FirstRows(choice.rows(user).values_list("pk", flat=True), ROWS)
        page = paginator.get_page(request.GET.get("p"))
        context = {
            "choice": choice,
            "turns": _turns(choice, count_turns(choice, user)),
            "orders": {"": gettext("Longest waiting first"), "patient": gettext("By patient")},
            "ages": AGES,
            "askers": {**ASKERS, **({choice.check: choice.check} if choice.check not in ASKERS else {})},
            "sites": own_sites,
            "page": page,
            "page_urls": _page_urls(choice, page),
            "lines": lines_of_page(user, list(page.object_list), choice),
            "takers": WAITED_FOR,
            "may_act": bool(user.rights & ASKING) and choice.turn != LOCKED,
            "reads_checks": Right.REVIEW in user.rights,
        }
        return render(request, "monitoring/queries/list.html", context)


@dataclass(frozen=True)
class TurnChoice:
    """One way to narrow the list by turn: its words, its address, and how many there are where that is counted."""

    words: str
    url: str
    is_chosen: bool
    count: int | None
    is_mine: bool


def _turns(choice: QueryChoice, counts: dict[str, int]) -> list[TurnChoice]:
    """Nothing is said of locks where none holds a query."""
    return [
        TurnChoice(
            str(words), replace(choice, turn=turn).url, choice.turn == turn, counts.get(turn), turn == MINE
        )
        for turn, words in TURNS.items()
        if turn != LOCKED or counts[LOCKED] or choice.turn == LOCKED
    ]


def _page_urls(choice: QueryChoice, page: Page) -> tuple[str, str]:
    """The addresses of the page before and of the page behind; "" where there is none."""
    beside = "&" if choice.params else "?"
    before = f"{choice.url}{beside}p={page.number - 1}" if page.has_previous() else ""
    return before, f"{choice.url}{beside}p={page.number + 1}" if page.has_next() else ""
