"""When one item was verified and when that fell, for the item's history."""

from collections.abc import Iterator

from ecrf.casebook.models import Entry
from ecrf.casebook.record.hooks import HOOKS, HistoryMoment
from ecrf.verification.models import Verification


@HOOKS.history
def verified(entry: Entry, item: str) -> Iterator[HistoryMoment]:
    """Each verification of the item, and its end if it ended; one statement."""
    found = Verification.objects.filter(entry=entry, item=item).select_related("verified_by", "undone_by")
    for each in found.order_by("pk"):
        by = each.verified_by.username
        yield HistoryMoment(each.verified_at, by, "monitor", f"Verified: {each.value}")
        if each.undone_at and each.undone_by:
            yield HistoryMoment(each.undone_at, each.undone_by.username, "monitor", "Verification taken back")
        if each.fell_at:
            fell = f"Verification by {by} undone by the change: was {each.value} when verified"
            yield HistoryMoment(each.fell_at, "system", "", fell)
