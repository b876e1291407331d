"""What each format gives back through a reader that is not ours, in the form in which the database holds it."""

import csv
import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pyreadstat
from pyarrow import parquet

from ecrf.exports.formats.sas_names import sas_names
from ecrf.exports.package import Package
from ecrf.exports.readers.read import unguarded
from ecrf.exports.tables.description import ColumnKind, Table

Rows = list[dict[str, Any]]
SAS_EPOCH = date(1960, 1, 1)


def from_csv(package: Package, table: Table) -> Rows:
    path = package.folder / f"csv/{table.name}.csv"
    with path.open(encoding="utf-8-sig", newline="") as file:
        return [
            {column.name: _typed(row[column.name], column.kind) for column in table.columns}
            for row in csv.DictReader(file)
        ]


def _typed(cell: str, kind: ColumnKind) -> Any:
    if cell == "":
        return None
    if kind == ColumnKind.WHOLE:
        return int(cell)
    if kind == ColumnKind.DECIMAL:
        return Decimal(cell)
    return date.fromisoformat(cell) if kind == ColumnKind.DAY else unguarded(cell)


def from_parquet(package: Package, table: Table) -> Rows:
    rows = parquet.read_table(package.folder / f"parquet/{table.name}.parquet").to_pylist()
    return [{name: _as_stored(cell, table, name) for name, cell in row.items()} for row in rows]


def _as_stored(cell: Any, table: Table, name: str) -> Any:
    if not isinstance(cell, datetime):
        return cell
    exact = table.name == "trail"
    return cell.astimezone(UTC).strftime(f"%Y-%m-%dT%H:%M:%S{'.%f' if exact else ''}Z")


def from_dataset_json(package: Package, table: Table) -> Rows:
    read = json.loads((package.folder / f"dataset-json/{table.name}.json").read_bytes())
    names = [column["name"] for column in read["columns"]]
    types = {column["name"]: column["dataType"] for column in read["columns"]}
    rows = [dict(zip(names, row, strict=True)) for row in read["rows"]]
    assert read["records"] == len(rows)
    return [{name: _of_json(cell, types[name]) for name, cell in row.items()} for row in rows]


def _of_json(cell: Any, kind: str) -> Any:
    if cell is None:
        return None
    if kind == "decimal":
        return Decimal(cell)
    return date.fromisoformat(cell) if kind == "date" else cell


def from_xpt(package: Package, table: Table) -> Rows:
    """By the long names, the parts of a text put together; SAS takes blanks off the end of a text."""
    its = sas_names(package.description)[table.name]
    path = package.folder / f"xpt/{its.table.lower()}.xpt"
    columns, about = pyreadstat.read_xport(str(path), output_format="dict", disable_datetime_conversion=True)
    with (package.folder / "xpt/names.csv").open(encoding="utf-8-sig", newline="") as file:
        listed = [row for row in csv.DictReader(file) if row["table"] == table.name]
    assert [row["sas_name"] for row in listed] == about.column_names
    parts: dict[str, list[list[Any]]] = {column.name: [] for column in table.columns}
    for row in listed:
        parts[row["column"]].append(columns[row["sas_name"]])
    return [
        {c.name: _of_sas([part[n] for part in parts[c.name]], c.kind) for c in table.columns}
        for n in range(about.number_rows)
    ]


def _of_sas(parts: list[Any], kind: ColumnKind) -> Any:
    value = parts[0]
    if kind in (ColumnKind.WHOLE, ColumnKind.DECIMAL, ColumnKind.DAY):
        if value is None or value != value:
            return None
        if kind == ColumnKind.DAY:
            return SAS_EPOCH + timedelta(days=int(value))
        return int(value) if kind == ColumnKind.WHOLE else Decimal(repr(float(value)))
    return "".join(part or "" for part in parts) or None


READERS = {
    "csv": from_csv,
    "parquet": from_parquet,
    "dataset-json": from_dataset_json,
    "xpt": from_xpt,
}
