"""Loads forms to read: of one visit, of one entry, of a whole casebook, or blank. Each in a few statements."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from functools import cached_property

from ecrf.access.joined import headed
from ecrf.casebook.data import PatientData, left_their_places
from ecrf.casebook.labels import entry_in_a_line, form_title, numbered_title, standing_last
from ecrf.casebook.log_pieces import LogPiece
from ecrf.casebook.models import Entry, Patient, Visit
from ecrf.casebook.patient_rows import load_rows
from ecrf.casebook.places import is_at_its_place
from ecrf.casebook.schedule.completion import numbers_at, wanted_forms
from ecrf.casebook.schedule.status import planned_forms, was_missed
from ecrf.checks.discrepancies import discrepancies_on
from ecrf.checks.models import Discrepancy, DiscrepancyState
from ecrf.forms.crf import Crf
from ecrf.forms.protocol import protocol
from ecrf.forms.registry import CRFS, CrfDefinition
from ecrf.formview.form_view import FormView, Names
from ecrf.formview.row_table import SIDE_BY_SIDE, RowTable

Rows = dict[str, list[Crf]]


@dataclass(frozen=True)
class LoadedForms:
    """What was loaded, and how a form to read is taken from it. Rows that are struck out are among them."""

    rows: Rows = field(default_factory=dict)
    discrepancies: dict[int, list[Discrepancy]] = field(default_factory=dict)
    names: Names = field(default_factory=dict)

    def at_visit(self, visit: Visit) -> list[FormView]:
        """Every form that the visit needs or has, those not begun too; of a struck out visit, those it has."""
        if visit.struck_at:
            kinds = [CRFS[key] for key, at in self._rows_at if at == visit.pk]
            return [
                self.form_view(kind, n, visit)
                for kind in kinds
                for n in sorted(self._by_number(kind.key, visit.pk))
            ]
        plan, here = protocol().plan(visit.code), self._entries_at(visit)
        missed = was_missed(self._visit_form(visit))
        planned = planned_forms(plan, missed=missed)
        expected = {key: plan.expected_of(key) if plan else 1 for key in planned}
        kinds = [CRFS[key] for key in wanted_forms(planned, here) if key in CRFS]
        return [
            self.form_view(kind, n, visit) for kind in kinds for n in self._numbers(kind, visit, expected)
        ]

    def left_at(self, visit: Visit) -> list[FormView]:
        """The forms that were struck out by themselves at the visit and left their place to another."""
        here = [row for kind in self.rows.values() for row in kind if row.entry.visit_id == visit.pk]
        return [self._left(entry) for entry in left_their_places(here)]

    def left_in_log(self, key: str) -> list[FormView]:
        """The same of a kind that belongs to no visit."""
        here = [row for row in self.rows[key] if row.entry.visit_id is None]
        return [self._left(entry) for entry in left_their_places(here)]

    def _left(self, entry: Entry) -> FormView:
        form_view = self.alone(entry)
        form_view.id = f"{form_view.id}-{entry.pk}"  # another may stand on the same page
        return form_view

    def of_log(self, key: str) -> list[FormView]:
        """Every form of a kind that belongs to no visit."""
        return [self.form_view(CRFS[key], n, None) for n in sorted(self._by_number(key, None))]

    def form_view(self, kind: CrfDefinition, number: int, visit: Visit | None) -> FormView:
        """The form with this number at the visit, begun or not, with its rows."""
        row = self._by_number(kind.key, visit.pk if visit else None).get(number)
        return self._with_tables(kind, number, visit, row)

    def _with_tables(
        self, kind: CrfDefinition, number: int, visit: Visit | None, row: Crf | None
    ) -> FormView:
        form_view = self._form_view(kind, numbered_title(kind, number, visit), str(number), row)
        form_view.visit_code = visit.code if visit else ""
        form_view.tables = [self._table(CRFS[key], form_view) for key in kind.rows]
        return form_view

    def alone(self, entry: Entry) -> FormView:
        """One entry with its rows, or one row of a form."""
        kind = CRFS[entry.crf]
        row = next((r for r in self.rows[kind.key] if r.entry_id == entry.pk), None)
        if entry.parent_id is None:
            return self._with_tables(kind, entry.number, entry.visit, row)
        return self._form_view(kind, form_title(entry), entry.address, row)

    def _numbers(self, kind: CrfDefinition, visit: Visit, expected: dict[str, int]) -> list[int]:
        stored = self._by_number(kind.key, visit.pk).values()
        if stored and not kind.can_repeat:
            return [row.entry.number for row in stored]
        return numbers_at([row.entry for row in stored], expected.get(kind.key, 0))

    def _table(self, kind: CrfDefinition, above: FormView) -> RowTable:
        stored = self._rows_below.get((kind.key, above.entry_id), {})
        numbers = sorted({*stored, *range(1, len(kind.row_names) + 1)})
        return RowTable(kind, [self._row(kind, above, n, stored.get(n)) for n in numbers])

    def _row(self, kind: CrfDefinition, above: FormView, number: int, row: Crf | None) -> FormView:
        title = form_title(row.entry) if row else headed(above.title, kind.name_of(number))
        return self._form_view(kind, title, f"{above.address}.{number}", row)

    def _form_view(self, kind: CrfDefinition, title: str, address: str, row: Crf | None) -> FormView:
        discrepancies = self.discrepancies.get(row.entry_id, []) if row else []
        return FormView(kind, title, address, row, discrepancies, names=self.names)

    def _by_number(self, key: str, visit: int | None) -> dict[int, Crf]:
        return self._rows_at.get((key, visit), {})

    @cached_property
    def _rows_at(self) -> dict[tuple[str, int | None], dict[int, Crf]]:
        """{(CRF key, visit id): {number: the row}}, of forms that are no row of another."""
        found: dict[tuple[str, int | None], dict[int, Crf]] = defaultdict(dict)
        for row in standing_last(
            row
            for key, kind in self.rows.items()
            if not CRFS[key].row_of
            for row in kind
            if is_at_its_place(row.entry)
        ):
            found[row.entry.crf, row.entry.visit_id][row.entry.number] = row
        return found

    @cached_property
    def _rows_below(self) -> dict[tuple[str, int | None], dict[int, Crf]]:
        """{(CRF key, id of the form whose rows they are): {number: the row}}."""
        found: dict[tuple[str, int | None], dict[int, Crf]] = defaultdict(dict)
        for row in (row for key, kind in self.rows.items() if CRFS[key].row_of for row in kind):
            found[row.entry.crf, row.entry.parent_id][row.entry.number] = row
        return found

    def _entries_at(self, visit: Visit) -> list[Entry]:
        return [r.entry for kind in self.rows.values() for r in kind if r.entry.visit_id == visit.pk]

    def _visit_form(self, visit: Visit) -> Crf | None:
        rows = self._by_number(protocol().visit_form, visit.pk).values()
        return next((row for row in rows if visit.struck_at or not row.entry.struck_at), None)


def visit_form_views(visit: Visit) -> list[FormView]:
    """Every form of the visit; three statements at most."""
    return load_visit(visit).at_visit(visit)


def load_visit(visit: Visit, data: PatientData | None = None) -> LoadedForms:
    """Everything of the visit, in three statements at most. `data` takes the visit forms of the other visits along."""
    key = protocol().visit_form
    rows = load_rows(visit.patient, CRFS, [visit.pk], whole=[key] if data else ())
    if data:
        data.take(key, rows[key])
        rows[key] = [row for row in rows[key] if row.entry.visit_id == visit.pk]
    return _loaded(visit.patient, rows)


def entry_form_view(entry: Entry) -> FormView:
    """One form with its rows, or one row; three statements at most. Of a log, nothing of its other forms."""
    keys, number = [entry.crf, *CRFS[entry.crf].rows], (entry.parent or entry).number
    if entry.visit_id:
        rows = load_rows(entry.patient, keys, [entry.visit_id])
    else:
        rows = load_rows(entry.patient, keys, numbers=dict.fromkeys(keys, (number, number)))
    return _loaded(entry.patient, rows).alone(entry)


def log_form_views(patient: Patient, key: str, piece: LogPiece) -> list[FormView]:
    """The forms of one kind that belong to no visit, those of one piece of the log; three statements at most."""
    return load_log(patient, key, piece).of_log(key)


def load_log(patient: Patient, key: str, piece: LogPiece | None = None) -> LoadedForms:
    """Everything of one kind that belongs to no visit, or one piece of it; three statements at most."""
    keys = [key, *CRFS[key].rows]
    limits = dict.fromkeys(keys, (piece.first, piece.last)) if piece else {}
    return _loaded(patient, load_rows(patient, keys, numbers=limits))


def load_casebook(data: PatientData) -> LoadedForms:
    """Everything of a patient: one statement for all rows, one for the discrepancies."""
    data.load(*CRFS)
    return _loaded(data.patient, {key: data.with_struck(key) for key in CRFS}, CRFS)


def _loaded(patient: Patient, rows: Rows, whole: Collection[str] = ()) -> LoadedForms:
    """The rows with what checks ask about them and what their links name; `whole`: the kinds all of whose rows these
    are."""
    discrepancies: dict[int, list[Discrepancy]] = defaultdict(list)
    for discrepancy in discrepancies_on([row.entry_id for kind in rows.values() for row in kind]):
        if discrepancy.state != DiscrepancyState.CLEARED:  # what no longer holds is history
            discrepancies[discrepancy.entry_id].append(discrepancy)
    return LoadedForms(rows, discrepancies, _names(patient, rows, whole))


def blank_form_view(
    kind: CrfDefinition, number: int = 1, title: str = "", rows: int = 0, visit: str = ""
) -> FormView:
    """A form that nobody has begun, at the visit with this code; of each kind of row all names, or at least so many."""
    form_view, tables = FormView(kind, title or kind.title, str(number), visit_code=visit), []
    for key in kind.rows:
        below = CRFS[key]
        count = len(below.row_names) or room_for(below, max(below.blank_rows, rows))
        inner = [FormView(below, below.name_of(n), f"{number}.{n}") for n in range(1, count + 1)]
        tables.append(RowTable(below, inner, to_fill_in=True))
    form_view.tables = tables
    return form_view


def room_for(kind: CrfDefinition, rows: int) -> int:
    """So many blank rows, or more where the last block of a wide table has room left."""
    return -(-rows // SIDE_BY_SIDE) * SIDE_BY_SIDE if RowTable(kind, [], to_fill_in=True).is_wide else rows


def _names(patient: Patient, rows: Rows, loaded: Collection[str] = ()) -> Names:
    """What the links of these rows name, in words; one statement where something is named that is not `loaded`."""
    targets = _named_kinds(rows)
    stored = rows if targets <= set(loaded) else load_rows(patient, targets)
    named = standing_last(row for key in targets for row in stored[key])
    return {(row.entry.crf, row.entry.link): entry_in_a_line(row) for row in named}


def _named_kinds(rows: Rows) -> set[str]:
    kinds: Iterable[tuple[CrfDefinition, list[Crf]]] = ((CRFS[key], found) for key, found in rows.items())
    return {link.to for kind, found in kinds if found for link in kind.links.values()}
