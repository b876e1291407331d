"""What stands in the database now: the heads of the chains, hashes at their places, the patient numbers given out."""

from collections import defaultdict
from collections.abc import Iterable

from django.db import connection

from ecrf.anchors.signed.document import ChainHead
from ecrf.casebook.models import Patient

_HEADS = "SELECT chain, length, head FROM audit_auditchain"
_AT = """
    SELECT wanted.chain, wanted.position, event.hash
    FROM unnest(%s::bigint[], %s::bigint[]) AS wanted (chain, position)
    JOIN audit_auditevent event ON event.chain = wanted.chain AND event.position = wanted.position
"""
_LAST_ID = (
    "SELECT coalesce(pg_sequence_last_value(pg_get_serial_sequence('casebook_patient', 'id')::regclass), 0)"
)


def present_heads() -> dict[int, ChainHead]:
    """Of every chain, in one statement: all of one moment."""
    with connection.cursor() as cursor:
        cursor.execute(_HEADS)
        return {chain: ChainHead(length, head) for chain, length, head in cursor.fetchall()}


def hashes_at(places: Iterable[tuple[int, int]]) -> dict[tuple[int, int], str]:
    """{(chain, position): the hash of the event there}, of those that are there."""
    wanted = list(places)
    with connection.cursor() as cursor:
        cursor.execute(_AT, [[chain for chain, _ in wanted], [position for _, position in wanted]])
        return {(chain, position): found for chain, position, found in cursor.fetchall()}


def numbers_by_site() -> dict[str, set[int]]:
    """{site's code: the sequences of the patient numbers given out there}. Who moved away keeps the number."""
    numbers: dict[str, set[int]] = defaultdict(set)
    for number, sequence in Patient.objects.order_by().values_list("number", "sequence"):
        numbers[number.rpartition("-")[0]].add(sequence)
    return dict(numbers)


def last_id() -> int:
    """The last id that the database gave to a patient; it goes on when an addition is undone."""
    with connection.cursor() as cursor:
        cursor.execute(_LAST_ID)
        return int(cursor.fetchone()[0])
