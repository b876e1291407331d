"""One mutation: a random row of a random table altered, removed, doubled or mixed with another, past the triggers."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.db import DatabaseError, connection, models, transaction

from ecrf.audit.triggers import AUDITED
from ecrf.audit.verifying.faults import Fault
from ecrf.audit.verifying.verify import verify
from tests.mutations.excepted import COLUMNS, TABLES

TRIAL_TIMES = 60
"""So often another one is tried where the database's own constraints refuse."""
OTHER = {
    "boolean": "NOT {0}",
    "integer": "{0} + 1",
    "bigint": "{0} + 1",
    "smallint": "{0} + 1",
    "numeric": "{0} + 1",
    "double precision": "{0} + 1",
    "date": "{0} + 1",
    "time without time zone": "{0} + interval '1 minute'",
    "timestamp with time zone": "{0} + interval '1 minute'",
    "uuid": "gen_random_uuid()",
    "jsonb": "CASE jsonb_typeof({0}) WHEN 'object' THEN {0} || '{{\"mutated\": 1}}' ELSE {0} || '[1]' END",
    "inet": "'192.0.2.77'",
    "character varying": "left({0} || 'x', {1})",
    "text": "{0} || 'x'",
}
"""{type of a column: another plausible value}; {0} is the one that stands there, {1} the column's length."""


@dataclass
class MutableTable:
    """A table, the column that names its rows in faults, and its columns that may be altered."""

    name: str
    row: str
    columns: list[str]
    types: dict[str, tuple[str, int]]
    unique: list[str]


@dataclass
class Mutation:
    """What was done: to which table, in words, and the rows that are meant; of an event also its chain and position."""

    table: str
    words: str
    rows: set[str] = field(default_factory=set)
    places: set[tuple[int, int]] = field(default_factory=set)

    def is_named_by(self, faults: list[Fault]) -> bool:
        if self.places:
            return any(
                fault.chain == chain and abs(fault.position - position) <= 1
                for fault in faults
                for chain, position in self.places
            )
        return any(fault.table == self.table and fault.row in self.rows for fault in faults)


def tables() -> list[MutableTable]:
    """Every table that holds study data, the trail or rights, and what is derived from them."""
    rows = {audited.model: audited.row for audited in AUDITED}
    found = [
        _table(model, rows.get(model, model._meta.pk.column))
        for model in apps.get_models()
        if model._meta.label not in TABLES and model._meta.managed
    ]
    listed = MutableTable("django_migrations", "name", ["app", "name"], _types("django_migrations"), ["id"])
    return [table for table in [*found, listed] if _any_row(table)]


def _table(model: type[models.Model], row: str) -> MutableTable:
    options = model._meta
    columns = [f.column for f in options.concrete_fields if f"{options.label}.{f.name}" not in COLUMNS]
    columns = [column for column in columns if f"{options.label}.{column.removesuffix('_id')}" not in COLUMNS]
    unique = {f.column for f in options.concrete_fields if f.unique}
    for constraint in options.constraints:
        if isinstance(constraint, models.UniqueConstraint):
            unique |= {options.get_field(name).column for name in constraint.fields[-1:]}
    return MutableTable(options.db_table, row, columns, _types(options.db_table), sorted(unique))


def _types(table: str) -> dict[str, tuple[str, int]]:
    lines = _lines(
        "SELECT column_name, data_type, coalesce(character_maximum_length, 100) FROM information_schema.columns"
        " WHERE table_schema = 'public' AND table_name = %s AND is_generated = 'NEVER'",
        [table],
    )
    return {name: (kind, length) for name, kind, length in lines}


def _any_row(table: MutableTable) -> bool:
    return bool(_lines(f'SELECT 1 FROM "{table.name}" LIMIT 1'))


def _lines(statement: str, values: Any = None) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall() if cursor.description else []


@contextmanager
def mutated(chance: random.Random, choice: list[MutableTable]) -> Iterator[Mutation]:
    """The database with one row altered; as before at the end."""
    for _trial in range(TRIAL_TIMES):
        with transaction.atomic():
            try:
                with transaction.atomic():
                    done = _mutate(chance, chance.choice(choice))
            except DatabaseError:
                done = None
            if done:
                yield done
            transaction.set_rollback(True)
        if done:
            return
    raise AssertionError("The database refuses every mutation.")


def _mutate(chance: random.Random, table: MutableTable) -> Mutation | None:
    _lines("SET CONSTRAINTS ALL IMMEDIATE")
    _lines("SET LOCAL session_replication_role = replica")
    act = chance.choice((_change, _change, _remove, _double, _swap))
    before = _contents(table)
    done = act(chance, table)
    _lines("SET LOCAL session_replication_role = origin")
    return done if done and _contents(table) != before else None


def _contents(table: MutableTable) -> Any:
    """All that is verified of it."""
    columns = ", ".join(f'"{column}"::text' for column in table.columns)
    return _lines(
        f"SELECT md5(string_agg(said::text, '' ORDER BY said::text)) FROM ("
        f'SELECT jsonb_build_array({columns}) AS said FROM "{table.name}") rows'
    )


def _some_row(chance: random.Random, table: MutableTable, where: str = "true") -> tuple[str, str]:
    """Where a random row lies, and what names it."""
    rows = _lines(f'SELECT ctid::text, "{table.row}"::text FROM "{table.name}" WHERE {where} ORDER BY 2, 1')
    lies, name = chance.choice(rows)
    return str(lies), str(name)


def _place_of(table: MutableTable, lies: str) -> set[tuple[int, int]]:
    """Of an event its chain and position, of a chain its end."""
    if table.name == "audit_auditevent":
        return set(_lines(f"SELECT chain, position FROM audit_auditevent WHERE ctid = '{lies}'"))
    if table.name == "audit_auditchain":
        return set(
            _lines(
                "SELECT c.chain, coalesce((SELECT max(e.position) FROM audit_auditevent e WHERE e.chain = c.chain), 0)"
                f" FROM audit_auditchain c WHERE ctid = '{lies}'"
            )
        )
    return set()


def _another(table: MutableTable, column: str) -> str:
    kind, length = table.types[column]
    return OTHER.get(kind, "{0}").format(f'"{column}"', length)


def _change(chance: random.Random, table: MutableTable) -> Mutation:
    column = chance.choice([column for column in table.columns if column in table.types])
    lies, name = _some_row(chance, table)
    places = _place_of(table, lies)
    others = _lines(
        f'SELECT DISTINCT "{column}"::text FROM "{table.name}" WHERE "{column}" IS NOT NULL ORDER BY 1'
    )
    kind = table.types[column][0]
    if others and chance.random() < 0.5:
        value = "(%s)::" + (kind if kind != "ARRAY" else "text[]")
        given: list[Any] = [chance.choice(others)[0]]
    else:
        value, given = _another(table, column).replace("%", "%%"), []
        value = f"coalesce({value}, {_first_of(kind)})"
        if chance.random() < 0.15:
            value = "NULL"
    (after,) = _lines(
        f'UPDATE "{table.name}" SET "{column}" = {value} WHERE ctid = \'{lies}\''
        f' RETURNING ctid::text, "{table.row}"::text',
        given,
    )
    places |= _place_of(table, after[0])
    return Mutation(
        table.name, f"{column} of row {name} of {table.name} changed", {name, str(after[1])}, places
    )


def _first_of(kind: str) -> str:
    """What stands where nothing stood."""
    return {
        "boolean": "true", "uuid": "gen_random_uuid()", "jsonb": "'{\"a\": 1}'::jsonb", "inet": "'192.0.2.77'",
        "date": "'2026-11-02'::date", "time without time zone": "'09:30'::time",
        "timestamp with time zone": "'2026-11-02T09:30Z'::timestamptz", "character varying": "'x'", "text": "'x'",
    }.get(kind, "1")  # fmt: skip


def _remove(chance: random.Random, table: MutableTable) -> Mutation:
    lies, name = _some_row(chance, table)
    places = _place_of(table, lies)
    _lines(f"DELETE FROM \"{table.name}\" WHERE ctid = '{lies}'")
    return Mutation(table.name, f"row {name} of {table.name} removed", {name}, places)


def _double(chance: random.Random, table: MutableTable) -> Mutation:
    lies, name = _some_row(chance, table)
    columns = list(table.types)
    places = _place_of(table, lies)
    values = [
        _another(table, column) if column in {*table.unique, table.row, "id"} else f'"{column}"'
        for column in columns
    ]
    values = [value.replace("+ 1", f"+ {chance.randint(1000, 2000)}") for value in values]
    names = ", ".join(f'"{column}"' for column in columns)
    (made,) = _lines(
        f'INSERT INTO "{table.name}" ({names}) OVERRIDING SYSTEM VALUE SELECT {", ".join(values)} FROM "{table.name}"'
        f" WHERE ctid = '{lies}' RETURNING ctid::text, \"{table.row}\"::text"
    )
    places |= _place_of(table, made[0])
    return Mutation(
        table.name, f"row {name} of {table.name} doubled as {made[1]}", {name, str(made[1])}, places
    )


def _swap(chance: random.Random, table: MutableTable) -> Mutation | None:
    column = chance.choice([column for column in table.columns if column in table.types])
    (one, name), (other, other_name) = _some_row(chance, table), _some_row(chance, table)
    if one == other:
        return None
    places = _place_of(table, one) | _place_of(table, other)
    made = _lines(
        f'UPDATE "{table.name}" t SET "{column}" = o."{column}" FROM "{table.name}" o'
        f" WHERE (t.ctid, o.ctid) IN (('{one}'::tid, '{other}'::tid), ('{other}'::tid, '{one}'::tid))"
        f' RETURNING t.ctid::text, t."{table.row}"::text'
    )
    for lies, _name in made:
        places |= _place_of(table, lies)
    rows = {name, other_name, *(str(row) for _lies, row in made)}
    return Mutation(
        table.name, f"{column} of rows {name} and {other_name} of {table.name} swapped", rows, places
    )


def unnamed(seed: int, how_many: int) -> list[str]:
    """Of so many mutations, those that `verify` does not name, in words."""
    chance, choice = random.Random(seed), tables()  # noqa: S311  (no secret hangs on it)
    missed = []
    for _number in range(how_many):
        with mutated(chance, choice) as done:
            if not done.is_named_by(verify([done.table]).faults):
                missed.append(done.words)
    return missed
