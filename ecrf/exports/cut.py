"""A data cut: a name, and how far each chain of the audit trail had come. What leaves the product is made of one."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

HEADS = """
    SELECT clock_timestamp(), coalesce(array_agg(chain ORDER BY chain), '{}'),
        coalesce(array_agg(length ORDER BY chain), '{}')
    FROM audit_auditchain
"""


@dataclass(frozen=True)
class Cut:
    """What an export holds: the events of each chain up to a position, and no later ones.

    `positions`: {chain: its last position}, chain 0 for what belongs to no patient. `sites`: codes of sites, `forms`:
    keys of forms (a form's rows go with it); None for all. `without_identifiers`: items marked as identifying a person
    are left out, with why they are missing and what was asked about them.
    """

    name: str
    taken_at: datetime
    positions: Mapping[int, int]
    sites: frozenset[str] | None = None
    forms: frozenset[str] | None = None
    without_identifiers: bool = True


def present_positions() -> tuple[datetime, dict[int, int]]:
    """The moment and the length of every chain, in one statement: no event of them is later than the moment."""
    with connection.cursor() as cursor:
        cursor.execute(HEADS)
        moment, chains, lengths = cursor.fetchone()
    return moment, dict(zip(chains, lengths, strict=True))


def present_cut(name: str) -> Cut:
    """Everything there is at this moment."""
    taken_at, positions = present_positions()
    return Cut(name, taken_at, positions)
