"""Whether a form or a visit is empty, begun, ready or complete: the one answer, from its entries."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import count, islice
from typing import Any

from django.utils.translation import pgettext, pgettext_lazy

from ecrf.casebook.models import Entry, Status
from ecrf.forms.protocol import VisitPlan
from ecrf.forms.registry import CRFS


@dataclass(frozen=True)
class FormState:
    """Of all entries of one kind in one place. `state`: empty, begun, ready (nothing missing) or complete.

    `missing`: required items that are empty; `count` entries of `expected`.
    """

    state: str
    missing: int = 0
    count: int = 0
    expected: int = 1

    @property
    def words(self) -> str:
        """The state, as people say it."""
        if self.state == "begun" and self.count < self.expected:
            words = pgettext(
                "so many forms are there of those that are expected", "%(count)s of %(expected)s"
            )
            return words % {"count": self.count, "expected": self.expected}
        if self.state == "begun":
            return pgettext("items of a form", "%(number)s left") % {"number": self.missing}
        return str(WORDS[self.state])


WORDS: dict[str, Any] = {
    "complete": pgettext_lazy("state of a form, in a table", "done"),
    "ready": pgettext_lazy("state of a form, in a table", "to complete"),
    "empty": pgettext_lazy("state of a form, in a table", "to do"),
}


@dataclass(frozen=True)
class FormSums:
    """What stands of one kind of form in one place, its rows with it: `count` forms, `missing` required items that are
    empty. Nothing that is struck out."""

    count: int = 0
    missing: int = 0
    all_complete: bool = True

    def state(self, expected: int = 1) -> FormState:
        """The one answer, whether the entries were summed up here or by the database."""
        if not self.count:
            return FormState("empty", 0, 0, expected)
        if self.count < expected or self.missing:
            return FormState("begun", self.missing, self.count, expected)
        return FormState("complete" if self.all_complete else "ready", 0, self.count, expected)


NOTHING = FormSums()


def sums_of(entries: Iterable[Entry]) -> dict[str, FormSums]:
    """{CRF key: what stands of it}, of the entries of one visit (or of no visit); rows count for their form."""
    by_form: dict[str, list[Entry]] = {}
    for entry in entries:
        definition = CRFS.get(entry.crf)
        key = (definition.row_of if definition else "") or entry.crf
        by_form.setdefault(key, []).append(entry)
    return {key: _sums(key, of_form) for key, of_form in by_form.items()}


def _sums(key: str, entries: Iterable[Entry]) -> FormSums:
    standing = [entry for entry in entries if not entry.is_struck]
    return FormSums(
        sum(entry.crf == key for entry in standing),
        sum(entry.missing for entry in standing),
        all(entry.status == Status.COMPLETE for entry in standing),
    )


def form_state(key: str, entries: Iterable[Entry], expected: int = 1) -> FormState:
    """The state of one kind of form, with its rows, or of one kind of row, among these entries of one visit (or of no
    visit)."""
    kinds = {key, *CRFS[key].rows}
    return _sums(key, (entry for entry in entries if entry.crf in kinds)).state(expected)


def numbers_at(entries: Iterable[Entry], planned: int) -> list[int]:
    """The numbers of one kind of form at a visit: those stored, and those planned; for one struck out, another."""
    standing = {entry.number: not entry.is_struck for entry in entries}
    free = (number for number in count(1) if number not in standing)
    return sorted([*standing, *islice(free, max(planned - sum(standing.values()), 0))])


def wanted_forms(planned: Iterable[str], entries: Iterable[Entry]) -> list[str]:
    """The kinds of form that a visit needs complete: those it asks for (`status.planned_forms`), and every other that
    was begun."""
    begun = [entry.crf for entry in entries if not entry.parent_id and not entry.is_struck]
    return list(dict.fromkeys([*planned, *begun]))


def visit_states(
    plan: VisitPlan | None, entries: Sequence[Entry], planned: Collection[str]
) -> dict[str, FormState]:
    """{CRF key: its state}, of every form the visit needs."""
    return states_at(plan, sums_of(entries), planned)


def states_at(
    plan: VisitPlan | None, sums: Mapping[str, FormSums], planned: Collection[str]
) -> dict[str, FormState]:
    """The same from what stands of each form."""
    begun = (key for key, form in sums.items() if form.count)
    return {
        key: sums.get(key, NOTHING).state(plan.expected_of(key) if plan and key in planned else 1)
        for key in dict.fromkeys([*planned, *begun])
    }


def missing_at(plan: VisitPlan | None, entries: Sequence[Entry], planned: Collection[str]) -> int:
    """How many required items are empty at the visit, in forms begun and not begun."""
    missing = 0
    for key, form in visit_states(plan, entries, planned).items():
        not_begun = max(form.expected - form.count, 0)
        missing += form.missing + not_begun * missing_when_not_begun(key, plan.code if plan else "")
    return missing


def missing_when_not_begun(key: str, visit: str = "") -> int:
    """How many required items one form of the kind lacks that nobody has begun, with its fixed rows, at the visit with
    this code."""
    definition = CRFS[key]
    rows = (CRFS[row] for row in definition.rows)
    fixed = sum(len(row.row_names) * row.missing_when_blank() for row in rows)
    return definition.missing_when_blank(visit) + fixed


def is_complete(states: Mapping[str, FormState]) -> bool:
    """Whether nothing is left to do at the visit of these forms."""
    return all(form.state == "complete" for form in states.values())
