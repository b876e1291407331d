"""Gathers what is printed: a visit, a log, a whole casebook, and blank forms for days without network."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from ecrf.access.models import User
from ecrf.access.reach import reach
from ecrf.access.roles import Right
from ecrf.casebook.book import Book
from ecrf.casebook.due import Outlook, VisitDue
from ecrf.casebook.models import Patient, Visit
from ecrf.casebook.outlooks import outlook_of
from ecrf.casebook.protocol import VisitPlan, protocol
from ecrf.casebook.registry import CRFS, CrfDefinition
from ecrf.casebook.wording import visit_label
from ecrf.checks.reading import RowTable, Sheet
from ecrf.checks.sheets import Shelf, blank_sheet, casebook_shelf, log_sheets, visit_sheets

READERS = (Right.ENTER, Right.REVIEW)
"""Either of these lets a person print what it lets them read."""

BLANK_ROWS = 3
"""How many rows of a kind a worksheet has room for, at least."""

BLANK_LINES = 10
"""How many entries a log's worksheet has room for, where an entry is one line."""

BLANK_BLOCKS = 3
"""The same, where the items of an entry stand below each other."""


@dataclass(frozen=True)
class Leaf:
    """What is printed on pages of its own under a header of its own: a visit or a log.

    `table` is the room for the entries of a log on its worksheet; `optional` are blank forms filled in if done.
    """

    key: str
    title: str
    sheets: list[Sheet] = field(default_factory=list)
    due: VisitDue | None = None
    optional: list[Sheet] = field(default_factory=list)
    table: RowTable | None = None
    visit_id: int | None = None

    @property
    def open_questions(self) -> int:
        return sum(sheet.open_questions for sheet in self.sheets)

    @property
    def standing(self) -> list[Sheet]:
        """The forms that are not struck out."""
        return [sheet for sheet in self.sheets if not sheet.is_struck]

    @property
    def recorded(self) -> int:
        """How many forms somebody has begun."""
        return sum(sheet.row is not None for sheet in self.standing)

    @property
    def struck(self) -> int:
        return len(self.sheets) - len(self.standing)

    @property
    def complete(self) -> int:
        return sum(sheet.state == "complete" for sheet in self.standing)


@dataclass(frozen=True)
class PrintedVisit:
    """A line of the casebook's contents: a visit of the schedule, and its leaf once the site has opened it."""

    due: VisitDue
    leaf: Leaf | None


@dataclass(frozen=True)
class PrintedCasebook:
    """Everything that stands in a patient's casebook."""

    outlook: Outlook
    visits: list[PrintedVisit]
    logs: list[Leaf]

    @property
    def leaves(self) -> list[Leaf]:
        """What has pages of its own: a log in which nothing is recorded stands in the contents only."""
        return [
            *(visit.leaf for visit in self.visits if visit.leaf),
            *(log for log in self.logs if log.sheets),
        ]


def reach_patient(user: User, number: str) -> Patient:
    """The patient with this number, if the user enters or reviews there."""
    return reach(user, Patient.objects.select_related("site"), *READERS, number=number)


def reach_visit(user: User, number: str, code: str) -> Visit:
    """An opened visit of that patient."""
    visits = Visit.objects.select_related("patient__site")
    return reach(user, visits, *READERS, patient__number=number, code=code)


def printed_visit(visit: Visit) -> Leaf:
    """Every form of one visit."""
    found = outlook_of(visit.patient)
    due = next((due for due in found.visits if due.plan.code == visit.code), None)
    return Leaf(visit.code, visit_label(visit), visit_sheets(visit), due, visit_id=visit.pk)


def printed_log(patient: Patient, definition: CrfDefinition) -> Leaf:
    """Every entry of a log, or the one form of a kind that belongs to no visit."""
    return _log_leaf(definition, log_sheets(patient, definition.key))


def printed_casebook(patient: Patient) -> PrintedCasebook:
    """Four statements at most, whatever the number of visits and entries."""
    book, trial = Book(patient), protocol()
    shelf = casebook_shelf(book)
    opened = {visit.code: visit for visit in patient.visits.order_by("pk")}
    entries = [row.entry for rows in shelf.rows.values() for row in rows]
    found = outlook_of(patient, book, entries, list(opened.values()))
    visits = [PrintedVisit(due, _visit_leaf(shelf, due, opened)) for due in found.visits]
    logs = [_log_leaf(CRFS[key], shelf.of_log(key)) for key in (*trial.logs, *trial.patient_forms)]
    return PrintedCasebook(found, visits, logs)


def _visit_leaf(shelf: Shelf, due: VisitDue, opened: dict[str, Visit]) -> Leaf | None:
    visit = opened.get(due.plan.code)
    if visit is None:
        return None
    return Leaf(visit.code, due.plan.label, shelf.at_visit(visit), due, visit_id=visit.pk)


def _log_leaf(definition: CrfDefinition, sheets: list[Sheet]) -> Leaf:
    """A form that is there once is printed blank until it is begun."""
    if not sheets and definition.key in protocol().patient_forms:
        sheets = [blank_sheet(definition)]
    return Leaf(definition.key, definition.plural, sheets)


def worksheet_plans() -> tuple[VisitPlan, ...]:
    """The visits of the schedule, those on demand among them."""
    return protocol().visits


def worksheet_logs() -> list[CrfDefinition]:
    """The kinds of form that belong to no visit."""
    return [CRFS[key] for key in (*protocol().logs, *protocol().patient_forms)]


def blank_visit(plan: VisitPlan) -> Leaf:
    """Every form of a visit plan, blank, and those that may be added there."""
    sheets = [sheet for key in plan.forms for sheet in _blank_forms(CRFS[key], plan.expected_of(key))]
    added = [blank_sheet(CRFS[key], rows=BLANK_ROWS) for key in plan.optional]
    return Leaf(plan.code, plan.label, sheets, optional=added)


def _blank_forms(kind: CrfDefinition, count: int) -> Iterable[Sheet]:
    for number in range(1, count + 1):
        title = kind.name_of(number) if count > 1 else kind.title
        yield blank_sheet(kind, number, title, rows=BLANK_ROWS)


def blank_log(definition: CrfDefinition) -> Leaf:
    """Room for several entries of a log; a form with rows of its own, or there once, is printed as a form."""
    if definition.rows or definition.key in protocol().patient_forms:
        return Leaf(definition.key, definition.plural, [blank_sheet(definition, rows=BLANK_ROWS)])
    is_wide = RowTable(definition, [], to_fill_in=True).is_wide
    count = BLANK_BLOCKS if is_wide else BLANK_LINES
    lines = [blank_sheet(definition, number) for number in range(1, count + 1)]
    return Leaf(definition.key, definition.plural, table=RowTable(definition, lines, to_fill_in=True))
