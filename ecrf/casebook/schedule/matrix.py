"""The patient's matrix: visits × forms, each cell with its state. Pages give the addresses."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property, partial
from itertools import count
from typing import Any

from ecrf.casebook.data import PatientData
from ecrf.casebook.labels import Names, names_in, words_of
from ecrf.casebook.log_pieces import query_with
from ecrf.casebook.models import Entry, Patient
from ecrf.casebook.schedule.completion import NOTHING, FormState, FormSums, form_state, sums_of
from ecrf.casebook.schedule.due import PatientEnd, ScheduleStatus, VisitDue, VisitState
from ecrf.casebook.schedule.ended import is_seen_again
from ecrf.casebook.schedule.status import (
    end_of,
    entries_of,
    planned_forms,
    schedule_status_forms,
    schedule_status_of,
    visits_with_struck,
)
from ecrf.forms.crf import Crf, MissingReason
from ecrf.forms.protocol import VisitPlan, protocol
from ecrf.forms.registry import CRFS, CrfDefinition
from ecrf.forms.words import said

LAST_ROWS = 50
"""How many rows of a log the patient's page lists."""


@dataclass(frozen=True)
class Cell:
    """One form at one visit; `form` is None where it is not planned there."""

    key: str
    form: FormState | None

    @property
    def state(self) -> str:
        return self.form.state if self.form else "none"

    @property
    def words(self) -> str:
        return self.form.words if self.form else ""


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

    schedule_status: ScheduleStatus
    columns: list[CrfDefinition]
    rows: list[MatrixRow]
    logs: list["Log"]
    on_demand: list[VisitPlan]
    struck_visits: int = 0
    """How many visits are struck out, which stand in none of the rows."""
    seen_again: bool = True
    """Whether the patient still comes to visits on demand; of one who does not, those of before the end are entered."""
    struck_codes: frozenset[str] = frozenset()
    left_on: date | None = None

    @property
    def empty_logs(self) -> list["Log"]:
        """The logs in which nothing is recorded."""
        return [log for log in self.logs if log.is_repeating and not log.lines]


@dataclass(frozen=True)
class MatrixLog:
    """One entry of a log: its number, its columns in words, its state; struck out or not."""

    entry: Entry
    own: list[Entry] = field(repr=False)
    """The entry, and those of its rows."""
    words: Callable[[], list[str]] = field(repr=False)

    @cached_property
    def cells(self) -> list[str]:
        """Its columns in words, only of those that a page shows: a log may have thousands."""
        return self.words()

    @cached_property
    def form(self) -> FormState:
        return form_state(self.entry.crf, self.own)

    @property
    def is_unfinished(self) -> bool:
        """Whether it is begun and not complete, as `form` says it."""
        return not self.entry.is_struck and not all(one.is_done for one in self.own if not one.is_struck)

    @property
    def number(self) -> int:
        return self.entry.number

    @property
    def entry_id(self) -> int:
        return self.entry.pk


@dataclass(frozen=True)
class Log:
    """The entries of one kind that belong to no visit."""

    definition: CrfDefinition
    heads: list[str]
    lines: list[MatrixLog]
    is_repeating: bool

    @property
    def shown(self) -> list[MatrixLog]:
        """The last ones: what is worked on."""
        return self.lines[-LAST_ROWS:]

    @property
    def is_cut(self) -> bool:
        return len(self.lines) > LAST_ROWS

    @property
    def unfinished(self) -> int:
        """How many are begun and not complete."""
        return sum(line.is_unfinished for line in self.lines)

    @property
    def query(self) -> str:
        """What the log's address ends with, where it shows its last row."""
        return query_with(self.lines[-1].number) if self.lines else ""


def matrix(patient: Patient, data: PatientData | None = None, *, for_reviewer: bool = False) -> Matrix:
    """Three statements, whatever the number of visits, forms and logs; what it reads stays in `data`, with what the
    story on the same page reads. `for_reviewer`: logs have the columns of the monitor's lists."""
    trial = protocol()
    data, known = data or PatientData(patient), visits_with_struck(patient)
    visits = [visit for visit in known if not visit.struck_at]
    entries = entries_of(patient, visits)
    data.load(*schedule_status_forms(), *trial.logs, *trial.patient_forms, *trial.story_reads)
    opened = {visit.code: visit.pk for visit in visits}
    seen = schedule_status_of(patient, data, entries, visits)
    columns = [CRFS[key] for key in trial.scheduled_crfs() if any(key in plan.forms for plan in trial.visits)]
    at_visit: dict[int | None, list[Entry]] = defaultdict(list)
    for entry in entries:
        at_visit[entry.visit_id].append(entry)
    visit_ids = [opened.get(due.plan.code) for due in seen.visits]
    end = end_of(data)
    sums = [sums_of(at_visit[pk]) if pk else {} for pk in visit_ids]
    rows = [
        MatrixRow(due, pk, cells_at(due, [definition.key for definition in columns], here, end))
        for due, pk, here in zip(seen.visits, visit_ids, sums, strict=True)
    ]
    logs = [
        _log(CRFS[key], data, entries, is_repeating=key in trial.logs, for_reviewer=for_reviewer)
        for key in (*trial.logs, *trial.patient_forms)
    ]
    ever_opened = {visit.code for visit in known}
    on_demand = on_demand_after(opened, ever_opened)
    struck = [visit.code for visit in known if visit.struck_at]
    left_on = end.ended_on if end else None
    return Matrix(
        seen, columns, rows, logs, on_demand, len(struck), is_seen_again(data), frozenset(struck), left_on
    )


def on_demand_after(opened: Iterable[str], ever_opened: Collection[str]) -> list[VisitPlan]:
    """The visits that may be opened when they are needed; of one that repeats, the next.

    `opened`: the codes of the visits that stand; `ever_opened`: with those that are struck out, whose numbers are
    never given again."""
    codes = set(opened)
    plans = []
    for plan in protocol().visits:
        if plan.on_demand and plan.repeats:
            plans.append(next(p for n in count(1) if (p := plan.numbered(n)).code not in ever_opened))
        elif plan.on_demand and plan.code not in codes:
            plans.append(plan)
    return plans


def cells_at(
    due: VisitDue, keys: Iterable[str], here: Mapping[str, FormSums], end: PatientEnd | None
) -> list[Cell]:
    """These forms at one visit, from what stands there: the one answer of patients' pages and of the grid of all."""
    planned = planned_forms(due.plan, missed=False, visited_on=due.visited_on, end=end)
    return [_cell_at(due, key, here.get(key, NOTHING), is_planned=key in planned) for key in keys]


def _cell_at(due: VisitDue, key: str, sums: FormSums, *, is_planned: bool) -> Cell:
    form = sums.state(due.plan.expected_of(key) if is_planned else 1)
    nothing_asked = not is_planned or due.missed or due.state == VisitState.NOT_EXPECTED
    return Cell(key, None if form.state == "empty" and nothing_asked else form)


def _log(
    definition: CrfDefinition,
    data: PatientData,
    entries: list[Entry],
    *,
    is_repeating: bool,
    for_reviewer: bool,
) -> Log:
    rows = {row.pk: row for row in data.with_struck(definition.key)}
    columns = (for_reviewer and definition.model.listed) or tuple(definition.column_items)
    names = names_in(data, definition)
    below: dict[int | None, list[Entry]] = defaultdict(list)
    for entry in entries:
        below[entry.parent_id].append(entry)
    lines = []
    for entry in (entry for entry in entries if entry.crf == definition.key):
        own = [entry, *below[entry.pk]]
        row = rows.get(entry.pk)
        words = partial(_cells, definition, row, columns, names, data)
        lines.append(MatrixLog(entry, own, words))
    return Log(definition, [_head(definition, name) for name in columns], lines, is_repeating)


def _cells(
    definition: CrfDefinition, row: Crf | None, columns: tuple[str, ...], names: Names, data: PatientData
) -> list[str]:
    return [_cell(definition, row, name, names, data) if row else "" for name in columns]


def _head(definition: CrfDefinition, name: str) -> str:
    """Of a column: an item, `link.item` of the form that a link names, or what a method says (`Crf.listed`)."""
    link, _, item = name.partition(".")
    if item:
        return str(CRFS[definition.links[link].to].items[item].verbose_name)
    if name in definition.items:
        return str(definition.items[name].verbose_name)
    return said(definition.model.listed_words[name])


def _cell(definition: CrfDefinition, row: Crf, name: str, names: Names, data: PatientData) -> str:
    link, _, item = name.partition(".")
    if item:
        to = definition.links[link].to
        named = [one for one in data.with_struck(to) if one.entry.link == getattr(row, link)]
        return _words(named[-1], item, CRFS[to].items[item], names) if named else ""
    if name in definition.items:
        return _words(row, name, definition.items[name], names)
    return str(getattr(row, name)())


def _words(row: Crf, name: str, item: Any, names: Names) -> str:
    """The value in words, or why there is none."""
    if name in row.missing_reasons:
        return str(MissingReason(row.missing_reasons[name]["reason"]).label).lower()
    return words_of(item, getattr(row, name), names)
