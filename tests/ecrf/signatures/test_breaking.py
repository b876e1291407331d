"""What breaks a signature, what does not, and what is then left to sign."""

import pytest
from django.utils import timezone

from ecrf.access.roles import Right
from ecrf.audit.actor import acting
from ecrf.casebook.models import Entry, PatientStatus, Status
from ecrf.casebook.record.values import Missing
from ecrf.casebook.striking import restore, strike_out
from ecrf.forms.registry import CRFS
from ecrf.locks.models import LockKind, LockScope
from ecrf.signatures.breaks import breaking_of
from ecrf.signatures.lookup import broken_at, on_visit, signatures_of, visits_to_sign
from ecrf.signatures.models import SignatureScope
from tests.builders import a_patient, a_visit, enter
from tests.ecrf.casebook.record.test_concurrency import _django_db_helper, _empty_every_table, at_once  # noqa: F401
from tests.ecrf.signatures.conftest import QUESTIONS, change, complete_scale, signed
from tests.ecrf.signatures.test_signing import lock

pytestmark = pytest.mark.django_db


@pytest.mark.requirement("R-034")
def test_change_breaks_it_says_by_what_and_it_is_signed_anew(visit, scale, coordinator, investigator):
    first = signed(visit, SignatureScope.VISIT, investigator)
    change(visit, coordinator, reason="Transcription error")
    (found,) = signatures_of(visit.patient.pk)
    why = breaking_of(found).first
    assert (why.where, why.what) == ("Week 4, Scale", f"{label(QUESTIONS[0])} 4 → 3")
    assert (why.actor, why.role, why.reason) == ("coordinator", "coordinator", "Transcription error")
    assert why.anchor == f"scale-1-{QUESTIONS[0]}"
    second = signed(visit, SignatureScope.VISIT, investigator)
    standing = on_visit(signatures_of(visit.patient.pk), visit.pk)
    assert [each.pk for each in standing.history] == [second.pk, first.pk]
    assert (standing.in_force, standing.latest_broken) == ([second], None)


@pytest.mark.requirement("R-034")
def test_every_item_that_changed_since_is_named_once_from_what_was_signed_to_what_stands(
    visit, scale, coordinator, investigator
):
    """Seven items, one of them twice and one back to what it was; what changes after signing anew is another story."""
    signed(visit, SignatureScope.VISIT, investigator)
    for item in QUESTIONS[:7]:
        change(visit, coordinator, "3", item)
    change(visit, coordinator, "2", QUESTIONS[0], reason="Misread twice")
    change(visit, coordinator, "4", QUESTIONS[1])
    (found,) = signatures_of(visit.patient.pk)
    broken = breaking_of(found)
    told = [each.what for each in broken.changes]
    assert told[:3] == [
        f"{label(QUESTIONS[0])} 4 → 2",
        f"{label(QUESTIONS[1])} 4 → 4 (changed, and changed back)",
        f"{label(QUESTIONS[2])} 4 → 3",
    ]
    assert (len(told), broken.more, broken.first.reason) == (5, 2, "Misread twice")
    signed(visit, SignatureScope.VISIT, investigator)
    change(visit, coordinator, "1", QUESTIONS[10])
    second, first = signatures_of(visit.patient.pk)
    assert [each.what for each in breaking_of(second).changes] == [f"{label(QUESTIONS[10])} 4 → 1"]
    assert (len(breaking_of(first).changes), breaking_of(first).more) == (5, 2)


@pytest.mark.requirement("R-034")
def test_reason_for_no_value_is_named_and_what_is_outside_is_not(visit, scale, coordinator, investigator):
    signed(scale, SignatureScope.FORM, investigator)
    change(visit, coordinator, Missing("refused"))
    enter(visit, "vital-signs", coordinator, pulse="70")
    (found,) = signatures_of(visit.patient.pk)
    assert [each.what for each in breaking_of(found).changes] == [f"{label(QUESTIONS[0])} 4 → Refused"]


@pytest.mark.requirement("R-034")
def test_striking_a_row_out_and_restoring_it_break_it(visit, scale, coordinator, investigator):
    event = complete_event(visit.patient, coordinator)
    by = coordinator.acting_at(visit.site, Right.ENTER)
    for act, word in ((strike, "struck out"), (put_back, "restored")):
        signed(visit.patient, SignatureScope.CASEBOOK, investigator)
        act(event, coordinator, by)
        newest = signatures_of(visit.patient.pk)[0]
        assert (newest.stands, breaking_of(newest).first.what) == (False, word)


def strike(entry, by, actor):
    strike_out(entry=entry, by=by, actor=actor, reason="Entered twice")


def put_back(entry, by, actor):
    restore(entry=entry, actor=actor, reason="It was right")


def complete_event(patient, by):
    given = {"term": "Headache", "started_on": "2026-01-02", "ongoing": "yes"}
    enter(patient, "adverse-event", by, **given)
    entry = Entry.objects.get(patient=patient, crf="adverse-event")
    with acting(by.acting_at(patient.site, Right.ENTER), patient_id=patient.pk):
        Entry.objects.filter(pk=entry.pk).update(status=Status.COMPLETE, missing=0)
    return entry


def label(item: str) -> str:
    return str(CRFS["scale"].items[item].verbose_name)


@pytest.mark.requirement("R-034")
def test_lifting_a_lock_does_not_break_it_but_the_change_after_it_does(
    visit, scale, investigator, data_manager, coordinator
):
    name = signed(visit, SignatureScope.VISIT, investigator)
    held = lock(scale, data_manager, LockKind.LOCK, LockScope.VISIT)
    with acting(data_manager.acting_at(visit.site, Right.LOCK)):
        held.lifted_at, held.lifted_by, held.lift_reason = timezone.now(), data_manager, "One value"
        held.save()
    name.refresh_from_db()
    assert name.stands
    change(visit, coordinator)
    name.refresh_from_db()
    assert not name.stands


def test_new_visit_breaks_the_casebooks_signature_once_something_is_entered(
    visit, scale, investigator, coordinator
):
    name = signed(visit.patient, SignatureScope.CASEBOOK, investigator)
    later = a_visit(visit.patient, "W07", coordinator)
    name.refresh_from_db()
    assert name.stands
    enter(later, "visit", coordinator, contact="on-site")
    name.refresh_from_db()
    assert not name.stands


# --- what is left to sign -------------------------------------------------------------------------


@pytest.mark.requirement("R-039")
def test_lists_name_broken_signatures_and_complete_visits(site, visit, scale, coordinator, investigator):
    other = a_visit(a_patient(site, coordinator), "W04", coordinator)
    complete_scale(other, coordinator)
    refresh_as_complete(visit, other)
    assert set(visits_to_sign([site])) == {visit, other}
    signed(visit, SignatureScope.VISIT, investigator)
    assert set(visits_to_sign([site])) == {other}
    assert list(broken_at([site])) == []
    change(visit, coordinator)
    assert [each.visit for each in broken_at([site])] == [visit]
    refresh_as_complete(visit)
    assert set(visits_to_sign([site])) == {other}
    signed(visit, SignatureScope.VISIT, investigator)
    assert list(broken_at([site])) == []


def test_visit_that_is_still_entered_is_not_listed(site, visit, scale, coordinator):
    assert list(visits_to_sign([site])) == []
    refresh_as_complete(visit)
    enter(visit, "vital-signs", coordinator, pulse="70")
    refresh_as_complete(visit)
    assert list(visits_to_sign([site])) == []


def test_broken_casebook_is_listed_once_and_its_visits_are_not(site, visit, scale, coordinator, investigator):
    signed(visit.patient, SignatureScope.CASEBOOK, investigator)
    change(visit, coordinator)
    refresh_as_complete(visit)
    assert [each.scope for each in broken_at([site])] == [SignatureScope.CASEBOOK]
    assert list(visits_to_sign([site])) == []


def refresh_as_complete(*visits):
    """As if every form of these visits were there: the schedule status names no unfinished visit."""
    PatientStatus.objects.filter(patient__in=[visit.patient_id for visit in visits]).update(
        unfinished_code=""
    )
