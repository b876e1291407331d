"""Two data cuts compared: which rows and items came, changed and went between them, read from the trail."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.http import FileResponse
from django.utils import timezone

from ecrf.access.models import User
from ecrf.access.roles import Right
from ecrf.audit.actor import acting
from ecrf.exports.models import DataCut
from ecrf.exports.tables.description import read_description
from ecrf.exports.tables.forms import table_name
from ecrf.exports.tables.selection import read_selection
from ecrf.trail.download import csv_file

SHOWN = 500
COLUMNS = ("change", "site", "patient", "visit", "form", "number", "entry", "item", "from", "to")

_BETWEEN = """
    WITH span AS (
        SELECT l.chain, coalesce(e.position, 0) AS after, l.position AS until
        FROM unnest(%(later_chains)s::bigint[], %(later)s::bigint[]) AS l(chain, position)
        LEFT JOIN unnest(%(earlier_chains)s::bigint[], %(earlier)s::bigint[]) AS e(chain, position)
            ON e.chain = l.chain
        WHERE l.chain > 0 AND l.position > coalesce(e.position, 0)
    ), changed AS (
        SELECT x.chain, x.entry_id, x."table", change.key,
            bool_or(x.operation = 'INSERT') AS is_new,
            (array_agg(change.value -> 0 ORDER BY x.position))[1] AS old,
            (array_agg(change.value -> 1 ORDER BY x.position DESC))[1] AS new
        FROM audit_auditevent x JOIN span ON span.chain = x.chain AND x.position > span.after
            AND x.position <= span.until
        CROSS JOIN LATERAL jsonb_each(x.changes || x.calculated) AS change(key, value)
        WHERE x.entry_id IS NOT NULL AND (x."table" = ANY (%(tables)s) AND change.key <> 'entry_id'
            OR x."table" = 'casebook_entry' AND change.key IN ('crf', 'struck_at'))
        GROUP BY 1, 2, 3, 4
    )
    SELECT CASE
            WHEN c."table" = 'casebook_entry' AND c.key = 'crf' THEN 'form added'
            WHEN c."table" = 'casebook_entry' AND c.new = 'null' THEN 'form restored'
            WHEN c."table" = 'casebook_entry' THEN 'form removed'
            WHEN c.old = 'null' THEN 'item added'
            WHEN c.new = 'null' THEN 'item removed'
            ELSE 'item changed' END AS change,
        s.code, p.number, v.code, e.crf, e.number, e.id,
        CASE WHEN c."table" = 'casebook_entry' THEN '' ELSE c.key END,
        CASE WHEN c."table" = 'casebook_entry' THEN NULL
            WHEN NOT %(everything)s AND c."table" || '.' || c.key <> ALL (%(shown)s) THEN '(left out)'
            ELSE c.old #>> '{}' END,
        CASE WHEN c."table" = 'casebook_entry' THEN NULL
            WHEN NOT %(everything)s AND c."table" || '.' || c.key <> ALL (%(shown)s) THEN '(left out)'
            ELSE c.new #>> '{}' END
    FROM changed c JOIN casebook_entry e ON e.id = c.entry_id
    JOIN casebook_patient p ON p.id = c.chain JOIN access_site s ON s.id = p.site_id AND NOT s.is_practice
    LEFT JOIN casebook_visit v ON v.id = e.visit_id
    WHERE coalesce(c.old, 'null') <> coalesce(c.new, 'null') AND e.crf = ANY (%(forms)s)
        AND c."table" || '.' || c.key <> ALL (%(left_out)s::text[])
        AND (%(sites)s::text[] IS NULL OR s.code = ANY (%(sites)s::text[]))
        AND (%(patients)s::text[] IS NULL OR p.number = ANY (%(patients)s::text[]))
    ORDER BY p.number, v.id, e.id, c."table" <> 'casebook_entry', c.key
"""


@dataclass(frozen=True)
class Comparison:
    """The first changes and how many there are of each kind."""

    rows: list[tuple[Any, ...]]
    counts: dict[str, int]

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    @property
    def more(self) -> int:
        return self.total - len(self.rows)


def compare(earlier: DataCut, later: DataCut) -> Comparison:
    """Values that identify are shown only where both cuts hold them."""
    rows = list(_changes(earlier, later))
    return Comparison(rows[:SHOWN], dict(Counter(row[0] for row in rows)))


def write_comparison(earlier: DataCut, later: DataCut, *, by: User) -> FileResponse:
    """All of it as a CSV file; that it is taken along stands in the trail."""
    from ecrf.exports.models import Download

    def note() -> None:
        with acting(
            by.acting_at(None, Right.EXPORT), reason=f"compared with {earlier.name}", source="export"
        ):
            Download.objects.create(export=later.export, downloaded_at=timezone.now(), downloaded_by=by)

    name = csv_file.file_name(f"changes-{earlier.name}-to-{later.name}", later.taken_at)
    rows = (["" if cell is None else str(cell) for cell in row] for row in _changes(earlier, later))
    return csv_file.answer(name, COLUMNS, rows, note)


def hold_the_same(earlier: DataCut, later: DataCut) -> bool:
    """Whether the same forms, sites, patients and columns were chosen for both."""
    return bool(earlier.selection == later.selection)


def _changes(earlier: DataCut, later: DataCut) -> Iterator[tuple[Any, ...]]:
    """Of what both cuts hold."""
    selections = [read_selection(cut.selection) for cut in (earlier, later)]
    forms = [form for cut in (earlier, later) for form in read_description(cut.description).forms]
    forms = [form for form in forms if all(one.forms is None or form.key in one.forms for one in selections)]
    shown = {f"{form.table}.{i.name}" for form in forms for i in form.items}
    shown -= {f"{form.table}.{i.name}" for form in forms for i in form.items if i.identifying}
    left_out = [
        f"{form.table}.{item.name}"
        for form in forms
        for item in form.items
        if any(item.name in one.left_out.get(table_name(form.key), ()) for one in selections)
    ]
    given = {
        "earlier_chains": [int(chain) for chain in earlier.positions],
        "earlier": list(earlier.positions.values()),
        "later_chains": [int(chain) for chain in later.positions],
        "later": list(later.positions.values()),
        "tables": sorted({form.table for form in forms}),
        "forms": sorted({form.key for form in forms}),
        "sites": _in_both([one.sites for one in selections]),
        "patients": _in_both([one.patients for one in selections]),
        "left_out": left_out,
        "everything": earlier.selection["identifiers"] and later.selection["identifiers"],
        "shown": sorted(shown),
    }
    with connection.cursor() as cursor:
        cursor.execute(_BETWEEN, given)
        while rows := cursor.fetchmany(1000):
            yield from rows


def _in_both(chosen: list[tuple[str, ...] | None]) -> list[str] | None:
    """None where neither was narrowed."""
    narrowed = [set(names) for names in chosen if names is not None]
    return sorted(set.intersection(*narrowed)) if narrowed else None
