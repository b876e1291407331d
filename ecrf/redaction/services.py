"""Takes a text out of everything that is kept of a patient: asked for with a reason, by who may, leaving tombstones."""

from dataclasses import dataclass
from typing import Any

from django.db import connection

from ecrf.access.models import User
from ecrf.access.roles import Right
from ecrf.audit.actor import acting
from ecrf.audit.models import REDACTED
from ecrf.audit.reasons import fault_of
from ecrf.audit.refusals import Locked, as_read
from ecrf.audit.texts import cleaned
from ecrf.casebook.models import Entry, Patient
from ecrf.locks.lookup import holds_all, lock_on_entry, locks_over
from ecrf.redaction.places import EventPlace, FoundText, RowPlace, find, free_columns
from ecrf.redaction.wording import current_words

SHORTEST_TEXT = 3


class RedactionRefused(Exception):
    """Why nothing was redacted, in words that never hold the text."""


@dataclass(frozen=True)
class RedactionOutcome:
    """How many places were redacted, in how many events of the trail and rows beside it."""

    places: int
    events: int
    rows: int


@dataclass(frozen=True)
class Order:
    """What is to be taken out of which patient's data, who answers for it, why, and who ran the command."""

    patient: Patient
    said: str
    reason: str
    by: User
    operator: str

    def __post_init__(self) -> None:
        """The text as texts are stored, or it would not be found, save where it stands as it was typed: in a report of
        a monitoring visit, or from before texts were cleaned. Refuse what cannot be carried out."""
        if cleaned(self.said) != self.said and not find(self.patient, self.said):
            object.__setattr__(self, "said", cleaned(self.said))
        if not self.by.is_active or not self.by.may(Right.LOCK, self.patient.site):
            raise RedactionRefused(f"{self.by.username} is no data manager: only one can answer for it.")
        if len(self.said.strip()) < SHORTEST_TEXT:
            raise RedactionRefused(f"The text is shorter than {SHORTEST_TEXT} characters.")
        if self.said in REDACTED:
            raise RedactionRefused(f"The text is a part of {REDACTED}, which would stand in its place.")
        if fault := fault_of(self.reason):
            raise RedactionRefused(fault)
        if self.said in self.reason:
            raise RedactionRefused("The reason holds the text itself: say why without it.")


def look(order: Order) -> FoundText:
    """Where the text stands, if it may be redacted; changes nothing. RedactionRefused or Locked say why not."""
    places = find(order.patient, order.said)
    if places.current:
        where = "; ".join(current_words(place) for place in places.current)
        raise RedactionRefused(
            "The text still stands in the patient's data, which only the site changes."
            f" Correct it first at the site: {where}."
        )
    if not places:
        raise RedactionRefused(
            "The text stands nowhere in what is kept of this patient. Capitals and spaces count."
        )
    _refuse_locked(order.patient, places)
    return places


def redact(order: Order) -> RedactionOutcome:
    """Take the text out of every row that keeps a copy and of every event of the trail; all of it, or nothing."""
    actor = order.by.acting_at(order.patient.site, Right.LOCK)
    with acting(actor, patient_id=order.patient.pk, reason=order.reason, source="command"):
        _let_nobody_lock()
        rows = look(order).copies
        for row in rows:
            _redact_row(row, order.said)
        # The change of a row stands in the trail, with the text that stood there: so the trail comes last.
        places = [_redact_event(event, order) for event in find(order.patient, order.said).events]
        if find(order.patient, order.said):
            raise RedactionRefused(f"Beside {REDACTED} the text would form again. Nothing was changed.")
    return RedactionOutcome(sum(places), len(places), len(rows))


def _let_nobody_lock() -> None:
    """Who freezes or locks waits for who holds this (see `locks_refuse`), and what is not locked now stays so."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock_shared(hashtext('ecrf.locks'), 0)")


def _refuse_locked(patient: Patient, places: FoundText) -> None:
    """A new event of a locked form is refused by the database; that an old one is redacted, it does not see."""
    locks = locks_over(patient)
    touched = {event.entry_id for event in places.events if event.entry_id}
    entries = Entry.objects.filter(pk__in=touched).order_by("pk") if locks else []
    lock_here = next((lock for lock in locks if holds_all(lock)), None)
    lock_here = lock_here or next((lock for entry in entries if (lock := lock_on_entry(locks, entry))), None)
    if lock_here:
        with connection.cursor() as cursor:
            cursor.execute("SELECT locks_words(l) FROM locks_lock l WHERE l.id = %s", [lock_here.pk])
            raise Locked(as_read(cursor.fetchone()[0]))


def _redact_row(place: RowPlace, text: str) -> None:
    values: list[Any] = [place.table, place.audited.row, place.row, text, free_columns()[place.table]]
    with connection.cursor() as cursor:
        cursor.execute("SELECT audit_redact_row(%s, %s, %s, %s, %s::text[])", values)


def _redact_event(place: EventPlace, order: Order) -> int:
    """How often the text stood in it."""
    free = free_columns().get(place.table)
    values: list[Any] = [
        place.chain,
        place.position,
        order.said,
        free,
        order.reason,
        order.by.pk,
        order.operator,
    ]
    with connection.cursor() as cursor:
        cursor.execute("SELECT audit_redact(%s, %s, %s, %s::text[], %s, %s, %s)", values)
        return int(cursor.fetchone()[0])
