"""What a move struck out is not restored: it stands elsewhere, and would stand twice. It is moved back."""

from dataclasses import dataclass
from datetime import timedelta

from django.utils.translation import gettext

from ecrf.audit.models import AuditEvent
from ecrf.casebook.models import Entry, Visit
from ecrf.forms.registry import CRFS

MOVED = "moved"
"""The source, in the trail, of a value that was moved, and of what a move did beside it."""
LONGEST_MOVE = timedelta(minutes=10)


@dataclass(frozen=True)
class MovedAway:
    """What a move did: its words (`Moved to 01-002, Week 7: …`), and one of the forms that arrived, where it can still
    be told."""

    words: str
    arrived: Entry | None

    @property
    def why_not(self) -> str:
        words = gettext(
            "%(moved)s. Restored, it would stand twice. Move it back from there, under “Other acts”."
        )
        if self.arrived is not None and self.arrived.is_struck:
            words = gettext(
                "%(moved)s. Restored, it would stand twice. Where it went it is struck out now: begin there."
            )
        return words % {"moved": self.words.rstrip(". ")}


def moved_away(subject: Visit | Entry) -> MovedAway | None:
    """What moved a struck out visit or form away; None of one that was struck out in any other way. One statement, of
    one that was moved three."""
    table = subject._meta.db_table
    events = AuditEvent.objects.filter(table=table, row=str(subject.pk)).order_by("-position")
    last = next((event for event in events if "struck_at" in event.changes), None)
    if last is None or last.source != MOVED or not subject.struck_at:
        return None
    return MovedAway(subject.struck_reason or "", _arrived(last, subject))


def _arrived(struck: AuditEvent, subject: Visit | Entry) -> Entry | None:
    """The first form that the same transaction recorded elsewhere."""
    here = subject.pk if isinstance(subject, Visit) else subject.visit_id
    tables = [definition.model._meta.db_table for definition in CRFS.values()]
    recorded = AuditEvent.objects.filter(
        at__range=(struck.at, struck.at + LONGEST_MOVE),
        transaction=struck.transaction,
        source=MOVED,
        table__in=tables,
    )
    ids = recorded.order_by("at", "id").values_list("entry_id", flat=True)
    entries = Entry.objects.select_related("patient", "visit").in_bulk(set(ids))
    elsewhere = (
        entries[pk]
        for pk in ids
        if pk and (entries[pk].patient_id, entries[pk].visit_id) != (struck.chain, here)
    )
    return next(elsewhere, None)
