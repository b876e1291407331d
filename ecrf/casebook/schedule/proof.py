"""What `verify_audit` recomputes of the casebook: missing items, each patient's schedule status, when forms changed."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from django.db.models import Model

from ecrf.audit.verifying.checks import Extent, recomputes
from ecrf.audit.verifying.faults import Fault
from ecrf.audit.verifying.recomputed import attempt, compared, compared_by
from ecrf.casebook.data import PatientData
from ecrf.casebook.models import Entry, Patient, PatientStatus
from ecrf.casebook.record.derive import missing_in
from ecrf.casebook.schedule.status import derived_schedule_status
from ecrf.forms.registry import CRFS

STATUS = [field.column for field in PatientStatus._meta.concrete_fields]

_MOMENTS = """
    SELECT r.entry_id, told.completed_at, told.changed_at, r.completed_at, r.changed_at
    FROM casebook_reviewstatus r JOIN (
        SELECT e.entry_id, (array_agg(e.at ORDER BY e.position DESC))[1] AS changed_at,
            min(e.at) FILTER (WHERE e."table" = 'casebook_entry' AND e.changes #>> '{status,1}' = 'complete') AS completed_at
        FROM audit_auditevent e WHERE e.entry_id IS NOT NULL AND NOT audit_is_review(e."table") GROUP BY e.entry_id
    ) told USING (entry_id)
    WHERE (told.completed_at, told.changed_at) IS DISTINCT FROM (r.completed_at, r.changed_at) ORDER BY r.entry_id
"""


@recomputes("missing", "Required items that are empty", casebook_entry="missing")
def missing_items(extent: Extent) -> Iterator[Fault]:
    """By the forms of this version, so of entries that were begun with another one nothing is said."""
    for patient in Patient.objects.select_related("site").order_by("pk"):
        yield from attempt(f"Missing items of {patient}", lambda patient=patient: _missing(patient))


def _missing(patient: Patient) -> Iterator[Fault]:
    data = PatientData(patient)
    data.load(*CRFS)
    rows = [row for key in CRFS for row in data.with_struck(key)]
    begun: dict[int, list[str]] = defaultdict(list)
    for row in rows:
        begun[row.entry.parent_id].append(row.entry.crf)
    versions = dict(Entry.objects.filter(patient=patient).values_list("pk", "form_fingerprint"))
    same = [row for row in rows if versions.get(row.entry_id) == CRFS[row.entry.crf].fingerprint]
    yield from compared(
        "casebook_entry",
        {row.entry_id: {"missing": missing_in(row, begun[row.entry_id])} for row in same},
        {row.entry_id: {"missing": row.entry.missing} for row in same},
    )


@recomputes("schedule", "What comes next for each patient", casebook_patientstatus=STATUS)
def schedule_statuses(extent: Extent) -> Iterator[Fault]:
    stored = {row["patient_id"]: row for row in PatientStatus.objects.values(*STATUS)}
    for patient in Patient.objects.select_related("site").order_by("pk"):
        own = stored.pop(patient.pk, None)
        yield from attempt(f"Schedule of {patient}", lambda patient=patient, own=own: _schedule(patient, own))
    yield from compared("casebook_patientstatus", {}, stored)


def _schedule(patient: Patient, stored: dict[str, Any] | None) -> Iterator[Fault]:
    derived = derived_schedule_status(PatientData(patient))
    yield from compared(
        "casebook_patientstatus",
        {patient.pk: columns_of(derived)} if derived else {},
        {patient.pk: stored} if stored else {},
    )


@recomputes(
    "review-moments",
    "When complete forms were completed and last changed",
    casebook_reviewstatus="completed_at changed_at",
)
def review_moments(extent: Extent) -> Iterator[Fault]:
    yield from compared_by("casebook_reviewstatus", _MOMENTS, "completed_at", "changed_at")


def columns_of(row: Model) -> dict[str, Any]:
    return {field.column: getattr(row, field.attname) for field in row._meta.concrete_fields}
