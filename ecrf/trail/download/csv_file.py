"""A table as a CSV file for spreadsheets and archives: whole or not at all, and harmless where a spreadsheet opens it.

The file is built before its first byte leaves. What breaks while it is built is an error on the screen and never a
file that ends too early; its length is sent ahead, so that a browser notices when the way to it breaks.
"""

import csv
import re
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from io import TextIOWrapper
from tempfile import SpooledTemporaryFile
from typing import IO, cast

from django.conf import settings
from django.http import FileResponse

IN_MEMORY = 250_000
"""Bytes; a longer file waits in the machine's temporary folder, under no name, and is gone once it was sent."""
NUMBER = re.compile(r"[+-]?[0-9]+([.,][0-9]+)?", re.ASCII)
RISKY = "=+-@\t\r\n＝＋－＠'"


def safe(text: str) -> str:
    """The cell with an apostrophe before it where a spreadsheet might run it; a plain number, -1, stays as it is.

    An apostrophe that was there gets another, so that taking one off always gives the text back.
    """
    begins = text.lstrip(" \u00a0\u3000")[:1]
    return f"'{text}" if begins and begins in RISKY and not NUMBER.fullmatch(text) else text


def answer(
    name: str,
    columns: Iterable[str],
    rows: Iterable[Iterable[str]],
    note: Callable[[], object],
    guard: Callable[[str], str] = safe,
) -> FileResponse:
    """Build the file, note that it is taken out, send it: nothing is noted that cannot be sent, or sent unnoted."""
    file = cast(IO[bytes], SpooledTemporaryFile(max_size=IN_MEMORY))  # noqa: SIM115  (the answer closes it)
    try:
        write(file, columns, rows, guard)
        note()
    except BaseException:
        file.close()
        raise
    headers = {"X-Content-Type-Options": "nosniff"}
    kind = "text/csv; charset=utf-8"
    return FileResponse(file, as_attachment=True, filename=name, content_type=kind, headers=headers)


def write(
    file: IO[bytes],
    columns: Iterable[str],
    rows: Iterable[Iterable[str]],
    guard: Callable[[str], str] = safe,
) -> None:
    """A mark of UTF-8, the columns' names, the rows; the file then stands at its beginning. `guard` keeps the cells of
    the rows from being run."""
    text = TextIOWrapper(file, encoding="utf-8-sig", newline="")
    writer = csv.writer(text, quoting=csv.QUOTE_ALL)
    writer.writerow(columns)
    writer.writerows([guard(cell) for cell in row] for row in rows)
    text.detach()
    file.seek(0)


def utc(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def at_site(at: datetime) -> str:
    """On the clock of its zone, with the offset."""
    return at.isoformat(timespec="microseconds")


def data_words() -> str:
    """What stands in the column that says whether the data are real."""
    return "synthetic" if settings.SYNTHETIC_DATA else ""


def file_name(of: str, at: datetime, end: str = "csv") -> str:
    """`trail-01-001-20261122T0930Z.csv`; says synthetic where the data are."""
    plain = re.sub(r"[^0-9A-Za-z-]", "-", of)
    synthetic = "synthetic-" if settings.SYNTHETIC_DATA else ""
    return f"{synthetic}{plain}-{at.astimezone(UTC):%Y%m%dT%H%MZ}.{end}"
