"""The database role of the web processes: it writes study data, and cannot touch the trail in any other way."""

import os
from pathlib import Path

import pytest
from django.db import DatabaseError, connection, transaction

from ecrf.access.login_log import LoginEvent, What, note
from ecrf.access.roles import Right
from ecrf.audit import privileges
from ecrf.audit.actor import SYSTEM, acting
from ecrf.audit.bound.grants import WEB, grant
from ecrf.audit.bound.person import whole_study
from ecrf.audit.functions import revoke
from ecrf.audit.models import AuditChain, AuditEvent
from ecrf.audit.verifying.verify import verify
from ecrf.casebook.review_status import ReviewStatus
from ecrf.casebook.services import complete_entries
from ecrf.locks.services import lift, put
from ecrf.queries.services import close, open_query
from ecrf.signatures.models import SignatureScope
from ecrf.signatures.services import sign
from ecrf.signatures.signers import confirm_identity
from ecrf.verification.services import verify as verify_item
from tests.builders import a_patient, a_place, a_visit, enter

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("R-008")]

COMPOSE = Path(__file__).resolve().parents[3] / "docker-compose.yml"
ROLE = f"ecrf_web_of_test_{os.getpid()}"  # roles belong to the whole server, which the workers share
VALUES = [f"value_{number}" for number in range(1, 7)]
MEASURED = {"device": "SYN-1", "assessor": "A1"}
TRAIL = ["audit_auditevent", "audit_auditchain"]


def sql(statement: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.fixture
def visit(site, coordinator):
    return a_visit(a_patient(site, coordinator), "W01", coordinator)


@pytest.fixture
def web(visit):
    """From here on the connection is the web role's, as the migrations make it, and reads for the program."""
    assert "ALTER DEFAULT PRIVILEGES" not in COMPOSE.read_text()
    for statement in [f"CREATE ROLE {ROLE}", *grant(WEB, ROLE), revoke(), f"SET LOCAL ROLE {ROLE}"]:
        sql(statement)
    with whole_study():
        yield
    sql("RESET ROLE")


def test_web_role_writes_study_data_and_the_trail_is_written(web, visit, coordinator):
    before = AuditEvent.objects.count()
    enter(visit, "reading", coordinator, value_1="31.5")
    event = AuditEvent.objects.order_by("pk").last()
    assert AuditEvent.objects.count() > before
    assert (event.actor, event.changes) == (
        "coordinator",
        {"entry_id": [None, event.entry_id], "value_1": [None, 31.5]},
    )
    assert verify().faults == []


def test_web_role_begins_a_new_chain(web, site, coordinator):
    patient = a_patient(site, coordinator)
    assert AuditEvent.objects.get(chain=patient.pk, position=1).operation == "INSERT"


def test_web_role_still_has_to_say_who_writes(web):
    with pytest.raises(DatabaseError, match="names no actor"):
        sql("SELECT set_config('ecrf.actor', '', true); UPDATE casebook_visit SET opened_at = now()")


@pytest.mark.parametrize("table", TRAIL)
@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO {0} SELECT * FROM {0}",
        "UPDATE {0} SET chain = 1",
        "DELETE FROM {0}",
        "TRUNCATE {0}",
        "ALTER TABLE {0} DISABLE TRIGGER ALL",
        "CREATE TRIGGER mine AFTER INSERT ON {0} EXECUTE FUNCTION suppress_redundant_updates_trigger()",
    ],
)
def test_web_role_has_no_right_on_the_trail_but_to_read_it(statement, table, web):
    with pytest.raises(DatabaseError, match=r"permission denied|must be owner"), acting(SYSTEM):
        sql(statement.format(table))


def test_web_role_cannot_write_the_trail_by_calling_the_function(web):
    with pytest.raises(DatabaseError, match="written by the database only"), acting(SYSTEM):
        sql("SELECT audit_write('t', 'INSERT', '{}', '{\"a\": 1}', 1, NULL, '1', '{}', '{}', '{}')")


def test_web_role_cannot_switch_the_triggers_off(web):
    # The test's session belongs to a superuser, whom SET would let pass: ask what the role itself may.
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper, rolcreaterole FROM pg_roles WHERE rolname = %s", [ROLE])
        assert cursor.fetchone() == (False, False)
        cursor.execute("SELECT has_parameter_privilege(%s, 'session_replication_role', 'SET')", [ROLE])
        assert cursor.fetchone() == (False,)
        cursor.execute("SELECT has_schema_privilege(%s, 'public', 'CREATE')", [ROLE])
        assert cursor.fetchone() == (False,)


@pytest.mark.requirement("R-016")
def test_web_role_adds_to_the_log_of_logins_and_cannot_change_it(web):
    note(What.WRONG, "coordinator", "192.0.2.1")
    assert LoginEvent.objects.count() == 1
    for statement in ("UPDATE access_loginevent SET what = 'x'", "DELETE FROM access_loginevent"):
        with pytest.raises(DatabaseError, match="permission denied"), acting(SYSTEM):
            sql(statement)


def test_function_that_writes_the_trail_has_a_search_path_of_its_own(db):
    with connection.cursor() as cursor:
        cursor.execute("SELECT prosecdef, proconfig FROM pg_proc WHERE proname = 'audit_write'")
        assert cursor.fetchall() == [(True, ["search_path=pg_catalog, public, pg_temp"])]


# --- its list of rights -----------------------------------------------------------------------------------


def test_rights_beyond_the_list_and_below_it_are_named(monkeypatch):
    monkeypatch.setattr(privileges, "ROLES", (ROLE,))
    for statement in [f"CREATE ROLE {ROLE} LOGIN", *grant(WEB, ROLE), revoke()]:
        sql(statement)
    shown = f"what {ROLE} asks is shown to its other sessions: ALTER ROLE {ROLE} SET track_activities = off"
    assert (privileges.too_much(), privileges.lacking()) == ([shown], [])
    sql(f"ALTER ROLE {ROLE} SET track_activities = off")
    assert privileges.too_much() == []
    sql(f"GRANT INSERT ON django_content_type TO {ROLE}; GRANT UPDATE (at) ON access_loginevent TO {ROLE}")
    sql(f"REVOKE INSERT ON casebook_visit FROM {ROLE}")
    assert privileges.too_much() == [
        f"{ROLE} may UPDATE in access_loginevent",
        f"{ROLE} may INSERT in django_content_type",
    ]
    assert privileges.lacking() == [f"{ROLE} may not INSERT in casebook_visit"]


# --- moments ----------------------------------------------------------------------------------------------


@pytest.mark.requirement("R-009")
@pytest.mark.parametrize("zone", ["Asia/Tokyo", "America/St_Johns", "Etc/UTC"])
def test_moment_written_in_another_time_zone_stands_in_the_trail_in_utc(zone, visit):
    with acting(SYSTEM), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('TimeZone', %s, true)", [zone])
        cursor.execute("UPDATE casebook_visit SET opened_at = '2026-11-22 09:30:00.123456+09:00'")
        cursor.execute("SELECT current_setting('TimeZone')")
        assert cursor.fetchone() == (zone,)
        cursor.execute("SET LOCAL TimeZone = 'UTC'")
    event = AuditEvent.objects.get(table="casebook_visit", operation="UPDATE")
    assert event.changes["opened_at"][1] == "2026-11-22T00:30:00.123456+00:00"
    assert verify().faults == []


@pytest.mark.requirement("R-009")
def test_row_added_in_another_time_zone_is_no_false_alarm(coordinator, site):
    patient = a_patient(site, coordinator)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL TimeZone = 'Asia/Tokyo'")
        visit = a_visit(patient, "W01", coordinator)
        enter(visit, "reading", coordinator, value_1="31.50")
        cursor.execute("SET LOCAL TimeZone = 'UTC'")
    assert verify().faults == []
    assert AuditEvent.objects.filter(table="casebook_visit").get().changes["code"] == [None, "W01"]


# --- the review -------------------------------------------------------------------------------------------


@pytest.mark.requirement("R-112")
def test_web_role_can_do_the_whole_review_and_the_database_holds_it_to_a_lock(
    web, visit, site, coordinator, investigator, monitor, data_manager
):
    enter(visit, "reading", coordinator, **dict.fromkeys(VALUES, "30"), **MEASURED)
    place = a_place(visit, "reading")
    assert not complete_entries(
        patient=visit.patient, places=[place], by=coordinator.acting_at(site, Right.ENTER)
    )
    entry = place.definition.model.objects.get().entry
    seen = AuditChain.objects.get(chain=visit.patient_id).length
    verify_item(
        entry=entry, item="value_1", seen=seen, by=monitor, actor=monitor.acting_at(site, Right.VERIFY)
    )
    asking = monitor.acting_at(site, Right.QUERY)
    close(
        query=open_query(entry=entry, item="value_4", text="Which hand?", by=monitor, actor=asking),
        text="Seen in the source",
        by=monitor,
        actor=asking,
    )
    confirm_identity(user=investigator, confirmed_by="Synthetic manager", how="Invented", by=SYSTEM)
    signed = sign(
        patient=visit.patient,
        scope=SignatureScope.FORM,
        entry=entry,
        seen=AuditChain.objects.get(chain=visit.patient_id).length,
        by=investigator,
        actor=investigator.acting_at(site, Right.SIGN),
        declares=True,
    )
    assert enter(visit, "reading", coordinator, reason="Misread", value_1="31").changed
    signed.refresh_from_db()
    assert signed.broken_at
    review_status = ReviewStatus.objects.get(entry=entry)
    assert (review_status.verified, review_status.is_signed) == (0, False)
    locking = {"by": data_manager, "actor": data_manager.acting_at(site, Right.LOCK), "reason": "Settled"}
    held = put(kind="lock", scope="patient", patient=visit.patient, despite_open_points=True, **locking)
    assert enter(visit, "reading", coordinator, reason="Misread", value_1="32").refused
    lift(lock=held, **locking)
    assert enter(visit, "reading", coordinator, reason="Misread", value_1="32").changed
    assert verify().faults == []


# --- the library's own switch -----------------------------------------------------------------------------


def test_web_role_cannot_have_the_triggers_ignored(web, visit, coordinator):
    enter(visit, "vital-signs", coordinator, pulse="70")
    with connection.cursor() as cursor:
        cursor.execute("SELECT array_agg(tgname::text)::text FROM pg_trigger WHERE NOT tgisinternal")
        (names,) = cursor.fetchone()
    before = AuditEvent.objects.count()
    with acting(SYSTEM), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('pgtrigger.ignore', %s, true)", [names])
        cursor.execute("UPDATE stub_trial_stubvitalsigns SET pulse = 71")
    assert AuditEvent.objects.count() == before + 1
    with pytest.raises(DatabaseError), acting(SYSTEM):
        sql(f"SELECT set_config('pgtrigger.ignore', '{names}', true); DELETE FROM stub_trial_stubvitalsigns")
    assert verify().faults == []


def test_role_that_is_dropped_while_rights_are_compared_has_none():
    """A transaction that saw the role before is what a statement is that the server's administrator overtakes."""
    name = f"ecrf_gone_of_test_{os.getpid()}"
    looking, elsewhere = connection.copy(), connection.copy()
    try:
        with elsewhere.cursor() as cursor:
            cursor.execute(f"CREATE ROLE {name}")
        looking.set_autocommit(False)
        with looking.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            cursor.execute("SELECT count(*) FROM pg_roles WHERE rolname = %s", [name])
            assert cursor.fetchone() == (1,)
        with elsewhere.cursor() as cursor:
            cursor.execute(f"DROP ROLE {name}")
        assert [words for words in privileges.too_much(looking) if name in words] == []
    finally:
        looking.close()
        elsewhere.close()
