"""The chain tells what was redacted from what was tampered with; nobody else can change the trail, as before."""

from contextlib import contextmanager
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import DatabaseError, transaction

from ecrf.audit.actor import SYSTEM, acting
from ecrf.audit.bound.grants import WEB, grant
from ecrf.audit.bound.person import whole_study
from ecrf.audit.functions import revoke
from ecrf.audit.models import AuditEvent
from ecrf.audit.verifying.verify import verify
from tests.database import sql, tamper
from tests.ecrf.audit.test_web_role import ROLE
from tests.ecrf.redaction.conftest import NAME

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("R-010")]

COLUMNS = "chain, position, places, before, after, reason, redacted_at, redacted_by_id, operator"
CALL = "SELECT audit_redact({}, {}, 'any text', NULL, 'because', {}, 'me')"
CALL_ROW = "SELECT audit_redact_row('queries_message', 'id', '1', 'any text', NULL)"


@pytest.fixture
def redacted(typed):
    typed.redact()
    return typed


@pytest.fixture
def spot(redacted) -> tuple[int, int]:
    """Chain and position of the first redacted event."""
    return redacted.world.patient.pk, redacted.tombstones().first().position


def chain_faults() -> list[tuple[int, int, str]]:
    """Of the chains; that the data beside an altered event differ from it is said too, and tested elsewhere."""
    return [(each.chain, each.position, each.what) for each in verify().faults if each.chain is not None]


def fault() -> str:
    ((_, _, what),) = chain_faults()
    return what


# --- it holds ---------------------------------------------------------------------------------------------


def test_redacted_chain_holds_and_says_how_many_events_were_redacted(redacted):
    verdict = verify()
    assert (verdict.faults, verdict.redacted) == ([], 4)
    out = StringIO()
    call_command("verify_audit", stdout=out)
    assert "The audit trail holds" in out.getvalue()
    assert "; 4 of them redacted, as the trail tells." in out.getvalue()


def test_chain_goes_on_after_a_redaction(redacted):
    redacted.world.change("72")
    assert verify().faults == []


def test_trail_without_redactions_says_nothing_of_any(typed):
    out = StringIO()
    call_command("verify_audit", stdout=out)
    assert (verify().redacted, "redacted" in out.getvalue()) == (0, False)


# --- tampering below the product --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "change",
    [
        "changes = '{}'",
        "reason = 'x'",
        "actor = 'somebody'",
        "at = at - interval '1 day'",
        "\"row\" = '1'",
        "calculated = '{\"x\": [1, 2]}'",
    ],
)
def test_redacted_event_that_is_altered_again_is_named(change, redacted, spot):
    tamper(f"UPDATE audit_auditevent SET {change} WHERE (chain, position) = (%s, %s)", *spot)
    assert chain_faults() == [(*spot, "it was redacted, and altered after that")]


def test_redacted_event_that_is_given_its_old_text_back_is_named(typed):
    old = list(typed.events().filter(table="stub_trial_stubreading").values_list("pk", "changes"))
    typed.redact()
    tamper(
        "UPDATE audit_auditevent SET changes = jsonb_build_object('entry_id', changes -> 'entry_id', 'device',"
        " jsonb_build_array(NULL, %s)) WHERE id = %s",
        old[0][1]["device"][1],
        old[0][0],
    )
    assert AuditEvent.objects.get(pk=old[0][0]).changes == old[0][1]
    assert fault() == "it was redacted, and altered after that"


def test_event_altered_without_a_tombstone_is_a_fault_as_ever(redacted):
    tamper(
        "UPDATE audit_auditevent SET reason = 'x' WHERE chain = %s AND position = 2",
        redacted.world.patient.pk,
    )
    assert fault() == "its content does not match its hash: it was altered"


def test_tombstone_that_is_deleted_is_missed(redacted, spot):
    tamper("DELETE FROM audit_redaction WHERE (chain, position) = (%s, %s)", *spot)
    (fault,) = verify().faults
    assert fault.table == "audit_redaction"
    assert "the trail tells of it, and it is gone" in fault.what


@pytest.mark.parametrize("column", ["before", "after", "reason", "operator"])
def test_tombstone_that_is_altered_is_found(column, redacted):
    tamper(f"UPDATE audit_redaction SET {column} = repeat('f', 64)")
    assert f"{column} is not what the trail says" in verify().faults[0].what


def test_tombstone_the_trail_does_not_tell_of_excuses_nothing(redacted):
    """Somebody alters an event and puts a tombstone beside it, past the triggers."""
    chain = redacted.world.patient.pk
    tamper("UPDATE audit_auditevent SET reason = 'x' WHERE chain = %s AND position = 2", chain)
    tamper(
        f"INSERT INTO audit_redaction ({COLUMNS})"
        " SELECT e.chain, e.position, 1, e.hash, audit_content_hash(e), 'x', now(), %s, 'x'"
        " FROM audit_auditevent e WHERE e.chain = %s AND e.position = 2",
        redacted.world.data_manager.pk,
        chain,
    )
    assert fault() == "its content does not match its hash: it was altered"


def test_tombstone_beside_the_trail_is_found_though_every_event_fits(redacted, spot):
    tamper(
        f"INSERT INTO audit_redaction ({COLUMNS})"
        f" SELECT {COLUMNS.replace('position', '1')} FROM audit_redaction LIMIT 1"
    )
    assert "of audit_redaction" in verify().faults[0].what


def test_tombstones_event_that_is_altered_is_named(redacted):
    told = redacted.events().filter(table="audit_redaction").last()
    tamper(
        "UPDATE audit_auditevent SET changes = changes || '{\"places\": [null, 9]}' WHERE id = %s", told.pk
    )
    assert chain_faults() == [
        (told.chain, told.position, "its content does not match its hash: it was altered")
    ]


def test_tombstone_told_of_in_another_chain_excuses_nothing(redacted, spot):
    """The event that vouches has to stand in the chain of the event it vouches for, behind it."""
    vouching = redacted.events().get(table="audit_redaction", changes__position=[None, spot[1]])
    tamper("UPDATE audit_auditevent SET chain = 0, position = 100000 WHERE id = %s", vouching.pk)
    faults = {(each.chain, each.position): each.what for each in verify().faults}
    assert faults[spot] == "its content does not match its hash: it was altered"


# --- nobody else ------------------------------------------------------------------------------------------


STATEMENTS = [
    "UPDATE audit_auditevent SET reason = 'x'",
    "DELETE FROM audit_auditevent",
    "TRUNCATE audit_auditevent",
    "UPDATE audit_redaction SET reason = 'x'",
    "DELETE FROM audit_redaction",
    "TRUNCATE audit_redaction",
    "INSERT INTO audit_redaction SELECT * FROM audit_redaction",
]


REFUSED = r"cannot be changed|never (changed|deleted)|by the database only"


@pytest.mark.parametrize("statement", STATEMENTS)
def test_raw_sql_is_refused_as_before(statement, redacted):
    sql("SET CONSTRAINTS ALL IMMEDIATE")
    with pytest.raises(DatabaseError, match=REFUSED), acting(SYSTEM):
        sql(statement)


@contextmanager
def as_web_role():
    """As the web processes; the setting that the function makes is made by hand."""
    for statement in [
        f"CREATE ROLE {ROLE}",
        *grant(WEB, ROLE),
        revoke(),
        f"SET LOCAL ROLE {ROLE}",
    ]:
        sql(statement)
    sql("SET LOCAL ecrf.redacting = 'on'")
    with whole_study():
        yield
    sql("RESET ROLE")


@pytest.mark.parametrize("statement", STATEMENTS)
def test_web_role_is_refused_even_if_it_says_what_the_function_says(statement, redacted):
    with as_web_role(), pytest.raises(DatabaseError, match="permission denied"), acting(SYSTEM):
        sql(statement)


def test_setting_counts_for_the_owner_alone_even_if_the_web_role_were_granted_more(redacted):
    with as_web_role():
        sql("RESET ROLE")
        sql(f"GRANT ALL ON audit_auditevent, audit_redaction TO {ROLE}")
        sql(f"SET LOCAL ROLE {ROLE}")
        for statement in (STATEMENTS[0], STATEMENTS[-1]):
            with pytest.raises(DatabaseError, match=REFUSED), acting(SYSTEM):
                sql(statement)


@pytest.mark.parametrize("call", [CALL, CALL_ROW])
def test_web_role_cannot_call_the_functions(call, redacted, spot):
    with as_web_role(), pytest.raises(DatabaseError, match="permission denied for function"), acting(SYSTEM):
        sql(call.format(*spot, redacted.world.data_manager.pk))


def test_web_role_cannot_redact_through_the_service(typed):
    with as_web_role(), pytest.raises(DatabaseError, match="permission denied"):
        typed.redact()


def test_triggers_that_were_switched_off_for_a_row_are_on_again(everywhere):
    off = "SELECT count(*) FROM pg_trigger WHERE NOT tgisinternal AND tgenabled = 'D'"
    everywhere.redact()
    assert sql(off) == [(0,)]
    for table in ("queries_message", "trail_trailexport", "monitoring_monitoringvisit"):
        column = {"queries_message": "text", "trail_trailexport": "filters"}.get(table, "report")
        with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
            sql(f"UPDATE {table} SET {column} = 'x'")


def test_functions_run_with_a_search_path_of_their_own(db):
    found = sql("SELECT proname, prosecdef, proconfig FROM pg_proc WHERE proname LIKE 'audit_redact%'")
    assert {name for name, is_definer, config in found if is_definer} == {"audit_redact", "audit_redact_row"}
    assert all("search_path=pg_catalog, public, pg_temp" in config for _, _, config in found)


def test_setting_stands_only_while_the_function_runs(redacted):
    assert sql("SELECT coalesce(current_setting('ecrf.redacting', true), '')") == [("",)]
    assert NAME not in str(verify())
