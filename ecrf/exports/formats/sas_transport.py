"""SAS transport files, XPORT version 5, as SAS describes them in TS-140: a file for each table, written row by row.

Texts are UTF-8. One of more than 200 bytes goes on in further columns, which `names.csv` lists; what they cannot hold
is refused. A day is a SAS date, a moment and a clock are texts; a missing number is `.`, a missing text is blank.
"""

import csv
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from io import TextIOWrapper
from typing import IO, Any

from django.utils.translation import gettext

from ecrf.exports.formats.sas_names import SasNames, sas_label, sas_names
from ecrf.exports.formats.transport import MISSING, TransportVariable, ibm_double, write_lines
from ecrf.exports.package import CannotBeWritten, Package
from ecrf.exports.tables.description import Column, ColumnKind, Table
from ecrf.trail.download.csv_file import safe

TEXT_BYTES = 200
LONGEST_TEXT = 32_767
"""Bytes that a column of SAS can hold at most once the parts are put together again."""
MOST_COLUMNS = 9999
EPOCH = date(1960, 1, 1)
EXACT_TO = 2**53
NUMBERS = (ColumnKind.WHOLE, ColumnKind.DECIMAL, ColumnKind.DAY)


@dataclass(frozen=True)
class SasVariable:
    """A column as SAS sees it: the `part` of a text, from 0, and the bytes of its width."""

    name: str
    label: str
    column: Column
    width: int
    part: int = 0

    @property
    def is_number(self) -> bool:
        return self.column.kind in NUMBERS

    @property
    def described(self) -> TransportVariable:
        form = ("DATE", 9) if self.column.kind == ColumnKind.DAY else ("", 0)
        return TransportVariable(self.name, self.label, self.is_number, self.width, form)


def write_xpt(package: Package) -> None:
    names = sas_names(package.description)
    listed = []
    for table in package.tables:
        its = names[table.name]
        with package.file(f"xpt/{its.table.lower()}.xpt", f"SAS transport: {table.title}") as file:
            variables = variables_of(package, table, its)
            _write(package, table, its.table, variables, file)
        listed += [(table, its.table, variable) for variable in variables]
    with package.file("xpt/names.csv", "SAS transport: names") as file:
        _list(listed, file)


def variables_of(package: Package, table: Table, names: SasNames) -> list[SasVariable]:
    """What the rows need: the widths of the texts are those of the longest, in the same snapshot."""
    widths = _widths(package, table)
    long = [column for column in table.columns if widths.get(column.name, 0) > TEXT_BYTES]
    parts = _parts_needed(package, table, long)
    found = []
    for column in table.columns:
        name, label = names.columns[column.name], sas_label(column.label)
        if column.kind in NUMBERS:
            found.append(SasVariable(name, label, column, 8))
            continue
        width = min(max(widths[column.name], 1), TEXT_BYTES)
        found.append(SasVariable(name, label, column, width))
        for part in range(1, parts.get(column.name, 1)):
            going_on = sas_label(f"({part + 1}) {column.label}")
            found.append(SasVariable(f"{names.prefixes[column.name]}{part}", going_on, column, width, part))
    if len(found) > MOST_COLUMNS:
        raise CannotBeWritten(
            gettext("%(table)s needs %(number)s columns; a SAS transport file has 9,999 at most.")
            % {"table": table.title, "number": f"{len(found):,}"}
        )
    return found


def _widths(package: Package, table: Table) -> dict[str, int]:
    texts = [column.name for column in table.columns if column.kind not in NUMBERS]
    longest = package.largest(table, [f'octet_length("{name}")' for name in texts]) if texts else ()
    return {name: width or 0 for name, width in zip(texts, longest, strict=True)}


def _parts_needed(package: Package, table: Table, long: list[Column]) -> dict[str, int]:
    """Into how many parts the longest of the texts goes: letters of several bytes stay whole, so it must be tried."""
    needed = {column.name: 1 for column in long}
    if not long:
        return needed
    places = [(n, column) for n, column in enumerate(table.columns) if column.name in needed]
    for row in package.rows(table):
        for place, column in places:
            if row[place]:
                needed[column.name] = max(needed[column.name], len(split(row[place], column, table)))
    return needed


def split(text: str, column: Column, table: Table) -> list[bytes]:
    """Parts of at most 200 bytes, cut between letters and never behind a blank: SAS takes blanks off a text's end, and
    the parts put together are the text again. CannotBeWritten where that is impossible."""
    left = text.encode()
    if len(left) > LONGEST_TEXT:
        raise CannotBeWritten(
            gettext(
                "“%(column)s” of %(table)s holds a text of %(number)s bytes; SAS takes 32,767 at most. "
                "Leave the column out, or take another format."
            )
            % {"column": column.label, "table": table.title, "number": f"{len(left):,}"}
        )
    parts = []
    while len(left) > TEXT_BYTES:
        part = left[:TEXT_BYTES].decode(errors="ignore").encode().rstrip(b" ")
        if not part:
            raise CannotBeWritten(
                gettext(
                    "“%(column)s” of %(table)s holds 200 blanks in a row, which a SAS transport file loses. "
                    "Leave the column out, or take another format."
                )
                % {"column": column.label, "table": table.title}
            )
        parts.append(part)
        left = left[len(part) :]
    return [*parts, left]


def _write(package: Package, table: Table, name: str, variables: list[SasVariable], file: IO[bytes]) -> None:
    described = [variable.described for variable in variables]
    lines = _lines(package, table, variables)
    write_lines(file, name, sas_label(table.title), described, lines, package.cut.taken_at, system="ECRF")


def _lines(package: Package, table: Table, variables: list[SasVariable]) -> Iterator[bytes]:
    encode = [_encoder(variable, table) for variable in variables]
    places = {column.name: place for place, column in enumerate(table.columns)}
    sources = [places[variable.column.name] for variable in variables]
    for row in package.rows(table):
        cells = b"".join(code(row[place]) for code, place in zip(encode, sources, strict=True))
        if cells.isspace():
            words = gettext("A row of %(table)s is empty, and a SAS transport file would lose it.")
            raise CannotBeWritten(words % {"table": table.title})
        yield cells


def _encoder(variable: SasVariable, table: Table) -> Callable[[Any], bytes]:
    column, width, part = variable.column, variable.width, variable.part
    if column.kind == ColumnKind.DAY:
        return lambda day: MISSING if day is None else ibm_double((day - EPOCH).days)
    if variable.is_number:
        return lambda number: MISSING if number is None else _exact(number, column, table)

    blank = b" " * width

    def encode(text: str | None) -> bytes:
        if not text:
            return blank
        raw = text.encode()
        if len(raw) <= TEXT_BYTES:
            return blank if part else raw.ljust(width)
        parts = split(text, column, table)
        return parts[part].ljust(width) if part < len(parts) else blank

    return encode


def _exact(number: int | Decimal, column: Column, table: Table) -> bytes:
    """Refused where the eight bytes would hold another number than the one that is stored."""
    near = float(number)
    is_exact = abs(number) <= EXACT_TO if isinstance(number, int) else Decimal(repr(near)) == number
    if not is_exact:
        raise CannotBeWritten(
            gettext(
                "“%(column)s” of %(table)s holds %(number)s, which has more digits than a number of SAS. "
                "Leave the column out, or take another format."
            )
            % {"column": column.label, "table": table.title, "number": number}
        )
    return ibm_double(near)


def _list(listed: list[tuple[Table, str, SasVariable]], file: IO[bytes]) -> None:
    text = TextIOWrapper(file, encoding="utf-8-sig", newline="")
    writer = csv.writer(text, quoting=csv.QUOTE_ALL)
    writer.writerow(("table", "sas_table", "column", "part", "sas_name", "label", "sas_label", "bytes"))
    for table, name, variable in listed:
        column = variable.column
        cells = (table.name, name, column.name, str(variable.part + 1), variable.name)
        labels = (column.label, variable.label, str(variable.width))
        writer.writerow([safe(cell) for cell in (*cells, *labels)])
    text.detach()
