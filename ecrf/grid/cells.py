"""The cells of the grid: one form, one visit or one log of one patient, each with its states in signs and in words."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import get_language, gettext, ngettext, pgettext, pgettext_lazy

from ecrf.casebook.schedule.completion import FormState
from ecrf.casebook.schedule.due import VisitDue, VisitState
from ecrf.casebook.schedule.matrix import Cell
from ecrf.forms.registry import CRFS
from ecrf.grid.spots import Mark, SpotStatus, review_marks, together, verification_mark
from ecrf.locks.models import LockKind

STATES: dict[str, tuple[str, Promise]] = {
    "not-due": ("·", pgettext_lazy("state of a cell", "not due")),
    "due": ("◇", pgettext_lazy("state of a cell", "due")),
    "overdue": ("‼", pgettext_lazy("state of a cell", "overdue")),
    "missed": ("⊘", pgettext_lazy("state of a visit", "missed")),
    "to-do": ("○", pgettext_lazy("state of a form", "to do")),
    "begun": ("◔", pgettext_lazy("state of a form", "begun")),
    "ready": ("◑", pgettext_lazy("state of a form", "nothing missing, to complete")),
    "complete": ("✓", pgettext_lazy("state of a form", "complete")),
    "recorded": ("", pgettext_lazy("state of a log", "nothing recorded")),
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
    def calls(self) -> str:
        """What it calls for, before all that its state says: a signature or an answer."""
        return "broken" if self.status.is_broken else "queries" if self.status.queries else ""

    @cached_property
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
    def calls(self) -> str:
        """What any of its forms calls for."""
        found = {form.calls for form in self.forms}
        return next((call for call in ("broken", "queries") if call in found), "")

    @cached_property
    def missing(self) -> int:
        return sum(form.missing for form in self.forms)

    @property
    def queries(self) -> int:
        return sum(form.status.queries for form in self.forms)

    @cached_property
    def marks(self) -> list[Mark]:
        """Those of its forms together; of one that is begun, which are left."""
        if not self.forms or not self.state:
            return []
        if self.visit_id is None:
            return [(STATES[self.state][0], self._awaited_words)]
        stored = [form for form in self.forms if form.form and form.form.count]
        whole = together(form.status for form in stored or self.forms)
        done = [form.status for form in stored if form.state == "complete"]
        whole.planned, whole.verified = (sum(s.planned for s in done), sum(s.verified for s in done))
        marks = _marks(self.state, self.missing, whole)
        marks.insert(1, ("", f"{self.due.visited_on}" if self.due.visited_on else ""))
        held = sum(bool(form.status.hold) for form in stored)
        if held and not whole.hold:
            marks.append((f"■{held}", _held_words(held)))
        if self.state == "begun":
            marks += [("", words) for words in _left(self.forms)]
        return [mark for mark in marks if any(mark)]

    @property
    def _awaited_words(self) -> str:
        """Of a visit that is not open."""
        if self.state == "due":
            return gettext("due %(day)s") % {"day": self.due.due_on}
        if self.state == "overdue":
            return gettext("overdue since %(day)s") % {"day": self.due.closes_on}
        return str(STATES[self.state][1])


def _held_words(number: int) -> str:
    words = ngettext("%(number)d form locked or frozen", "%(number)d forms locked or frozen", number)
    return words % {"number": number}


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
            words = {"state": STATES[state][1], "forms": gettext(", ").join(titles)}
            yield gettext("%(state)s: %(forms)s") % words


def _marks(state: str, missing: int, status: SpotStatus, count: str = "") -> list[Mark]:
    """Of a thousand cells most say one of a few dozen things: each is put into words once."""
    return list(_marks_of(get_language(), state, missing, count, status.as_tuple)) if state else []


@lru_cache(maxsize=4_096)
def _marks_of(
    language: str | None, state: str, missing: int, count: str, given: tuple[Any, ...]
) -> tuple[Mark, ...]:
    status = SpotStatus(*given)
    sign, words = STATES[state]
    is_complete = state == "complete"
    marks = [(f"{sign}{missing or count}", _counted(state, str(words), count))]
    if missing:
        marks.append(("", gettext("%(number)d missing") % {"number": missing}))
    if is_complete:
        sign = f"●{status.left}" if status.left > 0 else "◉" if status.planned else ""
        marks.append((sign, verification_mark(status, is_said_complete=True)[1]))
    marks += review_marks(status, is_complete=is_complete)
    if is_complete and not (status.is_signed or status.is_broken):
        marks.append(("", pgettext("a form", "not signed")))
    return tuple(marks)


def _counted(state: str, words: str, count: str) -> str:
    """Of a log, with how many entries it has."""
    if state == "recorded":
        return gettext("%(number)s recorded") % {"number": count}
    return gettext("%(number)s %(state)s") % {"number": count, "state": words} if count else words


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
