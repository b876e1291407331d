"""A patient's rows, loaded in one statement: of each kind of form, in the order of the visits."""

from bisect import bisect_left
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from ecrf.casebook.laboratory.ranges import Range
from ecrf.casebook.models import Entry, Patient
from ecrf.casebook.patient_rows import load_rows
from ecrf.casebook.places import Place, is_at_its_place, keeps_its_place
from ecrf.casebook.stored_rows import lines_of
from ecrf.forms.crf import Crf
from ecrf.forms.protocol import protocol

# Of a patient who moved, each site's count for the days there: their validity is cut to these.
RANGES = """
    WITH moves AS (
        SELECT id, from_site_id, moved_on, lag(moved_on) OVER (ORDER BY id) AS came_on
        FROM casebook_transfer WHERE patient_id = %(patient)s
    ), stays AS (
        SELECT from_site_id AS site_id, came_on, moved_on - 1 AS until FROM moves
        UNION ALL SELECT p.site_id, (SELECT max(moved_on) FROM moves), NULL
        FROM casebook_patient p WHERE p.id = %(patient)s
    ), held AS (
        SELECT r.id, r.test, r.unit, r.low, r.high, r.sex,
            greatest(r.valid_from, s.came_on) AS valid_from, least(r.valid_to, s.until) AS valid_to
        FROM casebook_referencerange r JOIN stays s ON s.site_id = r.site_id WHERE r.withdrawn_at IS NULL
    )
    SELECT test, unit, low, high, sex, valid_from, valid_to FROM held
    WHERE valid_to IS NULL OR valid_from <= valid_to ORDER BY test, unit, sex, valid_from, id
"""


class Undeclared(LookupError):
    """A check asked for a form that it does not declare to read."""


def last_with(rows: list[Any], item: str) -> Any | None:
    """The last of these rows in which the item has a value."""
    return next((row for row in reversed(rows) if getattr(row, item) is not None), None)


class PatientData:
    """Read-only. Whatever is asked for at once is loaded by one statement, whatever the number of visits.

    `reads` limits which kinds may be asked for, so that a check reads nothing that it has not declared.
    Rows that are struck out are left out, save where `with_struck` asks for them.
    Of a fixed set, the rows with one name may be all that was loaded: who asks for the kind is given every row of it.
    """

    def __init__(self, patient: Patient, reads: frozenset[str] | None = None) -> None:
        self.patient = patient
        self.reads = reads
        self._named: dict[str, int] = {}
        self._rows: dict[str, list[Any]] = {}
        self._standing: dict[str, list[Any]] = {}
        self._days: dict[str, date | None] = {}
        self._ranks: dict[str, tuple[int, int]] = {}
        self._partial: dict[str, set[int]] = {}
        self._ranges: list[list[Range]] = []
        self.kept: dict[str, Any] | None = None
        """While many acts go together (`services.together`): what a floor above keeps from one to the next."""

    def limited_to(self, reads: frozenset[str], named: dict[str, int] | None = None) -> "PatientData":
        """The same patient data, opened at the declared kinds only; `named`: {key: number} of a fixed set of which
        the rows with this number are seen."""
        view = PatientData(self.patient, reads)
        view._named = named or {}
        view._rows, view._standing, view._ranges = self._rows, self._standing, self._ranges
        view._days, view._ranks, view._partial = self._days, self._ranks, self._partial
        return view

    def load(self, *keys: str) -> None:
        """Load these kinds, as far as they are not there whole, in one statement."""
        self._add(set(keys) - self._whole, {})

    def take(self, key: str, rows: list[Crf]) -> None:
        """Know all rows of a kind, which were loaded together with others."""
        self._rows[key] = rows
        self._sort([key])

    def load_beside(self, place: Place, keys: set[str]) -> None:
        """Load what recording at this place reads, in one statement. Of a fixed set whose kind is not among `keys`, the
        rows with the same name as the place's: nothing compares a haemoglobin with other tests."""
        key, wanted = place.definition.key, keys - self._whole
        numbers = {}
        if place.definition.row_names and key not in wanted and not self.covers(place):
            numbers = {key: place.number}
        self._add(wanted | set(numbers), numbers)

    @property
    def _whole(self) -> set[str]:
        """The kinds of which every row is loaded."""
        return set(self._rows) - set(self._partial)

    def _add(self, wanted: set[str], numbers: dict[str, int]) -> None:
        if wanted:
            wanted |= {protocol().visit_form} - set(self._rows)
            found = load_rows(self.patient, wanted, numbers=numbers)
            for key in wanted:
                beside = self._partial.pop(key, set())
                if key in numbers:
                    found[key] += self._rows.get(key, [])
                    self._partial[key] = beside | {numbers[key]}
            self._rows |= found
            self._sort(wanted)

    def covers(self, place: Place) -> bool:
        """Whether the row at this place is among those that are loaded, if there is one."""
        key = place.definition.key
        return key in self._rows and place.number in self._partial.get(key, {place.number})

    @property
    def loaded(self) -> frozenset[str]:
        """The kinds that are loaded."""
        return frozenset(self._rows)

    def put(self, key: str, row: Crf) -> None:
        """Let the row that is being written stand for its stored version; `covers` its place."""
        rows = self._rows[key]
        self._rows[key] = [*(r for r in rows if r.entry_id is None or r.entry_id != row.entry_id), row]
        self._sort([key] if key != protocol().visit_form else self._rows)

    def rows(self, key: str) -> list[Any]:
        """Every row of one kind of form, in the order of the visits, then of the number."""
        if self.reads is not None and key not in self.reads:
            raise Undeclared(f"A check reads {key} without declaring it.")
        number = self._named.get(key)
        if number not in self._partial.get(key, {number}):
            self.load(key)
        if key not in self._standing:
            self._standing[key] = [row for row in self._loaded(key) if not row.entry.is_struck]
        standing = self._standing[key]
        return standing if number is None else [row for row in standing if row.entry.number == number]

    def with_struck(self, key: str) -> list[Any]:
        """As `rows`, those that are struck out among them."""
        self.load(key)
        return self._rows[key]

    def _loaded(self, key: str) -> list[Any]:
        """The rows that are loaded, of a fixed set maybe not all."""
        if key not in self._rows:
            self.load(key)
        return self._rows[key]

    def row_at(self, place: Place) -> Crf | None:
        """The row at this place, if one is stored: for a kind whose other rows are looked at as well."""
        where = (place.visit.pk if place.visit else None, place.parent, place.number)
        for row in self._loaded(place.definition.key):
            entry = row.entry
            here = entry.visit_id, entry.parent.number if entry.parent else None, entry.number
            if where == here and keeps_its_place(entry):
                entry.patient, entry.visit = place.patient, place.visit
                return row  # type: ignore[no-any-return]
        return None

    def row_of_parent(self, place: Place) -> Crf | None:
        """The row of the form whose row stands at this place, or will."""
        above = place.above
        if above is None:
            return None
        return self.row_at(above) if self.covers(above) else stored_row(above)

    def one(self, key: str) -> Any | None:
        """The row of a form that a patient has once."""
        return next(iter(self.rows(key)), None)

    def at(self, key: str, visit_code: str) -> list[Any]:
        """The rows of one kind of form at one visit."""
        return [row for row in self.rows(key) if row.entry.visit and row.entry.visit.code == visit_code]

    def earlier(self, key: str, row: Crf) -> list[Any]:
        """The rows of the kind at earlier visits, the last one last."""
        rows = self.rows(key)
        return rows[: bisect_left(rows, self._rank(row), key=self._rank)]

    def previous(self, key: str, row: Crf) -> Any | None:
        """The last row of the kind at an earlier visit."""
        return next(reversed(self.earlier(key, row)), None)

    def last(self, key: str, row: Crf, item: str) -> Any | None:
        """The last row of the kind at an earlier visit in which the item has a value."""
        return last_with(self.earlier(key, row), item)

    def children(self, key: str, parent: Crf) -> list[Any]:
        """The rows of a row kind that belong to one entry."""
        return [r for r in self.rows(key) if r.entry.parent_id == parent.entry_id]

    def parent(self, key: str, row: Crf) -> Any | None:
        """The row of the form whose row this one is."""
        return next((r for r in self.rows(key) if r.entry_id == row.entry.parent_id), None)

    def linked(self, row: Crf, item: str) -> Any | None:
        """The row that a link item of this row names."""
        link: Any = row._meta.get_field(item)
        address = getattr(row, item)
        return next((r for r in self.rows(link.to) if address and r.entry.link == address), None)

    def linking(self, key: str, item: str, row: Crf) -> list[Any]:
        """The rows of one kind whose link item names this row."""
        return [r for r in self.rows(key) if getattr(r, item) == row.entry.link]

    @property
    def ranges(self) -> list[Range]:
        """The reference ranges of the patient's site, each day's own, save the withdrawn ones; loaded once."""
        if not self._ranges:
            self._ranges.append(load_ranges(self.patient))
        return self._ranges[0]

    @property
    def visit_days(self) -> dict[str, date | None]:
        """{visit code: its date}, of every visit whose form was begun and stands."""
        trial = protocol()
        if not self._days:
            rows = self._loaded(trial.visit_form)
            standing = (row for row in rows if not row.entry.struck_at)
            self._days |= {r.entry.visit.code: getattr(r, trial.visit_date_item) for r in standing}
        return self._days

    def _rank(self, row: Crf) -> tuple[int, int]:
        """The order of rows by their visit, each visit looked up once: a form may have hundreds of rows."""
        visit = row.entry.visit
        if visit is None:
            return -1, 0
        if visit.code not in self._ranks:
            self._ranks[visit.code] = protocol().rank(visit.code, self.visit_days)
        return self._ranks[visit.code]

    def _sort(self, keys: Any) -> None:
        if protocol().visit_form in keys:
            self._days.clear()
            self._ranks.clear()
            _ = self.visit_days  # before the sorting: a list that is being sorted looks empty

        def order(row: Crf) -> tuple[tuple[int, int], int, int]:
            entry = row.entry
            return self._rank(row), entry.parent.number if entry.parent else 0, entry.number

        for key in keys:
            self._rows[key].sort(key=order)
            self._standing.pop(key, None)


class LoadedRange(NamedTuple):
    """One reference range as it is looked up: of a site, not withdrawn."""

    test: str
    unit: str
    low: Decimal | None
    high: Decimal | None
    sex: str
    valid_from: date
    valid_to: date | None


def load_ranges(patient: Patient) -> list[Range]:
    """The reference ranges of the sites where the patient was, each for the days there, save the withdrawn ones."""
    return [LoadedRange(*line) for line in lines_of(RANGES, {"patient": patient.pk})]


def stored_row(place: Place) -> Crf | None:
    """The row at this place, if one is stored, by itself; one statement."""
    joined = "entry" if place.parent is None else "entry__parent"
    rows = place.definition.model._default_manager.select_related(joined)
    row = next(iter(rows.filter(place.held("entry__"))), None)
    if row:
        row.entry.patient, row.entry.visit = place.patient, place.visit
    return row


def at_their_places(rows: dict[str, list[Crf]]) -> dict[str, list[Crf]]:
    """Without what left its place to another (see `is_at_its_place`)."""
    return {key: [row for row in kind if is_at_its_place(row.entry)] for key, kind in rows.items()}


def left_their_places(rows: Iterable[Crf]) -> list[Entry]:
    """The forms among these that are struck out and left their place to another, the first one first."""
    left = [row.entry for row in rows if not row.entry.parent_id and not is_at_its_place(row.entry)]
    return sorted(left, key=lambda entry: entry.pk)
