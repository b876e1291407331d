"""What follows from the trail is written by triggers only, and nothing is led away from its patient, form or lock."""

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from ecrf.access.roles import Right
from ecrf.audit.actor import SYSTEM, acting
from ecrf.audit.verifying.faults import FaultKind
from ecrf.audit.verifying.verify import verify
from ecrf.casebook.models import Entry
from ecrf.casebook.review_status import ReviewStatus
from ecrf.locks.services import put
from ecrf.verification.review_status import derive_review_status
from tests.builders import a_patient, a_visit, enter
from tests.database import tamper
from tests.ecrf.audit.test_web_role import web  # noqa: F401  (a fixture)
from tests.ecrf.signatures.conftest import change, checked, complete_scale, signed
from tests.ecrf.verification.acts import verify as verify_item

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("R-008")]


@pytest.fixture
def visit(site, coordinator):
    return a_visit(a_patient(site, coordinator), "W04", coordinator)


@pytest.fixture
def scale(visit, coordinator, investigator, monitor):
    """Complete, two items verified, signed."""
    scale = complete_scale(visit, coordinator)
    verify_item(scale, monitor, item="question_1")
    verify_item(scale, monitor, item="question_2")
    signed(scale, "form", checked(investigator))
    return scale


def as_system(statement: str, *values) -> None:
    with acting(SYSTEM, reason="By hand"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)


# --- derived state --------------------------------------------------------------------------------

BY_HAND = [
    "UPDATE signatures_signature SET broken_position = 1, broken_at = now()",
    "UPDATE verification_verification SET fallen_position = 1, fell_at = now()",
    "UPDATE casebook_reviewstatus SET is_signed = NOT is_signed",
    "UPDATE casebook_reviewstatus SET critical_verified = critical_verified + 1",
    "UPDATE casebook_reviewstatus SET rest_verified = rest_verified + 1",
    "UPDATE casebook_reviewstatus SET changed_at = now()",
    "UPDATE casebook_reviewstatus SET completed_at = now()",
]


@pytest.mark.requirement("R-031")
@pytest.mark.parametrize("statement", BY_HAND)
def test_what_follows_from_the_trail_is_not_written_by_hand(statement, scale):
    with pytest.raises(DatabaseError, match="written by the database only"):
        as_system(statement)


@pytest.mark.requirement("R-009")
@pytest.mark.parametrize("statement", BY_HAND)
def test_what_was_written_past_the_triggers_is_recomputed_and_named(statement, scale):
    tamper(statement)
    found = verify().faults
    assert found
    assert {fault.kind for fault in found} == {FaultKind.DERIVED}
    assert {fault.table for fault in found} <= {statement.split()[1], "casebook_reviewstatus"}


@pytest.mark.requirement("R-009")
def test_verification_that_was_risen_again_and_signature_mended_are_named(scale, visit, coordinator):
    change(visit, coordinator)
    tamper("UPDATE verification_verification SET fallen_position = NULL, fell_at = NULL")
    tamper("UPDATE signatures_signature SET broken_position = NULL, broken_at = NULL")
    named = {(fault.table, fault.what.partition(": ")[2].split()[0]) for fault in verify().faults}
    assert {
        ("verification_verification", "fallen_position"),
        ("signatures_signature", "broken_position"),
        ("casebook_reviewstatus", "is_signed"),
    } <= named


@pytest.mark.requirement("R-009")
@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("UPDATE casebook_entry SET missing = 3 WHERE crf = 'scale'", "missing is 3, and 0 follows"),
        ("UPDATE casebook_patientstatus SET state = 'died'", "state is died, and screening follows"),
        ("DELETE FROM casebook_patientstatus", "it follows from the data, and is gone"),
        ("DELETE FROM casebook_reviewstatus", "it follows from the data, and is gone"),
        ("UPDATE casebook_reviewstatus SET is_sampled = NOT is_sampled", "is_sampled is"),
    ],
)
def test_counts_and_statuses_are_recomputed_from_the_forms(statement, words, scale):
    tamper(statement)
    assert any(words in str(fault) for fault in verify().faults)


def test_review_status_made_by_hand_begins_with_what_the_trail_tells(scale):
    before = ReviewStatus.objects.values().get(entry=scale)
    ReviewStatus.objects.filter(entry=scale).delete()
    ReviewStatus.objects.create(
        entry=scale,
        patient_id=before["patient_id"],
        site_id=before["site_id"],
        visit_id=before["visit_id"],
        sample=before["sample"],
        is_sampled=before["is_sampled"],
        critical=before["critical"],
        rest=before["rest"],
        critical_verified=9,
        is_signed=False,
        completed_at=timezone.now(),
        changed_at=timezone.now(),
    )
    assert ReviewStatus.objects.values().get(entry=scale) == before


def test_review_status_that_was_tampered_with_is_mended_by_deriving_it(scale):
    tamper("UPDATE casebook_reviewstatus SET is_signed = false, critical_verified = 0, changed_at = now()")
    assert verify().faults
    derive_review_status(scale.patient)
    assert verify().faults == []


# --- where it belongs -----------------------------------------------------------------------------

MOVED = [
    "UPDATE casebook_entry SET patient_id = {other} WHERE id = {entry}",
    "UPDATE casebook_entry SET visit_id = {other_visit} WHERE id = {entry}",
    "UPDATE casebook_entry SET visit_id = NULL WHERE id = {entry}",
    "UPDATE casebook_entry SET crf = 'reading' WHERE id = {entry}",
    "UPDATE casebook_entry SET parent_id = {other_entry} WHERE id = {entry}",
    "UPDATE casebook_entry SET number = 7 WHERE id = {entry}",
    "UPDATE casebook_visit SET patient_id = {other} WHERE id = {visit}",
    "UPDATE casebook_visit SET code = 'W52' WHERE id = {visit}",
    "UPDATE casebook_patient SET number = '99-999' WHERE id = {patient}",
    "UPDATE casebook_patient SET site_id = {other_site} WHERE id = {patient}",
    "UPDATE verification_verification SET entry_id = {other_entry}",
    "UPDATE verification_verification SET patient_id = {other}",
    "UPDATE stub_trial_stubscale SET entry_id = {other_entry} WHERE entry_id = {entry}",
]


@pytest.fixture
def places(scale, visit, other_site, outsider):
    other = a_visit(a_patient(other_site, outsider), "W07", outsider)
    enter(other, "reading", outsider, value_1="30")
    return {
        "entry": scale.pk,
        "visit": visit.pk,
        "patient": visit.patient_id,
        "other": other.patient_id,
        "other_visit": other.pk,
        "other_entry": Entry.objects.get(patient=other.patient, crf="reading").pk,
        "other_site": other_site.pk,
    }


@pytest.mark.parametrize("statement", MOVED)
def test_nothing_is_led_to_another_patient_visit_or_form(statement, places):
    with pytest.raises(DatabaseError, match=r"stay|by a recorded transfer only|by a recorded act only"):
        as_system(statement.format(**places))


@pytest.mark.requirement("R-112")
@pytest.mark.parametrize("statement", MOVED)
def test_web_role_leads_nothing_past_a_lock(statement, places, web, visit, data_manager):  # noqa: F811
    locking = {"by": data_manager, "actor": data_manager.acting_at(visit.site, Right.LOCK)}
    put(
        kind="lock",
        scope="patient",
        patient=visit.patient,
        reason="Settled",
        despite_open_points=True,
        **locking,
    )
    with pytest.raises(DatabaseError):
        as_system(statement.format(**places))


@pytest.mark.parametrize(
    "table",
    [
        "signatures_declaration",
        "queries_message",
        "casebook_transfer",
        "exports_datacut",
        "access_trainingrecord",
    ],
)
@pytest.mark.parametrize("statement", ["UPDATE {0} SET id = id", "DELETE FROM {0}", "TRUNCATE {0}"])
def test_web_role_has_no_right_to_change_what_is_never_changed(statement, table, web):  # noqa: F811
    with pytest.raises(DatabaseError, match="permission denied"):
        as_system(statement.format(table))


@pytest.mark.parametrize("table", ["casebook_entry", "access_user", "locks_lock", "stub_trial_stubscale"])
def test_web_role_deletes_no_row_under_the_trail(table, web):  # noqa: F811
    with pytest.raises(DatabaseError, match="permission denied"):
        as_system(f"DELETE FROM {table}")


# --- what is hidden -------------------------------------------------------------------------------


@pytest.mark.requirement("R-009")
def test_swapped_password_is_named(coordinator, monitor):
    tamper(
        "UPDATE access_user SET password = (SELECT password FROM access_user WHERE username = 'monitor')"
        " WHERE username = 'coordinator'"
    )
    (fault,) = verify().faults
    assert str(fault) == f"row {coordinator.pk} of access_user: password is not what the trail says"
