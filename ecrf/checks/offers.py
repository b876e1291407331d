"""Takes up what a check offers: a log entry about the value in question, filled in as far as is known."""

import uuid
from dataclasses import dataclass, field

from ecrf.audit.actor import Actor, acting
from ecrf.casebook.data import PatientData, stored_row
from ecrf.casebook.models import Entry, Patient
from ecrf.casebook.places import Place
from ecrf.casebook.record.hooks import Recorded
from ecrf.casebook.record.record import record
from ecrf.casebook.record.values import is_blank
from ecrf.casebook.services import add_entry
from ecrf.checks.models import Discrepancy, DiscrepancyState
from ecrf.checks.registry import CHECKS, Check, Offer
from ecrf.forms.crf import Crf
from ecrf.forms.registry import CRFS


@dataclass(frozen=True)
class Taken:
    """Where the entry stands that was added; `left`: what could not be filled in, each in words with its text."""

    place: Place
    left: list[str] = field(default_factory=list)


def take_offer(*, discrepancy: Discrepancy, patient: Patient, by: Actor) -> Taken:
    """Add the entry that the discrepancy's check offers, once for each question asked; say where it stands and what
    could not be filled in.

    LookupError if the check offers nothing, or if its question is answered by now and nothing was added.
    """
    check = CHECKS.get(discrepancy.check_id)
    if check is None or check.offer is None:
        raise LookupError(f"{discrepancy.check_id} offers nothing.")
    with acting(by, patient_id=patient.pk):
        return _take(check, check.offer, discrepancy, patient, by)


def _take(check: Check, offer: Offer, discrepancy: Discrepancy, patient: Patient, by: Actor) -> Taken:
    discrepancy.refresh_from_db(fields=["text", "state"])
    key = _key(discrepancy)
    if discrepancy.state == DiscrepancyState.CLEARED and not Entry.objects.filter(request_key=key).exists():
        raise LookupError(f"{discrepancy.check_id} no longer asks this.")
    place = add_entry(
        patient=patient, definition=CRFS[offer.crf], visit=None, parent=None, by=by, request_key=key
    )
    row = stored_row(place)
    if row is not None and is_blank(row) and discrepancy.state != DiscrepancyState.CLEARED:
        values = offer.fill(*_asked_about(check, discrepancy, patient))
        return Taken(place, _left(record(place=place, values=values, by=by), values))
    return Taken(place)


def _left(recorded: Recorded, values: dict[str, str]) -> list[str]:
    """What was refused, with the text that was to stand there: nothing of it is lost."""
    items = CRFS[recorded.place.definition.key].items
    return [f"{items[name].verbose_name} “{values[name]}”: {why}" for name, why in recorded.refused.items()]


def _key(discrepancy: Discrepancy) -> uuid.UUID:
    """The same for the same question, so that a second click adds nothing; another once that entry is struck out."""
    key = uuid.uuid5(uuid.NAMESPACE_URL, f"offer/{discrepancy.pk}/{discrepancy.text}")
    while Entry.objects.filter(request_key=key, struck_at__isnull=False).exists():
        key = uuid.uuid5(key, "again")
    return key


def _asked_about(check: Check, discrepancy: Discrepancy, patient: Patient) -> tuple[Crf, PatientData]:
    data = PatientData(patient)
    kind = Entry.objects.get(pk=discrepancy.entry_id).crf
    data.load(kind, *check.reads)
    row = next(r for r in data.rows(kind) if r.entry_id == discrepancy.entry_id)
    return row, data.limited_to(check.reads)
