"""A patient's rows, loaded in one statement: of each kind of form, in the order of the visits."""

from bisect import bisect_left
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from ecrf.casebook.laboratory.ranges import Range
from ecrf.casebook.models import Entry, Patient
from ecrf.casebook.ordered_rows import OrderedRows
from ecrf.casebook.patient_rows import load_rows
from ecrf.casebook.places import Place, is_at_its_place, keeps_its_place
from ecrf.casebook.stored_rows import lines_of
from ecrf.forms.crf import Crf
from ecrf.forms.protocol import protocol
from ecrf.forms.registry import CRFS

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
        self._rows: dict[str, OrderedRows] = {}
        self._days: dict[str, date | None] = {}
        self._ranks: dict[str, tuple[int, int]] = {}
        self._partial: dict[str, set[int]] = {}
        self._ranges: list[list[Range]] = []
        self.kept: dict[Any, Any] | None = None
        """While many acts go together (`services.together`): what a floor above keeps from one to the next."""
        self.puts = 0
        """How many rows were put here since they were loaded: what a write that failed has left of itself."""

    def limited_to(self, reads: frozenset[str], named: dict[str, int] | None = None) -> "PatientData":
        """The same patient data, opened at the declared kinds only; `named`: {key: number} of a fixed set of which
        the rows with this number are seen."""
        view = PatientData(self.patient, reads)
        view._named = named or {}
        view._rows, view._ranges = self._rows, self._ranges
        view._days, view._ranks, view._partial = self._days, self._ranks, self._partial
        return view

    def load(self, *keys: str) -> None:
        """Load these kinds, as far as they are not there whole, in one statement."""
        self._add(set(keys) - self.whole, {})

    def take(self, key: str, rows: list[Crf]) -> None:
        """Know all rows of a kind, which were loaded together with others."""
        self._order({key: rows})

    def load_beside(self, place: Place, keys: set[str]) -> None:
        """Load what recording at this place reads, in one statement. Of a fixed set whose kind is not among `keys`, the
        rows with the same name as the place's: nothing compares a haemoglobin with other tests."""
        key, wanted = place.definition.key, keys - self.whole
        numbers = {}
        if place.definition.row_names and key not in wanted and not self.covers(place):
            numbers = {key: place.number}
        self._add(wanted | set(numbers), numbers)

    @property
    def is_whole(self) -> bool:
        """Whether every row of every kind is loaded."""
        return not self._partial and self._rows.keys() >= CRFS.keys()

    @property
    def whole(self) -> set[str]:
        """The kinds of which every row is loaded."""
        return set(self._rows) - set(self._partial) if self._partial else set(self._rows)

    def _add(self, wanted: set[str], numbers: dict[str, int]) -> None:
        if wanted:
            wanted |= {protocol().visit_form} - set(self._rows)
            found = load_rows(self.patient, wanted, numbers=numbers)
            for key in wanted:
                beside = self._partial.pop(key, set())
                if key in numbers:
                    found[key] += self._rows[key].every if key in self._rows else []
                    self._partial[key] = beside | {numbers[key]}
            self._order(found)

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
        self.puts += 1
        if key != protocol().visit_form:
            self._rows[key].put(row, self._place)
            return
        before = self._dated_visits
        self._rows[key].put(row, self._place)
        self._days.clear()
        if self._dated_visits != before:  # the order of the visits follows from their days
            self._ranks.clear()
            for kind in self._rows.values():
                kind.sort(self._place)

    @property
    def _dated_visits(self) -> dict[str, date]:
        return {code: day for code, day in self.visit_days.items() if day}

    def rows(self, key: str) -> list[Any]:
        """Every row of one kind of form, in the order of the visits, then of the number."""
        kind, number = self._kind(key)
        return kind.standing if number is None else kind.standing_by("number", number)

    def _kind(self, key: str) -> tuple[OrderedRows, int | None]:
        """The rows of a kind that may be asked for, and the number of those that are seen; None for all."""
        if self.reads is not None and key not in self.reads:
            raise Undeclared(f"A check reads {key} without declaring it.")
        number = self._named.get(key)
        if number not in self._partial.get(key, {number}):
            self.load(key)
        return self._loaded(key), number

    def _where(self, key: str, what: str, value: int | str | None) -> list[Any]:
        """Of `rows`, those that are found by this."""
        kind, number = self._kind(key)
        found = kind.standing_by(what, value)
        return found if number is None else [row for row in found if row.entry.number == number]

    def with_struck(self, key: str) -> list[Any]:
        """As `rows`, those that are struck out among them."""
        self.load(key)
        return self._rows[key].every

    def every_row(self) -> list[Any]:
        """Of all kinds, those that are struck out among them."""
        self.load(*CRFS)
        return [row for key in CRFS for row in self.with_struck(key)]

    def highest(self, key: str, visit: int | None, parent: int | None) -> int:
        """The highest number that was ever given to one of the kind at the visit with this id, or of the rows of its
        form with the number `parent`; 0 if there is none."""
        self.load(key)
        siblings = self._rows[key].by("form", (visit, parent))
        return siblings[-1].entry.number if siblings else 0

    def _loaded(self, key: str) -> OrderedRows:
        """The rows that are loaded, of a fixed set maybe not all."""
        if key not in self._rows:
            self.load(key)
        return self._rows[key]

    def row_at(self, place: Place) -> Crf | None:
        """The row at this place, if one is stored: for a kind whose other rows are looked at as well."""
        where = (place.visit.pk if place.visit else None, place.parent, place.number)
        for row in self._loaded(place.definition.key).by("place", where):
            entry = row.entry
            if keeps_its_place(entry):
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
        return self._where(key, "visit", visit_code)

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
        return self._where(key, "parent", parent.entry_id)

    def parent(self, key: str, row: Crf) -> Any | None:
        """The row of the form whose row this one is."""
        return next(iter(self._where(key, "own", row.entry.parent_id)), None)

    def linked(self, row: Crf, item: str) -> Any | None:
        """The row that a link item of this row names."""
        link: Any = row._meta.get_field(item)
        address = getattr(row, item)
        return next(iter(self._where(link.to, "link", address)), None) if address else None

    def has_link(self, key: str, link: str) -> bool:
        """Whether a row of the kind stands that a link would name so."""
        return bool(self._where(key, "link", link))

    def linking(self, key: str, item: str, row: Crf) -> list[Any]:
        """The rows of one kind whose link item names this row."""
        return [r for r in self.rows(key) if getattr(r, item) == row.entry.link]

    def alike(self, key: str, row: Crf, *items: str) -> list[Any]:
        """The other rows of the kind that say the same in all of these items: capitals and blanks make no difference,
        and what is empty is like nothing."""
        kind, number = self._kind(key)
        found = kind.alike(row, items)
        return found if number is None else [one for one in found if one.entry.number == number]

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
            rows = self._loaded(trial.visit_form).every
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

    def _place(self, row: Crf) -> tuple[tuple[int, int], int, int]:
        """By what the rows of a kind are ordered."""
        entry = row.entry
        return self._rank(row), entry.parent.number if entry.parent else 0, entry.number

    def _order(self, found: dict[str, list[Any]]) -> None:
        """Know these rows of their kinds, in their order."""
        self._rows |= {key: OrderedRows(rows) for key, rows in found.items()}
        if protocol().visit_form in found:
            self._days.clear()
            self._ranks.clear()
        for key in found:
            self._rows[key].sort(self._place)


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
