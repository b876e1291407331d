"""What the page shows of one entry: a form to read, and what its fields hold, what was typed, what is left to do."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import gettext

from ecrf.casebook.carrying import carries
from ecrf.casebook.history import HistoryLine
from ecrf.casebook.labels import numbered_title
from ecrf.casebook.places import Place
from ecrf.casebook.record.hooks import Recorded
from ecrf.casebook.record.values import Shown, for_page, shown
from ecrf.casebook.striking import can_be_struck
from ecrf.checks.models import Discrepancy, DiscrepancyState
from ecrf.checks.registry import CHECKS
from ecrf.entry.addresses import PagePlace
from ecrf.entry.visit.guard import Withheld
from ecrf.entry.visit.item_input import ItemInput
from ecrf.forms.crf import Crf
from ecrf.formview.form_view import FormView
from ecrf.formview.row_table import RowTable
from ecrf.locks.models import Lock
from ecrf.queries.models import Query

SEEN = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))
IN_AN_ATTRIBUTE = str.maketrans({"&": "&amp;", "<": "&lt;", "'": "&#39;"})


@dataclass(frozen=True)
class Linking:
    """An entry that names another one: in words, and where it stands."""

    words: str
    url: str


def _in_an_attribute(states: Mapping[str, Any]) -> SafeString:
    return SafeString(SEEN.encode(states).translate(IN_AN_ATTRIBUTE))


@dataclass(kw_only=True)
class FormInput(FormView):
    """One entry on the page, stored or still to begin; `draft` holds what the system derives for it before.

    `is_wanted`: whether the visit needs it; `is_folded`: out of sight, since the visit was missed; `is_too_late`: not
    wanted, since the patient had left.
    `changes`: of items that changed after completion, the last change. `arrival`: what moved the form here. `undoes`:
    what a change that waits for its reason would undo. `lock`: what keeps it from being changed; its fields are then
    for reading. `conversations`: what the site asks and notes at its items. `no_answer`: why the reader may not answer
    or ask now. `table_row`: which row of a log's table it is. `typed`: what was typed and not saved; `read_from`: what
    was typed and is saved now. `proposed`: what its fields show though nothing is stored.
    """

    where: PagePlace
    place: Place
    tables: Sequence["RowGroup"] = ()
    previous: Crf | None = None
    queries: dict[str, list[Query]] = field(default_factory=dict)
    conversations: dict[str, list[Query]] = field(default_factory=dict)
    typed: dict[str, str] = field(default_factory=dict)
    read_from: dict[str, str] = field(default_factory=dict)
    proposed: dict[str, str] = field(default_factory=dict)
    is_wanted: bool = True
    is_folded: bool = False
    is_too_late: bool = False
    choices: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    linked_from: list[Linking] = field(default_factory=list)
    more_linked_from: int = 0
    trouble: str = ""
    note: str = ""
    draft: Crf | None = None
    changes: dict[str, HistoryLine] = field(default_factory=dict)
    arrival: HistoryLine | None = None
    undoes: dict[str, list[str]] = field(default_factory=dict)
    lock: Lock | Withheld | None = None
    no_answer: str = ""
    recorded: Recorded = None  # type: ignore[assignment]
    table_row: int = 0

    def __post_init__(self) -> None:
        self.recorded = self.recorded or Recorded(self.place)

    @classmethod
    def at(cls, where: PagePlace, place: Place, row: Crf | None = None, **shown: Any) -> "FormInput":
        """The entry at a place. A row is called by its name or number: its form stands around it."""
        definition, number = place.definition, place.number
        title = (
            definition.name_of(number) if place.parent else numbered_title(definition, number, place.visit)
        )
        return cls(
            definition=definition,
            title=title,
            address=place.address,
            visit_code=place.visit.code if place.visit else "",
            where=where,
            place=place,
            row=row,
            **shown,
        )

    @property
    def takes_over(self) -> bool:
        """Whether it may take something over from the form of its kind that stands before it at the visit."""
        return bool(self.where.visit) and self.place.number > 1 and carries(self.definition)

    @property
    def asks_when_left(self) -> bool:
        """Whether a check waits until the site goes on to another form."""
        return any(check.late and check.on == self.definition.key for check in CHECKS.values())

    @property
    def shown_row(self) -> Crf | None:
        return self.row or self.draft

    @property
    def in_a_line(self) -> str:
        """What the entry is about, in one line."""
        return self.definition.in_a_line(self.row) if self.row else ""

    @property
    def can_be_struck(self) -> bool:
        return self.row is not None and can_be_struck(self.row.entry)

    @cached_property
    def item_views(self) -> dict[str, ItemInput]:
        return {name: ItemInput(self, name, item) for name, item in self.definition.items.items()}

    @property
    def not_saved(self) -> list[ItemInput]:
        """What was typed into it or its rows and is not stored: shown where a struck out form has no fields."""
        below = [row for group in self.tables for row in group.form_views]
        return [form_input.item_views[name] for form_input in [self, *below] for name in form_input.typed]

    @property
    def not_taken(self) -> list[tuple[ItemInput, str]]:
        """What a save did not take, each with why, in the order of the form."""
        done = self.recorded
        why = dict.fromkeys(
            done.wants_reason, gettext("the form is complete; give the reason for the change.")
        )
        why |= dict.fromkeys(done.conflicts, gettext("somebody changed this meanwhile."))
        why |= done.refused
        return [(view, why[name]) for name, view in self.item_views.items() if name in why]

    @property
    def columns(self) -> list[ItemInput]:
        """The items that stand in the row of a log's table; the others open below it."""
        return [self.item_views[name] for name in self.definition.column_items]

    def answered(self, saved: ItemInput) -> list[ItemInput]:
        """The entered items whose questions a save of one of them shows: its own, and those that are asked about."""
        asked = {discrepancy.item for discrepancy in self.discrepancies} | {saved.name}
        return [self.item_views[name] for name in self.definition.entered if name in asked]

    @property
    def calculated(self) -> list[ItemInput]:
        return [self.item_views[name] for name in self.definition.calculated]

    @cached_property
    def missing_items(self) -> list[str]:
        """Its own required items that are empty, without those of its rows."""
        return self.definition.missing(self.row, self.visit_code)

    @property
    def open_questions(self) -> int:
        """How many questions the site has still to answer, in the form and its rows: those of checks, and queries."""
        own = sum(
            discrepancy.state == DiscrepancyState.OPEN
            for discrepancy in self.discrepancies
            if not self.has_query(discrepancy)
        )
        own += sum(query.is_sites_turn for queries in self.queries.values() for query in queries)
        return own + sum(row.open_questions for group in self.tables for row in group.form_views)

    @property
    def has_queries(self) -> bool:
        """Whether anything was ever asked in the form or its rows: a save may then move the number in the head."""
        return bool(self.queries) or any(row.has_queries for group in self.tables for row in group.form_views)

    def has_query(self, discrepancy: Discrepancy) -> bool:
        """Whether what the check asks is asked in a query: it is then shown and answered there."""
        return any(query.discrepancy_id == discrepancy.pk for query in self.queries.get(discrepancy.item, ()))

    @cached_property
    def seen(self) -> dict[str, Shown]:
        """What the page shows of every item that is not blank: its text, or the reason for none."""
        if self.row is None:
            return {}
        states = {name: shown(self.definition, self.row, name) for name in self.definition.entered}
        return {name: state for name, state in states.items() if state}

    @property
    def seen_json(self) -> SafeString:
        """The same for an attribute in single quotes."""
        return _in_an_attribute({name: for_page(state) for name, state in self.seen.items()})

    @property
    def proposed_json(self) -> SafeString:
        """What stands in its fields that nobody typed and nobody stored, likewise; "" for nothing."""
        drawn = {n: t for n, t in self.proposed.items() if n not in self.typed and n not in self.seen}
        return _in_an_attribute(drawn) if drawn else SafeString("")


@dataclass(frozen=True)
class RowGroup(RowTable):
    """The rows of one kind under a form, whose own row is `parent`."""

    form_views: Sequence[FormInput]
    parent: Crf | None = None

    @property
    def without_range(self) -> list[FormInput]:
        """The rows for which the site has no reference range on the day."""
        return [p for p in self._unflagged if not getattr(p.shown_row, "waits_for_sex", False)]

    @property
    def waiting_for_sex(self) -> list[FormInput]:
        """The rows for which it has one for each sex, and the patient's is not known."""
        return [p for p in self._unflagged if getattr(p.shown_row, "waits_for_sex", False)]

    @property
    def names_without_range(self) -> str:
        return gettext(", ").join(p.title for p in self.without_range)

    @property
    def names_waiting_for_sex(self) -> str:
        return gettext(", ").join(p.title for p in self.waiting_for_sex)

    @property
    def _unflagged(self) -> list[FormInput]:
        return [p for p in self.form_views if not getattr(p.shown_row, "has_range", True)]
