"""The marks of complete forms, and what the database itself does when a value changes: nothing of it needs our code."""

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from ecrf.access.roles import Right
from ecrf.audit.actor import acting
from ecrf.audit.models import AuditChain
from ecrf.audit.verifying.verify import verify
from ecrf.casebook.review_status import ReviewStatus
from ecrf.casebook.services import complete_entries
from ecrf.locks.models import Lock, LockKind, LockScope
from ecrf.signatures.models import Signature, SignatureScope
from ecrf.verification.models import Verification
from tests.builders import a_patient, a_place, a_visit, enter

pytestmark = pytest.mark.django_db

GRADES = [f"question_{number}" for number in range(1, 13)]


@pytest.fixture
def visit(site, coordinator):
    visit = a_visit(a_patient(site, coordinator), "W04", coordinator)
    given = dict.fromkeys(GRADES, "4")
    enter(visit, "scale", coordinator, assessor="A1", assessed_at="09:30", before_dose="yes", **given)
    return visit


@pytest.fixture
def entry(visit, coordinator):
    """Scale of week 4, complete."""
    place = a_place(visit, "scale")
    by = coordinator.acting_at(visit.site, Right.ENTER)
    assert complete_entries(patient=visit.patient, places=[place], by=by) == []
    return place.definition.model.objects.get(entry__visit=visit).entry


def change(visit, by, value="3", item=GRADES[0]):
    assert enter(visit, "scale", by, reason="Misread", **{item: value}).changed == [item]


def verified(entry, monitor, item=GRADES[0], position=1):
    with acting(monitor.acting_at(entry.site, Right.VERIFY), patient_id=entry.patient_id, source="monitor"):
        return Verification.objects.create(
            patient=entry.patient,
            site=entry.site,
            entry=entry,
            item=item,
            is_critical=True,
            position=position,
            value="4",
            verified_at=timezone.now(),
            verified_by=monitor,
        )


def signed(entry, by, scope, /, **where):
    chain = AuditChain.objects.get(chain=entry.patient_id)
    with acting(by.acting_at(entry.site, Right.SIGN), patient_id=entry.patient_id):
        return Signature.objects.create(
            patient=entry.patient,
            site=entry.site,
            scope=scope,
            **where,
            position=chain.length,
            head=chain.head,
            meaning="Reviewed",
            printed_name="Synthetic investigator",
            role="investigator",
            signed_at=timezone.now(),
            signed_by=by,
        )


def test_complete_form_has_a_mark_that_counts_its_critical_items(visit, entry):
    review_status = ReviewStatus.objects.get(entry=entry)
    assert (review_status.critical, review_status.rest, review_status.planned, review_status.verified) == (
        15,
        0,
        15,
        0,
    )
    assert not review_status.is_signed


def test_form_that_is_not_complete_has_no_mark(visit):
    assert not ReviewStatus.objects.exists()


def test_item_that_is_emptied_is_no_longer_to_verify(visit, entry, coordinator):
    change(visit, coordinator, "")
    assert ReviewStatus.objects.get(entry=entry).critical == 14


@pytest.mark.requirement("R-098")
def test_changed_item_alone_falls_back(visit, entry, coordinator, monitor):
    first, second = verified(entry, monitor), verified(entry, monitor, GRADES[1])
    assert ReviewStatus.objects.get(entry=entry).verified == 2
    change(visit, coordinator)
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.stands, second.stands) == (False, True)
    assert first.fallen_position
    assert ReviewStatus.objects.get(entry=entry).verified == 1


@pytest.mark.requirement("R-098")
@pytest.mark.requirement("R-034")
def test_raw_sql_unverifies_and_unsigns_too(entry, monitor, investigator):
    seen, name = verified(entry, monitor), signed(entry, investigator, SignatureScope.FORM, entry=entry)
    assert ReviewStatus.objects.get(entry=entry).is_signed
    with (
        acting(investigator.acting_at(entry.site, Right.ENTER), reason="By hand"),
        connection.cursor() as cursor,
    ):
        cursor.execute(f"UPDATE stub_trial_stubscale SET {GRADES[0]} = 2 WHERE entry_id = %s", [entry.pk])
    seen.refresh_from_db()
    name.refresh_from_db()
    assert not seen.stands
    assert not name.stands
    assert not ReviewStatus.objects.get(entry=entry).is_signed
    assert verify().faults == []


@pytest.mark.requirement("R-034")
def test_visits_signature_covers_its_forms_and_breaks_with_any(visit, entry, coordinator, investigator):
    name = signed(entry, investigator, SignatureScope.VISIT, visit=visit)
    enter(visit, "visit", coordinator, contact="on-site")
    name.refresh_from_db()
    assert not name.stands


def test_signature_holds_while_another_visit_changes(visit, entry, coordinator, investigator):
    name = signed(entry, investigator, SignatureScope.VISIT, visit=visit)
    enter(a_visit(visit.patient, "W07", coordinator), "visit", coordinator, contact="on-site")
    name.refresh_from_db()
    assert name.stands


@pytest.mark.requirement("R-031")
def test_broken_signature_cannot_be_mended_nor_a_standing_one_altered(
    visit, entry, coordinator, investigator
):
    name = signed(entry, investigator, SignatureScope.CASEBOOK)
    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
        Signature.objects.filter(pk=name.pk).update(meaning="Something else")
    change(visit, coordinator)
    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
        Signature.objects.filter(pk=name.pk).update(broken_position=None, broken_at=None)


def locked(entry, by, kind, scope, /, **where):
    with acting(by.acting_at(entry.site, Right.LOCK)):
        return Lock.objects.create(
            kind=kind, scope=scope, **where, reason="End of study", set_at=timezone.now(), set_by=by
        )


@pytest.mark.requirement("R-112")
@pytest.mark.parametrize("scope", list(LockScope))
@pytest.mark.parametrize("kind", list(LockKind))
def test_database_refuses_a_write_under_a_freeze_or_lock(
    visit, entry, data_manager, coordinator, scope, kind
):
    where = {
        LockScope.FORM: {"site": entry.site, "patient": entry.patient, "entry": entry},
        LockScope.VISIT: {"site": entry.site, "patient": entry.patient, "visit": visit},
        LockScope.PATIENT: {"site": entry.site, "patient": entry.patient},
        LockScope.SITE: {"site": entry.site},
        LockScope.STUDY: {},
    }[scope]
    locked(entry, data_manager, kind, scope, **where)
    by = coordinator.acting_at(entry.site, Right.ENTER)
    with (
        pytest.raises(DatabaseError) as refusal,
        acting(by, patient_id=entry.patient_id, reason="By hand"),
        connection.cursor() as cursor,
    ):
        cursor.execute(f"UPDATE stub_trial_stubscale SET {GRADES[0]} = 2 WHERE entry_id = %s", [entry.pk])
    assert refusal.value.__cause__.pgcode == "EC004"


def test_verification_goes_on_under_a_freeze_but_not_under_a_lock(entry, data_manager, monitor):
    where = {"site": entry.site, "patient": entry.patient}
    locked(entry, data_manager, LockKind.FREEZE, LockScope.PATIENT, **where)
    verified(entry, monitor)
    locked(entry, data_manager, LockKind.LOCK, LockScope.PATIENT, **where)
    with pytest.raises(DatabaseError, match="locked"), transaction.atomic():
        verified(entry, monitor, GRADES[1])
