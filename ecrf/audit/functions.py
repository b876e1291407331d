"""The database's functions and triggers that stand in `sql/*.sql`: their current source, run by the migrations."""

from pathlib import Path

from django.db.migrations import RunSQL
from django.db.models import BooleanField, Func

from ecrf.audit.bound.policies import VIEWS
from ecrf.audit.triggers import AUDITED

ENGINE = Path(__file__).resolve().parent.parent


def sources() -> dict[str, str]:
    """{file, such as `audit/sql/write.sql`: its text}, of the whole engine."""
    return {str(file.relative_to(ENGINE)): file.read_text() for file in sorted(ENGINE.glob("*/sql/*.sql"))}


def install(*files: str) -> RunSQL:
    """Make these functions and triggers as their files say now; each file may run again over an older version.

    A change of a file needs a migration that installs it again. Bodies are not checked when they are made: a file of
    today may name a table that a later migration makes.
    """
    known = sources()
    whole = "\n".join(known[file] for file in files)
    return RunSQL(f"SET LOCAL check_function_bodies = off;\n{whole}", RunSQL.noop)


NO_WAY_AROUND = """
    CREATE OR REPLACE FUNCTION "public"._pgtrigger_should_ignore(trigger_name NAME) RETURNS boolean
    LANGUAGE sql IMMUTABLE AS 'SELECT false'
"""
"""In place of the library's function, by which any session could switch triggers off."""


class IsReview(Func):
    """In a query, whether a table (`IsReview("table")`) holds what reviewers and checks did, and no study data: the
    database's own function, which its triggers ask too."""

    function = "audit_is_review"
    output_field = BooleanField()


ONLY_READ = "INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER"
ONLY_ADDED = "UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER"
NOTHING = f"SELECT, {ONLY_READ}"
NEVER_DELETED = "DELETE, TRUNCATE, REFERENCES, TRIGGER"
REVOKED = {
    "audit_auditevent": ONLY_READ,
    "audit_auditchain": ONLY_READ,
    "audit_redaction": ONLY_READ,
    "audit_knownfault": ONLY_READ,
    "anchors_anchor": ONLY_ADDED,
    "anchors_auditverification": ONLY_ADDED,
    "anchors_downtime": ONLY_ADDED,
    "anchors_installation": ONLY_READ,
    "delegation_pageread": ONLY_ADDED,
    "access_sessionperson": NOTHING,
    "access_programkey": NOTHING,
    "files_filecontent": ONLY_ADDED,
    "files_filepiece": ONLY_ADDED,
}


def revoked() -> dict[str, str]:
    """{table: the rights that nobody but its owner keeps, under whatever name they were granted}: those above,
    of every table under the trail, and of the views that policies ask, through which PostgreSQL would write with their
    owner's rights. What the trail's triggers refuse to everybody, nobody needs a right to."""
    under_trail = {
        audited.model._meta.db_table: ONLY_ADDED if audited.append_only else NEVER_DELETED
        for audited in AUDITED
    }
    return under_trail | dict.fromkeys(VIEWS, ONLY_READ) | REVOKED


def revoke() -> str:
    """Takes these rights away. A database that is migrated to an earlier version lacks the tables of this one."""
    return "; ".join(
        f"SELECT audit_revoke(ARRAY['{table}'], '{rights}') WHERE to_regclass('{table}') IS NOT NULL"
        for table, rights in revoked().items()
    )
