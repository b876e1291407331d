"""Dataset-JSON 1.1 of CDISC: a file for each table, written row by row; null where there is no value.

Decimal numbers are texts with the digits that are stored, as the standard wants. Dates that may be known in part, and
clocks without seconds, are strings: its date and its time must be whole.
"""

import json
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

from ecrf.exports.package import Package
from ecrf.exports.tables.description import Column, ColumnKind, Table
from ecrf.trail.download.csv_file import utc

VERSION = "1.1.0"
TYPES = {
    ColumnKind.WHOLE: "integer",
    ColumnKind.DECIMAL: "decimal",
    ColumnKind.DAY: "date",
    ColumnKind.MOMENT: "datetime",
}
"""All others are strings."""
_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), default=lambda value: _text(value))


def write_dataset_json(package: Package) -> None:
    for table in package.tables:
        with package.file(f"dataset-json/{table.name}.json", f"Dataset-JSON: {table.title}") as file:
            head = json.dumps(_head(package, table), ensure_ascii=False, indent=1)
            file.write(head.removesuffix("\n}").encode() + b',\n "rows": [')
            for line in _rows(package, table):
                file.write(line)
            file.write(b"\n ]\n}\n")


def _rows(package: Package, table: Table) -> Iterator[bytes]:
    before = b"\n"
    for row in package.rows(table):
        yield before + _ENCODER.encode(row).encode()
        before = b",\n"


def _text(value: Any) -> str:
    if isinstance(value, Decimal):
        return f"{value:f}"
    assert isinstance(value, date), "a cell is a text, a number or a date"
    return value.isoformat()


def _head(package: Package, table: Table) -> dict[str, Any]:
    """Everything but the rows, whose number comes before them."""
    description, cut = package.description, package.cut
    keys = {name: place for place, name in enumerate(table.keys, 1)}
    return {
        "datasetJSONCreationDateTime": utc(cut.taken_at),
        "datasetJSONVersion": VERSION,
        "fileOID": f"{description.trial}.{cut.name}.{table.name}",
        "dbLastModifiedDateTime": utc(cut.taken_at),
        "originator": description.trial,
        "sourceSystem": {"name": "ecrf", "version": package.version or "unknown"},
        "studyOID": description.trial,
        "metaDataVersionOID": f"{description.trial}.{description.format}",
        "itemGroupOID": f"IG.{table.name}",
        "records": package.count(table),
        "name": table.name,
        "label": table.title,
        "columns": [_column(table, column, keys.get(column.name)) for column in table.columns],
    }


def _column(table: Table, column: Column, key: int | None) -> dict[str, Any]:
    kind = TYPES.get(column.kind, "string")
    found: dict[str, Any] = {
        "itemOID": f"IT.{table.name}.{column.name}",
        "name": column.name,
        "label": column.label,
        "dataType": kind,
    }
    if kind == "decimal":
        found["targetDataType"] = "decimal"
    if column.length and kind == "string":
        found["length"] = column.length
    if key:
        found["keySequence"] = key
    return found
