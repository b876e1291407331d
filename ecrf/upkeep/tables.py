"""Counts and hashes of every table: the same before and after a restore or an upgrade, or it says what differs."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from django.db import connection

_TABLES = """
    SELECT c.relname, array_agg(a.attname ORDER BY a.attname),
        (SELECT array_agg(k.attname ORDER BY k.attnum) FROM pg_index i
            JOIN pg_attribute k ON k.attrelid = i.indrelid AND k.attnum = ANY (i.indkey)
            WHERE i.indrelid = c.oid AND i.indisprimary)
    FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace
    GROUP BY c.oid, c.relname ORDER BY c.relname
"""


@dataclass(frozen=True)
class TableState:
    """A table at one moment: over which columns it was read, how many rows it has, and the SHA-256 of them all."""

    columns: tuple[str, ...]
    rows: int
    sha256: str


class _Sum:
    """A file that keeps of what is written to it nothing but its SHA-256 and the number of lines."""

    def __init__(self) -> None:
        self.digest, self.lines = hashlib.sha256(), 0

    def write(self, block: bytes | str) -> int:
        written = block.encode() if isinstance(block, str) else bytes(block)
        self.digest.update(written)
        self.lines += written.count(b"\n")  # COPY writes a line's end within a value as \n, two signs
        return len(block)


def columns_of_tables() -> dict[str, tuple[str, ...]]:
    """{table: its columns}, of everything in the database that is ours."""
    return {name: tuple(columns) for name, columns, _key in _catalogue()}


def states(over: Mapping[str, tuple[str, ...]] | None = None) -> dict[str, TableState]:
    """Every table, or those that are named, over the columns that are named; what is no longer there is left out.

    Rows are read in the order of the primary key, as PostgreSQL writes them as text: one pass, no row is held.
    """
    return dict(_states(over))


def _states(over: Mapping[str, tuple[str, ...]] | None) -> Iterator[tuple[str, TableState]]:
    quote = connection.ops.quote_name
    for name, present, key in _catalogue():
        if over is not None and name not in over:
            continue
        columns = tuple(one for one in (present if over is None else over[name]) if one in present)
        order = [one for one in key or () if one in columns] or columns
        listed, ordered = (", ".join(map(quote, names)) for names in (columns, order))
        content = _Sum()
        with connection.cursor() as cursor:
            statement = f"SELECT {listed} FROM public.{quote(name)} ORDER BY {ordered}"  # noqa: S608  (names of the catalogue)
            cursor.copy_expert(f"COPY ({statement}) TO STDOUT", content)
        yield name, TableState(columns, content.lines, content.digest.hexdigest())


def _catalogue() -> list[tuple[str, list[str], list[str] | None]]:
    with connection.cursor() as cursor:
        cursor.execute(_TABLES)
        return list(cursor.fetchall())


def differences(before: Mapping[str, TableState], after: Mapping[str, TableState]) -> dict[str, str]:
    """{table: in words what is not as it was}, of the tables of before; `after` is read over their columns."""
    found = {}
    for name, was in before.items():
        now = after.get(name)
        if now is None:
            found[name] = f"the table is gone, with {was.rows} rows"
        elif gone := [column for column in was.columns if column not in now.columns]:
            found[name] = f"without the columns {', '.join(gone)}"
        elif now.rows != was.rows:
            found[name] = f"{was.rows} rows before, {now.rows} after"
        elif now.sha256 != was.sha256:
            found[name] = f"{was.rows} rows before and after, with other content"
    return found
