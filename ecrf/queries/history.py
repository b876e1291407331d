"""What was said in queries about one item, for the item's history."""

from collections.abc import Iterator

from ecrf.casebook.models import Entry
from ecrf.casebook.record.hooks import HOOKS, HistoryMoment
from ecrf.queries.models import Act, Message


@HOOKS.history
def said_about(entry: Entry, item: str) -> Iterator[HistoryMoment]:
    """Every message of its queries; one statement."""
    found = Message.objects.filter(query__entry=entry, query__item=item).select_related("query", "said_by")
    for each in found.order_by("pk"):
        by = each.said_by.username if each.said_by else "system"
        what = f"Query {each.query.number} {Act(each.act).label}" if each.act in Act.values else each.act
        yield HistoryMoment(each.said_at, by, each.role, what, each.text)
