"""The cells of the grid: one form, one visit or one log of one patient, each with its states in signs and in words."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from ecrf.casebook.labels import counted
from ecrf.casebook.schedule.completion import FormState
from ecrf.casebook.schedule.due import VisitDue, VisitState
from ecrf.casebook.schedule.matrix import Cell
from ecrf.forms.registry import CRFS
from ecrf.grid.spots import Mark, SpotStatus, review_marks, together, verification_mark
from ecrf.locks.models import LockKind

STATES: dict[str, Mark] = {
    "not-due": ("·", "not due"),
    "due": ("◇", "due"),
    "overdue": ("‼", "overdue"),
    "missed": ("⊘", "missed"),
    "to-do": ("○", "to do"),
    "begun": ("◔", "begun"),
    "ready": ("◑", "nothing missing, to complete"),
    "complete": ("✓", "complete"),
    "recorded": ("", "nothing recorded"),
}
"""{what is entered of a cell: its sign and words}; a blank cell has none. The keys stand in addresses."""
OF_VISIT = {
    VisitState.DONE: "complete",
    VisitState.MISSED: "missed",
    VisitState.BEGUN: "begun",
    VisitState.DUE: "due",
    VisitState.OVERDUE: "overdue",
    VisitState.UPCOMING: "not-due",
    VisitState.NOT_EXPECTED: "",
}
WITH_DAY = {"due": "due {0.due_on}", "overdue": "overdue since {0.closes_on}"}


@dataclass(frozen=True)
class FormCell:
    """The forms of one kind at one visit, or in one log: `form` as the patient's pages say it, None where none is."""

    key: str
    state: str
    form: FormState | None
    status: SpotStatus
    is_log: bool = False

    @property
    def missing(self) -> int:
        """Required items that are empty in what was begun."""
        return self.form.missing if self.form else 0

    @cached_property
    def states(self) -> frozenset[str]:
        """Everything that the list can be narrowed to and that holds here."""
        return frozenset(_states(self.state, self.missing, self.status))

    @property
    def marks(self) -> list[Mark]:
        if self.is_log and self.form:
            return _marks(self.state, self.missing, self.status, str(self.form.count))
        return _marks(self.state, self.missing, self.status)


@dataclass(frozen=True)
class VisitCell:
    """One visit of one patient with all its forms; `visit_id` is None until the site opens it."""

    due: VisitDue
    visit_id: int | None
    forms: tuple[FormCell, ...]

    @property
    def state(self) -> str:
        return OF_VISIT[self.due.state]

    @cached_property
    def states(self) -> frozenset[str]:
        """What holds of the visit or of any of its forms."""
        return frozenset({self.state} - {""}).union(*(form.states for form in self.forms))

    @property
    def missing(self) -> int:
        return sum(form.missing for form in self.forms)

    @property
    def queries(self) -> int:
        return sum(form.status.queries for form in self.forms)

    @property
    def marks(self) -> list[Mark]:
        """Those of its forms together; of one that is begun, which are left."""
        if not self.forms or not self.state:
            return []
        if self.visit_id is None:
            sign, words = STATES[self.state]
            return [(sign, WITH_DAY.get(self.state, words).format(self.due))]
        stored = [form for form in self.forms if form.form and form.form.count]
        whole = together(form.status for form in stored or self.forms)
        done = [form.status for form in stored if form.state == "complete"]
        whole.planned, whole.verified = (sum(s.planned for s in done), sum(s.verified for s in done))
        marks = _marks(self.state, self.missing, whole)
        marks.insert(1, ("", f"{self.due.visited_on}" if self.due.visited_on else ""))
        held = sum(bool(form.status.hold) for form in stored)
        if held and not whole.hold:
            marks.append((f"■{held}", f"{counted(held, 'form')} locked or frozen"))
        if self.state == "begun":
            marks += [("", words) for words in _left(self.forms)]
        return [mark for mark in marks if any(mark)]


def form_cell(due: VisitDue, cell: Cell, status: SpotStatus) -> FormCell:
    """What the patient's page says of the form; before it is begun, what it says of the visit."""
    if cell.form is None:
        is_missed = due.missed and cell.key in due.plan.forms
        return FormCell(cell.key, "missed" if is_missed else "", None, status)
    ahead = OF_VISIT[due.state] if due.is_awaited and due.state != VisitState.BEGUN else "to-do"
    return FormCell(cell.key, ahead if cell.state == "empty" else cell.state, cell.form, status)


def log_cell(key: str, form: FormState, status: SpotStatus) -> FormCell:
    """All entries of a log, or the one form that belongs to no visit."""
    return FormCell(key, "recorded" if form.state == "empty" else form.state, form, status, is_log=True)


def _left(forms: Iterable[FormCell]) -> Iterator[str]:
    for state in ("to-do", "begun", "ready"):
        titles = [CRFS[form.key].title for form in forms if form.state == state]
        if titles:
            yield f"{STATES[state][1]}: {', '.join(titles)}"


def _marks(state: str, missing: int, status: SpotStatus, count: str = "") -> list[Mark]:
    if not state:
        return []
    sign, words = STATES[state]
    is_complete = state == "complete"
    counted_words = f"{count} recorded" if state == "recorded" else f"{count} {words}".strip()
    marks = [(f"{sign}{missing or count}", counted_words)]
    if missing:
        marks.append(("", f"{missing} missing"))
    if is_complete:
        sign = f"●{status.left}" if status.left > 0 else "◉" if status.planned else ""
        marks.append((sign, verification_mark(status)[1].removeprefix("complete, ")))
    marks += review_marks(status, is_complete=is_complete)
    if is_complete and not (status.is_signed or status.is_broken):
        marks.append(("", "not signed"))
    return marks


def _states(state: str, missing: int, status: SpotStatus) -> Iterator[str]:
    if state:
        yield state
    if missing:
        yield "missing"
    if status.queries:
        yield "queries"
    if status.is_broken:
        yield "broken"
    if status.hold:
        yield "locked" if status.hold == LockKind.LOCK else "frozen"
    if state != "complete":
        return
    yield "signed" if status.is_signed else "unsigned"
    if status.left > 0:
        yield "to-verify"
    if status.verified > 0:
        yield "partly-verified" if status.left > 0 else "verified"
