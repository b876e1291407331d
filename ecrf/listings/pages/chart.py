"""A chart of a listing: two numbers, or a day and a number, of all its rows; the page holds the values as a table."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from ecrf.access.joined import in_a_row
from ecrf.listings.columns.column import CellKind
from ecrf.listings.pages.page import ListingView
from ecrf.listings.reading.rows import ListingCell, ListingRow
from ecrf.listings.reading.statement import ShownColumn

MOST = 2_000
WHOLE_DAY = len("2026-11-22")


@dataclass(frozen=True)
class ChartPoint:
    """One point: as it is drawn (a day in ISO 8601, numbers with a point), as it is read, and where it leads."""

    number: str
    x: str
    y: str
    x_words: str
    y_words: str
    url: str


@dataclass(frozen=True)
class ListingChart:
    """`x` and `y` name columns of the listing; before somebody asks for it, it is offered and not drawn."""

    view: ListingView
    x: str
    y: str
    is_asked: bool

    @property
    def choices(self) -> list[tuple[str, str]]:
        """What can stand along the bottom."""
        return [(one.key, _label(one)) for one in self.view.statement.shown if one.column.can_be_drawn]

    @property
    def numbers(self) -> list[tuple[str, str]]:
        """What can stand up the side."""
        return [(one.key, _label(one)) for one in self.view.statement.shown if one.column.is_number]

    def _shown(self, key: str, choices: list[tuple[str, str]]) -> ShownColumn | None:
        found = next((one for one in self.view.statement.shown if one.key == key), None)
        return found if found and key in dict(choices) else None

    @cached_property
    def columns(self) -> tuple[ShownColumn, ShownColumn] | None:
        """Those that are drawn; None until both are chosen."""
        x, y = self._shown(self.x, self.choices), self._shown(self.y, self.numbers)
        return (x, y) if self.is_asked and x and y else None

    @property
    def x_label(self) -> str:
        return _label(self.columns[0]) if self.columns else ""

    @property
    def y_label(self) -> str:
        return _label(self.columns[1]) if self.columns else ""

    @property
    def is_of_days(self) -> bool:
        return self.columns is not None and not self.columns[0].column.is_number

    @cached_property
    def points(self) -> list[ChartPoint]:
        """Of the rows as they are narrowed and sorted, all pages; what has no whole day, or no number, is no point."""
        rows = self.view.rows.page(0, MOST) if self.columns else []
        return [point for row in rows for point in self._of(row)]

    @property
    def left_out(self) -> int:
        """Rows beyond those that are drawn."""
        return max(self.view.count - MOST, 0)

    def _of(self, row: ListingRow) -> Iterator[ChartPoint]:
        assert self.columns is not None
        x, y = self.columns
        shown = self.view.statement.shown
        for one, other in _pairs(x, y, row.cells[shown.index(x)], row.cells[shown.index(y)]):
            if _can_stand(x, one.raw) and _can_stand(y, other.raw):
                url = self.view.links.form(row, other.spot, other.item)
                yield ChartPoint(row.number, str(one.raw), str(other.raw), one.words, other.words, url)


def _pairs(
    x: ShownColumn, y: ShownColumn, xs: list[ListingCell], ys: list[ListingCell]
) -> Iterator[tuple[ListingCell, ListingCell]]:
    """Those of one form with each other, the row's own with each; of two forms, only where each is there once."""
    if x.place == y.place:
        yield from zip(xs, ys, strict=True)
    elif not x.place or not y.place or (len(xs) == len(ys) == 1):
        yield from ((one, other) for one in xs for other in ys)


def _can_stand(shown: ShownColumn, raw: Any) -> bool:
    if raw is None or isinstance(raw, dict | list):
        return False
    return shown.column.kind != CellKind.PARTIAL_DAY or len(raw) == WHOLE_DAY


def _label(shown: ShownColumn) -> str:
    return in_a_row(shown.column.label, shown.column.unit)
