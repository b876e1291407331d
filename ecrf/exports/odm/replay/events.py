"""The events of the trail, up to a cut, as they are read: many patients' in a row, and few of them in memory."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from django.db import connection, transaction

from ecrf.exports.cut import Cut
from ecrf.exports.people import ACTOR

Row = tuple[Any, ...]
CHUNK = 2000
NOT_STUDY_DATA = (
    "checks",
    "queries",
    "verification",
    "signatures",
    "locks",
    "files",
    "appointments",
    "listings",
)

EVENTS = f"""
    SELECT e.chain, e.position, to_char(e.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"+00:00"'),
        e.actor_id, CASE WHEN %s THEN {ACTOR.format(of="e")} ELSE e.actor END, e.role, e.site, e.reason,
        e."table", e."row", e.entry_id, e.operation,
        e.changes::text, e.calculated::text
    FROM unnest(%s::bigint[], %s::bigint[]) AS cut(chain, last)
    JOIN audit_auditevent e ON e.chain = cut.chain AND e.position <= cut.last
    ORDER BY e.chain, e.position
"""  # noqa: S608


class TrailEvent(NamedTuple):
    """One event of the trail, in the order of `EVENTS`; `at` with its offset. `actor`: an account's id in place of a
    name, where identifiers are left out."""

    chain: int
    position: int
    at: str
    actor_id: int | None
    actor: str
    role: str
    site: str
    reason: str
    table: str
    row: str
    entry_id: int | None
    operation: str
    changes: str
    calculated: str

    @property
    def is_insert(self) -> bool:
        return self.operation == "INSERT"

    @property
    def who(self) -> str:
        role = f" ({self.role})" if self.role else ""
        return f"{self.actor}{role} at {self.at}"


def events(cut: Cut, chains: list[int]) -> Iterator[Row]:
    """The events of these chains, chain by chain, each in its order."""
    # Outside a transaction the server would keep a copy of all of them before it gave the first.
    with transaction.atomic(savepoint=False), connection.chunked_cursor() as cursor:
        cursor.execute(EVENTS, [cut.without_identifiers, chains, [cut.positions[chain] for chain in chains]])
        while rows := cursor.fetchmany(CHUNK):
            yield from rows


def is_review(table: str) -> bool:
    """Whether it holds no study data: as the database's `audit_is_review` has it."""
    return table.partition("_")[0] in NOT_STUDY_DATA
