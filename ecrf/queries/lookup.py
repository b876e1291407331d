"""Reads queries for pages: on which items they stand, how many are open, with what was said."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from ecrf.access.models import User
from ecrf.access.reach import reachable
from ecrf.access.roles import Right
from ecrf.casebook.models import Entry, Patient
from ecrf.queries.models import Message, Query, Turn

SAID = {
    **{name: name for name in ("pk", "act", "text", "value", "said_at", "role", "said_by_id")},
    "name": "said_by__username",
    "full": "said_by__full_name",
}
"""{name: path from the message} of what pages show of it."""

ByItem = dict[tuple[int, str], list[Query]]


def queries_with_place() -> QuerySet[Query]:
    """All queries, each with what says where it stands."""
    return Query.objects.select_related(
        "entry__patient__site",
        "entry__visit",
        "entry__parent",
        "patient__site",
        "site",
        "opened_by",
        "closed_by",
    )


def placed(ids: Iterable[int]) -> list[Query]:
    """The queries with these ids, in their order, each with its place; one statement, also for none.

    For a page of many: joined to all before they are put in order, the places would cost more than all the rest.
    """
    order = list(ids)
    by_id = {query.pk: query for query in queries_with_place().filter(Q(pk__in=order) | Q(pk=None))}
    return [by_id[pk] for pk in order]


def queries_on(entries: Iterable[int], counting_for: User | None = None) -> ByItem:
    """{(entry id, item): its queries, the open ones first, then the newest}, with what was said; one statement.

    `counting_for`: each then also carries how many queries wait for this user's sites now.
    """
    return queries_where(counting_for, entry__in=list(entries))


def queries_where(counting_for: User | None = None, /, **which: object) -> ByItem:
    """As `queries_on`, by a filter on queries: one statement, with a row for each message."""
    rows = Query.objects.filter(**which).select_related("opened_by", "closed_by", "discrepancy")
    if counting_for is not None:
        one = to_answer(counting_for).order_by().annotate(all=Value(1)).values("all")
        rows = rows.annotate(waiting_now=Coalesce(Subquery(one.annotate(n=Count("pk")).values("n")), 0))
    columns = {f"said_{name}": F(f"messages__{path}") for name, path in SAID.items()}
    queries: dict[int, Query] = {}
    for row in rows.annotate(**columns).order_by("-pk", "messages__pk"):
        said = queries.setdefault(row.pk, row).__dict__.setdefault("said", [])
        if message := _message_of(row):
            said.append(message)
    by_item: ByItem = defaultdict(list)
    for query in sorted(queries.values(), key=lambda query: not query.is_open):
        by_item[query.entry_id, query.item].append(query)
    return by_item


def _message_of(row: Any) -> Message | None:
    """The message in one row, if the query has one."""
    if row.said_pk is None:
        return None
    columns = {name: getattr(row, f"said_{name}") for name in SAID if name not in ("name", "full")}
    message = Message(query_id=row.pk, **columns)
    if message.said_by_id:
        message.said_by = User(pk=message.said_by_id, username=row.said_name, full_name=row.said_full)
    return message


def open_queries() -> QuerySet[Query]:
    """Every query that is not closed: the one place that says so."""
    return Query.objects.exclude(turn=Turn.NOBODY)


def count_open(path: str, ids: list[int], **which: object) -> dict[int, int]:
    """{id: number of open queries}; `path` leads from the query to what the ids name. One statement."""
    queries = open_queries().filter(**{f"{path}__in": ids}, **which)
    return dict(queries.order_by().values_list(path).annotate(count=Count("pk")))


def count_open_of_entries(ids: list[int]) -> dict[int, int]:
    """As `count_open`, for entries; those of a form's rows count for the form too. One statement."""
    # Two indexes are looked into, where a condition over a join would look at every open query.
    entries = Entry.objects.filter(Q(pk__in=ids) | Q(parent__in=ids)).values("pk")
    queries = open_queries().filter(entry__in=entries)
    counts: dict[int, int] = {}
    for entry, parent in queries.values_list("entry", "entry__parent"):
        for pk in {int(pk) for pk in (entry, parent) if pk} & set(ids):
            counts[pk] = counts.get(pk, 0) + 1
    return counts


def open_of_patient(patient: Patient) -> list[Query]:
    """The open queries of one patient, the longest waiting first; one statement."""
    queries = queries_with_place().filter(patient=patient).exclude(turn=Turn.NOBODY)
    return list(queries.order_by("turn_since", "pk"))


def to_answer(user: User) -> QuerySet[Query]:
    """The queries that wait for the site, at the sites where the user enters: what every list and number shows."""
    return reachable(user, open_queries(), Right.ENTER).filter(turn=Turn.SITE)


def count_to_answer(user: User, patients: list[int]) -> dict[int, int]:
    """{patient id: how many queries wait for the site}; one statement, also for no patients."""
    queries = to_answer(user).filter(Q(patient__in=patients) | Q(pk=None))
    return dict(queries.order_by().values_list("patient").annotate(count=Count("pk")))


def counted_with(queries: Iterable[list[Query]]) -> int | None:
    """The number that `queries_on` has counted along with these; None where there is none of them."""
    return next((getattr(query, "waiting_now", None) for at_item in queries for query in at_item), None)


def count_turns(rows: QuerySet[Query]) -> dict[str, int]:
    """{turn: how many}, of the open ones among these; one statement."""
    still_open = rows.exclude(turn=Turn.NOBODY)
    return dict(still_open.order_by().values_list("turn").annotate(count=Count("pk")))
