"""Marks rows of a listing as reviewed, and takes such marks back: by whom and when stands in the patient's trail."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext

from ecrf.access.models import User
from ecrf.audit.actor import acting
from ecrf.audit.refusals import Locked
from ecrf.casebook.models import Patient
from ecrf.casebook.reach import take_turns_of_patients
from ecrf.listings.acts.ticked import TickedRows
from ecrf.listings.models import RowMark
from ecrf.listings.reading.rows import ListingRow
from ecrf.queries.rules import may_ask, right_to_ask


@dataclass(frozen=True)
class MarkedRows:
    """How many rows were marked, and which were left out, each with why."""

    done: int
    left_out: list[str]


def mark_rows(*, ticked: TickedRows, by: User) -> MarkedRows:
    """Each row that still shows what was seen; one that somebody has reviewed as it stands is not marked again."""
    return _each(ticked, by, is_back=False)


def take_marks_back(*, ticked: TickedRows, by: User) -> MarkedRows:
    """One's own, where they stand."""
    return _each(ticked, by, is_back=True)


def _each(ticked: TickedRows, by: User, *, is_back: bool) -> MarkedRows:
    listing, left_out, done = ticked.view.listing.mark_key, [] if is_back else list(ticked.changes), 0
    patients = _patients(ticked.rows)
    seen = {one.key: one.digest for one in ticked.seen}
    with transaction.atomic():
        take_turns_of_patients(patients)
        rows = TickedRows(ticked.view, ticked.seen).rows
        for row in rows:
            same = is_back or row.digest == seen[row.key]
            if not same or row.is_reviewed != is_back or row.spot.entry is None:
                continue
            if why := _why_not(row, patients[row.patient], by, is_back=is_back):
                left_out.append(gettext("%(patient)s: %(why)s.") % {"patient": row.number, "why": why})
                continue
            try:
                _write(row, patients[row.patient], listing, by, len(rows), is_back=is_back)
                done += 1
            except Locked as refusal:
                left_out.append(gettext("%(patient)s: %(why)s") % {"patient": row.number, "why": refusal})
    return MarkedRows(done, left_out)


def _patients(rows: Iterable[ListingRow]) -> dict[int, Patient]:
    return Patient.objects.select_related("site").in_bulk({row.patient for row in rows})


def _why_not(row: ListingRow, patient: Patient, by: User, *, is_back: bool) -> str:
    if not may_ask(by, patient.site):
        return gettext("your role does not review this site")
    if is_back and row.signer and row.signer.reviewed_by_id != by.pk:
        return gettext("%(name)s reviewed it, and takes it back") % {"name": row.signer.reviewed_by.username}
    return ""


def _write(
    row: ListingRow, patient: Patient, listing: str, by: User, together: int, *, is_back: bool
) -> None:
    assert row.spot.entry is not None
    actor, now = by.acting_at(patient.site, right_to_ask(by, patient.site)), timezone.now()
    with acting(actor, patient_id=patient.pk, source="monitor"):
        if not is_back:
            RowMark.objects.create(
                listing=listing,
                patient=patient,
                entry_id=row.spot.entry,
                digest=row.digest,
                reviewed_at=now,
                reviewed_by=by,
                together=together if together > 1 else None,
            )
        elif row.signer:
            row.signer.undone_at, row.signer.undone_by = now, by
            row.signer.save(update_fields=["undone_at", "undone_by"])
