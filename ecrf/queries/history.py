"""What was said in queries about one item, for the item's history."""

from collections.abc import Iterator

from django.utils.translation import gettext

from ecrf.casebook.models import Entry
from ecrf.casebook.record.hooks import HOOKS, HistoryMoment
from ecrf.queries.models import Act, Message


@HOOKS.history
def said_about(entry: Entry, item: str) -> Iterator[HistoryMoment]:
    """Every message of its queries; one statement."""
    messages = Message.objects.filter(query__entry=entry, query__item=item).select_related("query", "said_by")
    for message in messages.order_by("pk"):
        by = message.said_by.username if message.said_by else "system"
        is_known = message.act in Act.values
        what = message.act
        if is_known:
            what = gettext("%(query)s %(act)s") % {"query": message.query.name, "act": Act(message.act).label}
        yield HistoryMoment(message.said_at, by, message.role, what, message.words)
