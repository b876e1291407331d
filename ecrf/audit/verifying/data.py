"""The data beside the trail: every value of every audited table against what the trail last said of it.

Of hidden columns (passwords) the trail has a fingerprint, and that is compared. What a table's trail leaves out is
recomputed by the checks of the floors above.
"""

from collections.abc import Iterator
from typing import Any

from django.db import connection

from ecrf.audit.triggers import Audited
from ecrf.audit.verifying.checks import CHECKS, AuditCheck, Extent
from ecrf.audit.verifying.faults import Fault, FaultKind, row_fault

GONE = "the trail tells of it, and it is gone"
UNTOLD = "the trail does not tell of it"

# Compared as texts: 5.10 is not 5.1. What somebody made of a column may be no object, and must not stop the others.
_DIFFERENCES = """
    WITH stored AS (
        SELECT t."{row}"::text AS row, item.key,
            CASE WHEN item.key = ANY (%(hidden)s)
                THEN to_jsonb('(hidden) ' || encode(sha256(convert_to(item.value #>> '{{}}', 'UTF8')), 'hex'))
                ELSE item.value END AS value
        FROM "{table}" t CROSS JOIN LATERAL jsonb_each(CASE
            WHEN jsonb_typeof(to_jsonb(t) -> 'missing_reasons') <> 'object' THEN to_jsonb(t)
            ELSE audit_flat(to_jsonb(t)) END - %(ignored)s::text[]) item
        WHERE item.value <> 'null'
    ), in_trail AS (
        SELECT DISTINCT ON (e."row", item.key) e."row" AS row, item.key, item.value -> 1 AS value
        FROM audit_auditevent e CROSS JOIN LATERAL (
            SELECT * FROM jsonb_each(CASE jsonb_typeof(e.changes) WHEN 'object' THEN e.changes ELSE '{{}}' END)
            UNION ALL
            SELECT * FROM jsonb_each(CASE jsonb_typeof(e.calculated) WHEN 'object' THEN e.calculated ELSE '{{}}' END)
        ) item
        WHERE e."table" = '{table}' AND item.key <> ALL (%(ignored)s::text[])
        ORDER BY e."row", item.key, e.position DESC
    )
    SELECT row, key, coalesce(stored.value, 'null')::text AS here, coalesce(in_trail.value, 'null')::text AS said
    FROM stored FULL JOIN in_trail USING (row, key)
    -- As values: a column that was given another number of digits holds the numbers that it held.
    WHERE coalesce(stored.value, 'null') <> coalesce(in_trail.value, 'null')
        -- Written before the trail kept fingerprints, and not since.
        AND NOT (key = ANY (%(hidden)s) AND coalesce(in_trail.value, 'null') = '"(hidden)"')
    ORDER BY row, key
"""
_STORED = 'SELECT t."{row}"::text FROM "{table}" t WHERE t."{row}"::text = ANY (%s)'
_IN_TRAIL = """SELECT DISTINCT "row" FROM audit_auditevent WHERE "table" = %s AND "row" = ANY (%s)"""


def data_beside_the_trail(extent: Extent) -> Iterator[Fault]:
    """Written with the triggers off, or the chain is gone."""
    for audited in extent.audited:
        yield from _differences(audited)


def _differences(audited: Audited) -> Iterator[Fault]:
    table = audited.model._meta.db_table
    found = _rows(
        _DIFFERENCES.format(table=table, row=audited.row),
        {"ignored": list(audited.ignored), "hidden": list(audited.hidden)},
    )
    if not found:
        return
    rows = sorted({row for row, *_ in found})
    stored = {row for (row,) in _rows(_STORED.format(table=table, row=audited.row), [rows])}
    in_trail = {row for (row,) in _rows(_IN_TRAIL, [table, rows])}
    for row in rows:
        items = [(item, here, said) for other, item, here, said in found if other == row]
        if row not in stored or row not in in_trail:
            what = UNTOLD if row in stored else GONE
            yield row_fault(table, row, what, items, kind=FaultKind.TAMPERED)
            continue
        for item, here, said in items:
            what = f"{item} is not what the trail says"
            yield row_fault(table, row, what, item, here, said, kind=FaultKind.TAMPERED)


def _rows(statement: str, values: Any) -> list[tuple[str, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        found: list[tuple[str, ...]] = cursor.fetchall()
    return found


CHECKS.add("data", AuditCheck("Data as the trail says", data_beside_the_trail))
