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


def head(view: ListingView) -> list[str]:
    """The labels of the columns, with their forms and units; then what every download of ours ends with."""
    found = []
    for shown in view.statement.shown:
        column = shown.column
        form = f"{column.group}: " if column.form else ""
        found.append(f"{form}{column.label}{f' ({column.unit})' if column.unit else ''}")
    return ["Site", "Patient", "Form number", *found, *(["Struck out"] * view.is_with_struck), "Data"]


def rows(view: ListingView) -> Iterator[list[str]]:
    """To be read within one snapshot: chunk after chunk, none twice and none left out."""
    for start in range(0, min(view.count, MOST), CHUNK):
        for row in view.rows.page(start, CHUNK):
            cells = [BETWEEN.join(cell.words for cell in one) for one in row.cells]
            number = row.spot.address if view.statement.source.definition else ""
            struck = [("struck out" if row.is_struck else "")] * view.is_with_struck
            yield [row.site, row.number, number, *cells, *struck, data_words()]


def file_name(view: ListingView, at: datetime) -> str:
    """`listing-adverse-events-20261122T0930Z.csv`."""
    return csv_file.file_name(f"listing-{view.listing.title.lower()[:50]}", at)
