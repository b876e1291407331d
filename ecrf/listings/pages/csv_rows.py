"""A listing as a table for spreadsheets: what the page shows, all of its rows, several values of one cell in one."""

from collections.abc import Iterator
from datetime import datetime

from ecrf.listings.pages.page import ListingView
from ecrf.trail.download import csv_file
from ecrf.trail.download.csv_file import data_words

MOST = 20_000
"""How many rows one file may hold: it is built within the time that the server gives a request (30 s)."""
CHUNK = 1_000
BETWEEN = " | "


ALWAYS = ("@site", "@patient")
"""Columns that stand in front of each file anyway, whether or not they were chosen."""


def head(view: ListingView) -> list[str]:
    """The labels of the columns, with their forms and units; then what every download of ours ends with. No two are
    called the same: programs that read the file find columns by their names."""
    found = []
    for shown in (view.statement.shown[at] for at in _chosen(view)):
        column = shown.column
        form = f"{column.group}: " if column.form else ""
        found.append(f"{form}{column.label}{f' ({column.unit})' if column.unit else ''}")
    return distinct_names(
        ["Site", "Patient", "Form number", *found, *(["Struck out"] * view.is_with_struck), "Data"]
    )


def _chosen(view: ListingView) -> list[int]:
    return [at for at, shown in enumerate(view.statement.shown) if shown.key not in ALWAYS]


def distinct_names(names: list[str]) -> list[str]:
    """A second one of the same name, such as the same item of another visit, takes a number."""
    found: list[str] = []
    for name in names:
        number, free = 1, name
        while free in found:
            number += 1
            free = f"{name} ({number})"
        found.append(free)
    return found


def rows(view: ListingView) -> Iterator[list[str]]:
    """To be read within one snapshot: chunk after chunk, none twice and none left out."""
    chosen = _chosen(view)
    for start in range(0, min(view.count, MOST), CHUNK):
        for row in view.rows.page(start, CHUNK):
            cells = [BETWEEN.join(cell.words for cell in row.cells[at]) for at in chosen]
            number = row.spot.address if view.statement.source.definition else ""
            struck = [("struck out" if row.is_struck else "")] * view.is_with_struck
            yield [row.site, row.number, number, *cells, *struck, data_words()]


def file_name(view: ListingView, at: datetime) -> str:
    """`listing-adverse-events-20261122T0930Z.csv`."""
    return csv_file.file_name(f"listing-{view.listing.title.lower()[:50]}", at)
