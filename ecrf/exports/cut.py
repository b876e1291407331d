"""A data cut: up to which event of every chain the data count. What is behind it does not exist for an export."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

SYSTEM_CHAIN = 0


@dataclass(frozen=True)
class Cut:
    """Up to which event of each chain: `positions` is {chain: position of its last event}, chain 0 being what belongs
    to no patient. `sites` are site codes and `forms` CRF keys, None for all. Moments are in UTC."""

    name: str
    taken_at: datetime
    positions: Mapping[int, int]
    sites: frozenset[str] | None = None
    forms: frozenset[str] | None = None
    without_identifiers: bool = True


def present_positions() -> tuple[datetime, dict[int, int]]:
    """The moment and the length of every chain, in one statement, as the transaction's snapshot sees them."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT now(), chain, length FROM audit_auditchain ORDER BY chain")
        found = cursor.fetchall()
        if not found:
            cursor.execute("SELECT now()")
            return cursor.fetchone()[0], {}
    return found[0][0], {chain: length for _now, chain, length in found}


def present_cut(name: str) -> Cut:
    """Everything there is at this moment."""
    taken_at, positions = present_positions()
    return Cut(name, taken_at, positions)
