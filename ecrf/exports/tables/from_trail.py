"""The stored tables as they were at a data cut, made from the audit trail alone.

Each is a common table expression that bears the stored table's name and so stands before it: the same statement then
reads the cut instead of the present. A row is what its events last said of each column, up to the cut.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.db import connection, transaction

from ecrf.exports.tables.description import Description, FormDescription

_STORED: dict[str, dict[str, str]] = {
    "access_site": {
        "id": "bigint", "code": "text", "name": "text", "time_zone": "text", "is_practice": "boolean",
    },
    "access_membership": {
        "id": "bigint", "user_id": "bigint", "site_id": "bigint", "role": "text", "is_current": "boolean",
    },
    "access_user": {"id": "bigint", "username": "text", "full_name": "text"},
    "casebook_patient": {
        "id": "bigint", "site_id": "bigint", "number": "text", "added_at": "timestamptz", "added_by_id": "bigint",
        "struck_at": "timestamptz",
    },
    "casebook_visit": {
        "id": "bigint", "patient_id": "bigint", "code": "text", "opened_at": "timestamptz", "opened_by_id": "bigint",
        "struck_at": "timestamptz",
    },
    "casebook_entry": {
        "id": "bigint", "patient_id": "bigint", "visit_id": "bigint", "crf": "text", "parent_id": "bigint",
        "number": "integer", "form_version": "integer", "status": "text", "struck_at": "timestamptz",
        "struck_by_id": "bigint", "struck_reason": "text",
    },
    "queries_query": {
        "id": "bigint", "patient_id": "bigint", "number": "integer", "entry_id": "bigint", "item": "text",
        "kind": "text", "visit_id": "bigint", "crf": "text", "form_number": "integer", "parent_number": "integer",
        "check_id": "text", "text_as_asked": "text", "value": "text", "turn": "text", "opened_at": "timestamptz",
        "opened_by_id": "bigint", "closed_at": "timestamptz", "closed_by_id": "bigint",
    },
    "queries_message": {
        "id": "bigint", "query_id": "bigint", "act": "text", "text": "text", "value": "text",
        "said_at": "timestamptz", "said_by_id": "bigint", "role": "text",
    },
    "checks_discrepancy": {
        "id": "bigint", "entry_id": "bigint", "item": "text", "check_id": "text", "text_as_asked": "text",
        "state": "text", "confirmed_at": "timestamptz", "confirmed_by_id": "bigint",
    },
    "verification_verification": {
        "id": "bigint", "patient_id": "bigint", "entry_id": "bigint", "item": "text", "is_critical": "boolean",
        "position": "bigint", "verified_at": "timestamptz", "verified_by_id": "bigint", "undone_at": "timestamptz",
        "undone_by_id": "bigint",
    },
    "signatures_signature": {
        "id": "bigint", "patient_id": "bigint", "scope": "text", "visit_id": "bigint", "entry_id": "bigint",
        "position": "bigint", "head": "text", "meaning": "text", "printed_name": "text", "role": "text",
        "signed_at": "timestamptz", "signed_by_id": "bigint",
    },
    "locks_lock": {
        "id": "bigint", "kind": "text", "scope": "text", "site_id": "bigint", "patient_id": "bigint",
        "visit_id": "bigint", "entry_id": "bigint", "reason": "text", "set_at": "timestamptz",
        "set_by_id": "bigint", "lifted_at": "timestamptz", "lifted_by_id": "bigint", "lift_reason": "text",
    },
    "files_storedfile": {
        "id": "bigint", "patient_id": "bigint", "entry_id": "bigint", "item": "text", "title": "text",
        "struck_at": "timestamptz",
    },
    "files_fileversion": {
        "id": "bigint", "file_id": "bigint", "number": "integer", "content_id": "text", "added_at": "timestamptz",
    },
}  # fmt: skip
"""{stored table: {column: its type}}, of those columns that the exported tables use."""

_CUT = """
    cut AS MATERIALIZED (
        SELECT * FROM unnest(%(cut_chains)s::bigint[], %(cut_positions)s::bigint[]) AS cut(chain, position)
    ),
    audit_auditevent AS NOT MATERIALIZED (
        SELECT x.* FROM public.audit_auditevent x JOIN cut ON cut.chain = x.chain AND x.position <= cut.position
        WHERE x.chain = ANY (%(cut_chains)s::bigint[])
    )
"""
_FOLDED = """
    SELECT g."table", g."row", g.chain, g.begun, CASE WHEN cardinality(g.events) = 1 THEN g.events[1] ELSE (
        SELECT jsonb_object_agg(item.key, item.value ORDER BY event.place)
        FROM unnest(g.events) WITH ORDINALITY event(changes, place), jsonb_each(event.changes) item
    ) END AS said
    FROM (
        SELECT x."table", x."row", min(x.chain) AS chain, min(x.position) AS begun,
            array_agg(x.changes || x.calculated ORDER BY x.position) AS events
        FROM audit_auditevent x WHERE x."table" = {tables} GROUP BY x."table", x."row"
    ) g
"""
"""A row and `said`: {column: [before, after]} of the last event that named the column. Most rows have one event, of
which nothing need be put together."""
_KEPT = """SELECT * FROM public.exports_foldedrow k WHERE k."table" = {tables}"""
"""The same, where the trail was folded once for all statements (`folded_once`)."""

_FALLS = """
    LEFT JOIN (
        SELECT DISTINCT ON (given."row") given."row", later.position, later.at
        FROM ({rows}) given JOIN (
            SELECT x.entry_id, x.position, x.at, regexp_replace(changed.key, '\\.missing$', '') AS item
            FROM audit_auditevent x CROSS JOIN LATERAL jsonb_object_keys(x.changes || x.calculated) changed(key)
            WHERE x.operation = 'UPDATE' AND x.entry_id IS NOT NULL
                AND NOT public.audit_is_review(x."table") AND x."table" NOT LIKE 'casebook\\_%%'
        ) later ON later.entry_id = (given.said -> 'entry_id' ->> 1)::bigint AND later.item = given.said -> 'item' ->> 1
            AND later.position > given.begun
        WHERE given.said -> 'undone_at' ->> 1 IS NULL
        ORDER BY given."row", later.position
    ) d ON d."row" = r."row"
"""
_BREAKS = """
    LEFT JOIN LATERAL (SELECT x.position, x.at FROM audit_auditevent x JOIN casebook_entry e ON e.id = x.entry_id
    WHERE x.chain = r.chain AND x.position > r.begun AND NOT public.audit_is_review(x."table")
        AND (r.said -> 'scope' ->> 1 = 'casebook' OR (r.said -> 'visit_id' ->> 1)::bigint = e.visit_id
            OR (r.said -> 'entry_id' ->> 1)::bigint IN (e.id, e.parent_id))
    ORDER BY x.position LIMIT 1) d ON true
"""
_DERIVED = {
    "verification_verification": (_FALLS, "fallen_position", "fell_at"),
    "signatures_signature": (_BREAKS, "broken_position", "broken_at"),
}
"""What the database's triggers note beside the trail (verification/sql, signatures/sql), found in it again."""
_NEEDS = {"signatures_signature": ("casebook_entry",)}


PLANNED_FOR_THE_TRAIL = (
    "SELECT set_config('enable_nestloop', 'off', true), set_config('work_mem', '64MB', true)"
)
"""Before such a statement, for its transaction: the planner knows no numbers of tables that are only just made, and
would compare each row with each."""


def stored_as_of(description: Description, reads: Iterable[str], *, folded: bool = False) -> str:
    """`WITH …` of these stored tables, in an order in which each knows what it needs. `folded`: in `folded_once`."""
    forms = {form.table: form for form in description.forms}
    tables = [
        _form_as_of(forms[name], folded) if name in forms else _table_as_of(name, folded)
        for name in _with_needs(reads)
    ]
    return "WITH " + ", ".join([_CUT, *tables])


def _with_needs(reads: Iterable[str]) -> list[str]:
    wanted = [name for name in dict.fromkeys(reads) if name != "audit_auditevent"]
    return list(dict.fromkeys([*(need for name in wanted for need in _NEEDS.get(name, ())), *wanted]))


@contextmanager
def folded_once(
    description: Description, positions: Mapping[int, int], reads: Iterable[str]
) -> Iterator[None]:
    """Read the trail once for all tables that are made from it within: what its rows come to is put into a table of the
    product, seen by this transaction alone, and taken back at the end. (The web role may make no temporary table.)"""
    names = _with_needs(reads)
    given = {**cut_given(positions), "tables": names}
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(PLANNED_FOR_THE_TRAIL)
            cursor.execute(
                f"WITH {_CUT} INSERT INTO public.exports_foldedrow"
                f" {_FOLDED.format(tables='ANY (%(tables)s)')}",
                given,
            )
            for name in names:
                if name in _DERIVED:
                    cursor.execute(_ending(description, name), given)
        yield
        transaction.set_rollback(True)


def _ending(description: Description, table: str) -> str:
    """Notes with each row where it fell or broke."""
    derived = _DERIVED[table][0]
    rows = _KEPT.format(tables=f"'{table}'")
    return (
        f"{stored_as_of(description, _NEEDS.get(table, ()), folded=True)}"
        f" UPDATE public.exports_foldedrow kept SET ended_position = d.position, ended_at = d.at"
        f" FROM ({rows}) r {derived.replace('{rows}', rows)}"
        f""" WHERE kept."table" = '{table}' AND kept."row" = r."row" AND d.position IS NOT NULL"""
    )


def cut_given(positions: Mapping[int, int]) -> dict[str, Any]:
    return {"cut_chains": list(positions), "cut_positions": list(positions.values())}


def _table_as_of(table: str, folded: bool) -> str:
    columns = [f"(r.said -> '{name}' ->> 1)::{kind} AS \"{name}\"" for name, kind in _STORED[table].items()]
    rows, derived = (_KEPT if folded else _FOLDED).format(tables=f"'{table}'"), ""
    if table in _DERIVED:
        found, position, at = _DERIVED[table]
        columns += (
            [f"r.ended_position AS {position}", f"r.ended_at AS {at}"]
            if folded
            else [
                f"d.position AS {position}",
                f"d.at AS {at}",
            ]
        )
        derived = "" if folded else found.replace("{rows}", rows)
    return f"{table} AS MATERIALIZED (SELECT {', '.join(columns)} FROM ({rows}) r {derived})"


def _form_as_of(form: FormDescription, folded: bool) -> str:
    """Missing reasons stand in the trail as items of their own, `weight_kg.missing`."""
    columns = [f"(r.said -> '{item.name}' ->> 1)::{item.stored} AS \"{item.name}\"" for item in form.items]
    reasons = """
        (SELECT coalesce(jsonb_object_agg(left(m.key, -8), m.value -> 1), '{}') FROM jsonb_each(r.said) m
        WHERE right(m.key, 8) = '.missing' AND m.value -> 1 <> 'null') AS missing_reasons
    """
    rows = (_KEPT if folded else _FOLDED).format(tables=f"'{form.table}'")
    listed = ", ".join(['(r."row")::bigint AS entry_id', *columns, reasons])
    return f'"{form.table}" AS MATERIALIZED (SELECT {listed} FROM ({rows}) r)'
