"""Reads queries for pages: on which items they stand, how many are open, with what was said."""

from collections import defaultdict
from collections.abc import Iterable

from django.db.models import Count, Q, QuerySet

from ecrf.access.models import User
from ecrf.access.reach import reachable
from ecrf.access.roles import Right
from ecrf.casebook.models import Patient
from ecrf.queries.models import Message, Query, Turn

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


def queries_on(entries: Iterable[int]) -> ByItem:
    """{(entry id, item): its queries, the open ones first, then the newest}, with what was said; two statements."""
    return queries_where(entry__in=list(entries))


def queries_where(**which: object) -> ByItem:
    """As `queries_on`, by a filter on queries; always two statements, so that a page without queries costs the same."""
    said: dict[int, list[Message]] = defaultdict(list)
    of_these = {f"query__{path}": value for path, value in which.items()}
    for message in Message.objects.filter(**of_these).select_related("said_by").order_by("pk"):
        said[message.query_id].append(message)
    by_item: ByItem = defaultdict(list)
    for query in (
        Query.objects.filter(**which).select_related("opened_by", "closed_by", "finding").order_by("-pk")
    ):
        query.said = said[query.pk]
        by_item[query.entry_id, query.item].append(query)
    for queries in by_item.values():
        queries.sort(key=lambda query: not query.is_open)
    return by_item


def open_queries() -> QuerySet[Query]:
    """Every query that is not closed: the one place that says so."""
    return Query.objects.exclude(turn=Turn.NOBODY)


def count_open(path: str, ids: list[int], **which: object) -> dict[int, int]:
    """{id: number of open queries}; `path` leads from the query to what the ids name. One statement."""
    found = open_queries().filter(**{f"{path}__in": ids}, **which)
    return dict(found.order_by().values_list(path).annotate(count=Count("pk")))


def count_open_of_entries(ids: list[int]) -> dict[int, int]:
    """As `count_open`, for entries; those of a form's rows count for the form too. One statement."""
    found = open_queries().filter(Q(entry__in=ids) | Q(entry__parent__in=ids))
    counts: dict[int, int] = {}
    for entry, parent in found.values_list("entry", "entry__parent"):
        for pk in {int(pk) for pk in (entry, parent) if pk} & set(ids):
            counts[pk] = counts.get(pk, 0) + 1
    return counts


def open_of_patient(patient: Patient) -> list[Query]:
    """The open queries of one patient, the longest waiting first; one statement."""
    found = queries_with_place().filter(patient=patient).exclude(turn=Turn.NOBODY)
    return list(found.order_by("turn_since", "pk"))


def to_answer(user: User) -> QuerySet[Query]:
    """The queries that wait for the site, at the sites where the user enters: what every list and number shows."""
    return reachable(user, open_queries(), Right.ENTER).filter(turn=Turn.SITE)


def count_turns(rows: QuerySet[Query]) -> dict[str, int]:
    """{turn: how many}, of the open ones among these; one statement."""
    still = rows.exclude(turn=Turn.NOBODY)
    return dict(still.order_by().values_list("turn").annotate(count=Count("pk")))
