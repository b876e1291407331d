"""Walks the chains and names every event that does not fit, and all data that differ. Needs nothing but the rows."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace

from django.db import connection

from ecrf.audit.snapshot import one_snapshot
from ecrf.audit.triggers import AUDITED

START = "0" * 64

EVENTS = """
    SELECT chain::text, position::text, to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
           coalesce(actor_id::text, ''), actor, role, site, reason, source, "transaction", "table", "row",
           coalesce(entry_id::text, ''), operation, changes::text, calculated::text, previous_hash, hash
    FROM audit_auditevent AS event
"""
"""As texts: what an event's hash is made of, in its order, then the hash before it and its own."""

_REDACTED = """
    SELECT chain, changes #>> '{position,1}', position, changes #>> '{before,1}', changes #>> '{after,1}'
    FROM audit_auditevent WHERE "table" = 'audit_redaction' AND operation = 'INSERT' ORDER BY chain, position
"""

_KNOWN = """
    SELECT changes #>> '{mark,1}', to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD'), actor, changes #>> '{reason,1}'
    FROM audit_auditevent WHERE chain = 0 AND "table" = 'audit_knownfault' AND operation = 'INSERT'
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
    SELECT row, key, coalesce(stored.value, 'null')::text, coalesce(told.value, 'null')::text
    FROM stored FULL JOIN told USING (row, key)
    WHERE coalesce(stored.value, 'null') <> coalesce(told.value, 'null') ORDER BY row, key
"""


@dataclass(frozen=True)
class Fault:
    """One place where the trail was tampered with: an event of a chain, the end of one, or, of no chain, the data.

    `mark` is the sha256 of what stands there: if that is tampered with again, it is another fault. `known` says since
    when and why it is a known one, "" if it is not.
    """

    chain: int | None
    position: int
    what: str
    mark: str
    known: str = ""

    def __str__(self) -> str:
        if self.chain is None:
            return self.what
        whose = f"patient id {self.chain}" if self.chain else "the system's chain"
        return f"{whose}, event {self.position}: {self.what}"


@dataclass(frozen=True)
class Verdict:
    """What a walk over all chains found: how many chains and events, every fault, those that were recorded as known,
    and from how many events personal data were taken out as the trail itself tells."""

    chains: int
    events: int
    faults: list[Fault]
    known: list[Fault]
    redacted: int = 0


@dataclass(frozen=True)
class RedactionRecord:
    """What a later event of the chain, at `position`, tells of a redaction: the content's sha256 before and after."""

    position: int
    before: str
    after: str


@dataclass(frozen=True)
class ChainEnd:
    """Where a chain has been walked to: the last event's position and hash, and the hash that its content has."""

    position: int = 0
    hash: str = START
    content_hash: str = START


def event_hash(previous: str, content: list[str]) -> str:
    """sha256 of the JSON array [previous hash, content…], all strings, as `audit_write` makes it."""
    text = json.dumps([previous, *content], ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def verify() -> Verdict:
    """Recompute every hash from the stored content, compare the ends with the stored heads, the data with both.

    Reads one snapshot, so that people may go on writing meanwhile.
    """
    with one_snapshot():
        return _walk(_heads())


def _walk(heads: dict[int, tuple[int, str]]) -> Verdict:
    ends: dict[int, ChainEnd] = {}
    faults: list[Fault] = []
    events = redacted = 0
    redactions = _redactions()
    for row in _stream():
        events += 1
        chain, position = int(row[0]), int(row[1])
        here = redactions.get((chain, row[1]), [])
        redacted += bool(here)
        before = ends.get(chain, ChainEnd())
        content = event_hash(row[-2], list(row[:-2]))
        if what := _link_fault(before, position, row[-2]):
            faults.append(Fault(chain, position, what, _link_mark(chain, before, position, row[-2])))
            if (
                event_hash(before.hash, list(row[:-2])) == row[-1]
            ):  # nothing but the previous hash was altered
                content = row[-1]
        if what := _redaction_fault(row, content, here):
            faults.append(Fault(chain, position, what, event_hash("content", list(row))))
        # Where either was altered, the next event tells which: it names the hash that stood here.
        ends[chain] = ChainEnd(position, row[-1], content)
    for chain in heads.keys() | ends.keys():
        end, (length, head) = ends.get(chain, ChainEnd()), heads.get(chain, (0, START))
        if _link_fault(end, length + 1, head):
            what = "the chain does not end where its head says: events are gone"
            faults.append(Fault(chain, end.position, what, _link_mark(chain, end, length + 1, head)))
    faults.sort(key=lambda fault: (fault.chain or 0, fault.position))
    known = _known()
    faults = [
        replace(fault, known=known.get(fault.mark, "")) for fault in (*faults, *_data_beside_the_trail())
    ]
    return Verdict(
        chains=len(ends),
        events=events,
        faults=[fault for fault in faults if not fault.known],
        known=[fault for fault in faults if fault.known],
        redacted=redacted,
    )


def _data_beside_the_trail() -> Iterator[Fault]:
    """Values that are not what the trail last said of them: written with the triggers off, or the chain is gone."""
    with connection.cursor() as cursor:
        for audited in AUDITED:
            table, unseen = audited.model._meta.db_table, list(audited.unseen)
            cursor.execute(_DIFFERENCES.format(table=table, row=audited.row), [unseen, table, unseen])
            for row, item, stored, in_trail in cursor.fetchall():
                what = f"row {row} of {table}: {item} is not what the trail says"
                yield Fault(None, 0, what, event_hash("data", [table, row, item, stored, in_trail]))


def _link_fault(before: ChainEnd, position: int, previous: str) -> str:
    """Why an event at this position, which names this previous hash, does not follow the one before it."""
    if position != before.position + 1:
        return f"expected position {before.position + 1}: an event was removed or moved"
    if previous not in (before.hash, before.content_hash):
        return "its previous hash is not the hash of the event before it"
    return ""


def _link_mark(chain: int, before: ChainEnd, position: int, previous: str) -> str:
    """The same for a head and for the event that is written behind it: a gap at the end stays the one it was."""
    return event_hash("link", [str(chain), str(before.position), before.hash, str(position), previous])


def _redaction_fault(row: tuple[str, ...], content: str, redactions: list[RedactionRecord]) -> str:
    """From the event's own hash each redaction leads to the next; the last one says what stands there now."""
    if not redactions:
        return "its content does not match its hash: it was altered" if content != row[-1] else ""
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


def _known() -> dict[str, str]:
    """{mark of a fault: since when it is known, who says so, why}, by the trail's word, like redactions. No event can
    excuse itself: its own mark is made of the marks it tells of."""
    with connection.cursor() as cursor:
        cursor.execute(_KNOWN)
        return {mark: f"known since {day}, {who}: {why}" for mark, day, who, why in cursor.fetchall()}


def _heads() -> dict[int, tuple[int, str]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT chain, length, head FROM audit_auditchain")
        return {chain: (length, head) for chain, length, head in cursor.fetchall()}


def _stream() -> Iterator[tuple[str, ...]]:
    with connection.chunked_cursor() as cursor:
        cursor.execute(f"{EVENTS} ORDER BY event.chain, event.position")
        while rows := cursor.fetchmany(2000):
            yield from rows
