"""Takes up what a check offers: a log entry about the value in question, filled in as far as is known."""

import uuid
from dataclasses import dataclass, field

from ecrf.access.language import in_master
from ecrf.audit.actor import Actor, acting
from ecrf.casebook.data import PatientData, stored_row
from ecrf.casebook.models import Entry, Patient
from ecrf.casebook.places import Place
from ecrf.casebook.record.record import record
from ecrf.casebook.record.values import is_blank
from ecrf.casebook.services import add_entry
from ecrf.checks.models import Discrepancy, DiscrepancyState
from ecrf.checks.registry import CHECKS
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
        discrepancy.refresh_from_db(fields=[*Discrepancy.QUESTION, "state"])
        is_asked = discrepancy.state != DiscrepancyState.CLEARED
        key = _request_key(discrepancy)
        if not is_asked and not Entry.objects.filter(request_key=key).exists():
            raise LookupError(f"{discrepancy.check_id} no longer asks this.")
        definition = CRFS[check.offer.crf]
        place = add_entry(
            patient=patient, definition=definition, visit=None, parent=None, by=by, request_key=key
        )
        row = stored_row(place)
        if row is None or not is_blank(row) or not is_asked:
            return Taken(place)  # a second click, or somebody has written in it since
        data, kind = PatientData(patient), Entry.objects.get(pk=discrepancy.entry_id).crf
        data.load(kind, *check.reads)
        asked_about = next(row for row in data.rows(kind) if row.entry_id == discrepancy.entry_id)
        with in_master():
            values = check.offer.fill(asked_about, data.limited_to(check.reads))
        refused = record(place=place, values=values, by=by).refused
        labels = {name: definition.items[name].verbose_name for name in refused}
        # What was refused is shown with the text that was to stand there: nothing of it is lost.
        return Taken(place, [f"{labels[name]} “{values[name]}”: {why}" for name, why in refused.items()])


def _request_key(discrepancy: Discrepancy) -> uuid.UUID:
    """The same for the same question, so that a second click adds nothing; another once that entry is struck out."""
    key = uuid.uuid5(uuid.NAMESPACE_URL, f"offer/{discrepancy.pk}/{discrepancy.identity}")
    while Entry.objects.filter(request_key=key, struck_at__isnull=False).exists():
        key = uuid.uuid5(key, "again")
    return key
