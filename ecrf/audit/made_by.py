"""Whether the database was made by this version: a newer one's, after a restore, stops the start and all migrations."""

from typing import Any

from django.core.management.base import CommandError
from django.db import Error, connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.loader import MigrationLoader

from ecrf.audit.lost import fails

GONE: frozenset[tuple[str, str]] = frozenset()
"""Migrations (app, name) of earlier versions that this one no longer ships: none so far."""


def stranger_to_us(on: BaseDatabaseWrapper | None = None) -> str:
    """In a sentence, that the database holds migrations this version does not know; "" if it holds none."""
    ours = set(GONE)
    for key, migration in MigrationLoader(None).disk_migrations.items():
        ours.update([key, *migration.replaces])
    unknown = sorted(_applied(on or connection) - ours)
    if not unknown:
        return ""
    named = ", ".join(f"{app}.{name}" for app, name in unknown[:3])
    more = f" and {len(unknown) - 3} more" if len(unknown) > 3 else ""
    return (
        f"This database was made by a newer version of the software: it holds {named}{more}, which this version does"
        " not know. Nothing was changed. Start the version that made it, or restore a backup from before its upgrade."
    )


def left_to_do(on: BaseDatabaseWrapper | None = None) -> str:
    """In a sentence, that this version's migrations have not all been run; "" if they have."""
    missing = set(MigrationLoader(None).graph.nodes) - _applied(on or connection)
    if not missing:
        return ""
    return (
        f"This database is not that of this version yet: {len(missing)} migrations are to be run."
        " Run manage.py upgrade as the owner of the tables, then start again."
    )


def _applied(on: BaseDatabaseWrapper) -> set[tuple[str, str]]:
    """Read on this very connection, which Django's own recorder does not."""
    with on.cursor() as cursor:
        cursor.execute("SELECT to_regclass('django_migrations')")
        if cursor.fetchone() == (None,):
            return set()
        cursor.execute("SELECT app, name FROM django_migrations")
        return set(cursor.fetchall())


def refuse_at_start(on: BaseDatabaseWrapper | None = None) -> None:
    """For whatever serves: ends the process in a sentence."""
    try:
        if why := stranger_to_us(on) or left_to_do(on):
            raise SystemExit(why)
    except Error as error:
        if not fails(error):
            raise
        # The database is away, as the log says beside this: /healthz answers so until it is there.


def refuse_before_serving() -> None:
    """On a connection of its own, which no worker inherits."""
    own = connection.copy()
    try:
        refuse_at_start(own)
    finally:
        own.close()


def refuse_before_migrating(using: str, **_: Any) -> None:
    """Django itself passes over migrations that it does not know, and would run its own on top of them."""
    if why := stranger_to_us(connections[using]):
        raise CommandError(why)
