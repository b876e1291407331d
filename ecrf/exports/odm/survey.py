"""What the trail holds up to a cut, looked at before a line is written: which patients, who acted, and which items and
codes the edition of the forms lacks. So the definitions, which come first in the file, cover every value in it."""

from dataclasses import dataclass
from typing import Any

from django.db import connection

from ecrf.casebook.models import Entry, Patient, Visit
from ecrf.exports.cut import Cut
from ecrf.exports.odm.edition.content import Edition
from ecrf.exports.odm.replay.events import Row
from ecrf.exports.people import ACTOR
from ecrf.signatures.models import Signature

# Of which site a patient is, the last event up to the cut that names one says.
PATIENTS = """
    SELECT e.chain FROM unnest(%s::bigint[], %s::bigint[]) AS cut(chain, last)
    JOIN audit_auditevent e ON e.chain = cut.chain AND e.position = 1
    WHERE cut.last > 0 AND e."table" = %s AND (
            SELECT (x.changes #>> '{site_id,1}')::bigint FROM audit_auditevent x
            WHERE x.chain = cut.chain AND x.position <= cut.last AND x."table" = e."table" AND x.changes ? 'site_id'
            ORDER BY x.position DESC LIMIT 1
        ) = ANY (%s::bigint[])
        AND (%s::text[] IS NULL OR e.changes #>> '{number,1}' = ANY (%s::text[]))
    ORDER BY e.chain
"""
ACTORS = f"""
    SELECT DISTINCT e.actor_id, (CASE WHEN %s THEN {ACTOR.format(of="e")} ELSE e.actor END) COLLATE "C"
    FROM unnest(%s::bigint[], %s::bigint[]) AS cut(chain, last)
    JOIN audit_auditevent e ON e.chain = cut.chain AND e.position <= cut.last
    ORDER BY 1, 2
"""  # noqa: S608
EVER = """
    SELECT DISTINCT (e.changes #>> ARRAY[%s, '1']) COLLATE "C"
    FROM unnest(%s::bigint[], %s::bigint[]) AS cut(chain, last)
    JOIN audit_auditevent e ON e.chain = cut.chain AND e.position <= cut.last
    WHERE e."table" = %s AND e.changes ? %s ORDER BY 1
"""
# A sign that XML cannot carry takes six.
ITEMS = r"""
    SELECT e."table" COLLATE "C", item.key COLLATE "C", coalesce(max(length(
            regexp_replace(item.value ->> 1, E'[\\x01-\\x08\\x0b\\x0c\\x0e-\\x1f\\ufffe\\uffff]', '......', 'g')
        )), 0),
        array_agg(DISTINCT (item.value ->> 1) COLLATE "C") FILTER (WHERE e."table" || '.' || item.key = ANY (%s))
    FROM unnest(%s::bigint[], %s::bigint[]) AS cut(chain, last)
    JOIN audit_auditevent e ON e.chain = cut.chain AND e.position <= cut.last
    CROSS JOIN LATERAL jsonb_each(e.changes || e.calculated) item
    WHERE e."table" = ANY (%s)
    GROUP BY 1, 2 ORDER BY 1, 2
"""


@dataclass(frozen=True)
class Survey:
    """`chains`: the patients to write. `actors`: (account id or None, name) of all who acted there. `longest` and
    `codes`: {(form, item): the longest text, the codes it ever had}; `forms`, `visits`, `meanings`: the keys, codes and
    words of every form, visit and signature there ever was."""

    chains: list[int]
    actors: list[tuple[int | None, str]]
    longest: dict[tuple[str, str], int]
    codes: dict[tuple[str, str], list[str]]
    forms: list[str]
    visits: list[str]
    meanings: list[str]


def survey(cut: Cut, sites: list[int], edition: Edition) -> Survey:
    """`sites`: the ids of those whose patients are written. Six statements."""
    everything = [list(cut.positions), list(cut.positions.values())]
    numbers = None if cut.patients is None else sorted(cut.patients)
    of_patients = Patient._meta.db_table, sites, numbers, numbers
    chains = [chain for (chain,) in _rows(PATIENTS, *everything, *of_patients)]
    upto = chains, [cut.positions[chain] for chain in chains]
    forms, visits, meanings = (
        [found for (found,) in _rows(EVER, column, *upto, model._meta.db_table, column)]
        for model, column in ((Entry, "crf"), (Visit, "code"), (Signature, "meaning"))
    )
    actors = [(pk, name) for pk, name in _rows(ACTORS, cut.without_identifiers, *upto)]
    return Survey(chains, actors, *_items(upto, edition), forms, visits, meanings)


def _items(
    upto: tuple[list[int], list[int]], edition: Edition
) -> tuple[dict[tuple[str, str], int], dict[tuple[str, str], list[str]]]:
    keys = edition.tables
    choices = [
        f"{form.table}.{name}" for form in edition.contents for name, item in form.items.items() if item.codes
    ]
    longest, codes = {}, {}
    for table, name, length, found in _rows(ITEMS, choices, *upto, list(keys)):
        longest[keys[table], name] = length
        codes[keys[table], name] = [code for code in found or () if code]
    return longest, codes


def _rows(sql: str, *given: Any) -> list[Row]:
    with connection.cursor() as cursor:
        cursor.execute(sql, given)
        return cursor.fetchall()  # type: ignore[no-any-return]
