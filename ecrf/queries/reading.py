"""Reads queries for pages: on which items they stand, how many are open, with what was said."""

from collections import defaultdict
from collections.abc import Iterable

from django.db.models import Count, QuerySet

from ecrf.queries.models import Query, Turn


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


def queries_on(entries: Iterable[int]) -> dict[tuple[int, str], list[Query]]:
    """{(entry id, item): its queries, the open ones first, then the newest}, with their messages; two statements."""
    found = Query.objects.filter(entry__in=list(entries)).select_related("opened_by", "closed_by")
    by_item: dict[tuple[int, str], list[Query]] = defaultdict(list)
    for query in found.prefetch_related("messages__said_by").order_by("-pk"):
        by_item[query.entry_id, query.item].append(query)
    for queries in by_item.values():
        queries.sort(key=lambda query: not query.is_open)
    return by_item


def open_queries() -> QuerySet[Query]:
    """Every query that is not closed: the one place that says so."""
    return Query.objects.exclude(turn=Turn.NOBODY)


def count_open(path: str, ids: list[int]) -> dict[int, int]:
    """{id: number of open queries}; `path` leads from the query to what the ids name. One statement."""
    found = open_queries().filter(**{f"{path}__in": ids})
    return dict(found.order_by().values_list(path).annotate(count=Count("pk")))
