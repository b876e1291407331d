"""What putting right undoes of the forms that leave their place: counted the same before striking out and moving."""

from collections.abc import Collection
from dataclasses import dataclass, field

from django.db.models import Q

from ecrf.access.joined import in_a_row
from ecrf.casebook.models import Entry, Status
from ecrf.queries.lookup import open_queries
from ecrf.queries.models import Query
from ecrf.verification.models import STANDS, Verification


@dataclass(frozen=True)
class Undone:
    """How many of the forms are complete, how many of their items are verified, and what is open on them."""

    complete: int = 0
    verified: int = 0
    queries: list[Query] = field(default_factory=list)

    @property
    def queries_of_checks(self) -> list[Query]:
        return [query for query in self.queries if query.discrepancy_id]

    @property
    def queries_of_people(self) -> list[Query]:
        return [query for query in self.queries if not query.discrepancy_id]

    @property
    def closed_names(self) -> str:
        return _names(self.queries_of_checks)

    @property
    def returned_names(self) -> str:
        return _names(self.queries_of_people)

    def __bool__(self) -> bool:
        return bool(self.complete or self.verified or self.queries)


def _names(queries: list[Query]) -> str:
    return in_a_row(*(query.name for query in queries))


def undone_with(entries: Collection[Entry]) -> Undone:
    """Of these forms and their rows; two statements."""
    ids = [entry.pk for entry in entries]
    inside = Q(entry__in=ids) | Q(entry__parent__in=ids)
    queries = open_queries().filter(inside).select_related("entry__visit", "entry__parent", "patient")
    return Undone(
        complete=sum(entry.status == Status.COMPLETE for entry in entries),
        verified=Verification.objects.filter(inside & STANDS).count(),
        queries=list(queries.order_by("number")),
    )
