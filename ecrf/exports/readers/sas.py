"""The program that reads the transport files into SAS: whole labels, code lists as formats, long texts in one piece."""

import csv
import re
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

from ecrf.exports.package import Package
from ecrf.exports.tables.description import Column, Table

LABEL_BYTES = 256
TEXT_BYTES = 200
HEAD = """\
/* Reads the transport files of this package into SAS. Start SAS in UTF-8 (-encoding utf-8): the texts are.
   Say where the package lies, run it; each table then stands in the library WORK under its SAS name.
   Texts stand here as they are stored: transport files need no guard against spreadsheets. */
%let folder = .;
"""


def sas_program(package: Package) -> str:
    lists = _lists(package)
    parts = _parts(package.folder / "xpt/names.csv")
    lines = [HEAD, "proc format;"]
    for codes, name in lists.items():
        lines += [
            f"  value ${name}",
            *(f"    {quoted(code)} = {quoted(label)}" for code, label in codes),
            "  ;",
        ]
    lines += ["run;"]
    for table in package.tables:
        lines += _table(table, parts[table.name], lists)
    return "\n".join(lines) + "\n"


def _lists(package: Package) -> dict[tuple[tuple[str, str], ...], str]:
    """A name for each code list, that many columns may share."""
    lists = (column.codes for table in package.tables for column in table.columns if column.codes)
    return {codes: f"CODES{n}F" for n, codes in enumerate(dict.fromkeys(lists), 1)}


def _parts(listed: Path) -> dict[str, list[tuple[str, str, str]]]:
    """{table: (its SAS name, column, SAS name of one of its parts)}, as they were written."""
    with listed.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    return {
        table: [(row["sas_table"], row["column"], row["sas_name"]) for row in of_table]
        for table, of_table in groupby(rows, key=lambda row: row["table"])
    }


def _table(
    table: Table, parts: list[tuple[str, str, str]], lists: dict[tuple[tuple[str, str], ...], str]
) -> Iterator[str]:
    name = parts[0][0]
    long = {
        column: [part for _table, _column, part in of_column]
        for column, of_column in groupby(parts, key=lambda part: part[1])
    }
    yield f'\nlibname in xport "&folder./xpt/{name.lower()}.xpt" access=readonly;'
    yield f"data work.{name} (label={quoted(_cut(table.title))});"
    joined = {column: names for column, names in long.items() if len(names) > 1}
    yield from (f"  length {names[0]} $ {min(TEXT_BYTES * len(names), 32767)};" for names in joined.values())
    yield f"  set in.{name};"
    for names in joined.values():
        pieces = " || ".join(f"trimn({one})" for one in names)
        yield f"  {names[0]} = {pieces};"
        yield f"  drop {' '.join(names[1:])};"
    for column in table.columns:
        yield f"  label {long[column.name][0]} = {quoted(_cut(_label(column)))};"
        if column.codes:
            yield f"  format {long[column.name][0]} ${lists[column.codes]}.;"
    yield "run;"
    yield "libname in clear;"


def _label(column: Column) -> str:
    return f"{column.label} ({column.unit})" if column.unit else column.label


def _cut(label: str) -> str:
    raw = label.encode()
    return label if len(raw) <= LABEL_BYTES else raw[: LABEL_BYTES - 1].decode(errors="ignore") + "~"


def quoted(text: str) -> str:
    """In single quotes, between which SAS looks for no macros; on one line."""
    plain = re.sub(r"[\x00-\x1f]", " ", text).replace("'", "''")
    return f"'{plain}'"
