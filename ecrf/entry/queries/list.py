"""What the site's list of queries shows: a bounded number, oldest first or by patient, by whose turn it is."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from django.db.models import Count, Q, QuerySet
from django.http import Http404, HttpRequest
from django.utils.translation import gettext, pgettext_lazy

from ecrf.access.models import User
from ecrf.access.reach import reachable, site_ids
from ecrf.access.roles import Right
from ecrf.access.statements import written_once
from ecrf.entry.queries.answers import address_of
from ecrf.locks.lookup import under_lock
from ecrf.queries.lookup import number_to_answer, open_queries, placed, with_messages
from ecrf.queries.models import Query, QueryKind, Turn
from ecrf.queries.rules import MAY_TAKE_A_QUESTION

PAGE_ROWS = 50
PAGES = 200

ASKED = Q(kind=QueryKind.QUESTION)
WITH_REVIEW = Q(turn__in=MAY_TAKE_A_QUESTION)
TURNS: dict[str, Q] = {
    "site": Q(kind=None, turn=Turn.SITE),
    "review": WITH_REVIEW & Q(kind=None),
    "answered": ASKED & Q(turn=Turn.SITE),
    "asked": WITH_REVIEW & ASKED,
    "notes": Q(kind=QueryKind.NOTE, turn=Turn.ANYBODY),
    "locked": ~Q(turn=Turn.NOBODY),
    "closed": Q(turn=Turn.NOBODY),
}
"""Which a list shows: the open ones that no lock holds, those that one holds, and those that are closed."""
WORDS = {
    "site": pgettext_lazy("list of queries", "To answer"),
    "review": pgettext_lazy("list of queries", "Answered, with monitor, data manager or safety"),
    "answered": pgettext_lazy("list of queries", "Your questions answered"),
    "asked": pgettext_lazy("list of queries", "Your questions, waiting for an answer"),
    "notes": pgettext_lazy("list of queries", "Your notes"),
    "locked": pgettext_lazy("list of queries", "Under a lock"),
    "closed": pgettext_lazy("list of queries", "Closed"),
}
ORDERS = {"age": ("turn_since", "pk"), "patient": ("patient__number", "number")}


@dataclass(frozen=True)
class FilterChoice:
    """One way to see the list: its words, its address, how many there are."""

    words: str
    address: str
    is_chosen: bool
    count: int | None = None


@dataclass(frozen=True)
class QueryLine:
    """One query, question or note, and the address of its item."""

    query: Query
    address: str


@dataclass(frozen=True)
class QueryList:
    """The whole page; `next_page` and `last_page` are addresses or empty."""

    turn: str
    turns: list[FilterChoice]
    orders: list[FilterChoice]
    lines: list[QueryLine]
    next_page: str
    last_page: str


def waiting(request: HttpRequest) -> dict[str, object]:
    """For the head of every page: how many queries wait for the site. Counted when a page shows it, once."""
    user = getattr(request, "user", None)

    @cache
    def count() -> int:
        return number_to_answer(user) if isinstance(user, User) else 0

    return {"queries_to_answer": count}


def query_list(user: User, asked: Mapping[str, str]) -> QueryList:
    """Three statements, whatever the number of queries. Http404 for a filter that does not exist."""
    turn, order, page = asked.get("turn", "site"), asked.get("by", "age"), asked.get("page", "1")
    if turn not in TURNS or order not in ORDERS or not (page.isascii() and page.isdigit()):
        raise Http404
    number = min(max(int(page[:6]), 1), PAGES)
    own_queries = reachable(user, Query.every.all(), Right.READ)
    pks = _rows(own_queries, turn, order, number)
    address = f"?turn={turn}&by={order}&page="
    return QueryList(
        turn,
        _turns(own_queries, turn, order),
        _orders(turn, order),
        [QueryLine(query, address_of(query)) for query in pks[:PAGE_ROWS]],
        f"{address}{number + 1}" if len(pks) > PAGE_ROWS and number < PAGES else "",
        f"{address}{number - 1}" if number > 1 else "",
    )


def _to_answer(sites: list[int] | None) -> QuerySet[Query]:
    """The queries that wait for the site, at these sites or all: what every list and number shows."""
    found = open_queries() if sites is None else open_queries().filter(site__in=sites)
    return found.filter(~under_lock(), turn=Turn.SITE)


@written_once
def _longest_waiting(sites: list[int] | None, *, at_most: int) -> QuerySet:
    return _to_answer(sites).order_by("turn_since", "pk").values_list("pk")[:at_most]


@written_once
def _counted(sites: list[int] | None, patients: list[int]) -> QuerySet:
    """One row a patient; also asked for no patients."""
    found = _to_answer(sites).filter(Q(patient__in=patients) | Q(pk=None))
    return found.order_by().values_list("patient").annotate(count=Count("pk"))


def oldest_to_answer(user: User, at_most: int) -> list[QueryLine]:
    """Those that wait longest for the site; two statements."""
    first = _longest_waiting.lines(site_ids(user, Right.READ), at_most=at_most)
    return [QueryLine(query, address_of(query)) for query in placed(pk for (pk,) in first)]


def count_to_answer(user: User, patients: list[int]) -> dict[int, int]:
    """{patient id: how many queries wait for the site}; one statement, also for no patients."""
    return dict(_counted.lines(site_ids(user, Right.READ), patients))


def _rows(own_queries: QuerySet[Query], turn: str, order: str, number: int) -> list[Query]:
    first = (number - 1) * PAGE_ROWS
    columns = ("-closed_at", "-pk") if turn == "closed" and order == "age" else ORDERS[order]
    pks = _shown(own_queries, turn).order_by(*columns).values_list("pk", flat=True)
    rows = placed(pks[first : first + PAGE_ROWS + 1])
    return with_messages(rows) if turn == "notes" else rows  # whether each was read


def _shown(own_queries: QuerySet[Query], turn: str) -> QuerySet[Query]:
    rows = own_queries.filter(TURNS[turn])
    if turn == "closed":
        return rows
    return rows.filter(under_lock() if turn == "locked" else ~under_lock())


def _turns(own_queries: QuerySet[Query], turn: str, order: str) -> list[FilterChoice]:
    """Nothing is said of locks where none holds a query; one statement."""
    rows = own_queries.exclude(turn=Turn.NOBODY).annotate(is_held=under_lock()).order_by()
    held = {key: Q(is_held=key == "locked") & which for key, which in TURNS.items() if key != "closed"}
    counts = rows.aggregate(**{key: Count("pk", filter=which) for key, which in held.items()})
    return [
        FilterChoice(str(WORDS[key]), f"?turn={key}&by={order}", key == turn, counts.get(key))
        for key in TURNS
        if key != "locked" or counts[key] or turn == key
    ]


def _orders(turn: str, order: str) -> list[FilterChoice]:
    newest = gettext("Newest first") if turn == "closed" else gettext("Longest waiting first")
    words = {"age": newest, "patient": gettext("By patient")}
    return [FilterChoice(words[key], f"?turn={turn}&by={key}", key == order) for key in ORDERS]
