"""The database is compared with what this version ships: what is gone, altered, switched off or unknown is named."""

import os

import pytest
from django.core.management import CommandError, call_command

from ecrf.audit.verifying.faults import FaultKind
from ecrf.audit.verifying.verify import verify
from tests.database import sql

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("R-008"), pytest.mark.requirement("R-009")]

ROLE = f"ecrf_shipped_of_test_{os.getpid()}"
NOTHING = "RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$"

ALTERED = [
    ("ALTER TABLE casebook_entry DISABLE TRIGGER casebook_stays",
     "trigger casebook_stays of casebook_entry is switched off"),
    ("ALTER TABLE casebook_entry ENABLE REPLICA TRIGGER casebook_stays",
     "trigger casebook_stays of casebook_entry is switched off"),
    ("DROP TRIGGER locks_refuse ON audit_auditevent", "trigger locks_refuse of audit_auditevent is gone"),
    ("CREATE TRIGGER mine BEFORE UPDATE ON casebook_entry FOR EACH ROW"
     " EXECUTE FUNCTION suppress_redundant_updates_trigger()", "trigger mine of casebook_entry is not of this version"),
    ("CREATE OR REPLACE TRIGGER signatures_break AFTER INSERT ON audit_auditevent FOR EACH ROW"
     " WHEN (NEW.entry_id IS NOT NULL AND NEW.chain < 0) EXECUTE FUNCTION signatures_break()",
     "trigger signatures_break of audit_auditevent is another than"),
    ("CREATE OR REPLACE TRIGGER signatures_guard BEFORE UPDATE OF broken_at ON signatures_signature FOR EACH ROW"
     " WHEN ((OLD.broken_position, OLD.broken_at) IS DISTINCT FROM (NEW.broken_position, NEW.broken_at))"
     " EXECUTE FUNCTION audit_only_by_trigger()", "trigger signatures_guard of signatures_signature is another than"),
    ("ALTER TABLE casebook_visit DISABLE TRIGGER ALL", "of casebook_visit is switched off"),
    (f"CREATE OR REPLACE FUNCTION locks_refuse() {NOTHING}", "function locks_refuse() has another body"),
    ("ALTER FUNCTION locks_taken_alone(bigint) SECURITY INVOKER",
     "function locks_taken_alone(which bigint) was made otherwise than this version's: security definer"),
    ("ALTER FUNCTION locks_refuse() SET search_path = pg_temp, public", "function locks_refuse() was made otherwise"),
    (f"CREATE FUNCTION mine() {NOTHING}", "function mine() is not of this version"),
    ("CREATE FUNCTION audit_is_review(t varchar) RETURNS boolean LANGUAGE sql AS 'SELECT true'",
     "function audit_is_review(t character varying) is not of this version"),
    ("DROP FUNCTION audit_revoke(text[], text)", "function audit_revoke(tables text[], rights text) is gone"),
    ("GRANT EXECUTE ON FUNCTION audit_revoke(text[], text) TO PUBLIC",
     "function audit_revoke(tables text[], rights text) may be called by everybody"),
    ("CREATE OR REPLACE FUNCTION _pgtrigger_should_ignore(trigger_name name) RETURNS boolean LANGUAGE sql"
     " IMMUTABLE AS 'SELECT true'", "function _pgtrigger_should_ignore(trigger_name name) has another body"),
    ("ALTER TABLE queries_query DROP CONSTRAINT query_kind", "constraint query_kind of queries_query is gone"),
    ("ALTER TABLE queries_query DROP CONSTRAINT query_kind; ALTER TABLE queries_query ADD CONSTRAINT query_kind"
     " CHECK (kind IS NULL OR kind <> 'x')", "constraint query_kind of queries_query is another than"),
    ("ALTER TABLE queries_query ADD CONSTRAINT mine CHECK (number < 3)",
     "constraint mine of queries_query is not of this version"),
    ("ALTER TABLE queries_query DROP CONSTRAINT queries_query_number_check",
     "the limit of number of queries_query is gone"),
    ("DROP INDEX visit_once", "uniqueness visit_once of casebook_visit is gone"),
    ("DROP INDEX visit_once; CREATE UNIQUE INDEX visit_once ON casebook_visit (patient_id, code) WHERE code <> ''",
     "uniqueness visit_once of casebook_visit is gone"),
    ("DROP INDEX username_once_in_any_case", "uniqueness username_once_in_any_case of access_user is gone"),
    ("ALTER TABLE audit_auditevent DROP CONSTRAINT audit_position_unique",
     "uniqueness audit_position_unique of audit_auditevent is gone"),
    ("ALTER TABLE access_user ALTER full_name TYPE text", "column full_name of access_user is another than"),
    ("ALTER TABLE access_user ALTER full_name DROP NOT NULL", "column full_name of access_user is another than"),
    ("ALTER TABLE access_user ADD mine text", "column mine of access_user is not of this version"),
    ("ALTER TABLE access_user DROP full_name", "column full_name of access_user is gone"),
    ("DROP TABLE grid_gridcolumns", "table grid_gridcolumns is gone"),
    ("CREATE TABLE mine (id bigint)", "table mine is not of this version"),
    ("CREATE VIEW mine AS SELECT 1", "view mine is not of this version"),
    ("CREATE SCHEMA mine; CREATE TABLE mine.audit_auditevent (id bigint)",
     "mine.audit_auditevent may stand before the real audit_auditevent"),
    ("ALTER TABLE grid_gridcolumns ENABLE ROW LEVEL SECURITY", "table grid_gridcolumns hides rows by policies"),
    ("ALTER TABLE casebook_entry DISABLE ROW LEVEL SECURITY", "the policies of casebook_entry are not enforced"),
    ("DROP POLICY reach ON casebook_entry", "policy reach of casebook_entry is gone"),
    ("CREATE POLICY mine ON casebook_entry USING (true)", "policy mine of casebook_entry is not of this version"),
    ("ALTER POLICY reach ON casebook_entry USING (true)", "policy reach of casebook_entry is another than"),
    ("ALTER POLICY reach ON casebook_visit USING ((SELECT access_everywhere()) OR EXISTS (SELECT 1 FROM"
     " casebook_patient p WHERE p.id = patient_id))", "policy reach of casebook_visit is another than"),
    ("ALTER POLICY reach ON casebook_patient TO pg_monitor", "policy reach of casebook_patient is another than"),
    ("ALTER POLICY added ON access_membership WITH CHECK (true)", "policy added of access_membership is another than"),
    ("DROP VIEW reached_query CASCADE", "view reached_query, which policies ask, is gone"),
    ("ALTER VIEW reached_entry RESET (security_barrier)", "view reached_entry is not the owner's, behind a barrier"),
    ("ALTER VIEW reached_entry SET (security_invoker)", "view reached_entry is not the owner's, behind a barrier"),
    ("CREATE OR REPLACE VIEW reached_patient WITH (security_barrier) AS SELECT id, number FROM casebook_patient",
     "view reached_patient is another than"),
    ("DROP TRIGGER access_refuse_other ON audit_auditevent", "trigger access_refuse_other of audit_auditevent is gone"),
    ("CREATE OR REPLACE FUNCTION access_reads_all() RETURNS boolean LANGUAGE sql STABLE AS 'SELECT true'",
     "function access_reads_all() "),
    ("CREATE TABLE mine () INHERITS (casebook_entry)", "table casebook_entry shares its rows with another one"),
    ("CREATE RULE mine AS ON UPDATE TO audit_auditchain DO INSTEAD NOTHING",
     "rule mine of audit_auditchain is not of this version"),
    ("CREATE FUNCTION mine() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN END $$;"
     " CREATE EVENT TRIGGER mine ON ddl_command_end EXECUTE FUNCTION mine()",
     "event trigger mine at ddl_command_end is not of this version"),
    ("DELETE FROM django_migrations WHERE (app, name) = ('audit', '0005_guards')",
     "migration 0005_guards of audit is not in the list"),
    ("INSERT INTO django_migrations (app, name, applied) VALUES ('audit', '9999_x', now())",
     "migration 9999_x of audit is in the list, and not of this version"),
]  # fmt: skip

OPEN = [
    ("ALTER ROLE {} SUPERUSER", "{} is a superuser"),
    ("ALTER ROLE {} BYPASSRLS", "{} passes every policy"),
    ("GRANT pg_write_server_files TO {}", "{} is a member of pg_write_server_files"),
    ("GRANT SET ON PARAMETER session_replication_role TO {}", "{} may switch triggers off for a session"),
    ("ALTER ROLE {} SET session_replication_role = replica",
     "each session of {} begins with session_replication_role=replica"),
    ("ALTER ROLE {} SET search_path = mine, public", "each session of {} begins with search_path=mine, public"),
    ("GRANT DELETE ON casebook_entry TO {}", "{} may DELETE in casebook_entry"),
    ("GRANT INSERT ON reached_patient TO {}", "{} may INSERT in reached_patient"),
    ("GRANT SELECT ON access_programkey TO {}", "{} may SELECT in access_programkey"),
    ("GRANT EXECUTE ON FUNCTION access_reads_all() TO {}", "{} reads every site, past the policies"),
    ("GRANT UPDATE ON signatures_declaration TO {}", "{} may UPDATE in signatures_declaration"),
]  # fmt: skip


def test_database_as_it_was_migrated_is_the_one_that_is_shipped():
    verdict = verify()
    assert ([str(fault) for fault in verdict.faults], [str(fault) for fault in verdict.known]) == ([], [])


@pytest.mark.parametrize(("statement", "words"), ALTERED)
def test_what_was_altered_is_named(statement, words):
    sql(statement)
    found = verify().faults
    assert [str(fault) for fault in found if words in str(fault)]
    assert {fault.kind for fault in found} == {FaultKind.ALTERED}


@pytest.mark.parametrize(("statement", "words"), OPEN)
def test_role_that_can_write_past_the_trail_is_named(statement, words):
    sql(f"CREATE ROLE {ROLE}")
    sql(statement.format(ROLE))
    assert words.format(ROLE) in [str(fault) for fault in verify().open]


def test_trigger_that_was_dropped_and_made_again_as_it_was_is_none_that_was_altered():
    sql(
        "DROP TRIGGER casebook_moves_by_transfer ON casebook_patient; CREATE TRIGGER casebook_moves_by_transfer"
        " BEFORE UPDATE OF site_id ON casebook_patient FOR EACH ROW WHEN (OLD.site_id <> NEW.site_id)"
        " EXECUTE FUNCTION casebook_moves_by_transfer()"
    )
    assert verify().faults == []


def test_table_that_is_gone_stops_no_other_check():
    sql("DROP TABLE exports_keptcontent; ALTER TABLE casebook_entry DISABLE TRIGGER casebook_stays")
    found = [str(fault) for fault in verify().faults]
    assert any("Casebooks kept until their file is made: cannot be verified" in words for words in found)
    assert any("casebook_stays" in words for words in found)


def test_command_names_what_was_altered_and_fails(capsys):
    sql("ALTER TABLE casebook_entry DISABLE TRIGGER casebook_stays")
    with pytest.raises(CommandError, match="does not hold: 1 faults"):
        call_command("verify_audit")
    assert "ALTERED   trigger casebook_stays of casebook_entry is switched off" in capsys.readouterr().err
