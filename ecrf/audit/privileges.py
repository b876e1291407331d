"""Tells who may write the trail's tables past its triggers: default privileges or a restore may have granted it."""

import logging
from collections.abc import Sequence
from typing import Any

from django.core.checks import CheckMessage, Warning
from django.db import Error, connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper

from ecrf.audit.bound.grants import HELD, READER, ROLES, rights_of
from ecrf.audit.functions import revoked
from ecrf.audit.lost import fails

log = logging.getLogger("ecrf.audit")

TO_DO = "Run manage.py migrate as the owner of the tables: it takes these rights away."

# By numbers: a role that is dropped meanwhile has no right then, where its name would be an error. PUBLIC is 0.
_TOO_MUCH = """
    SELECT found.role, found.rights, string_agg(found.name, ', ' ORDER BY found.name) FROM (
    SELECT role.name AS role, t.name, string_agg(wanted, ', ' ORDER BY place) AS rights
    FROM unnest(%s::text[], %s::text[]) AS t(name, rights)
    JOIN pg_class c ON c.oid = to_regclass(t.name)
    CROSS JOIN LATERAL string_to_table(t.rights, ', ') WITH ORDINALITY AS one(wanted, place)
    CROSS JOIN (
        SELECT rolname::text AS name, oid FROM pg_roles WHERE NOT rolsuper AND NOT starts_with(rolname, 'pg_')
        UNION ALL SELECT 'public', 0
    ) AS role
    WHERE (role.oid = 0 OR NOT pg_has_role(role.oid, c.relowner, 'USAGE')) AND (
        has_table_privilege(role.oid, c.oid, wanted)
        OR (wanted IN ('INSERT', 'UPDATE', 'REFERENCES') AND has_any_column_privilege(role.oid, c.oid, wanted))
    )
    GROUP BY role.name, t.name
    ) found GROUP BY found.role, found.rights ORDER BY found.role, found.rights
"""
# Of a column too; a role that the server does not have has none.
_RIGHTS = """
    SELECT c.relname, wanted FROM pg_class c JOIN pg_roles r ON r.rolname = %s
    CROSS JOIN unnest('{SELECT,INSERT,UPDATE,DELETE,TRUNCATE,REFERENCES,TRIGGER}'::text[]) wanted
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'v')
        AND NOT pg_has_role(r.oid, c.relowner, 'USAGE') AND (has_table_privilege(r.oid, c.oid, wanted)
            OR wanted IN ('SELECT', 'INSERT', 'UPDATE', 'REFERENCES')
            AND has_any_column_privilege(r.oid, c.oid, wanted))
"""
_READS_ALL = """
    SELECT r.rolname::text FROM pg_proc p
    JOIN pg_roles r ON NOT r.rolsuper AND NOT pg_has_role(r.oid, p.proowner, 'USAGE')
    WHERE p.pronamespace = 'public'::regnamespace AND p.proname = 'access_reads_all' AND r.rolname <> %s
        AND has_function_privilege(r.oid, p.oid, 'EXECUTE') AND NOT starts_with(r.rolname, 'pg_') ORDER BY 1
"""
# The settings of a role hold for all databases, or for this one.
_SHOWN = """
    SELECT r.rolname::text FROM pg_roles r WHERE r.rolname = ANY (%s) AND r.rolcanlogin
        AND has_any_column_privilege(r.oid, to_regclass('casebook_patient'), 'SELECT') AND NOT EXISTS (
            SELECT FROM pg_db_role_setting s, unnest(s.setconfig) setting
            WHERE s.setrole = r.oid AND setting = 'track_activities=off' AND s.setdatabase IN (
                0, (SELECT oid FROM pg_database WHERE datname = current_database())
            )
        ) ORDER BY 1
"""
_TEMPORARY = """
    SELECT has_database_privilege('public', current_database(), 'TEMPORARY')
    WHERE to_regclass('audit_auditevent') IS NOT NULL
"""


def too_much(on: BaseDatabaseWrapper | None = None) -> list[str]:
    """In words, each right that a role other than the tables' owner has, by whatever way, and must not have.

    Superusers are left out: no right binds them.
    """
    with (on or connection).cursor() as cursor:
        closed = revoked()
        cursor.execute(_TOO_MUCH, [list(closed), list(closed.values())])
        found = [f"{_name(role)} may {rights} in {tables}" for role, rights, tables in cursor.fetchall()]
        cursor.execute(_TEMPORARY)
        if cursor.fetchone() == (True,):
            found.append(f"{_name('public')} may make temporary tables in this database")
        cursor.execute(_READS_ALL, [READER])
        found += [f"{_name(role)} reads every site, past the policies" for (role,) in cursor.fetchall()]
        cursor.execute(_SHOWN, [list(ROLES)])
        found += [
            f"what {role} asks is shown to its other sessions: ALTER ROLE {role} SET track_activities = off"
            for (role,) in cursor.fetchall()
        ]
        for role in ROLES:
            beyond, _lacking = _compared(cursor, role)
            found += [
                f"{role} may {right} in {table}"
                for table, right in beyond
                if right not in closed.get(table, "")
            ]
    return found


def lacking(on: BaseDatabaseWrapper | None = None) -> list[str]:
    """In words, each right that a bound role should have, and has not."""
    with (on or connection).cursor() as cursor:
        return [
            f"{role} may not {right} in {table}"
            for role in ROLES
            for table, right in _compared(cursor, role)[1]
        ]


def _compared(cursor: Any, role: str) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """(table, right) that the role has beyond the list of this version, and that it lacks of it."""
    cursor.execute(_RIGHTS, [role])
    has = set(cursor.fetchall())
    listed = {(table, right) for table, rights in rights_of(role).items() for right in rights}
    listed |= {(table, "UPDATE") for table in HELD.get(role, {})}
    return sorted(has - listed), sorted(listed - has) if has else []


def _name(role: str) -> str:
    return "everybody (PUBLIC)" if role == "public" else role


def check(*, databases: Sequence[str] | None = None, **_: Any) -> list[CheckMessage]:
    """Django's system check, part of `migrate` and of `check --database default`."""
    return [
        Warning(f"The audit trail is open: {words}.", hint=TO_DO, id="ecrf.W001")
        for alias in databases or ()
        for words in too_much(connections[alias])
    ]


def log_at_start() -> None:
    """For the web processes: one line of the log each. On a connection of its own, which no worker inherits."""
    own = connection.copy()
    try:
        for words in too_much(own):
            log.critical("the audit trail is open", extra={"right": words, "what_to_do": TO_DO})
    except Error as error:
        if not fails(error):
            raise
        why = " / ".join(str(error).split("\n"))  # which host, and what it said: nothing of any row
        log.warning("the database is away: not looked who may write the audit trail", extra={"why": why})
    finally:
        own.close()
