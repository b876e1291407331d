"""What may be signed, by whom, and what a signature is bound to."""

import pytest
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone, translation

from ecrf.access.roles import Right
from ecrf.audit.actor import acting
from ecrf.audit.models import AuditChain, AuditEvent
from ecrf.audit.verifying.verify import verify
from ecrf.casebook.review_status import ReviewStatus
from ecrf.locks.models import Lock, LockKind, LockScope
from ecrf.signatures.meanings import MEANINGS, meaning_words
from ecrf.signatures.models import Signature, SignatureScope
from ecrf.signatures.services import Outdated, SignatureRefused, chain_length, sign
from tests.builders import a_patient, a_visit, enter
from tests.ecrf.casebook.record.test_concurrency import _django_db_helper, _empty_every_table, at_once  # noqa: F401
from tests.ecrf.signatures.conftest import change, checked, complete, signed

pytestmark = pytest.mark.django_db


@pytest.mark.requirement("R-030")
@pytest.mark.requirement("R-031")
def test_signature_is_bound_to_the_chain_and_carries_name_time_role_and_meaning(visit, scale, investigator):
    before = AuditChain.objects.get(chain=visit.patient.pk)
    found = signed(visit, SignatureScope.VISIT, investigator)
    assert (found.position, found.head) == (before.length, before.head)
    assert (found.printed_name, found.role) == ("Synthetic investigator", "investigator")
    assert found.meaning == MEANINGS[SignatureScope.VISIT]
    assert abs((timezone.now() - found.signed_at).total_seconds()) < 60
    assert ReviewStatus.objects.get(entry=scale).is_signed
    event = AuditEvent.objects.get(table="signatures_signature")
    assert (event.actor, event.role, event.chain) == ("investigator", "investigator", visit.patient.pk)
    assert verify().faults == []


@pytest.mark.parametrize("scope", list(SignatureScope))
def test_form_visit_and_casebook_can_be_signed(visit, scale, investigator, scope):
    covering = {
        SignatureScope.FORM: scale,
        SignatureScope.VISIT: visit,
        SignatureScope.CASEBOOK: visit.patient,
    }[scope]
    assert signed(covering, scope, investigator).stands
    assert ReviewStatus.objects.get(entry=scale).is_signed


# --- what is refused ------------------------------------------------------------------------------


@pytest.mark.requirement("R-035")
@pytest.mark.parametrize("role", ["coordinator", "monitor", "data_manager", "administrator", "outsider"])
def test_nobody_else_can_sign_by_the_service_either(visit, scale, role, request):
    person = checked(request.getfixturevalue(role))
    with pytest.raises(PermissionDenied):
        signed(visit, SignatureScope.VISIT, person)
    assert not Signature.objects.exists()


def test_forms_that_are_not_complete_are_named(visit, scale, coordinator, investigator):
    enter(visit, "vital-signs", coordinator, pulse="70")
    with pytest.raises(SignatureRefused, match="Not complete yet: Week 4, Vital signs"):
        signed(visit, SignatureScope.VISIT, investigator)
    assert signed(scale, SignatureScope.FORM, investigator).stands


def test_visit_in_which_nothing_is_entered_is_not_signed(site, coordinator, investigator):
    empty = a_visit(a_patient(site, coordinator), "W04", coordinator)
    with pytest.raises(SignatureRefused, match="nothing to sign"):
        signed(empty, SignatureScope.VISIT, investigator)


def test_row_of_a_form_and_a_visit_of_another_patient_are_not_signed_alone(
    visit, scale, investigator, coordinator
):
    other = a_patient(visit.site, coordinator)
    with pytest.raises(ValueError, match="covers"):
        sign(
            patient=other,
            scope=SignatureScope.VISIT,
            visit=visit,
            seen=1,
            by=investigator,
            actor=investigator.acting_at(visit.site, Right.SIGN),
        )


@pytest.mark.requirement("R-040")
def test_change_after_the_page_was_made_refuses_the_signature(visit, scale, coordinator, investigator):
    seen = chain_length(visit.patient)
    change(visit, coordinator)
    with pytest.raises(Outdated, match="changed meanwhile"):
        signed(visit, SignatureScope.VISIT, investigator, seen)
    assert not Signature.objects.exists()
    assert signed(visit, SignatureScope.VISIT, investigator).stands


def test_change_elsewhere_does_not_stand_in_the_way(visit, scale, coordinator, investigator):
    seen = chain_length(visit.patient)
    enter(a_visit(visit.patient, "W07", coordinator), "visit", coordinator, contact="on-site")
    assert signed(visit, SignatureScope.VISIT, investigator, seen).stands


def test_form_added_after_the_page_was_made_refuses_the_signature(visit, scale, coordinator, investigator):
    seen = chain_length(visit.patient)
    complete(visit, "visit", coordinator, occurrence="done", visited_on="2026-01-05", contact="on-site")
    with pytest.raises(Outdated, match="changed meanwhile"):
        signed(visit, SignatureScope.VISIT, investigator, seen)


def test_position_that_does_not_exist_yet_is_refused(visit, scale, investigator):
    with pytest.raises(Outdated, match="changed meanwhile"):
        signed(visit, SignatureScope.VISIT, investigator, chain_length(visit.patient) + 1)


def test_signing_twice_gives_one_signature(visit, scale, investigator):
    signed(visit, SignatureScope.VISIT, investigator)
    with pytest.raises(Outdated, match="signed already, by Synthetic investigator on 20"):
        signed(visit, SignatureScope.VISIT, investigator)
    with pytest.raises(Outdated, match="signed already"):
        signed(scale, SignatureScope.FORM, investigator)
    assert Signature.objects.count() == 1
    assert signed(visit.patient, SignatureScope.CASEBOOK, investigator).stands


@pytest.mark.requirement("R-112")
@pytest.mark.parametrize(
    "scope", [LockScope.FORM, LockScope.VISIT, LockScope.PATIENT, LockScope.SITE, LockScope.STUDY]
)
def test_what_is_locked_is_not_signed(visit, scale, investigator, data_manager, scope):
    lock(scale, data_manager, LockKind.LOCK, scope)
    covering = (scale, SignatureScope.FORM) if scope == LockScope.FORM else (visit, SignatureScope.VISIT)
    with pytest.raises(Outdated, match="locked"), transaction.atomic():
        signed(*covering, investigator)
    assert not Signature.objects.exists()


def test_what_is_frozen_can_be_signed(visit, scale, investigator, data_manager):
    lock(scale, data_manager, LockKind.FREEZE, LockScope.VISIT)
    assert signed(visit, SignatureScope.VISIT, investigator).stands


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


def test_meaning_is_kept_as_it_was_signed_and_read_in_the_readers_language(visit, scale, investigator):
    with translation.override("ja"):
        found = signed(visit, SignatureScope.VISIT, investigator)
        japanese = str(MEANINGS[SignatureScope.VISIT])
        assert meaning_words(found.meaning) == japanese
    found.refresh_from_db()
    assert found.meaning == japanese
    for language, name in (("en", "signed in Japanese"), ("zh-hans", "日语")):
        with translation.override(language):
            shown = meaning_words(found.meaning)
            assert str(MEANINGS[SignatureScope.VISIT]) in shown
            assert japanese in shown
            assert name in shown
    with translation.override("ja"):
        assert meaning_words("A meaning of another version.") == "A meaning of another version."
