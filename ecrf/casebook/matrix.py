"""The patient's matrix: visits × forms, each cell with its state. Pages give the addresses."""

from dataclasses import dataclass
from typing import Any

from ecrf.casebook.due import Outlook, VisitDue, VisitState
from ecrf.casebook.models import Crf, Entry, Patient, Status
from ecrf.casebook.outlooks import outlook_of
from ecrf.casebook.protocol import VisitPlan, protocol
from ecrf.casebook.registry import CRFS, CrfDefinition

WORDS_OF = 5
"""How many of a form's first items tell what a log's line is about."""


@dataclass(frozen=True)
class Cell:
    """One form at one visit: none (not planned), empty, begun, ready, complete."""

    key: str
    state: str
    missing: int = 0
    count: int = 0
    expected: int = 1

    @property
    def words(self) -> str:
        """The state, as people say it."""
        if self.state == "begun" and self.count < self.expected:
            return f"{self.count} of {self.expected}"
        return {
            "complete": "done",
            "ready": "to complete",
            "begun": f"{self.missing} left",
            "empty": "to do",
        }[self.state]


@dataclass(frozen=True)
class MatrixRow:
    """One visit of the patient with its cells; `visit_id` is None until the site opens the visit."""

    due: VisitDue
    visit_id: int | None
    cells: list[Cell]

    @property
    def is_open(self) -> bool:
        return self.visit_id is not None


@dataclass(frozen=True)
class Matrix:
    """A patient's whole casebook at a glance."""

    outlook: Outlook
    columns: list[CrfDefinition]
    rows: list[MatrixRow]
    logs: list["Log"]
    on_demand: list[VisitPlan]


@dataclass(frozen=True)
class LogLine:
    """One entry of a log: its number, its first values in words, its state."""

    entry_id: int
    number: int
    words: str
    state: str
    state_words: str


@dataclass(frozen=True)
class Log:
    """The entries of one kind that belong to no visit."""

    definition: CrfDefinition
    lines: list[LogLine]
    is_repeating: bool


def matrix(patient: Patient) -> Matrix:
    """Two statements for the entries and the visits and one per log, beside the outlook's four."""
    trial = protocol()
    entries = list(patient.entries.select_related("visit").order_by("number"))
    seen = outlook_of(patient)
    columns = [CRFS[key] for key in trial.scheduled_crfs() if any(key in plan.forms for plan in trial.visits)]
    opened = dict(patient.visits.values_list("code", "pk"))
    rows = [
        MatrixRow(due, opened.get(due.plan.code), [_cell(due, d.key, entries) for d in columns])
        for due in seen.visits
    ]
    logs = [
        _log(patient, CRFS[key], entries, key in trial.logs) for key in (*trial.logs, *trial.patient_forms)
    ]
    on_demand = [plan for plan in trial.visits if plan.on_demand and plan.code not in opened]
    return Matrix(seen, columns, rows, logs, on_demand)


def _cell(due: VisitDue, key: str, entries: list[Entry]) -> Cell:
    if key not in due.plan.forms:
        return Cell(key, "none")
    at_visit = [e for e in entries if e.visit and e.visit.code == due.plan.code]
    here = [e for e in at_visit if e.crf == key]
    with_rows = [e for e in at_visit if e.crf == key or e.crf in CRFS[key].rows]
    if not here:
        not_asked = due.state in (VisitState.MISSED, VisitState.NOT_EXPECTED)
        return Cell(key, "none" if not_asked else "empty")
    missing, expected = sum(entry.missing for entry in with_rows), due.plan.expected_of(key)
    if len(here) < expected:
        return Cell(key, "begun", missing, len(here), expected)
    if not missing and all(entry.status == Status.COMPLETE for entry in with_rows):
        return Cell(key, "complete", count=len(here))
    return Cell(key, "begun" if missing else "ready", missing, len(here))


def _log(patient: Patient, definition: CrfDefinition, entries: list[Entry], is_repeating: bool) -> Log:
    mine = [entry for entry in entries if entry.crf == definition.key]
    found = definition.model._default_manager.filter(entry__patient=patient) if mine else []
    rows = {row.pk: row for row in found}
    lines = [_log_line(definition, entry, rows.get(entry.pk)) for entry in mine]
    return Log(definition, lines, is_repeating)


def _log_line(definition: CrfDefinition, entry: Entry, row: Crf | None) -> LogLine:
    texts = [
        _words(item, getattr(row, name, None)) for name, item in list(definition.items.items())[:WORDS_OF]
    ]
    complete = entry.status == Status.COMPLETE
    return LogLine(
        entry_id=entry.pk,
        number=entry.number,
        words=" · ".join(text for text in texts if text),
        state="complete" if complete else "begun",
        state_words="complete"
        if complete
        else f"{entry.missing} missing"
        if entry.missing
        else "to complete",
    )


def _words(item: Any, value: Any) -> str:
    """The value in words; a yes or no says to which question."""
    words = str(item.words(value))
    return f"{item.verbose_name} {words}" if isinstance(value, bool) else words
