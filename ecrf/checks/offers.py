"""Takes up what a check offers: a log entry about the value in question, filled in as far as is known."""

import uuid

from ecrf.audit.actor import Actor
from ecrf.casebook.book import Book
from ecrf.casebook.models import Crf, Entry, Patient
from ecrf.casebook.places import Place
from ecrf.casebook.recording import is_blank, record
from ecrf.casebook.registry import CRFS
from ecrf.casebook.services import add_entry
from ecrf.casebook.storing import stored_row
from ecrf.checks.models import Finding
from ecrf.checks.registry import CHECKS, Check


def take_offer(*, finding: Finding, patient: Patient, by: Actor) -> Place:
    """Add the entry that the finding's check offers, once for each question asked, and say where it stands.

    LookupError if the check offers nothing (any more).
    """
    check = CHECKS.get(finding.check_id)
    if check is None or check.offer is None:
        raise LookupError(f"{finding.check_id} offers nothing.")
    definition = CRFS[check.offer.crf]
    place = add_entry(
        patient=patient,
        definition=definition,
        visit=None,
        parent=None,
        by=by,
        request_key=_key(finding),
    )
    row = stored_row(place)
    if row is not None and is_blank(row):
        record(place=place, values=check.offer.fill(*_asked_about(check, finding, patient)), by=by)
    return place


def _key(finding: Finding) -> uuid.UUID:
    """The same for the same question, so that a second click adds nothing; another once that entry is struck out."""
    words = f"offer/{finding.pk}/{finding.text}"
    key = uuid.uuid5(uuid.NAMESPACE_URL, words)
    struck = Entry.objects.filter(request_key=key, struck_at__isnull=False).exists()
    return uuid.uuid4() if struck else key


def _asked_about(check: Check, finding: Finding, patient: Patient) -> tuple[Crf, Book]:
    book = Book(patient)
    kind = Entry.objects.get(pk=finding.entry_id).crf
    book.load(kind, *check.reads)
    row = next(r for r in book.rows(kind) if r.entry_id == finding.entry_id)
    return row, book.limited_to(check.reads)
