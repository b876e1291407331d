"""The database's constraints: keys, uniqueness, conditions and links between tables, each as the models say."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.db import connection, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from ecrf.audit.shipped.expressions import same_expressions
from ecrf.audit.shipped.tables import shipped_models
from ecrf.audit.verifying.checks import CHECKS, AuditCheck, Extent
from ecrf.audit.verifying.faults import Fault, database_fault

# `conenforced` is there from PostgreSQL 18 on. A limit newer than its rows is not valid for them, and holds.
_CHECKS = """
    SELECT c.relname, k.conname, pg_get_expr(k.conbin, k.conrelid),
        coalesce((to_jsonb(k) ->> 'conenforced')::boolean, true)
    FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
    WHERE c.relnamespace = 'public'::regnamespace AND k.contype = 'c'
"""
_KEYS = """
    SELECT c.relname, a.attname, k.confrelid::regclass::text,
        coalesce((to_jsonb(k) ->> 'conenforced')::boolean, true) AND k.confdeltype = 'a'
    FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.conkey[1]
    WHERE c.relnamespace = 'public'::regnamespace AND k.contype = 'f' AND cardinality(k.conkey) = 1
"""
_UNIQUE = """
    SELECT c.relname, ARRAY(
            SELECT pg_get_indexdef(i.indexrelid, place, true) FROM generate_series(1, i.indnkeyatts) place
        ), coalesce(pg_get_expr(i.indpred, i.indrelid), ''),
        coalesce((to_jsonb(i) ->> 'indnullsnotdistinct')::boolean, false)
    FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND i.indisunique AND i.indisvalid
        AND i.indisready
"""


@dataclass(frozen=True)
class ShippedUnique:
    """What no two rows of a table share. `parts`: columns, or expressions of them; `condition`: of which rows."""

    name: str
    parts: tuple[str, ...]
    condition: str = ""
    nulls_are_equal: bool = False


def conditions_as_shipped(extent: Extent) -> Iterator[Fault]:
    there = _by_table(_CHECKS)
    for table, (named, columns) in _conditions().items():
        found = {name: (text, holds) for name, text, holds in there.get(table, [])}
        for name, condition in named.items():
            said = f"constraint {name} of {table}"
            if name not in found:
                yield database_fault(f"{said} is gone", table=table)
                continue
            text, holds = found.pop(name)
            if not holds:
                yield database_fault(f"{said} is not enforced", table=table)
            if same_expressions(table, [(text, condition)]) != [True]:
                yield database_fault(f"{said} is another than this version's", text, table=table)
        for column, condition in columns.items():
            same = [
                name for name in found if same_expressions(table, [(found[name][0], condition)]) == [True]
            ]
            if not any(found[name][1] for name in same):
                yield database_fault(f"the limit of {column} of {table} is gone", table=table)
            for name in same:
                del found[name]
        for name, (text, _holds) in found.items():
            yield database_fault(f"constraint {name} of {table} is not of this version", text, table=table)


@cache
def _conditions() -> dict[str, tuple[dict[str, str], dict[str, str]]]:
    """{table: ({name: condition} of the model's constraints, {column: condition} of what a kind of field brings)}."""
    with connection.schema_editor(collect_sql=True, atomic=False) as editor:
        return {model._meta.db_table: _conditions_of(model, editor) for model in shipped_models()}


def _conditions_of(
    model: type[models.Model], editor: BaseDatabaseSchemaEditor
) -> tuple[dict[str, str], dict[str, str]]:
    named = {}
    for constraint in model._meta.constraints:
        if isinstance(constraint, models.CheckConstraint):
            said = str(constraint.constraint_sql(model, editor))
            named[constraint.name] = said[said.index("CHECK (") + len("CHECK (") : said.rindex(")")]
    columns = {
        str(field.column): str(check)
        for field in model._meta.local_concrete_fields
        if (check := field.db_parameters(connection).get("check"))
    }
    return named, columns


def links_as_shipped(extent: Extent) -> Iterator[Fault]:
    there = _by_table(_KEYS)
    for model in shipped_models():
        table = model._meta.db_table
        found = {(column, target): holds for column, target, holds in there.get(table, [])}
        for field in model._meta.local_concrete_fields:
            if isinstance(field, models.ForeignKey) and getattr(field, "db_constraint", True):
                target = field.target_field.model._meta.db_table
                if not found.get((field.column, target)):
                    what = f"the link of {table} to {target} by {field.column} is gone, or is not enforced"
                    yield database_fault(what, table=table)


def uniqueness_as_shipped(extent: Extent) -> Iterator[Fault]:
    there = _by_table(_UNIQUE)
    for table, uniques in _all_uniques().items():
        for unique in uniques:
            if not any(_is_same(table, unique, *index) for index in there.get(table, [])):
                what = f"uniqueness {unique.name} of {table} is gone, or is another than this version's"
                yield database_fault(what, table=table)


@cache
def _all_uniques() -> dict[str, list[ShippedUnique]]:
    with connection.schema_editor(collect_sql=True, atomic=False) as editor:
        return {model._meta.db_table: list(_uniques(model, editor)) for model in shipped_models()}


def _uniques(model: type[models.Model], editor: BaseDatabaseSchemaEditor) -> Iterator[ShippedUnique]:
    for field in model._meta.local_concrete_fields:
        if field.unique:
            yield ShippedUnique(f"of {field.column}", (str(field.column),))
    for names in model._meta.unique_together:
        columns = tuple(_column(model, name) for name in names)
        yield ShippedUnique(f"of {', '.join(columns)}", columns)
    for constraint in model._meta.constraints:
        if isinstance(constraint, models.UniqueConstraint):
            parts = [_column(model, name) for name in constraint.fields]
            if constraint.expressions:
                statement = str(constraint.create_sql(model, editor))
                parts = [statement[statement.index(" (") + 2 : statement.rindex(")")]]
            condition = str(constraint._get_condition_sql(model, editor) or "")  # type: ignore[attr-defined]
            yield ShippedUnique(constraint.name, tuple(parts), condition, constraint.nulls_distinct is False)


def _column(model: type[models.Model], name: str) -> str:
    return str(model._meta.get_field(name).column)  # type: ignore[union-attr]  # (never one of another model)


def _is_same(
    table: str, unique: ShippedUnique, parts: list[str], condition: str, nulls_are_equal: bool
) -> bool:
    if len(parts) != len(unique.parts) or nulls_are_equal != unique.nulls_are_equal:
        return False
    if bool(condition) != bool(unique.condition):
        return False
    columns = sorted(part.strip('"') for part in parts), sorted(part.strip('"') for part in unique.parts)
    pairs = [(one, other) for one, other in zip(*columns, strict=True) if one != other]
    if any(one.isidentifier() for one, _other in pairs):
        return False
    return all(same_expressions(table, [*pairs, (condition or "true", unique.condition or "true")]))


def _by_table(statement: str) -> dict[str, list[tuple[Any, ...]]]:
    found: dict[str, list[tuple[Any, ...]]] = {}
    with connection.cursor() as cursor:
        cursor.execute(statement)
        for table, *rest in cursor.fetchall():
            found.setdefault(table, []).append(tuple(rest))
    return found


for key, title, find in (
    ("conditions", "Conditions as shipped", conditions_as_shipped),
    ("links", "Links between tables as shipped", links_as_shipped),
    ("uniqueness", "Uniqueness as shipped", uniqueness_as_shipped),
):
    CHECKS.add(key, AuditCheck(title, find, of_database=True))
