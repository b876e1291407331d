"""What may be signed, by whom, and what a signature is bound to."""

import threading
from types import SimpleNamespace

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from ecrf.access.roles import Right, Role
from ecrf.audit.actor import acting
from ecrf.audit.chain import verify
from ecrf.audit.models import AuditChain, AuditEvent
from ecrf.casebook.marks import ReviewMark
from ecrf.casebook.models import Entry, PatientOutlook, Status
from ecrf.casebook.registry import CRFS
from ecrf.casebook.striking import restore, strike_out
from ecrf.locks.models import Kind, Lock
from ecrf.locks.models import Scope as LockScope
from ecrf.signatures.breaking import breaking_of
from ecrf.signatures.models import Declaration, IdentityCheck, Scope, Signature
from ecrf.signatures.reading import broken_at, on_visit, signatures_of, visits_to_sign
from ecrf.signatures.services import MEANINGS, Outdated, SignatureRefused, chain_length, sign
from tests.builders import a_patient, a_visit, enter
from tests.conftest import make_site, make_user
from tests.ecrf.signatures.conftest import GRADES, change, checked, complete, complete_mrc, signed
from tests.ecrf.test_concurrency import _django_db_helper, _empty_every_table, at_once  # noqa: F401

pytestmark = pytest.mark.django_db


# --- what a signature holds -----------------------------------------------------------------------


@pytest.mark.requirement("R-030")
@pytest.mark.requirement("R-031")
def test_signature_is_bound_to_the_chain_and_carries_name_time_role_and_meaning(visit, mrc, investigator):
    before = AuditChain.objects.get(chain=visit.patient.pk)
    found = signed(visit, Scope.VISIT, investigator)
    assert (found.position, found.head) == (before.length, before.head)
    assert (found.printed_name, found.role) == ("Synthetic investigator", "investigator")
    assert found.meaning == MEANINGS[Scope.VISIT]
    assert abs((timezone.now() - found.signed_at).total_seconds()) < 60
    assert ReviewMark.objects.get(entry=mrc).is_signed
    event = AuditEvent.objects.get(table="signatures_signature")
    assert (event.actor, event.role, event.chain) == ("investigator", "investigator", visit.patient.pk)
    assert verify().faults == []


@pytest.mark.parametrize("scope", list(Scope))
def test_form_visit_and_casebook_can_be_signed(visit, mrc, investigator, scope):
    covering = {Scope.FORM: mrc, Scope.VISIT: visit, Scope.CASEBOOK: visit.patient}[scope]
    assert signed(covering, scope, investigator).stands
    assert ReviewMark.objects.get(entry=mrc).is_signed


# --- what is refused ------------------------------------------------------------------------------


@pytest.mark.requirement("R-035")
@pytest.mark.parametrize("role", ["coordinator", "monitor", "data_manager", "administrator", "outsider"])
def test_nobody_else_can_sign_by_the_service_either(visit, mrc, role, request):
    person = checked(request.getfixturevalue(role))
    with pytest.raises(PermissionDenied):
        signed(visit, Scope.VISIT, person)
    assert not Signature.objects.exists()


def test_forms_that_are_not_complete_are_named(visit, mrc, coordinator, investigator):
    enter(visit, "grip-strength", coordinator, right_1="31.0")
    with pytest.raises(SignatureRefused, match="Not complete yet: Week 4, Grip strength"):
        signed(visit, Scope.VISIT, investigator)
    assert signed(mrc, Scope.FORM, investigator).stands


def test_visit_in_which_nothing_is_entered_is_not_signed(site, coordinator, investigator):
    empty = a_visit(a_patient(site, coordinator), "W04", coordinator)
    with pytest.raises(SignatureRefused, match="nothing to sign"):
        signed(empty, Scope.VISIT, investigator)


def test_row_of_a_form_and_a_visit_of_another_patient_are_not_signed_alone(visit, mrc, investigator, coordinator):
    other = a_patient(visit.site, coordinator)
    with pytest.raises(ValueError, match="covers"):
        sign(
            patient=other,
            scope=Scope.VISIT,
            visit=visit,
            seen=1,
            by=investigator,
            actor=investigator.acting_at(visit.site, Right.SIGN),
        )


@pytest.mark.requirement("R-040")
def test_change_after_the_page_was_made_refuses_the_signature(visit, mrc, coordinator, investigator):
    seen = chain_length(visit.patient)
    change(visit, coordinator)
    with pytest.raises(Outdated, match="changed meanwhile"):
        signed(visit, Scope.VISIT, investigator, seen)
    assert not Signature.objects.exists()
    assert signed(visit, Scope.VISIT, investigator).stands


def test_change_elsewhere_does_not_stand_in_the_way(visit, mrc, coordinator, investigator):
    seen = chain_length(visit.patient)
    enter(a_visit(visit.patient, "W07", coordinator), "visit", coordinator, contact="on-site")
    assert signed(visit, Scope.VISIT, investigator, seen).stands


def test_form_added_after_the_page_was_made_refuses_the_signature(visit, mrc, coordinator, investigator):
    seen = chain_length(visit.patient)
    complete(visit, "visit", coordinator, fate="done", visited_on="2026-01-05", contact="on-site")
    with pytest.raises(Outdated, match="changed meanwhile"):
        signed(visit, Scope.VISIT, investigator, seen)


def test_position_that_does_not_exist_yet_is_refused(visit, mrc, investigator):
    with pytest.raises(Outdated, match="changed meanwhile"):
        signed(visit, Scope.VISIT, investigator, chain_length(visit.patient) + 1)


def test_signing_twice_gives_one_signature(visit, mrc, investigator):
    signed(visit, Scope.VISIT, investigator)
    with pytest.raises(Outdated, match="signed already, by Synthetic investigator on 20"):
        signed(visit, Scope.VISIT, investigator)
    with pytest.raises(Outdated, match="signed already"):
        signed(mrc, Scope.FORM, investigator)
    assert Signature.objects.count() == 1
    assert signed(visit.patient, Scope.CASEBOOK, investigator).stands


@pytest.mark.requirement("R-112")
@pytest.mark.parametrize("scope", [LockScope.FORM, LockScope.VISIT, LockScope.PATIENT, LockScope.SITE, LockScope.STUDY])
def test_what_is_locked_is_not_signed(visit, mrc, investigator, data_manager, scope):
    lock(mrc, data_manager, Kind.LOCK, scope)
    covering = (mrc, Scope.FORM) if scope == LockScope.FORM else (visit, Scope.VISIT)
    with pytest.raises(Outdated, match="locked"), transaction.atomic():
        signed(*covering, investigator)
    assert not Signature.objects.exists()


def test_what_is_frozen_can_be_signed(visit, mrc, investigator, data_manager):
    lock(mrc, data_manager, Kind.FREEZE, LockScope.VISIT)
    assert signed(visit, Scope.VISIT, investigator).stands


def lock(entry, by, kind, scope):
    where = {
        LockScope.FORM: {"site": entry.site, "patient": entry.patient, "entry": entry},
        LockScope.VISIT: {"site": entry.site, "patient": entry.patient, "visit": entry.visit},
        LockScope.PATIENT: {"site": entry.site, "patient": entry.patient},
        LockScope.SITE: {"site": entry.site},
    }.get(scope, {})
    with acting(by.acting_at(entry.site, Right.LOCK)):
        return Lock.objects.create(
            kind=kind, scope=scope, **where, reason="End of study", set_at=timezone.now(), set_by=by
        )


# --- what breaks it -------------------------------------------------------------------------------


@pytest.mark.requirement("R-034")
def test_change_breaks_it_says_by_what_and_it_is_signed_anew(visit, mrc, coordinator, investigator):
    first = signed(visit, Scope.VISIT, investigator)
    change(visit, coordinator, reason="Transcription error")
    (found,) = signatures_of(visit.patient.pk)
    why = breaking_of(found)
    assert (why.where, why.what) == ("Week 4, MRC strength", f"{label(GRADES[0])} changed")
    assert (why.actor, why.role, why.reason) == ("coordinator", "coordinator", "Transcription error")
    assert why.anchor == f"mrc-strength-1-{GRADES[0]}"
    second = signed(visit, Scope.VISIT, investigator)
    standing = on_visit(signatures_of(visit.patient.pk), visit.pk)
    assert [each.pk for each in standing.history] == [second.pk, first.pk]
    assert (standing.in_force, standing.latest_broken) == ([second], None)


@pytest.mark.requirement("R-034")
def test_striking_a_row_out_and_restoring_it_break_it(visit, mrc, coordinator, investigator):
    event = complete_event(visit.patient, coordinator)
    by = coordinator.acting_at(visit.site, Right.ENTER)
    for act, word in ((strike, "struck out"), (put_back, "restored")):
        signed(visit.patient, Scope.CASEBOOK, investigator)
        act(event, coordinator, by)
        newest = signatures_of(visit.patient.pk)[0]
        assert (newest.stands, breaking_of(newest).what) == (False, word)


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
    return str(CRFS["mrc-strength"].items[item].verbose_name)


@pytest.mark.requirement("R-034")
def test_lifting_a_lock_does_not_break_it_but_the_change_after_it_does(
    visit, mrc, investigator, data_manager, coordinator
):
    name = signed(visit, Scope.VISIT, investigator)
    held = lock(mrc, data_manager, Kind.LOCK, LockScope.VISIT)
    with acting(data_manager.acting_at(visit.site, Right.LOCK)):
        held.lifted_at, held.lifted_by, held.lift_reason = timezone.now(), data_manager, "One value"
        held.save()
    name.refresh_from_db()
    assert name.stands
    change(visit, coordinator)
    name.refresh_from_db()
    assert not name.stands


def test_new_visit_breaks_the_casebooks_signature_once_something_is_entered(
    visit, mrc, investigator, coordinator
):
    name = signed(visit.patient, Scope.CASEBOOK, investigator)
    later = a_visit(visit.patient, "W07", coordinator)
    name.refresh_from_db()
    assert name.stands
    enter(later, "visit", coordinator, contact="on-site")
    name.refresh_from_db()
    assert not name.stands


# --- identity and declaration ---------------------------------------------------------------------


@pytest.mark.requirement("R-037")
def test_investigator_whose_identity_nobody_confirmed_cannot_sign(visit, mrc, site):
    new = make_user("new-investigator", Role.INVESTIGATOR, site)
    with pytest.raises(SignatureRefused, match="make sure who you are"):
        signed(visit, Scope.VISIT, new)
    call_command("confirm_identity", new.username, "--by", "Synthetic manager", "--how", "passport seen")
    assert signed(visit, Scope.VISIT, new).stands
    record = IdentityCheck.objects.get()
    assert (record.user, record.how, record.confirmed_by) == (new, "passport seen", "Synthetic manager")
    assert AuditEvent.objects.filter(table="signatures_identitycheck").count() == 1


@pytest.mark.parametrize(("name", "by", "how"), [("nobody-here", "M", "seen"), ("investigator", " ", "seen"), ("investigator", "M", "")])
def test_identity_needs_an_account_a_name_and_a_way(investigator, name, by, how):
    with pytest.raises(CommandError):
        call_command("confirm_identity", name, "--by", by, "--how", how)
    assert IdentityCheck.objects.count() == 1


@pytest.mark.requirement("R-037")
def test_declaration_is_asked_for_once_and_kept(visit, mrc, coordinator, investigator):
    with pytest.raises(SignatureRefused, match="declaration"):
        signed(visit, Scope.VISIT, investigator, declares=False)
    signed(visit, Scope.VISIT, investigator)
    assert "legally binding equivalent" in Declaration.objects.get(declared_by=investigator).text
    change(visit, coordinator)
    signed(visit, Scope.VISIT, investigator, declares=False)
    assert Declaration.objects.count() == 1
    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
        Declaration.objects.update(text="Nothing")


def test_refused_signature_leaves_no_declaration(visit, mrc, coordinator, investigator):
    enter(visit, "grip-strength", coordinator, right_1="31.0")
    with pytest.raises(SignatureRefused):
        signed(visit, Scope.VISIT, investigator)
    assert not Declaration.objects.exists()


def test_account_without_a_full_name_cannot_sign(visit, mrc, investigator):
    investigator.full_name = " "
    with pytest.raises(SignatureRefused, match="full name"):
        signed(visit, Scope.VISIT, investigator)


# --- what is left to sign -------------------------------------------------------------------------


@pytest.mark.requirement("R-039")
def test_lists_name_broken_signatures_and_complete_visits(site, visit, mrc, coordinator, investigator):
    other = a_visit(a_patient(site, coordinator), "W04", coordinator)
    complete_mrc(other, coordinator)
    refresh_as_complete(visit, other)
    assert set(visits_to_sign([site])) == {visit, other}
    signed(visit, Scope.VISIT, investigator)
    assert set(visits_to_sign([site])) == {other}
    assert list(broken_at([site])) == []
    change(visit, coordinator)
    assert [each.visit for each in broken_at([site])] == [visit]
    refresh_as_complete(visit)
    assert set(visits_to_sign([site])) == {other}
    signed(visit, Scope.VISIT, investigator)
    assert list(broken_at([site])) == []


def test_visit_that_is_still_entered_is_not_listed(site, visit, mrc, coordinator):
    assert list(visits_to_sign([site])) == []
    refresh_as_complete(visit)
    enter(visit, "grip-strength", coordinator, right_1="31.0")
    refresh_as_complete(visit)
    assert list(visits_to_sign([site])) == []


def test_broken_casebook_is_listed_once_and_its_visits_are_not(site, visit, mrc, coordinator, investigator):
    signed(visit.patient, Scope.CASEBOOK, investigator)
    change(visit, coordinator)
    refresh_as_complete(visit)
    assert [each.scope for each in broken_at([site])] == [Scope.CASEBOOK]
    assert list(visits_to_sign([site])) == []


def refresh_as_complete(*visits):
    """As if every form of these visits were there: the outlook names no unfinished visit."""
    PatientOutlook.objects.filter(patient__in=[visit.patient_id for visit in visits]).update(unfinished_code="")


# --- at the same moment ---------------------------------------------------------------------------


@pytest.fixture
def committed(_django_db_helper) -> SimpleNamespace:  # noqa: F811
    """A complete form, a coordinator and an investigator, on every connection."""
    site = make_site("01")
    coordinator = make_user("coordinator", Role.COORDINATOR, site)
    investigator = checked(make_user("investigator", Role.INVESTIGATOR, site))
    visit = a_visit(a_patient(site, coordinator), "W04", coordinator)
    complete_mrc(visit, coordinator)
    return SimpleNamespace(visit=visit, coordinator=coordinator, investigator=investigator)


def trying(act):
    def attempt() -> str:
        try:
            act()
        except SignatureRefused as refusal:
            return str(refusal)
        return "done"

    return attempt


@pytest.mark.requirement("R-040")
def test_somebody_saves_while_the_visit_is_signed(committed):
    """Whoever comes first: a signature never stands over a value that its page did not show."""
    seen = chain_length(committed.visit.patient)
    said, _ = at_once(
        trying(lambda: signed(committed.visit, Scope.VISIT, committed.investigator, seen)),
        lambda: change(committed.visit, committed.coordinator),
    )
    found = Signature.objects.first()
    assert ("changed meanwhile" in said) if found is None else not found.stands
    assert verify().faults == []


def test_signature_waits_for_a_save_that_has_begun_and_is_refused(committed):
    visit, by = committed.visit, committed.coordinator.acting_at(committed.visit.site, Right.ENTER)
    seen, begun = chain_length(visit.patient), threading.Event()

    def save() -> None:
        with acting(by, patient_id=visit.patient_id, reason="Misread"):
            change(visit, committed.coordinator)
            begun.set()
            threading.Event().wait(0.5)

    def sign_meanwhile() -> str:
        begun.wait(10)
        return trying(lambda: signed(visit, Scope.VISIT, committed.investigator, seen))()

    assert "changed meanwhile" in at_once(sign_meanwhile, save)[0]
    assert not Signature.objects.exists()


def test_double_click_signs_once(committed):
    seen = chain_length(committed.visit.patient)
    click = trying(lambda: signed(committed.visit, Scope.VISIT, committed.investigator, seen))
    said = at_once(click, click, click)
    assert sorted("signed already" in each for each in said) == [False, True, True]
    assert Signature.objects.count() == 1
    connection.close()
