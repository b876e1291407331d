"""What was redacted since a cut was taken, and which files of its package that may have changed: no others."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import connection

from ecrf.exports.formats.sas_names import sas_names
from ecrf.exports.package import Package
from ecrf.exports.sdtm.writing import FOLDER as SDTM_FOLDER
from ecrf.exports.tables.description import Table

_SINCE = """
    SELECT DISTINCT x.chain, x.position, x."table", x."row", x.entry_id,
        ARRAY(SELECT key FROM jsonb_each(x.changes || x.calculated) WHERE strpos(value::text, '[redacted]') > 0)
    FROM audit_redaction r JOIN audit_auditevent x ON x.chain = r.chain AND x.position = r.position
    JOIN unnest(%s::bigint[], %s::bigint[]) AS cut(chain, position)
        ON cut.chain = x.chain AND x.position <= cut.position
    JOIN audit_auditevent told ON told.chain = r.chain AND told."table" = 'audit_redaction'
        AND told."row" = r.id::text AND told.operation = 'INSERT' AND told.position > cut.position
    ORDER BY 1, 2
"""
"""By the place in the chain at which the trail tells of it. Its moment would not do: one whose transaction was still
open when the cut was taken is earlier than the cut, which did not see it."""
WHOLE_RECORD = ("odm/", f"{SDTM_FOLDER}/")
"""Files that tell of everything."""
WIDTHS = "xpt/names.csv"
"""A text that was shortened makes its column narrower."""


@dataclass(frozen=True)
class RedactedEvent:
    """One event up to the cut. `items`: where the text stood in the row that it tells of; none: in its reason alone."""

    chain: int
    position: int
    table: str
    row: str
    entry: int | None
    items: list[str]

    @property
    def place(self) -> dict[str, Any]:
        """As the manifest names it."""
        return {
            "chain": self.chain,
            "position": self.position,
            "table": self.table,
            "row": self.row,
            "entry": self.entry,
        }


def redacted_since(positions: Mapping[int, int]) -> list[RedactedEvent]:
    with connection.cursor() as cursor:
        cursor.execute(_SINCE, [list(positions), list(positions.values())])
        return [RedactedEvent(*found) for found in cursor.fetchall()]


def unexplained(differing: tuple[str, ...], package: Package, events: list[RedactedEvent]) -> tuple[str, ...]:
    """Those of the files that no redacted event can have changed."""
    touched = [table for table in package.tables if any(_shows(table, event) for event in events)]
    may = {name for table in touched for name in _files(table, package)} | {WIDTHS}
    return tuple(name for name in differing if name not in may and not name.startswith(WHOLE_RECORD))


def _shows(table: Table, event: RedactedEvent) -> bool:
    """Whether a column of it, or what chooses its rows, names an item that was redacted."""
    if "audit_auditevent" in table.reads:
        return True
    if event.table not in table.reads:
        return False
    said = " ".join([*(column.sql for column in table.columns), table.source, table.where])
    return any(re.search(rf"\b{re.escape(item.removesuffix('.missing'))}\b", said) for item in event.items)


def _files(table: Table, package: Package) -> tuple[str, ...]:
    """Of one table, in every format."""
    sas = sas_names(package.description)[table.name].table.lower()
    return (
        f"csv/{table.name}.csv",
        f"parquet/{table.name}.parquet",
        f"dataset-json/{table.name}.json",
        f"xpt/{sas}.xpt",
    )
