"""The list of migrations that made this database: those of this version, each once."""

from collections import Counter
from collections.abc import Iterator
from functools import cache

from django.db import connection
from django.db.migrations import Migration
from django.db.migrations.loader import MigrationLoader

from ecrf.audit.verifying.checks import Extent, recomputes
from ecrf.audit.verifying.faults import Fault, database_fault

TABLE = "django_migrations"


@cache
def shipped_migrations() -> dict[tuple[str, str], Migration]:
    """{(app, name): the migration}, as they lie beside the code."""
    return dict(MigrationLoader(None, ignore_no_migrations=True).disk_migrations)


@recomputes("migrations", "The migrations of this version", django_migrations=["app", "name"])
def migrations_as_shipped(extent: Extent) -> Iterator[Fault]:
    """Of apps that this version does not know (a protocol of before) nothing is said."""
    shipped = shipped_migrations().keys()
    replaced = {tuple(old) for migration in shipped_migrations().values() for old in migration.replaces}
    with connection.cursor() as cursor:
        cursor.execute("SELECT app, name FROM django_migrations")
        there = Counter((app, name) for app, name in cursor.fetchall())
    for app, name in sorted(shipped | there.keys()):
        said = f"migration {name} of {app}"
        if (app, name) not in there:
            yield database_fault(
                f"{said} is not in the list of those that made this database", table=TABLE, row=name
            )
        elif (app, name) not in shipped | replaced:
            yield database_fault(f"{said} is in the list, and not of this version", table=TABLE, row=name)
        elif there[app, name] > 1:
            yield database_fault(f"{said} is in the list {there[app, name]} times", table=TABLE, row=name)
