"""The database's tables and columns: missing, of another kind, unknown, or standing before the real ones."""

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from django.apps import apps
from django.db import connection, models
from django.db.migrations import RunSQL

from ecrf.audit.bound.policies import shipped_policies, shipped_views
from ecrf.audit.shipped.applied import shipped_migrations
from ecrf.audit.verifying.checks import CHECKS, AuditCheck, Extent
from ecrf.audit.verifying.faults import Fault, database_fault

_TABLES = """
    SELECT c.relname, c.relkind::text, c.relpersistence::text, c.relowner = owner.oid, c.relrowsecurity,
        EXISTS (SELECT 1 FROM pg_inherits i WHERE c.oid IN (i.inhrelid, i.inhparent))
    FROM pg_class c
    CROSS JOIN (SELECT relowner AS oid FROM pg_class WHERE oid = 'public.audit_auditevent'::regclass) owner
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
        AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')
"""
_COLUMNS = """
    SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull
    FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped
"""
# A session looks for a name in the schema of its own role first.
_SHADOWS = """
    SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname <> 'public' AND c.relname = ANY (%s) AND c.relpersistence <> 't' AND n.nspname NOT LIKE 'pg\\_%%'
"""
_TYPES = {"varchar": "character varying", "time": "time without time zone"}
KINDS = {"p": "partitioned table", "v": "view", "m": "materialized view", "f": "foreign table"}


def tables_as_shipped(extent: Extent) -> Iterator[Fault]:
    there = {name: rest for name, *rest in _rows(_TABLES)}
    shipped = {model._meta.db_table: model for model in shipped_models()}
    with_policies = {table for table, _name in shipped_policies()}
    named = shipped.keys() | _made_by_statements()
    for table in sorted(
        (named | there.keys()) - shipped_views().keys()
    ):  # which are compared beside the policies
        if table not in there:
            yield database_fault(f"table {table} is gone", table=table)
            continue
        kind, persistence, is_owners, has_policies, inherits = there[table]
        if table not in named:
            yield database_fault(f"{KINDS.get(kind, 'table')} {table} is not of this version", table=table)
            continue
        if kind != "r":
            yield database_fault(f"{table} is a {KINDS[kind]}, and should be a table", table=table)
        if persistence != "p" and table in shipped:
            yield database_fault(f"table {table} is not logged: a crash would empty it", table=table)
        if not is_owners:
            yield database_fault(f"table {table} belongs to another role than the trail's", table=table)
        if has_policies and table not in with_policies:
            yield database_fault(
                f"table {table} hides rows by policies that are not of this version", table=table
            )
        if inherits:
            yield database_fault(
                f"table {table} shares its rows with another one by inheritance", table=table
            )
    for schema, table in _rows(_SHADOWS, [list(shipped)]):
        yield database_fault(f"{schema}.{table} may stand before the real {table}", table=table)


def columns_as_shipped(extent: Extent) -> Iterator[Fault]:
    there = {(table, column): tuple(rest) for table, column, *rest in _rows(_COLUMNS)}
    shipped = {
        (model._meta.db_table, str(field.column)): (_type_of(field), not (field.null or field.generated))
        for model in shipped_models()
        for field in model._meta.local_concrete_fields
    }
    tables = {model._meta.db_table for model in shipped_models()}
    for table, column in sorted(shipped.keys() | {key for key in there if key[0] in tables}):
        said = f"column {column} of {table}"
        if (table, column) not in there:
            yield database_fault(f"{said} is gone", table=table)
        elif (table, column) not in shipped:
            yield database_fault(f"{said} is not of this version", table=table)
        elif there[table, column] != shipped[table, column]:
            yield database_fault(f"{said} is another than this version's", *there[table, column], table=table)


def shipped_models() -> list[type[models.Model]]:
    """Every model that has a table of its own. Django's own tables between two others are left to Django."""
    return [model for model in apps.get_models() if model._meta.managed and not model._meta.proxy]


@cache
def _made_by_statements() -> frozenset[str]:
    """Tables without a model: Django's list of migrations, and those that a statement of a migration makes."""
    statements = [
        str(operation.sql)
        for migration in shipped_migrations().values()
        for operation in migration.operations
        if isinstance(operation, RunSQL)
    ]
    found = {
        name
        for text in statements
        for name in re.findall(r"CREATE (?:UNLOGGED )?TABLE (?:IF NOT EXISTS )?(\w+)", text)
    }
    between = {
        model._meta.db_table
        for model in apps.get_models(include_auto_created=True)
        if model._meta.auto_created
    }
    return frozenset({"django_migrations", *found, *between})


def _type_of(field: "models.Field[object, object]") -> str:
    name, bracket, size = str(field.db_type(connection)).partition("(")
    return f"{_TYPES.get(name, name)}{bracket}{size.replace(', ', ',')}"


def _rows(statement: str, values: list[Any] | None = None) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        found: list[tuple[Any, ...]] = cursor.fetchall()
    return found


CHECKS.add("tables", AuditCheck("Tables as shipped", tables_as_shipped, of_database=True))
CHECKS.add("columns", AuditCheck("Columns as shipped", columns_as_shipped, of_database=True))
