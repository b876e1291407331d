"""Walks the chains and says where the first event stands that does not fit. Needs nothing but the rows."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass

from django.db import connection, transaction

from ecrf.audit.models import SYSTEM_CHAIN
from ecrf.audit.triggers import AUDITED

START = "0" * 64

_EVENTS = """
    SELECT chain::text, position::text, to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
           coalesce(actor_id::text, ''), actor, role, site, reason, source, "transaction", "table", "row",
           coalesce(entry_id::text, ''), operation, changes::text, calculated::text, previous_hash, hash
    FROM audit_auditevent AS event ORDER BY event.chain, event.position
"""

_REDACTED = """
    SELECT chain, changes #>> '{position,1}', position, changes #>> '{before,1}', changes #>> '{after,1}'
    FROM audit_auditevent WHERE "table" = 'audit_redaction' AND operation = 'INSERT' ORDER BY chain, position
"""

_DIFFERENCES = """
    WITH stored AS (
        SELECT t."{row}"::text AS row, item.key, item.value
        FROM "{table}" t CROSS JOIN LATERAL jsonb_each(audit_flat(to_jsonb(t)) - %s::text[]) item
        WHERE item.value <> 'null'
    ), told AS (
        SELECT DISTINCT ON (e."row", item.key) e."row" AS row, item.key, item.value -> 1 AS value
        FROM audit_auditevent e CROSS JOIN LATERAL jsonb_each(e.changes || e.calculated) item
        WHERE e."table" = %s AND item.key <> ALL (%s::text[])
        ORDER BY e."row", item.key, e.position DESC
    )
    SELECT row, key FROM stored FULL JOIN told USING (row, key)
    WHERE coalesce(stored.value, 'null') <> coalesce(told.value, 'null') ORDER BY row, key LIMIT 20
"""


@dataclass(frozen=True)
class Fault:
    """One place where the trail was tampered with."""

    chain: int
    position: int
    what: str


@dataclass(frozen=True)
class Verdict:
    """What a walk over all chains found: how many chains and events, the first fault of each chain, and from how many
    events personal data were taken out as the trail itself tells."""

    chains: int
    events: int
    faults: list[Fault]
    redacted: int = 0


@dataclass(frozen=True)
class RedactionRecord:
    """What a later event of the chain, at `position`, tells of a redaction: the content's sha256 before and after."""

    position: int
    before: str
    after: str


def event_hash(previous: str, content: list[str]) -> str:
    """sha256 of the JSON array [previous hash, content…], all strings, as `audit_write` makes it."""
    text = json.dumps([previous, *content], ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def verify() -> Verdict:
    """Recompute every hash from the stored content, compare the ends with the stored heads, the data with both.

    Reads one snapshot, so that people may go on writing meanwhile.
    """
    in_snapshot = connection.in_atomic_block
    with transaction.atomic(savepoint=False):
        if not in_snapshot:
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        return _walk(_heads())


def _walk(heads: dict[int, tuple[int, str]]) -> Verdict:
    ends: dict[int, tuple[int, str]] = {}
    faults: dict[int, Fault] = {}
    events = redacted = 0
    redactions = _redactions()
    for row in _stream():
        events += 1
        chain, position = int(row[0]), int(row[1])
        here = redactions.get((chain, row[1]), [])
        redacted += bool(here)
        length, head = ends.get(chain, (0, START))
        if chain not in faults and (what := _fault(row, length, head, here)):
            faults[chain] = Fault(chain, position, what)
        ends[chain] = (position, row[-1])
    for chain in heads.keys() | ends.keys():
        if chain not in faults and heads.get(chain) != ends.get(chain, (0, START)):
            position = ends.get(chain, (0, START))[0]
            faults[chain] = Fault(
                chain, position, "the chain does not end where its head says: events are gone"
            )
    in_order = sorted(faults.values(), key=lambda fault: fault.chain)
    # A broken chain may tell of other values than the tables: say the cause, not both.
    return Verdict(len(ends), events, in_order or _data_beside_the_trail(), redacted)


def _data_beside_the_trail() -> list[Fault]:
    """Values that are not what the trail last said of them: written with the triggers off, or the chain is gone."""
    faults = []
    with connection.cursor() as cursor:
        for audited in AUDITED:
            table = audited.model._meta.db_table
            unseen = list(audited.unseen)
            cursor.execute(_DIFFERENCES.format(table=table, row=audited.row), [unseen, table, unseen])
            faults += [
                Fault(SYSTEM_CHAIN, 0, f"row {row} of {table}: {item} is not what the trail says")
                for row, item in cursor.fetchall()
            ]
    return faults


def _fault(row: tuple[str, ...], length: int, head: str, redactions: list[RedactionRecord]) -> str:
    if int(row[1]) != length + 1:
        return f"expected position {length + 1}: an event was removed or moved"
    if row[-2] != head:
        return "its previous hash is not the hash of the event before it"
    content = event_hash(head, list(row[:-2]))
    if redactions:
        return _redaction_fault(row, content, redactions)
    return "its content does not match its hash: it was altered" if content != row[-1] else ""


def _redaction_fault(row: tuple[str, ...], content: str, redactions: list[RedactionRecord]) -> str:
    """From the event's own hash each redaction leads to the next; the last one says what stands there now."""
    expected = row[-1]
    for redaction in redactions:
        if redaction.position <= int(row[1]) or redaction.before != expected:
            return f"the redaction told of at event {redaction.position} does not fit it"
        expected = redaction.after
    return "it was redacted, and altered after that" if content != expected else ""


def _redactions() -> dict[tuple[int, str], list[RedactionRecord]]:
    """{(chain, position): the redactions of that event, oldest first}. The trail's word counts, not the tombstones'
    table: that has to be as the trail says, like every other."""
    by_event: dict[tuple[int, str], list[RedactionRecord]] = {}
    with connection.cursor() as cursor:
        cursor.execute(_REDACTED)
        for chain, position, own, before, after in cursor.fetchall():
            by_event.setdefault((chain, position), []).append(RedactionRecord(own, before, after))
    return by_event


def _heads() -> dict[int, tuple[int, str]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT chain, length, head FROM audit_auditchain")
        return {chain: (length, head) for chain, length, head in cursor.fetchall()}


def _stream() -> Iterator[tuple[str, ...]]:
    with connection.chunked_cursor() as cursor:
        cursor.execute(_EVENTS)
        while rows := cursor.fetchmany(2000):
            yield from rows
