"""A data cut: a name, and how far each chain of the audit trail had come. What leaves the product is made of one."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from ecrf import __version__
from ecrf.exports.tables.description import Description
from ecrf.exports.tables.forms import table_name
from ecrf.exports.tables.selection import Selection

HEADS = """
    SELECT clock_timestamp(), coalesce(array_agg(chain ORDER BY chain), '{}'),
        coalesce(array_agg(length ORDER BY chain), '{}')
    FROM audit_auditchain
"""


@dataclass(frozen=True)
class Cut:
    """What an export holds: the events of each chain up to a position, and no later ones.

    `positions`: {chain: its last position}, chain 0 for what belongs to no patient. `sites`: codes of sites, `forms`:
    keys of forms (a form's rows go with it), `patients`: numbers; None for all. `left_out`: items, as "form.item".
    `without_identifiers`: items marked as identifying a person are left out, with why they are missing and what was
    asked about them, and so is every free text about the others (reasons, comments, queries) and every name of a member
    of the staff, of whom the account's id and the roles stay. `version`: of the software that took it.
    """

    name: str
    taken_at: datetime
    positions: Mapping[int, int]
    sites: frozenset[str] | None = None
    forms: frozenset[str] | None = None
    without_identifiers: bool = True
    patients: frozenset[str] | None = None
    left_out: frozenset[str] = frozenset()
    version: str = __version__


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


def selected_cut(
    name: str,
    taken_at: datetime,
    positions: Mapping[int, int],
    selection: Selection,
    description: Description,
    version: str,
) -> Cut:
    """The cut as the writers of a format see it that does not come from the tables."""
    left_out = (
        f"{form.key}.{item.name}"
        for form in description.forms
        for item in form.items
        if {item.name, f"{item.name}_item"} & set(selection.left_out.get(table_name(form.key), ()))
    )
    return Cut(
        name=name,
        taken_at=taken_at,
        positions=positions,
        sites=_chosen(selection.sites),
        forms=_chosen(selection.forms),
        without_identifiers=not selection.identifiers,
        patients=_chosen(selection.patients),
        left_out=frozenset(left_out),
        version=version,
    )


def _chosen(names: tuple[str, ...] | None) -> frozenset[str] | None:
    return None if names is None else frozenset(names)
