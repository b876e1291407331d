"""What `verify_audit` recomputes of the casebook: missing items, each patient's schedule status, when forms changed.

What is recomputed by the rules of the forms goes patient by patient, each loaded once; floors above add to it.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any

from django.db.models import Model

from ecrf.audit.verifying.checks import CHECKS, AuditCheck, Extent, recomputes
from ecrf.audit.verifying.faults import Fault
from ecrf.audit.verifying.recomputed import attempt, compared, compared_by
from ecrf.casebook.data import PatientData
from ecrf.casebook.models import Entry, Patient, PatientStatus
from ecrf.casebook.record.derive import missing_in
from ecrf.casebook.schedule.status import derived_schedule_status
from ecrf.forms.registry import CRFS

STATUS = [str(field.column) for field in PatientStatus._meta.concrete_fields]

_MOMENTS = """
    SELECT r.entry_id, told.completed_at, told.changed_at, r.completed_at, r.changed_at
    FROM casebook_reviewstatus r JOIN (
        SELECT e.entry_id, (array_agg(e.at ORDER BY e.position DESC))[1] AS changed_at, min(e.at) FILTER (
                WHERE e."table" = 'casebook_entry' AND e.changes #>> '{status,1}' = 'complete'
            ) AS completed_at
        FROM audit_auditevent e WHERE e.entry_id IS NOT NULL AND NOT audit_is_review(e."table") GROUP BY e.entry_id
    ) told USING (entry_id)
    WHERE (told.completed_at, told.changed_at) IS DISTINCT FROM (r.completed_at, r.changed_at) ORDER BY r.entry_id
"""

PatientCheck = Callable[[PatientData], Iterable[Fault]]
_checks: dict[str, PatientCheck] = {}
_derived: dict[str, frozenset[str]] = {}


def recomputed_by_patient(title: str, **derived: Iterable[str]) -> Callable[[PatientCheck], PatientCheck]:
    """Add the function, which gets all forms of one patient, as a check of these columns: {table: its columns}."""

    def decorate(check: PatientCheck) -> PatientCheck:
        _checks[title] = check
        for table, columns in derived.items():
            _derived[table] = _derived.get(table, frozenset()) | frozenset(columns)
        return check

    return decorate


def by_patient(extent: Extent) -> Iterator[Fault]:
    for patient in Patient.objects.select_related("site").order_by("pk"):
        data = PatientData(patient)
        if found := attempt(f"Forms of {patient}", partial(_load, data)):
            yield from found
            continue
        for title, check in _checks.items():
            yield from attempt(f"{title} of {patient}", partial(check, data))


def _load(data: PatientData) -> Iterable[Fault]:
    data.load(*CRFS)
    return ()


CHECKS.add("by-patient", AuditCheck("What follows from the forms of each patient", by_patient, _derived))


@recomputed_by_patient("Missing items", casebook_entry=["missing"])
def missing_items(data: PatientData) -> Iterator[Fault]:
    """By the forms of this version, so of entries that were begun with another one nothing is said."""
    rows = data.every_row()
    begun: dict[int, list[str]] = defaultdict(list)
    for row in rows:
        begun[row.entry.parent_id].append(row.entry.crf)
    versions = dict(Entry.objects.filter(patient=data.patient).values_list("pk", "form_fingerprint"))
    same = [row for row in rows if versions.get(row.entry_id) == CRFS[row.entry.crf].fingerprint]
    yield from compared(
        "casebook_entry",
        {row.entry_id: {"missing": missing_in(row, begun[row.entry_id])} for row in same},
        {row.entry_id: {"missing": row.entry.missing} for row in same},
    )


@recomputed_by_patient("Schedule", casebook_patientstatus=STATUS)
def schedule_status(data: PatientData) -> Iterator[Fault]:
    derived = derived_schedule_status(data)
    yield from compared(
        "casebook_patientstatus",
        {data.patient.pk: columns_of(derived)} if derived else {},
        {row["patient_id"]: row for row in PatientStatus.objects.filter(pk=data.patient.pk).values(*STATUS)},
    )


@recomputes("schedules-of-nobody", "Schedules of nobody", casebook_patientstatus=["patient_id"])
def schedules_of_nobody(extent: Extent) -> Iterator[Fault]:
    stray = PatientStatus.objects.exclude(pk__in=Patient.objects.values("pk")).values(*STATUS)
    yield from compared("casebook_patientstatus", {}, {row["patient_id"]: row for row in stray})


@recomputes(
    "review-moments",
    "When complete forms were completed and last changed",
    casebook_reviewstatus=["completed_at", "changed_at"],
)
def review_moments(extent: Extent) -> Iterator[Fault]:
    yield from compared_by("casebook_reviewstatus", _MOMENTS, "completed_at", "changed_at")


def columns_of(row: Model) -> dict[str, Any]:
    return {str(field.column): getattr(row, field.attname) for field in row._meta.concrete_fields}
