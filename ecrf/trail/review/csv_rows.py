"""A review screen as a table for spreadsheets: its rows in words, each with its time on the site's clock and in UTC."""

from collections.abc import Iterator
from datetime import datetime

from ecrf.access.models import Site
from ecrf.trail.download import csv_file
from ecrf.trail.download.csv_file import at_site, data_words, utc
from ecrf.trail.review.screens import Screen, ScreenRows

COLUMNS = (
    *("screen", "at_utc", "at_site", "time_zone", "site", "patient", "place", "item", "what", "count"),
    *("by", "reason", "data"),
)
"""Their names and order never change; a new one is put before `data`. `count`: days late, changes or saves."""
MOST = 20_000
"""How many rows one file may hold."""


def rows(screen: Screen) -> Iterator[list[str]]:
    """The latest first, as on the screen."""
    for row in screen.rows:
        cells = _when_and_where(row) | _what(row, screen)
        yield [cells[column] for column in COLUMNS]


def _when_and_where(row: ScreenRows) -> dict[str, str]:
    return {
        "at_utc": utc(row.at),
        "at_site": at_site(row.at),
        "time_zone": row.site.time_zone,
        "site": row.site.code,
        "patient": row.patient,
        "place": row.place,
    }


def _what(row: ScreenRows, screen: Screen) -> dict[str, str]:
    return {
        "screen": screen.title,
        "item": row.label,
        "what": row.what,
        "count": "" if row.count is None else str(row.count),
        "by": row.actor,
        "reason": row.why,
        "data": data_words(),
    }


def counts(screen: Screen, where: list[Site]) -> list[tuple[Site, int]]:
    """How many of the rows are of each site."""
    return [(site, sum(row.site.pk == site.pk for row in screen.rows)) for site in where]


def file_name(key: str, site: Site | None, at: datetime) -> str:
    """`stands-out-late-site-01-20261122T0930Z.csv`."""
    return csv_file.file_name(f"stands-out-{key}-{f'site-{site.code}' if site else 'all-sites'}", at)
