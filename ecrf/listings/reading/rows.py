"""The rows of a listing, read: the same number of statements a page, however many rows there are."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import Any

from ecrf.casebook.labels import short_name, standing_last
from ecrf.casebook.stored_rows import lines_of
from ecrf.forms.registry import CRFS
from ecrf.listings.models import RowMark
from ecrf.listings.reading.statement import ListingStatement, ShownColumn

Names = Mapping[tuple[str, str], str]
DECODER = json.JSONDecoder(parse_float=Decimal)


@dataclass(frozen=True)
class FormSpot:
    """Where a form of a row stands: enough to lead there. `parent`: the number of the form whose row it is."""

    crf: str
    entry: int | None
    visit: int | None
    code: str | None
    number: int
    parent: int | None

    @property
    def address(self) -> str:
        return f"{self.parent}.{self.number}" if self.parent is not None else str(self.number)


@dataclass(frozen=True)
class ListingCell:
    """One value in words, and of which form it is; `raw` is what the database gave."""

    words: str
    spot: FormSpot
    item: str
    raw: Any

    @property
    def is_reason(self) -> bool:
        """Whether it says why there is no value."""
        return isinstance(self.raw, dict)


@dataclass(frozen=True)
class ListingRow:
    """`cells`: of each column, as many as there are forms beside the row; one of the row's own form."""

    key: str
    patient: int
    number: str
    site: str
    spot: FormSpot
    item: str
    is_struck: bool
    digest: str
    mark: int | None
    is_reviewed: bool
    cells: list[list[ListingCell]]
    signer: RowMark | None = None


@dataclass(frozen=True)
class RowLine:
    """What the database gave of a row: its own values, its states, and a list of lines for each form beside it."""

    key: Any
    patient: int
    number: str
    site: str
    spot: FormSpot
    item: str
    is_struck: bool
    digest: str
    mark: int | None
    marked: str | None
    own: list[Any]
    states: list[Any]
    beside: list[list[list[Any]]]


@dataclass
class ListingRows:
    """Reads the rows of one statement."""

    statement: ListingStatement
    names: dict[int, Names] = field(default_factory=dict)

    def count(self) -> int:
        return int(lines_of(*self.statement.count())[0][0])

    def page(self, start: int, most: int) -> list[ListingRow]:
        ids = [key for (key,) in lines_of(*self.statement.page(start, most))]
        return self.of(ids)

    def of(self, ids: list[Any]) -> list[ListingRow]:
        """The rows with these ids, in their order; one that is not there (any more) is left out."""
        if not ids:
            return []
        by_key = {line.key: line for line in map(self._line, lines_of(*self.statement.details(ids)))}
        lines = [by_key[key] for key in ids if key in by_key]
        names, marks = self._names(lines), self._marks(lines)
        return [self._row(line, names.get(line.patient, {}), marks) for line in lines]

    def _line(self, found: tuple[Any, ...]) -> RowLine:
        key, patient, number, site, visit, code, entry, crf, item, *rest = found
        own_number, parent, is_struck, own, states, digest, mark, marked, *beside = rest
        crf = crf or (self.statement.source.key if self.statement.source.definition else "")
        spot = FormSpot(crf or "", entry, visit, code, own_number, parent)
        decoded = [DECODER.decode(text) if text else [] for text in beside]
        return RowLine(
            key, patient, number, site, spot, item or "", bool(is_struck), digest, mark, marked,
            DECODER.decode(own), DECODER.decode(states), decoded,
        )  # fmt: skip

    def _row(self, line: RowLine, names: Names, marks: Mapping[int, RowMark]) -> ListingRow:
        cells = [list(self._cells(line, shown, names)) for shown in self.statement.shown]
        signer = marks.get(line.mark) if line.mark else None
        return ListingRow(
            str(line.key), line.patient, line.number, line.site, line.spot, line.item, line.is_struck, line.digest,
            line.mark, line.marked is not None and line.marked == line.digest, cells, signer,
        )  # fmt: skip

    def _cells(self, line: RowLine, shown: ShownColumn, names: Names) -> Iterator[ListingCell]:
        column = shown.column
        if not shown.place:
            raw = (line.states if column.is_state else line.own)[shown.at]
            yield ListingCell(column.words(raw, names), line.spot, column.item, raw)
            return
        form = self.statement.definition.joined[shown.place - 1].form
        for entry, visit, code, parent, number, *values in line.beside[shown.place - 1]:
            raw = values[shown.at]
            spot = FormSpot(form, entry, visit, code, number, parent)
            yield ListingCell(column.words(raw, names), spot, column.item, raw)

    def _links(self, lines: Iterable[RowLine]) -> dict[str, set[int]]:
        """{kind of form: the patients of whom a link on the page names one}."""
        found: dict[str, set[int]] = {}
        links = [shown for shown in self.statement.shown if shown.column.to]
        for line in lines:
            for shown in links:
                rows = [line.own] if not shown.place else [one[5:] for one in line.beside[shown.place - 1]]
                if any(isinstance(values[shown.at], str) for values in rows):
                    found.setdefault(shown.column.to, set()).add(line.patient)
        return found

    def _names(self, lines: list[RowLine]) -> dict[int, dict[tuple[str, str], str]]:
        """{patient id: what links name}; one statement for each kind of form that is named."""
        found: dict[int, dict[tuple[str, str], str]] = {}
        for to, patients in self._links(lines).items():
            rows = CRFS[to].model._default_manager.filter(entry__patient__in=patients, entry__crf=to)
            for row in standing_last(rows.select_related("entry__visit")):
                found.setdefault(row.entry.patient_id, {})[to, row.entry.link] = short_name(row)
        return found

    def _marks(self, lines: list[RowLine]) -> dict[int, RowMark]:
        """Who reviewed which of the rows, and when; one statement, and none where nothing is marked."""
        ids = [line.mark for line in lines if line.mark]
        return RowMark.objects.select_related("reviewed_by").in_bulk(ids) if ids else {}


@dataclass(frozen=True)
class ListingPage:
    """Some rows; `start` of them come before."""

    rows: list[ListingRow]
    count: int
    start: int
    size: int

    @cached_property
    def first(self) -> int:
        return self.start + 1 if self.rows else 0

    @property
    def last(self) -> int:
        return self.start + len(self.rows)

    @property
    def previous(self) -> int | None:
        return max(self.start - self.size, 0) if self.start else None

    @property
    def next(self) -> int | None:
        return self.last if self.last < self.count else None
