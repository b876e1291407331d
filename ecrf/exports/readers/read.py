"""Reads the CSV files of this package with their types, labels and code lists; needs nothing but Python 3.9.

From the folder that holds csv and codebook:  python readers/read.py  lists the tables.
In a program:  read_table("vital_signs")  gives a dict for each row,  read_frame("vital_signs")  a frame of pandas.
"""

from __future__ import annotations

import csv
import sys
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

PACKAGE = Path(__file__).resolve().parent.parent
csv.field_size_limit(2**31 - 1)


def read_table(table: str, folder: Path = PACKAGE) -> list[dict[str, Any]]:
    """A dict for each row: whole numbers as int, decimals as Decimal, days as date, moments as datetime, codes and
    other texts as str, None where there is nothing."""
    kinds = {row["column"]: row["type"] for row in columns(table, folder)}
    return [
        {name: _value(cell, kinds[name]) for name, cell in row.items()}
        for row in _read(folder / "csv" / f"{table}.csv")
    ]


def read_frame(table: str, folder: Path = PACKAGE) -> Any:
    """A frame of pandas, codes as categories; the labels of its columns stand in `frame.attrs["labels"]`."""
    import pandas  # type: ignore[import-not-found,import-untyped,unused-ignore]

    described = columns(table, folder)
    frame = pandas.DataFrame(read_table(table, folder), columns=[row["column"] for row in described])
    for row in described:
        name, kind = row["column"], row["type"]
        if kind == "whole":
            frame[name] = frame[name].astype("Int64")
        elif kind == "decimal":
            frame[name] = frame[name].astype("Float64")
        elif kind in ("day", "moment"):
            frame[name] = pandas.to_datetime(frame[name], utc=kind == "moment")
        elif kind == "code":
            frame[name] = frame[name].astype("category")
    frame.attrs["labels"] = {row["column"]: row["label"] for row in described}
    return frame


def read_study(folder: Path = PACKAGE) -> dict[str, list[dict[str, Any]]]:
    """All tables by their names."""
    return {table: read_table(table, folder) for table in tables(folder)}


def tables(folder: Path = PACKAGE) -> list[str]:
    """The names of the tables, in the order of the codebook."""
    return list(dict.fromkeys(row["table"] for row in _codebook(folder)))


def columns(table: str, folder: Path = PACKAGE) -> list[dict[str, str]]:
    """What the codebook says of each column: label, type, unit, codes, names for SAS and Stata."""
    return [row for row in _codebook(folder) if row["table"] == table]


def codes(table: str, column: str, folder: Path = PACKAGE) -> dict[str, str]:
    """The code list of a column: {code: label}."""
    listed = (_unguarded(row) for row in _read(folder / "codebook" / "codes.csv"))
    return {row["code"]: row["label"] for row in listed if (row["table"], row["column"]) == (table, column)}


def unguarded(text: str) -> str:
    """A text as it is stored: without the apostrophe that keeps a spreadsheet from running it as a formula."""
    return text[1:] if text.startswith("'") else text


def _value(cell: str, kind: str) -> Any:
    if cell == "":
        return None
    if kind == "whole":
        return int(cell)
    if kind == "decimal":
        return Decimal(cell)
    if kind == "day":
        return date.fromisoformat(cell)
    if kind == "moment":
        return datetime.fromisoformat(cell.replace("Z", "+00:00"))
    return unguarded(cell)


def _codebook(folder: Path) -> list[dict[str, str]]:
    return [_unguarded(row) for row in _read(folder / "codebook" / "codebook.csv")]


def _unguarded(row: dict[str, str]) -> dict[str, str]:
    return {name: unguarded(cell) for name, cell in row.items()}


def _read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


if __name__ == "__main__":
    for name in tables():
        sys.stdout.write(f"{name}: {len(read_table(name))} rows, {len(columns(name))} columns\n")
