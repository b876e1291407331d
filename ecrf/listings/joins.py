"""Where listings join a floor below: the words of the trail."""

from collections.abc import Iterator

from django.utils.translation import gettext, pgettext

from ecrf.audit.models import AuditEvent
from ecrf.listings.columns.book import book
from ecrf.listings.models import RowMark
from ecrf.trail.context import LOADED, Around, place_words
from ecrf.trail.kinds import EventKind
from ecrf.trail.words import EventLine, is_new, new, renders

LOADED.append((RowMark, ()))


@renders(RowMark)
def row_mark(event: AuditEvent, around: Around) -> Iterator[EventLine]:
    entry = around.entries.get(event.entry_id or 0)
    subject, row = place_words(entry) if entry else "", around.row(event)
    given = {"listing": listing_words(new(event, "listing") or (row.listing if row else ""))}
    if is_new(event) and (together := new(event, "together")):
        what = gettext("row reviewed in the listing “%(listing)s”, one of %(number)s at once")
        yield EventLine(what % {**given, "number": together}, subject, kind=EventKind.VERIFICATION)
    elif is_new(event):
        what = gettext("row reviewed in the listing “%(listing)s”")
        yield EventLine(what % given, subject, kind=EventKind.VERIFICATION)
    elif new(event, "undone_at"):
        what = gettext("review of the row in the listing “%(listing)s” taken back")
        yield EventLine(what % given, subject, kind=EventKind.VERIFICATION)


def listing_words(listing: str) -> str:
    """What people call it: the title of one that is ready-made, the number of one that somebody keeps."""
    kind, _, key = listing.partition(":")
    ready = book().ready.get(key) if kind == "ready" else None
    if ready:
        return ready.title
    return pgettext("number of a listing", "No. %(number)s") % {"number": key} if kind == "saved" else key
