"""A review screen as a table for spreadsheets: its rows in words, each with its time on the site's clock and in UTC."""

from collections.abc import Iterator
from datetime import datetime

from ecrf.access.models import Site
from ecrf.trail import csv_file
from ecrf.trail.csv_file import at_site, data_words, utc
from ecrf.trail.review import Screen, ScreenRows

COLUMNS = (
    *("screen", "at_utc", "at_site", "time_zone", "site", "patient", "place", "item", "what", "count"),
    *("by", "reason", "data"),
)
"""Their names and order never change; a new one is put before `data`. `count`: days late, changes or saves."""
MOST = 20_000
"""How many rows one file may hold."""


def rows(screen: Screen) -> Iterator[list[str]]:
    """The latest first, as on the screen."""
    for found in screen.rows:
        cells = _when_and_where(found) | _what(found, screen)
        yield [cells[column] for column in COLUMNS]


def _when_and_where(found: ScreenRows) -> dict[str, str]:
    return {
        "at_utc": utc(found.at),
        "at_site": at_site(found.at),
        "time_zone": found.site.time_zone,
        "site": found.site.code,
        "patient": found.patient,
        "place": found.place,
    }


def _what(found: ScreenRows, screen: Screen) -> dict[str, str]:
    return {
        "screen": screen.title,
        "item": found.label,
        "what": found.what,
        "count": "" if found.count is None else str(found.count),
        "by": found.actor,
        "reason": found.why,
        "data": data_words(),
    }


def counts(screen: Screen, where: list[Site]) -> list[tuple[Site, int]]:
    """How many of the rows are of each site."""
    return [(site, sum(found.site.pk == site.pk for found in screen.rows)) for site in where]


def file_name(key: str, site: Site | None, at: datetime) -> str:
    """`stands-out-late-site-01-20261122T0930Z.csv`."""
    return csv_file.file_name(f"stands-out-{key}-{f'site-{site.code}' if site else 'all-sites'}", at)
