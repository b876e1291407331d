"""The chains: every event against its hash and the event before it, every end against its head.

The database looks at all chains in one statement. One in which something does not fit is walked here, event by event.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from django.db import connection

from ecrf.audit.chain import CONTENT_HASH, EVENTS, START, event_hash
from ecrf.audit.verifying.faults import Fault

TABLES = ("audit_auditevent", "audit_auditchain")

# The sums hash each event on the way, on as many processors as the server has; `lag` alone could not.
_CHAINS = f"""
    WITH event AS (
        SELECT event.chain, event.position, event.previous_hash, event.hash, {CONTENT_HASH} = event.hash AS fits
        FROM audit_auditevent event
    ), link AS (
        SELECT chain, position, hash, fits, position = 1 + lag(position, 1, 0::bigint) OVER w
            AND previous_hash = lag(hash::text, 1, '{START}') OVER w AS follows
        FROM event WINDOW w AS (PARTITION BY chain ORDER BY position)
    ), seen AS (
        SELECT chain, count(*) AS events, max(position) AS length, bool_and(fits AND follows) AS holds FROM link
        GROUP BY chain
    )
    SELECT coalesce(seen.chain, head.chain), coalesce(seen.events, 0),
        coalesce(seen.holds AND head.length = seen.length AND head.head = (
            SELECT e.hash FROM audit_auditevent e WHERE e.chain = seen.chain AND e.position = seen.length
        ), false)
    FROM seen FULL JOIN audit_auditchain head ON head.chain = seen.chain ORDER BY 1
"""  # noqa: S608

_REDACTED = """
    SELECT chain, changes #>> '{position,1}', position, changes #>> '{before,1}', changes #>> '{after,1}'
    FROM audit_auditevent WHERE "table" = 'audit_redaction' AND operation = 'INSERT' ORDER BY chain, position
"""


@dataclass(frozen=True)
class RedactionRecord:
    """What a later event of the chain, at `position`, tells of a redaction: the content's sha256 before and after."""

    position: int
    before: str
    after: str


Redactions = dict[tuple[int, str], list[RedactionRecord]]


@dataclass(frozen=True)
class ChainEnd:
    """Where a chain has been walked to: the last event's position and hash, and the hash that its content has."""

    position: int = 0
    hash: str = START
    content_hash: str = START


@dataclass(frozen=True)
class Walked:
    """How many chains and events there are, and in how many of these a redaction is told of."""

    chains: int
    events: int
    redacted: int
    faults: list[Fault]


def walk() -> Walked:
    """Every fault of every chain."""
    with connection.cursor() as cursor:
        cursor.execute(_CHAINS)
        chains: list[tuple[int, int, bool]] = cursor.fetchall()
    faults: list[Fault] = []
    redactions = _redactions()
    redacted = 0
    for chain, _events, holds in chains:
        if not holds:
            found, here = _walk_one(chain, redactions)
            faults += found
            redacted += here
    events = sum(events for _chain, events, _holds in chains)
    return Walked(sum(bool(count) for _chain, count, _holds in chains), events, redacted, faults)


def _walk_one(chain: int, redactions: Redactions) -> tuple[list[Fault], int]:
    """The faults of one chain, and how many of its events were redacted."""
    faults: list[Fault] = []
    before, redacted = ChainEnd(), 0
    for row in _stream(chain):
        position, here = int(row[1]), redactions.get((chain, row[1]), [])
        redacted += bool(here)
        content = event_hash(row[-2], list(row[:-2]))
        if what := _link_fault(before, position, row[-2]):
            faults.append(Fault(chain, position, what, _link_mark(chain, before, position, row[-2])))
            # Nothing but the previous hash was altered.
            if event_hash(before.hash, list(row[:-2])) == row[-1]:
                content = row[-1]
        if what := _redaction_fault(row, content, here):
            faults.append(Fault(chain, position, what, event_hash("content", list(row))))
        # Where either was altered, the next event tells which: it names the hash that stood here.
        before = ChainEnd(position, row[-1], content)
    length, head = _head_of(chain)
    if _link_fault(before, length + 1, head):
        what = "the chain does not end where its head says: events are gone"
        faults.append(Fault(chain, before.position, what, _link_mark(chain, before, length + 1, head)))
    return [replace(fault, table="audit_auditevent", row=str(fault.position)) for fault in faults], redacted


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


def _redactions() -> Redactions:
    """{(chain, position): the redactions of that event, oldest first}. The trail's word counts, not the tombstones'
    table: that has to be as the trail says, like every other."""
    by_event: Redactions = {}
    with connection.cursor() as cursor:
        cursor.execute(_REDACTED)
        for chain, position, own, before, after in cursor.fetchall():
            by_event.setdefault((chain, position), []).append(RedactionRecord(own, before, after))
    return by_event


def _head_of(chain: int) -> tuple[int, str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT length, head FROM audit_auditchain WHERE chain = %s", [chain])
        found: tuple[int, str] = cursor.fetchone() or (0, START)
    return found


def _stream(chain: int) -> Iterator[tuple[str, ...]]:
    with connection.chunked_cursor() as cursor:
        cursor.execute(f"{EVENTS} WHERE event.chain = %s ORDER BY event.position", [chain])
        while rows := cursor.fetchmany(2000):
            yield from rows
