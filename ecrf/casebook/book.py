"""A patient's casebook, read: the rows of each kind of form in the order of the schedule, each kind loaded once."""

from typing import Any

from ecrf.casebook.models import Crf, Patient
from ecrf.casebook.places import Place
from ecrf.casebook.protocol import protocol
from ecrf.casebook.registry import CRFS

COMPARED: set[str] = set()
"""Kinds of form of which a check compares the row with those of other visits: they are loaded together."""


class Undeclared(LookupError):
    """A check asked for a form that it does not declare to read."""


class Book:
    """Read-only. `rows` costs one statement per kind of form, whatever the number of visits.

    `reads` limits which kinds may be asked for, so that a check reads nothing that it has not declared.
    """

    def __init__(self, patient: Patient, reads: frozenset[str] | None = None) -> None:
        self.patient = patient
        self.reads = reads
        self._rows: dict[str, list[Any]] = {}

    def limited_to(self, reads: frozenset[str]) -> "Book":
        """The same book, opened at the declared kinds only."""
        view = Book(self.patient, reads)
        view._rows = self._rows
        return view

    def put(self, key: str, row: Crf) -> None:
        """Let the row that is being written stand for its stored version."""
        rows = self._load(key)
        self._rows[key] = sorted(
            [*(r for r in rows if r.entry_id is None or r.entry_id != row.entry_id), row], key=_order
        )

    def rows(self, key: str) -> list[Any]:
        """Every row of one kind of form, in the order of the schedule, then of the number."""
        if self.reads is not None and key not in self.reads:
            raise Undeclared(f"A check reads {key} without declaring it.")
        return self._load(key)

    def row_at(self, place: Place) -> Crf | None:
        """The row at this place, if one is stored: for a kind whose other rows are looked at as well."""
        where = (place.visit.pk if place.visit else None, place.parent, place.number)
        for row in self._load(place.definition.key):
            entry = row.entry
            if where == (entry.visit_id, entry.parent.number if entry.parent else None, entry.number):
                entry.patient, entry.visit = place.patient, place.visit
                return row  # type: ignore[no-any-return]
        return None

    def one(self, key: str) -> Any | None:
        """The row of a form that a patient has once."""
        return next(iter(self.rows(key)), None)

    def at(self, key: str, visit_code: str) -> list[Any]:
        """The rows of one kind of form at one visit."""
        return [row for row in self.rows(key) if row.entry.visit and row.entry.visit.code == visit_code]

    def previous(self, key: str, row: Crf) -> Any | None:
        """The last row of the kind at an earlier visit of the schedule."""
        here = _order(row)[0]
        return next((r for r in reversed(self.rows(key)) if _order(r)[0] < here), None)

    def children(self, key: str, parent: Crf) -> list[Any]:
        """The rows of a row kind that belong to one entry."""
        return [r for r in self.rows(key) if r.entry.parent_id == parent.entry_id]

    def parent(self, key: str, row: Crf) -> Any | None:
        """The row of the form whose row this one is."""
        return next((r for r in self.rows(key) if r.entry_id == row.entry.parent_id), None)

    def _load(self, key: str) -> list[Any]:
        if key not in self._rows:
            definition = CRFS[key]
            joined = ("entry__visit", "entry__parent") if definition.row_of else ("entry__visit",)
            found = definition.model._default_manager.filter(entry__patient=self.patient)
            self._rows[key] = sorted(found.select_related(*joined), key=_order)
        return self._rows[key]


def _order(row: Crf) -> tuple[int, int, int]:
    entry = row.entry
    visit = protocol().order(entry.visit.code) if entry.visit else -1
    return visit, entry.parent.number if entry.parent else 0, entry.number
