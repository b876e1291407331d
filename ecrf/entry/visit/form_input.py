"""What the page shows of one entry: its items, its rows, what is left to do in it, what names it."""

import json
from dataclasses import dataclass, field
from functools import cached_property

from ecrf.casebook.history import HistoryLine
from ecrf.casebook.places import Place
from ecrf.casebook.record.hooks import Recorded
from ecrf.casebook.schedule.completion import FormState, form_state
from ecrf.casebook.striking import can_be_struck
from ecrf.checks.models import Discrepancy, DiscrepancyState
from ecrf.entry.addresses import PagePlace, html_id, item_url
from ecrf.entry.visit.item_input import ItemInput
from ecrf.forms.crf import Crf
from ecrf.forms.registry import CrfDefinition
from ecrf.locks.models import Lock
from ecrf.queries.models import Query


@dataclass(frozen=True)
class Linking:
    """An entry that names another one: in words, and where it stands."""

    words: str
    url: str


@dataclass
class FormInput:
    """One entry on the page, stored or still to begin; `draft` holds what the system derives for it before.

    `changes`: of items that changed after completion, the last change. `undoes`: what a change that waits for its
    reason would undo. `lock`: the freeze or lock that holds it; its fields are then for reading.
    """

    where: PagePlace
    place: Place
    row: Crf | None = None
    previous: Crf | None = None
    discrepancies: list[Discrepancy] = field(default_factory=list)
    queries: dict[str, list[Query]] = field(default_factory=dict)
    typed: dict[str, str] = field(default_factory=dict)
    rows: list["RowGroup"] = field(default_factory=list)
    expected: int = 1
    is_wanted: bool = True
    choices: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    linked_from: list[Linking] = field(default_factory=list)
    trouble: str = ""
    note: str = ""
    draft: Crf | None = None
    changes: dict[str, HistoryLine] = field(default_factory=dict)
    undoes: dict[str, list[str]] = field(default_factory=dict)
    lock: Lock | None = None
    recorded: Recorded = None  # type: ignore[assignment]

    def __post_init__(self) -> None:
        self.recorded = self.recorded or Recorded(self.place)

    @property
    def definition(self) -> CrfDefinition:
        return self.place.definition

    @property
    def id(self) -> str:
        return html_id(self.place)

    @cached_property
    def items_url(self) -> str:
        """What the addresses of its items begin with."""
        return item_url(self.where, self.place, "x").removesuffix("x/")

    @property
    def title(self) -> str:
        definition = self.definition
        if definition.row_of:
            return definition.name_of(self.place.number)
        several = definition.repeat and (self.expected > 1 or self.place.number > 1 or not self.where.visit)
        return definition.name_of(self.place.number) if several else definition.title

    @property
    def in_a_line(self) -> str:
        """What the entry is about, in one line."""
        return self.definition.in_a_line(self.row) if self.row else ""

    @property
    def is_struck(self) -> bool:
        return self.row is not None and self.row.entry.is_struck

    @property
    def can_be_struck(self) -> bool:
        return self.row is not None and can_be_struck(self.row.entry)

    @cached_property
    def items(self) -> dict[str, ItemInput]:
        return {name: ItemInput(self, name) for name in self.definition.items}

    @property
    def not_saved(self) -> list[ItemInput]:
        """What was typed into it or its rows and is not stored: shown where a struck out form has no fields."""
        below = [row for group in self.rows for row in group.form_inputs]
        return [form_input.items[name] for form_input in [self, *below] for name in form_input.typed]

    @property
    def columns(self) -> list[ItemInput]:
        """The items that stand in the row of a log's table; the others open below it."""
        return [self.items[name] for name in self.definition.column_items]

    def answered(self, saved: ItemInput) -> list[ItemInput]:
        """The entered items whose questions a save of one of them shows: its own, and those that are asked about."""
        asked = {discrepancy.item for discrepancy in self.discrepancies} | {saved.name}
        return [self.items[name] for name in self.definition.entered if name in asked]

    @property
    def calculated(self) -> list[ItemInput]:
        return [self.items[name] for name in self.definition.calculated]

    @property
    def notes(self) -> list[str]:
        """What the form itself has to say about its values, such as the planned dose in words."""
        return self.row.notes() if self.row is not None and hasattr(self.row, "notes") else []

    @cached_property
    def state(self) -> FormState:
        """Whether it, with its rows, is empty, begun, ready or complete."""
        standing = [self, *(row for group in self.rows for row in group.form_inputs)]
        return form_state(
            self.definition.key, [form_input.row.entry for form_input in standing if form_input.row]
        )

    @property
    def is_complete(self) -> bool:
        return self.state.state == "complete"

    @cached_property
    def missing(self) -> list[str]:
        return self.definition.missing(self.row)

    @property
    def left(self) -> int:
        """How many required items are empty, in the form and its rows."""
        if self.is_struck:
            return 0
        below = [
            row for group in self.rows for row in group.form_inputs if row.row or row.definition.row_names
        ]
        return len(self.missing) + sum(row.left for row in below)

    @property
    def open_questions(self) -> int:
        """How many questions the site has still to answer, in the form and its rows: those of checks, and queries."""
        own = sum(
            discrepancy.state == DiscrepancyState.OPEN
            for discrepancy in self.discrepancies
            if not self.has_query(discrepancy)
        )
        own += sum(query.is_sites_turn for queries in self.queries.values() for query in queries)
        return own + sum(row.open_questions for group in self.rows for row in group.form_inputs)

    @property
    def has_queries(self) -> bool:
        """Whether anything was ever asked in the form or its rows: a save may then move the number in the head."""
        return bool(self.queries) or any(row.has_queries for group in self.rows for row in group.form_inputs)

    def has_query(self, discrepancy: Discrepancy) -> bool:
        """Whether what the check asks is asked in a query: it is then shown and answered there."""
        return any(query.discrepancy_id == discrepancy.pk for query in self.queries.get(discrepancy.item, ()))

    @property
    def status(self) -> str:
        """complete, ready (nothing left), begun or empty: the page gives each a word and an icon."""
        return "struck" if self.is_struck else self.state.state

    @property
    def seen(self) -> dict[str, str]:
        """Every item's state as the page shows it."""
        return {name: self.items[name].state for name in self.definition.entered}

    @property
    def seen_json(self) -> str:
        return json.dumps(self.seen, ensure_ascii=False, separators=(",", ":"))

    @property
    def template(self) -> str:
        return f"crfs/{self.definition.key}.html"


@dataclass
class RowGroup:
    """The rows of one kind under a form, whose own row is `parent`."""

    definition: CrfDefinition
    form_inputs: list[FormInput]
    parent: Crf | None = None

    @property
    def template(self) -> str:
        return f"crfs/{self.definition.key}.html"

    @property
    def without_range(self) -> list[FormInput]:
        """The rows for which the site has no reference range on the day."""
        return [p for p in self._unflagged if not getattr(p.row or p.draft, "waits_for_sex", False)]

    @property
    def waiting_for_sex(self) -> list[FormInput]:
        """The rows for which it has one for each sex, and the patient's is not known."""
        return [p for p in self._unflagged if getattr(p.row or p.draft, "waits_for_sex", False)]

    @property
    def _unflagged(self) -> list[FormInput]:
        return [p for p in self.form_inputs if not getattr(p.row or p.draft, "has_range", True)]
