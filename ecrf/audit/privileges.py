"""Tells who may write the trail's tables past its triggers: default privileges or a restore may have granted it."""

import logging
from collections.abc import Sequence
from typing import Any

from django.core.checks import CheckMessage, Warning
from django.db import InterfaceError, OperationalError, connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper

from ecrf.audit.functions import revoked

log = logging.getLogger("ecrf.audit")

TO_DO = "Run manage.py migrate as the owner of the tables: it takes these rights away."

_TOO_MUCH = """
    SELECT found.role, found.rights, string_agg(found.name, ', ' ORDER BY found.name) FROM (
    SELECT role.name AS role, t.name, string_agg(wanted, ', ' ORDER BY place) AS rights
    FROM unnest(%s::text[], %s::text[]) AS t(name, rights)
    JOIN pg_class c ON c.oid = to_regclass(t.name)
    CROSS JOIN LATERAL string_to_table(t.rights, ', ') WITH ORDINALITY AS one(wanted, place)
    CROSS JOIN (
        SELECT rolname::text AS name, oid FROM pg_roles WHERE NOT rolsuper AND NOT starts_with(rolname, 'pg_')
        UNION ALL SELECT 'public', NULL
    ) AS role
    WHERE (role.oid IS NULL OR NOT pg_has_role(role.oid, c.relowner, 'USAGE')) AND (
        has_table_privilege(role.name, c.oid, wanted)
        OR (wanted IN ('INSERT', 'UPDATE', 'REFERENCES') AND has_any_column_privilege(role.name, c.oid, wanted))
    )
    GROUP BY role.name, t.name
    ) found GROUP BY found.role, found.rights ORDER BY found.role, found.rights
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
        cursor.execute(_TOO_MUCH, [list(revoked()), list(revoked().values())])
        found = [f"{_name(role)} may {rights} in {tables}" for role, rights, tables in cursor.fetchall()]
        cursor.execute(_TEMPORARY)
        if cursor.fetchone() == (True,):
            found.append(f"{_name('public')} may make temporary tables in this database")
    return found


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
    except (OperationalError, InterfaceError):
        log.warning("the database is away: not looked who may write the audit trail")
    finally:
        own.close()
