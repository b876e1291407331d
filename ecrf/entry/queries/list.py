"""What the site's list of queries shows: a bounded number, oldest first or by patient, by whose turn it is."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from django.db.models import QuerySet
from django.http import Http404, HttpRequest

from ecrf.access.models import User
from ecrf.access.reach import reachable
from ecrf.access.roles import Right
from ecrf.entry.queries.answers import address_of
from ecrf.queries.lookup import count_turns, number_to_answer, placed
from ecrf.queries.models import Query, Turn

PAGE_ROWS = 50
PAGES = 200

TURNS: dict[str, tuple[str, ...]] = {
    "site": (Turn.SITE,),
    "review": (Turn.MONITOR, Turn.DATA_MANAGER),
    "closed": (Turn.NOBODY,),
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
    """One query, and the address of its item."""

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
    own_queries = reachable(user, Query.objects.all(), Right.ENTER)
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


def oldest_to_answer(user: User, at_most: int) -> list[QueryLine]:
    """Those that wait longest for the site; two statements."""
    own_queries = reachable(user, Query.objects.filter(turn=Turn.SITE), Right.ENTER)
    first = own_queries.order_by("turn_since", "pk").values_list("pk", flat=True)[:at_most]
    return [QueryLine(query, address_of(query)) for query in placed(first)]


def _rows(own_queries: QuerySet[Query], turn: str, order: str, number: int) -> list[Query]:
    first = (number - 1) * PAGE_ROWS
    columns = ("-closed_at", "-pk") if turn == "closed" and order == "age" else ORDERS[order]
    pks = own_queries.filter(turn__in=TURNS[turn]).order_by(*columns).values_list("pk", flat=True)
    return placed(pks[first : first + PAGE_ROWS + 1])


def _turns(own_queries: QuerySet[Query], turn: str, order: str) -> list[FilterChoice]:
    counts = count_turns(own_queries)
    words = {"site": "To answer", "review": "Answered, with monitor or data manager", "closed": "Closed"}
    return [
        FilterChoice(
            words[key],
            f"?turn={key}&by={order}",
            key == turn,
            None if key == "closed" else sum(counts.get(name, 0) for name in TURNS[key]),
        )
        for key in TURNS
    ]


def _orders(turn: str, order: str) -> list[FilterChoice]:
    newest = "Newest first" if turn == "closed" else "Longest waiting first"
    words = {"age": newest, "patient": "By patient"}
    return [FilterChoice(words[key], f"?turn={turn}&by={key}", key == order) for key in ORDERS]
