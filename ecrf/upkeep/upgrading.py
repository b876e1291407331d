"""What an upgrade has to leave as it was: every row that was there, every event of the trail, every signature."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import connection
from django.db.migrations import Migration

from ecrf.audit.triggers import AUDITED
from ecrf.audit.verifying.verify import verify
from ecrf.upkeep.tables import TableState, columns_of_tables, differences, states

TRAIL = ("audit_auditevent", "audit_auditchain")
"""Migrations may write events of their own; those of before are compared by the heads of the chains."""
DJANGOS_OWN = ("auth_permission", "django_content_type", "django_migrations", "django_session")
"""Names of models and migrations, which grow with the software; and sessions, which end with it."""
FOLLOWS_THE_SETTINGS = ("access_programkey",)
"""Written anew by each migration, from SECRET_KEY."""
PATIENCE = "60s"
"""So long may somebody else hold a table before the upgrade gives up; nothing has been done then."""

_HEADS = "SELECT chain, length, head FROM audit_auditchain"
_HASH_THERE = "SELECT hash FROM audit_auditevent WHERE chain = %s AND position = %s"


@dataclass(frozen=True)
class DatabaseState:
    """A database at one moment. `heads`: {chain: (length, hash of its last event)}."""

    tables: Mapping[str, TableState]
    heads: Mapping[int, tuple[int, str]]


@dataclass
class UpgradeLook:
    """`refused`: what must not be; `noted`: what changed as the trail, or the migration itself, says."""

    refused: list[str] = field(default_factory=list)
    noted: list[str] = field(default_factory=list)


def hold_everybody_else() -> None:
    """Until this transaction ends, pages wait: nobody writes between the look before and the look after."""
    quoted = ", ".join(f"public.{connection.ops.quote_name(name)}" for name in columns_of_tables())
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('lock_timeout', %s, true)", [PATIENCE])
        cursor.execute(f"LOCK TABLE {quoted} IN ACCESS EXCLUSIVE MODE")
        cursor.execute("SELECT set_config('lock_timeout', '0', true)")


def look() -> DatabaseState:
    """All of it, over all columns."""
    return DatabaseState(states(), _heads())


def compare(before: DatabaseState, applied: Iterable[Migration]) -> tuple[DatabaseState, UpgradeLook]:
    """The database as it is now, over the columns that it had, and what came of them. The trail has to hold: a fault
    of before has been recorded as known, or nobody could tell it from one that the upgrade made.

    A migration that derives anew what a table of no audited model holds says so: `rewrites = {table: why}`.
    """
    after = DatabaseState(states({name: state.columns for name, state in before.tables.items()}), _heads())
    rewritten: dict[str, str] = {}
    for migration in applied:
        rewritten.update(getattr(migration, "rewrites", {}))
    found = UpgradeLook()
    audited = {one.model._meta.db_table for one in AUDITED}
    for table, words in differences(before.tables, after.tables).items():
        if table in (*TRAIL, *DJANGOS_OWN, *FOLLOWS_THE_SETTINGS):
            continue
        if (
            table in audited
            and after.tables.get(table, before.tables[table]).rows >= before.tables[table].rows
        ):
            found.noted.append(f"{table}: {words}; each change stands in the audit trail")
        elif table in rewritten:
            found.noted.append(f"{table}: {words}; {rewritten[table]}")
        else:
            found.refused.append(f"{table}: {words}")
    found.refused += trail_that_is_gone(before.heads)
    found.refused += [str(fault) for fault in verify().faults]
    return after, found


def _heads() -> dict[int, tuple[int, str]]:
    with connection.cursor() as cursor:
        cursor.execute(_HEADS)
        return {chain: (length, head) for chain, length, head in cursor.fetchall()}


def trail_that_is_gone(heads: Mapping[int, tuple[int, str]]) -> list[str]:
    """Each chain must still hold, where it ended, the hash that it ended with: so it holds all that came before."""
    gone = []
    with connection.cursor() as cursor:
        for chain, (length, head) in heads.items():
            cursor.execute(_HASH_THERE, [chain, length])
            if cursor.fetchone() != (head,):
                whose = f"the chain of patient id {chain}" if chain else "the system's chain"
                gone.append(f"audit_auditevent: {whose} no longer holds its event {length} as it was")
    return gone


def as_json(installation: DatabaseState) -> dict[str, Any]:
    """For the note of an upgrade, and the sheet of a drill."""
    return {
        "tables": {
            name: {"rows": state.rows, "sha256": state.sha256} for name, state in installation.tables.items()
        },
        "chains": {
            str(chain): {"events": length, "head": head}
            for chain, (length, head) in sorted(installation.heads.items())
        },
    }
