"""When one item was verified and when that fell, for the item's history."""

from collections.abc import Iterator

from ecrf.casebook.models import Entry
from ecrf.casebook.record.hooks import HOOKS, HistoryMoment
from ecrf.verification.models import Verification


@HOOKS.history
def verified(entry: Entry, item: str) -> Iterator[HistoryMoment]:
    """Each verification of the item, and its end if it ended; one statement."""
    verifications = Verification.objects.filter(entry=entry, item=item).select_related(
        "verified_by", "undone_by", "copy__file"
    )
    for verification in verifications.order_by("pk"):
        by = verification.verified_by.username
        how = f", one of {verification.together} at once" if verification.together else ""
        if version := verification.copy:
            how += f", against “{version.file.title}” version {version.number}"
        yield HistoryMoment(verification.verified_at, by, "monitor", f"Verified{how}: {verification.value}")
        if verification.undone_at and verification.undone_by:
            yield HistoryMoment(
                verification.undone_at, verification.undone_by.username, "monitor", "Verification taken back"
            )
        if verification.fell_at:
            fell = f"Verification by {by} undone by the change: was {verification.value} when verified"
            yield HistoryMoment(verification.fell_at, "system", "", fell)
