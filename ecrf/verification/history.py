"""When one item was verified and when that fell, for the item's history."""

from collections.abc import Iterator

from django.utils.translation import gettext

from ecrf.casebook.models import Entry
from ecrf.casebook.record.hooks import HOOKS, HistoryMoment
from ecrf.queries.quotes import quoted_as_read
from ecrf.verification.models import Verification


@HOOKS.history
def verified(entry: Entry, item: str) -> Iterator[HistoryMoment]:
    """Each verification of the item, and its end if it ended; one statement."""
    verifications = Verification.objects.filter(entry=entry, item=item).select_related(
        "verified_by", "undone_by", "copy__file"
    )
    for verification in verifications.order_by("pk"):
        by = verification.verified_by.username
        yield HistoryMoment(verification.verified_at, by, "monitor", _verified_words(verification))
        if verification.undone_at and verification.undone_by:
            yield HistoryMoment(
                verification.undone_at,
                verification.undone_by.username,
                "monitor",
                gettext("Verification taken back"),
            )
        if verification.fell_at:
            words = gettext("Verification by %(name)s undone by the change: was %(value)s when verified")
            fell = words % {"name": by, "value": quoted_as_read(verification.item, verification.value)}
            yield HistoryMoment(verification.fell_at, "system", "", fell)


def _verified_words(verification: Verification) -> str:
    """`Verified, one of 12 at once, against “Discharge letter” version 2: 72 /min`."""
    version, together = verification.copy, verification.together
    if together and version:
        words = gettext(
            "Verified, one of %(together)d at once, against “%(title)s” version %(number)s: %(value)s"
        )
    elif together:
        words = gettext("Verified, one of %(together)d at once: %(value)s")
    elif version:
        words = gettext("Verified, against “%(title)s” version %(number)s: %(value)s")
    else:
        words = gettext("Verified: %(value)s")
    title, number = (version.file.title, version.number) if version else ("", "")
    return words % {
        "together": together,
        "title": title,
        "number": number,
        "value": quoted_as_read(verification.item, verification.value),
    }
