"""The rows of a CSV file, one after another: which sign stands between the columns, and where a row does not fit."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain
from typing import TextIO

from django.utils.functional import Promise
from django.utils.translation import gettext, pgettext_lazy

from ecrf.audit.texts import fold
from ecrf.imports.reading.cells import plain_text
from ecrf.imports.reading.encodings import UnreadableFile

DELIMITERS: dict[str, Promise] = {
    ",": pgettext_lazy("between columns", "commas"),
    ";": pgettext_lazy("between columns", "semicolons"),
    "\t": pgettext_lazy("between columns", "tabs"),
}
HEAD = 65_536
"""Signs that are looked at to find what stands between the columns."""
LOOKED_AT = 50
MOST_COLUMNS = 500
LONGEST_CELL = 100_000
SEP = "sep="
"""What Excel puts into the first line of a file to say its delimiter."""


@dataclass(frozen=True)
class TableRow:
    """One row, numbered as a spreadsheet numbers it. `fault`: why it does not fit the head, in words; "" if it does.
    `brought`: all of its cells, where they are more or fewer than the head has."""

    number: int
    cells: list[str]
    fault: str = ""
    brought: list[str] = field(default_factory=list)

    @property
    def as_brought(self) -> list[str]:
        return self.brought or self.cells


@dataclass(frozen=True)
class TextTable:
    """The head, without empty columns behind the last name, and the rows that are not blank."""

    header: list[str]
    delimiter: str
    rows: Iterator[TableRow]


def open_table(stream: TextIO, delimiter: str = "") -> TextTable:
    """A CSV file, row by row; UnreadableFile says why it cannot be read. `stream` must not translate line ends."""
    head = stream.read(HEAD)
    head += stream.readline()
    first, rest = 1, head
    if head[: len(SEP)].lower() == SEP:
        line, _, rest = head.partition("\n")
        delimiter, first = line[len(SEP) :].strip("\r") or delimiter, 2
    if delimiter and delimiter not in DELIMITERS:
        raise UnreadableFile(
            gettext("Between the columns stands a sign that is not known. Use commas, semicolons or tabs.")
        )
    delimiter = delimiter or _delimiter_of(rest)
    csv.field_size_limit(LONGEST_CELL)
    records = _records(chain(io.StringIO(rest, newline=""), stream), delimiter, first)
    _number, header = next(records, (first, []))
    header = _without_empty_end(header)
    if not header:
        raise UnreadableFile(gettext("The file has no names of columns in its first row."))
    if len(header) > MOST_COLUMNS:
        raise UnreadableFile(
            gettext("The file has %(number)d columns; at most %(most)d are read.")
            % {"number": len(header), "most": MOST_COLUMNS}
        )
    _refuse_twice(header)
    return TextTable(header, delimiter, _rows(records, len(header)))


def column_name(at: int) -> str:
    """`A`, `B` … `AA`: what a spreadsheet calls the column at this place, from 0."""
    name = ""
    at += 1
    while at:
        at, rest = divmod(at - 1, 26)
        name = chr(65 + rest) + name
    return name


def key_of(name: str) -> str:
    """What two ways of writing one name of a column have in common."""
    return fold(name).casefold()


def _delimiter_of(head: str) -> str:
    """The sign with which the first rows come out with as many cells as the head. Never a guess between two."""
    widths = {sign: _widths(head, sign) for sign in DELIMITERS}
    several = {sign: found for sign, found in widths.items() if found and found[0] > 1}
    even = {sign: found for sign, found in several.items() if len(set(found)) == 1}
    fitting = even or several
    if len(fitting) == 1:
        return next(iter(fitting))
    if not fitting and any(widths.values()):
        raise UnreadableFile(
            gettext(
                "Only one column was found: no commas, semicolons or tabs stand in the first row. Save it as"
                " “CSV UTF-8”."
            )
        )
    if not fitting:
        raise UnreadableFile(
            gettext(
                "The first rows cannot be read: a quotation mark is not closed, or something stands behind one."
            )
        )
    *more, last_but_one, last = [str(DELIMITERS[sign]) for sign in fitting]
    two = {"one": last_but_one, "other": last}
    if not more:
        raise UnreadableFile(
            gettext(
                "The columns could be divided by %(one)s or %(other)s. Bring the file again and say which under “How"
                " the file is written”."
            )
            % two
        )
    raise UnreadableFile(
        gettext(
            "The columns could be divided by %(first)s or %(one)s or %(other)s. Bring the file again and say which"
            " under “How the file is written”."
        )
        % {"first": more[0], **two}
    )


def _widths(head: str, delimiter: str) -> list[int]:
    """How many cells the first rows have; none where they cannot be read with it."""
    widths = []
    reader = csv.reader(io.StringIO(head, newline=""), delimiter=delimiter, strict=True)
    try:
        for cells in reader:
            if any(cells):
                widths.append(len(cells))
            if len(widths) == LOOKED_AT:
                break
    except csv.Error:
        pass  # where a quotation mark is wrong, what was read before counts; the row itself is refused later
    return widths


def _records(lines: Iterator[str], delimiter: str, first: int) -> Iterator[tuple[int, list[str]]]:
    """Each row with its number; the numbers of blank ones are left out."""
    reader, number = csv.reader(lines, delimiter=delimiter, strict=True), first - 1
    while True:
        number += 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise UnreadableFile(_unreadable(number, str(error))) from None
        if any(cell.strip() for cell in cells):
            yield number, cells


def _unreadable(number: int, error: str) -> str:
    if "limit" in error:
        return gettext(
            "Row %(number)d holds a cell of more than %(most)s signs, or a quotation mark is not closed."
        ) % {"number": number, "most": f"{LONGEST_CELL:,}"}
    return gettext(
        "Row %(number)d cannot be read: a quotation mark is not closed, or something stands behind one. A quotation"
        " mark within a quoted cell is written twice."
    ) % {"number": number}


def _rows(records: Iterator[tuple[int, list[str]]], width: int) -> Iterator[TableRow]:
    for number, cells in records:
        beyond = next((at for at in range(width, len(cells)) if cells[at].strip()), None)
        if beyond is not None:
            yield TableRow(number, cells[:width], _beyond(cells, beyond), cells)
        elif len(cells) < width:
            words = gettext(
                "The row has %(cells)d cells, and the file %(width)d columns: something is missing."
            )
            fault = words % {"cells": len(cells), "width": width}
            yield TableRow(number, cells + [""] * (width - len(cells)), fault, cells)
        else:
            yield TableRow(number, cells[:width])


def _beyond(cells: list[str], at: int) -> str:
    """What is wrong with a row that has more cells than the head has names."""
    words = gettext("Column %(column)s has no name, and holds “%(cell)s”.")
    if any("," in cell or ";" in cell for cell in cells):
        words = gettext(
            "Column %(column)s has no name, and holds “%(cell)s”. Is a text with commas not in quotation marks?"
        )
    return words % {"column": column_name(at), "cell": cells[at].strip()[:40]}


def _without_empty_end(header: list[str]) -> list[str]:
    names = [plain_text(name).strip() for name in header]
    while names and not names[-1]:
        names.pop()
    if "" in names:
        at = names.index("")
        raise UnreadableFile(
            gettext("Column %(column)s has no name in the first row. Name it, or take it out.")
            % {"column": column_name(at)}
        )
    return names


def _refuse_twice(header: list[str]) -> None:
    seen: dict[str, int] = {}
    for at, name in enumerate(header):
        if (key := key_of(name)) in seen:
            raise UnreadableFile(
                gettext("Two columns are called “%(name)s”: %(one)s and %(other)s. Each name stands once.")
                % {"name": name, "one": column_name(seen[key]), "other": column_name(at)}
            )
        seen[key] = at
