"""Keeps the review status of complete forms: how many items each has to verify."""

from datetime import datetime
from typing import Any

from django.utils import timezone

from ecrf.audit.actor import SYSTEM, acting
from ecrf.audit.models import AuditEvent
from ecrf.casebook.data import PatientData
from ecrf.casebook.models import Patient, Status
from ecrf.casebook.record.hooks import HOOKS, Writing
from ecrf.casebook.review_status import ReviewStatus
from ecrf.casebook.transfer.models import Transfer
from ecrf.casebook.transfer.stays import SitesByMoment
from ecrf.forms.crf import Crf
from ecrf.forms.registry import CRFS
from ecrf.verification.models import STANDS, Verification
from ecrf.verification.plan import is_critical, is_sampled, items_to_verify, sample_of, share_at, shares_of


@HOOKS.after_completion
def review_status_completed(patient: Patient, rows: list[Crf]) -> None:
    """Two statements, whatever the number of forms."""
    now = timezone.now()
    ReviewStatus.objects.bulk_create(
        _made(patient, rows, dict.fromkeys([row.entry_id for row in rows], now)),
        update_conflicts=True,
        unique_fields=["entry"],
        update_fields=["critical", "rest", "is_sampled"],
    )


@HOOKS.after_write
def review_status_changed(writing: Writing) -> list[Any]:
    """A complete form may have more or fewer items to verify than before."""
    rows = [writing.row, *writing.recalculated]
    complete = [row for row in rows if row.entry.status == Status.COMPLETE]
    if len(complete) == 1:
        ReviewStatus.objects.filter(pk=complete[0].entry_id).update(**_counts(complete[0]))
    elif complete:
        review_statuses = [ReviewStatus(pk=row.entry_id, **_counts(row)) for row in complete]
        ReviewStatus.objects.bulk_update(review_statuses, ["critical", "rest"])
    return []


@HOOKS.after_strike
def derive_review_status(patient: Patient) -> None:
    """Every complete form of the patient anew, from its values; what is struck out has none. The database adds what
    follows from the trail, from verifications and from signatures."""
    ReviewStatus.objects.filter(patient=patient).delete()
    data = PatientData(patient)
    data.load(*CRFS)
    ReviewStatus.objects.bulk_create(review_statuses_of(data))


def review_statuses_of(data: PatientData) -> list[ReviewStatus]:
    """As they should be, of every complete form that stands; what the database's triggers write is left out."""
    every = [row for row in data.every_row() if row.entry.status == Status.COMPLETE]
    standing = [row for row in every if not row.entry.is_struck]
    return _made(data.patient, standing, _completed_at(data.patient))


@HOOKS.after_transfer
def review_status_moves(transfer: Transfer) -> None:
    """The new site's monitor sees to it; what was drawn when a form was completed stays drawn."""
    ReviewStatus.objects.filter(patient=transfer.patient).update(site=transfer.to_site)


def follow_plan(patient: Patient) -> int:
    """Verifications from before the plan changed count as it says now: what was critical then may not be, or the
    reverse; how many were moved."""
    moved = 0
    with acting(SYSTEM, patient_id=patient.pk, reason="The plan of verification changed", source="command"):
        for verification in Verification.objects.filter(STANDS, patient=patient).select_related("entry"):
            if verification.is_critical != is_critical(verification.entry.crf, verification.item):
                verification.is_critical = not verification.is_critical
                verification.save(update_fields=["is_critical"])
                moved += 1
    return moved


def _completed_at(patient: Patient) -> dict[int, datetime]:
    """{entry id: when it was completed}, as the trail tells."""
    events = AuditEvent.objects.filter(
        chain=patient.pk, table="casebook_entry", changes__status__1=Status.COMPLETE
    )
    return {int(row): at for row, at in events.order_by("-position").values_list("row", "at")}


def _made(patient: Patient, rows: list[Crf], completed_at: dict[int, datetime]) -> list[ReviewStatus]:
    if not rows:
        return []
    sites, now = SitesByMoment(patient), timezone.now()
    shares = {site: shares_of(site) for site in sites}
    review_statuses = []
    for row in rows:
        entry = row.entry
        entry.patient = patient
        at = completed_at.get(row.entry_id, now)
        sample = sample_of(entry)
        share = share_at(shares[sites.at(at)], at.astimezone(patient.site.zone).date())
        review_statuses.append(
            ReviewStatus(
                entry_id=row.entry_id,
                patient=patient,
                site_id=patient.site_id,
                visit_id=entry.visit_id,
                completed_at=at,
                changed_at=now,
                sample=sample,
                is_sampled=is_sampled(sample, share),
                **_counts(row),
            )
        )
    return review_statuses


def _counts(row: Crf) -> dict[str, int]:
    items = items_to_verify(row)
    critical = sum(is_critical(row.entry.crf, name) for name in items)
    return {"critical": critical, "rest": len(items) - critical}
