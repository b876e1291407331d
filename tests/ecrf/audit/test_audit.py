"""The audit trail: complete, attributed, chained; nobody changes it, and who tampers below the product is found."""

import hashlib
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from ecrf.access.models import Membership, Site, User
from ecrf.access.roles import Role
from ecrf.audit.actor import SYSTEM, Actor, acting
from ecrf.audit.models import SYSTEM_CHAIN, AuditChain, AuditEvent
from ecrf.audit.verifying.verify import verify
from ecrf.casebook.models import Entry
from ecrf.casebook.record.hooks import HOOKS, Hook
from ecrf.casebook.record.values import Missing
from tests.builders import a_patient, a_visit, enter
from tests.conftest import PASSWORD, make_user
from tests.database import sql, tamper

pytestmark = pytest.mark.django_db


@pytest.fixture
def patient(site, coordinator):
    """A patient with a handful of events in the chain."""
    found = a_patient(site, coordinator)
    visit = a_visit(found, "W01", coordinator)
    for value in ("31.5", "30.0", "29.0", "28.0"):
        enter(visit, "reading", coordinator, value_1=value)
    return found


@pytest.fixture
def visit(patient):
    return patient.visits.get()


def events(patient) -> list[AuditEvent]:
    return list(AuditEvent.objects.filter(chain=patient.pk).order_by("position"))


def faults_of(patient) -> list[tuple[int, int, str]]:
    """The faults of the patient's chain; what lies beside the trail is another test's matter."""
    return [
        (fault.chain, fault.position, fault.what) for fault in verify().faults if fault.chain == patient.pk
    ]


def only_fault(patient) -> tuple[int, int, str]:
    (fault,) = faults_of(patient)
    return fault


# --- it holds -------------------------------------------------------------------------------------


@pytest.mark.requirement("R-009")
def test_untouched_trail_holds(patient):
    verdict = verify()
    assert verdict.faults == []
    assert verdict.events == AuditEvent.objects.count()
    assert verdict.chains == AuditChain.objects.count() == 2


def test_positions_run_from_one_without_a_gap_and_each_event_names_the_hash_before(patient):
    found = events(patient)
    assert [event.position for event in found] == list(range(1, len(found) + 1))
    assert [event.previous_hash for event in found[1:]] == [event.hash for event in found[:-1]]
    assert found[0].previous_hash == "0" * 64


def test_chains_of_two_patients_do_not_depend_on_each_other(patient, site, coordinator):
    second = a_patient(site, coordinator)
    assert events(second)[0].position == 1
    assert events(second)[0].previous_hash == "0" * 64
    tamper("UPDATE audit_auditevent SET actor = 'x' WHERE chain = %s AND position = 1", second.pk)
    assert only_fault(second)[:2] == (second.pk, 1)


@pytest.mark.requirement("R-002")
def test_event_says_who_in_which_role_where_when_what_and_why(patient, visit, coordinator):
    enter(visit, "reading", coordinator, value_1="27.0", reason="Transcription error")
    event = events(patient)[-1]
    assert (event.actor_id, event.actor, event.role, event.site) == (
        coordinator.pk,
        "coordinator",
        "coordinator",
        "01",
    )
    assert (event.reason, event.source, event.operation) == ("Transcription error", "site", "UPDATE")
    assert event.changes == {"value_1": [28.0, 27.0]}
    assert event.entry_id == Entry.objects.get(crf="reading").pk
    assert event.table == "stub_trial_stubreading"


@pytest.mark.requirement("R-013")
def test_derived_values_are_kept_apart_from_those_a_person_entered(patient):
    event = events(patient)[-1]
    assert set(event.changes) == {"value_1"}
    assert event.calculated == {"highest": [29.0, 28.0]}


@pytest.mark.requirement("R-001")
@pytest.mark.requirement("R-004")
def test_every_old_value_stays_readable_in_order(patient):
    changes = [e.changes["value_1"] for e in events(patient) if "value_1" in e.changes]
    assert changes == [[None, 31.5], [31.5, 30.0], [30.0, 29.0], [29.0, 28.0]]


# --- tampering below the product ------------------------------------------------------------------


ALTERATIONS: dict[str, object] = {
    "changes": '{"value_1": [28.0, 99.0]}',
    "calculated": "{}",
    "actor": "somebody",
    "actor_id": 999_999_999,
    "role": "monitor",
    "site": "02",
    "reason": "because",
    "source": "import",
    "at": "2020-01-01T00:00:00Z",
    "transaction": "1",
    "table": "stub_trial_stubvisit",
    "row": "999999999",
    "entry_id": None,
    "operation": "INSERT",
    "previous_hash": "f" * 64,
    "hash": "f" * 64,
}


@pytest.mark.requirement("R-009")
def test_altered_event_is_named(patient):
    altered = events(patient)[-2]
    for column, value in ALTERATIONS.items():
        with transaction.atomic():
            tamper(f'UPDATE audit_auditevent SET "{column}" = %s WHERE id = %s', value, altered.pk)
            assert only_fault(patient)[:2] == (patient.pk, altered.position), column
            transaction.set_rollback(True)


def test_every_column_of_an_event_is_altered_in_that_test():
    named = {field.column for field in AuditEvent._meta.local_fields}
    assert named - {"id", "chain", "position"} == set(ALTERATIONS)


@pytest.mark.requirement("R-009")
def test_altered_event_is_said_to_be_altered(patient):
    tamper("UPDATE audit_auditevent SET reason = 'x' WHERE chain = %s AND position = 4", patient.pk)
    assert "altered" in only_fault(patient)[2]


@pytest.mark.requirement("R-009")
def test_event_removed_from_the_middle_is_named(patient):
    tamper("DELETE FROM audit_auditevent WHERE chain = %s AND position = 3", patient.pk)
    assert only_fault(patient) == (patient.pk, 4, "expected position 3: an event was removed or moved")


@pytest.mark.requirement("R-009")
def test_removed_middle_is_found_though_the_positions_were_closed_up(patient):
    tamper("DELETE FROM audit_auditevent WHERE chain = %s AND position = 3", patient.pk)
    for position in range(4, len(events(patient)) + 2):
        tamper(
            "UPDATE audit_auditevent SET position = position - 1 WHERE chain = %s AND position = %s",
            patient.pk,
            position,
        )
    assert faults_of(patient)[0][:2] == (patient.pk, 3)


@pytest.mark.requirement("R-009")
@pytest.mark.parametrize("how_many", [1, 2, 100])
def test_events_removed_from_the_end_are_missed(how_many, patient):
    length = len(events(patient))
    kept = max(length - how_many, 0)
    tamper("DELETE FROM audit_auditevent WHERE chain = %s AND position > %s", patient.pk, kept)
    assert only_fault(patient) == (
        patient.pk,
        kept,
        "the chain does not end where its head says: events are gone",
    )


@pytest.mark.requirement("R-009")
def test_whole_chain_removed_with_its_head_is_found(patient):
    """The patient is still there, and a patient without a chain was never written by the product."""
    tamper("DELETE FROM audit_auditevent WHERE chain = %s", patient.pk)
    tamper("DELETE FROM audit_auditchain WHERE chain = %s", patient.pk)
    assert verify().faults != []


@pytest.mark.requirement("R-009")
def test_row_written_past_the_triggers_is_found(patient):
    tamper(
        "INSERT INTO casebook_visit (patient_id, code, opened_at, opened_by_id)"
        " SELECT id, 'W07', now(), added_by_id FROM casebook_patient"
    )
    assert [fault.what for fault in verify().faults if "casebook_visit" in fault.what] != []


@pytest.mark.requirement("R-009")
def test_swapped_order_is_named(patient):
    for old, new in ((3, -1), (4, 3), (-1, 4)):
        tamper(
            "UPDATE audit_auditevent SET position = %s WHERE chain = %s AND position = %s",
            new,
            patient.pk,
            old,
        )
    assert [fault[1] for fault in faults_of(patient)] == [3, 3, 4, 4, 5]


@pytest.mark.requirement("R-009")
@pytest.mark.parametrize("change", ["head = repeat('f', 64)", "length = length + 1", "length = length - 1"])
def test_altered_head_is_found(change, patient):
    tamper(f"UPDATE audit_auditchain SET {change} WHERE chain = %s", patient.pk)
    assert only_fault(patient)[0] == patient.pk


@pytest.mark.requirement("R-009")
def test_event_moved_to_another_patient_is_found_in_both_chains(patient, site, coordinator):
    second = a_patient(site, coordinator)
    tamper(
        "UPDATE audit_auditevent SET chain = %s, position = %s WHERE chain = %s AND position = %s",
        second.pk,
        len(events(second)) + 1,
        patient.pk,
        len(events(patient)),
    )
    assert {fault.chain for fault in verify().faults} - {None} == {patient.pk, second.pk}


@pytest.mark.requirement("R-009")
def test_event_put_in_at_the_end_is_found(patient):
    columns = ", ".join(
        f'"{f.column}"' for f in AuditEvent._meta.local_fields if f.name not in ("id", "position")
    )
    tamper(
        f"INSERT INTO audit_auditevent (position, {columns}) SELECT position + 1, {columns} FROM audit_auditevent"
        " WHERE chain = %s ORDER BY position DESC LIMIT 1",
        patient.pk,
    )
    assert faults_of(patient) != []


# --- nobody changes it ----------------------------------------------------------------------------


@pytest.mark.requirement("R-008")
@pytest.mark.parametrize("table", ["audit_auditevent", "audit_auditchain"])
@pytest.mark.parametrize("statement", ["DELETE FROM {}", "TRUNCATE {} CASCADE", "DELETE FROM {} WHERE false"])
def test_trail_cannot_be_removed(statement, table, patient):
    sql("SET CONSTRAINTS ALL IMMEDIATE")
    with pytest.raises(DatabaseError, match="cannot be changed"):
        sql(statement.format(table))


@pytest.mark.requirement("R-008")
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_auditevent SET reason = 'x'",
        "UPDATE audit_auditchain SET length = length - 1",
        "INSERT INTO audit_auditchain (chain, length, head) VALUES (12345, 0, repeat('0', 64))",
        "INSERT INTO audit_auditevent SELECT * FROM audit_auditevent",
    ],
)
def test_trail_cannot_be_written_directly(statement, patient):
    with (
        pytest.raises(DatabaseError, match=r"cannot be changed|written by the database only"),
        acting(SYSTEM),
    ):
        sql(statement)


@pytest.mark.requirement("R-008")
def test_trail_cannot_be_written_through_a_function_of_ones_own_call(patient):
    """Calling the trigger's function by hand is no trigger, so it is refused as well."""
    with pytest.raises(DatabaseError, match="written by the database only"), acting(SYSTEM):
        sql(
            "SELECT audit_write('t', 'INSERT', '{}', '{\"a\": 1}', 1, NULL, '1', '{}', '{}', '{}')",
        )


@pytest.mark.requirement("R-008")
def test_trail_cannot_be_changed_through_the_models(patient):
    event = events(patient)[0]
    event.reason = "x"
    for act in (event.save, event.delete, AuditEvent.objects.all().delete):
        with pytest.raises(DatabaseError, match="cannot be changed"), transaction.atomic():
            act()


# --- who writes -----------------------------------------------------------------------------------


def forget_the_actor() -> None:
    sql("SELECT set_config('ecrf.actor', '', true)")


@pytest.mark.requirement("R-002")
def test_write_without_an_actor_is_refused(patient):
    forget_the_actor()
    for statement in (
        "UPDATE casebook_patient SET sequence = 99",
        "UPDATE access_user SET full_name = 'x'",
        "INSERT INTO access_site (code, name, time_zone, is_practice) VALUES ('99', 'x', 'UTC', false)",
    ):
        with pytest.raises(DatabaseError, match="names no actor"):
            sql(statement)


def test_actor_ends_with_its_block(site):
    with acting(SYSTEM):
        pass
    with pytest.raises(DatabaseError, match="names no actor"):
        sql("UPDATE access_site SET name = 'x'")


def test_actor_ends_with_its_block_also_when_the_block_fails(site):
    with pytest.raises(ZeroDivisionError), acting(SYSTEM):
        raise ZeroDivisionError
    with acting(Actor("", "second")):
        pass
    with pytest.raises(DatabaseError, match="names no actor"):
        sql("UPDATE access_site SET name = 'x'")


def test_outer_actor_writes_again_after_an_inner_one(site):
    with acting(Actor("", "outer"), reason="outer reason"):
        with acting(Actor("", "inner")):
            sql("UPDATE access_site SET name = 'one'")
        sql("UPDATE access_site SET name = 'two'")
    found = AuditEvent.objects.filter(table="access_site").order_by("position").values_list("actor", "reason")
    assert list(found)[-2:] == [("inner", ""), ("outer", "outer reason")]


def test_the_same_actor_within_itself_goes_on_writing_and_is_followed_by_the_right_one(site):
    with acting(Actor("", "first")):
        with acting(Actor("", "first")):
            with acting(Actor("", "inner")):
                sql("UPDATE access_site SET name = 'one'")
            sql("UPDATE access_site SET name = 'two'")
        sql("UPDATE access_site SET name = 'three'")
    found = (
        AuditEvent.objects.filter(table="access_site").order_by("position").values_list("actor", flat=True)
    )
    assert list(found)[-3:] == ["inner", "first", "first"]


def test_outer_actor_writes_again_after_inner_ones_of_which_the_first_failed(site):
    with acting(Actor("", "outer")):
        with pytest.raises(ZeroDivisionError), acting(Actor("", "failed")):
            raise ZeroDivisionError
        with acting(Actor("", "inner")):
            sql("UPDATE access_site SET name = 'one'")
        sql("UPDATE access_site SET name = 'two'")
    found = (
        AuditEvent.objects.filter(table="access_site").order_by("position").values_list("actor", flat=True)
    )
    assert list(found)[-2:] == ["inner", "outer"]


# --- when -----------------------------------------------------------------------------------------


@pytest.mark.requirement("R-006")
def test_time_is_the_database_servers_whatever_the_process_or_the_post_says(
    patient, visit, client, coordinator, monkeypatch
):
    before = timezone.now()
    monkeypatch.setattr(timezone, "now", lambda: datetime(2050, 1, 1, tzinfo=UTC))
    client.force_login(coordinator)
    url = f"/patients/{patient.number}/W01/reading/1/value_4/"
    forged = {"at": "2020-01-01T00:00:00Z", "timestamp": "0", "added_at": "2020-01-01"}
    assert client.post(url, {"value": "30", **forged}).status_code == 200
    assert abs(events(patient)[-1].at - before) < timedelta(minutes=1)


@pytest.mark.requirement("R-007")
def test_time_is_stored_as_a_moment_with_its_zone(patient):
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_typeof(at)::text FROM audit_auditevent LIMIT 1")
        assert cursor.fetchone() == ("timestamp with time zone",)
    assert events(patient)[-1].at.utcoffset() == timedelta(0)


# --- all or nothing -------------------------------------------------------------------------------


@pytest.mark.requirement("R-024")
def test_save_that_fails_at_its_end_leaves_neither_data_nor_trail(patient, visit, coordinator, monkeypatch):
    def fail(writing):
        raise ZeroDivisionError

    monkeypatch.setattr("ecrf.casebook.record.record.HOOKS", replace(HOOKS, after_write=Hook([fail])))
    before = AuditEvent.objects.count(), Entry.objects.count()
    with pytest.raises(ZeroDivisionError):
        enter(visit, "scale", coordinator, before_dose="yes")
    assert (AuditEvent.objects.count(), Entry.objects.count()) == before
    assert verify().faults == []


# --- the chain of the system ----------------------------------------------------------------------


@pytest.mark.requirement("R-016")
def test_users_sites_and_memberships_are_in_the_systems_chain(site, coordinator):
    tables = AuditEvent.objects.filter(chain=SYSTEM_CHAIN).values_list("table", "operation")
    assert list(tables) == [
        ("access_site", "INSERT"),
        ("access_user", "INSERT"),
        ("access_membership", "INSERT"),
    ]


@pytest.mark.requirement("R-016")
def test_closed_account_and_ended_membership_are_in_the_trail(coordinator):
    with acting(SYSTEM, reason="Left the hospital"):
        User.objects.filter(pk=coordinator.pk).update(is_active=False)
        Membership.objects.filter(user=coordinator).update(is_current=False)
    found = AuditEvent.objects.filter(chain=SYSTEM_CHAIN).order_by("-position")[:2]
    assert [(e.table, e.changes) for e in found] == [
        ("access_membership", {"is_current": [True, False]}),
        ("access_user", {"is_active": [True, False]}),
    ]


def test_password_stays_out_of_the_trail(coordinator):
    old = coordinator.password
    coordinator.set_password("another long password")
    with acting(SYSTEM):
        coordinator.save(update_fields=["password"])
    last = AuditEvent.objects.filter(table="access_user").latest("position")
    fingerprint = hashlib.sha256(coordinator.password.encode()).hexdigest()
    assert last.changes == {"password": ["(hidden)", f"(hidden) {fingerprint}"]}
    everything = json.dumps(list(AuditEvent.objects.values_list("changes", flat=True)))
    for secret in (old, coordinator.password, PASSWORD):
        assert secret not in everything


def test_login_alone_is_no_change_of_the_account(client, coordinator):
    accounts = AuditEvent.objects.filter(table="access_user")
    before = accounts.count()
    client.post("/login/", {"username": "coordinator", "password": PASSWORD})
    assert accounts.count() == before


# --- any text -------------------------------------------------------------------------------------

TEXTS = [
    "握力が低下", "頭痛 😀🏳️‍🌈", "O'Brien", 'a "quoted" word', "back\\slash \\u0041 \\\\", "tab\there",
    "line\nbreak", "a\nb c", "é É", "全角　空白", "x\u202eright to left", "{}[]:,",
    "a" * 150, "'; DROP TABLE x; --", "\U0001f9ec", "%s %% {0}", "</script>", "null", "~not-done", "NaN",
    "(hidden)", '"(hidden)"', "[redacted]", "[null, null]",
]  # fmt: skip


@pytest.mark.requirement("R-009")
def test_any_text_in_values_reasons_and_comments_verifies(visit, patient, coordinator):
    for text in TEXTS:
        enter(visit, "reading", coordinator, reason=text, device=text[:60])
        enter(visit, "reading", coordinator, assessor=Missing("unknown", text))
        before, last = AuditEvent.objects.filter(chain=patient.pk).order_by("-position")[:2][::-1]
        assert before.reason == text
        assert last.changes["assessor.missing"][1] == {"reason": "unknown", "comment": text}
    assert verify().faults == []


@pytest.mark.requirement("R-009")
@pytest.mark.parametrize("text", TEXTS)
def test_any_text_holds_and_is_missed_when_changed_past_the_triggers(text, visit, coordinator):
    """No text that a person can type makes a column one that the trail does not show."""
    enter(visit, "reading", coordinator, device=text[:60])
    assert verify().faults == []
    tamper("UPDATE stub_trial_stubreading SET device = 'SYN-9'")
    assert [fault.what for fault in verify().faults if "device is not what the trail says" in fault.what]


@pytest.mark.parametrize("name", ["山田", "o.brien@x+1", "ÅÄÖ"])
def test_any_user_name_verifies(name, site):
    user = make_user(name, Role.COORDINATOR, site)
    patient = a_patient(site, user)
    assert events(patient)[0].actor == name
    assert verify().faults == []


@pytest.mark.parametrize("value", ["0", "0.0", "200", "0.1", "0.10"])
def test_any_number_verifies(value, visit, coordinator):
    enter(visit, "reading", coordinator, value_4=value)
    assert verify().faults == []


# --- the command ----------------------------------------------------------------------------------


@pytest.mark.requirement("R-009")
def test_command_says_that_the_trail_holds(patient):
    out = StringIO()
    call_command("verify_audit", stdout=out)
    assert f"The audit trail holds: {AuditEvent.objects.count()} events in 2 chains." in out.getvalue()


@pytest.mark.requirement("R-009")
def test_command_names_the_tampered_event_and_fails(patient):
    tamper("UPDATE audit_auditevent SET actor = 'x' WHERE chain = %s AND position = 4", patient.pk)
    err = StringIO()
    with pytest.raises(CommandError, match="does not hold: 1 faults in") as raised:
        call_command("verify_audit", stderr=err)
    assert f"patient id {patient.pk}, event 4: its content does not match its hash" in err.getvalue()
    assert raised.value.returncode == 1


def test_command_names_the_systems_chain_in_words(coordinator):
    tamper("UPDATE audit_auditevent SET actor = 'x' WHERE chain = 0 AND position = 1")
    err = StringIO()
    with pytest.raises(CommandError):
        call_command("verify_audit", stderr=err)
    assert "TAMPERED  the system's chain, event 1" in err.getvalue()


def test_command_of_an_empty_trail_holds(db):
    out = StringIO()
    call_command("verify_audit", stdout=out)
    assert "0 events in 0 chains" in out.getvalue()


@pytest.mark.requirement("R-009")
def test_every_fault_of_each_chain_is_named_and_of_the_data_beside_them(patient, site, coordinator):
    second = a_patient(site, coordinator)
    tamper("UPDATE audit_auditevent SET actor = 'x' WHERE chain = %s AND position IN (2, 4)", patient.pk)
    tamper("DELETE FROM audit_auditevent WHERE chain = %s AND position = 6", patient.pk)
    tamper("UPDATE audit_auditevent SET actor = 'x' WHERE chain = %s", second.pk)
    tamper("UPDATE stub_trial_stubreading SET value_1 = 99")
    found = [(fault.chain, fault.position) for fault in verify().faults]
    assert found == [(patient.pk, 2), (patient.pk, 4), (patient.pk, 7), (second.pk, 1), (None, 0)]


def test_site_renamed_by_a_person_is_in_the_trail_with_both_names(administrator, site):
    with acting(administrator.acting_at(None, "manage-accounts"), reason="Merged"):
        Site.objects.filter(pk=site.pk).update(name="New name")
    event = AuditEvent.objects.filter(table="access_site").latest("position")
    assert event.changes == {"name": ["Synthetic hospital 01", "New name"]}
    assert (event.actor, event.reason) == ("administrator", "Merged")


@pytest.mark.requirement("R-009")
def test_value_changed_below_the_triggers_is_named(patient):
    tamper("UPDATE stub_trial_stubreading SET value_1 = 99 WHERE value_1 IS NOT NULL")
    assert "value_1 is not what the trail says" in verify().faults[0].what
