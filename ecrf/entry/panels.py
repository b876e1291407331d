"""What the page shows of one entry: its items with their values, what was there last visit, what is asked."""

import json
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.utils.safestring import SafeString

from ecrf.casebook.completion import FormState, form_state
from ecrf.casebook.models import Crf, MissingReason
from ecrf.casebook.places import Place
from ecrf.casebook.registry import CrfDefinition
from ecrf.casebook.striking import can_be_struck
from ecrf.casebook.values import shown
from ecrf.casebook.writing import Conflict, Recorded
from ecrf.checks.models import Finding, FindingState
from ecrf.entry.addresses import Where, field_name, html_id, item_url
from ecrf.entry.controls import control, missing_tag, wrapper

RADIOS_AT_MOST = 4
LONGEST_RADIO_LABEL = 26


@dataclass
class ItemView:
    """One item on the page."""

    panel: "Panel"
    name: str

    @cached_property
    def definition(self) -> Any:
        return self.panel.definition.items[self.name]

    @cached_property
    def label(self) -> str:
        return str(self.definition.verbose_name)

    @cached_property
    def field(self) -> str:
        return field_name(self.panel.place, self.name)

    @cached_property
    def id(self) -> str:
        return html_id(self.panel.place, self.name)

    @property
    def url(self) -> str:
        return f"{self.panel.items_url}{self.name}/"

    @cached_property
    def kind(self) -> str:
        return str(self.definition.kind)

    @cached_property
    def state(self) -> str:
        """The stored state as `recording.shown` gives it: what the page sends back as seen."""
        return shown(self.panel.definition, self.panel.row, self.name)

    @property
    def text(self) -> str:
        """What stands in the field: what was typed and not saved, else the stored value."""
        typed = self.panel.typed.get(self.name)
        if typed is not None:
            return typed
        return "" if self.state.startswith("~") else self.state

    @cached_property
    def missing(self) -> dict[str, str] | None:
        """{reason, label, comment} where a missing reason stands instead of the value."""
        found = self.panel.row.missing_reasons.get(self.name) if self.panel.row else None
        return {**found, "label": MissingReason(found["reason"]).label} if found else None

    @property
    def words(self) -> str:
        """The value for reading."""
        value = getattr(self.panel.row, self.name, None)
        return str(self.definition.words(value))

    @property
    def previous(self) -> str:
        """The value at the last visit, for comparison; never put into the field."""
        value = getattr(self.panel.previous, self.name, None)
        return str(self.definition.text(value)) if self.kind == "number" else ""

    @cached_property
    def choices(self) -> list[tuple[str, str]]:
        if self.kind == "link":
            return self._links()
        if not hasattr(self.definition, "flatchoices") or self.kind != "choice":
            return []
        return list(self.definition.flatchoices) or [("yes", "Yes"), ("no", "No")]

    def _links(self) -> list[tuple[str, str]]:
        """The rows it may name; the one it names stays, even if it is struck out by now."""
        found = self.panel.choices.get(self.name, [])
        known = [address for address, _words in found]
        return [*found, *([] if not self.text or self.text in known else [(self.text, self.text)])]

    @cached_property
    def as_radios(self) -> bool:
        choices = self.choices
        return (
            bool(choices)
            and self.kind == "choice"
            and len(choices) <= RADIOS_AT_MOST
            and all(len(label) <= LONGEST_RADIO_LABEL for _, label in choices)
        )

    @property
    def is_hidden(self) -> bool:
        """Not asked, given the other values, and empty: a value that stands is always shown."""
        return not self.state and not self.panel.definition.asked(self.panel.row, self.name)

    @property
    def asked_if(self) -> dict[str, str] | None:
        if not self.definition.asked_if:
            return None
        other, values = self.definition.asked_if
        return {
            "item": html_id(self.panel.place, other),
            "values": " ".join(v.replace(" ", "_") for v in values),
        }

    @property
    def error(self) -> str:
        return self.panel.recorded.refused.get(self.name, "")

    @property
    def conflict(self) -> Conflict | None:
        return self.panel.recorded.conflicts.get(self.name)

    @property
    def conflict_words(self) -> str:
        """The value that somebody else stored, for reading."""
        return self.missing["label"] if self.missing else self.words or "blank"

    @property
    def given_words(self) -> str:
        """What was given and is in conflict, for reading."""
        given = self.conflict.given if self.conflict else ""
        return str(MissingReason(given[1:]).label) if given.startswith("~") else given

    @property
    def wants_reason(self) -> bool:
        return self.name in self.panel.recorded.wants_reason

    @cached_property
    def questions(self) -> list[Finding]:
        return [f for f in self.panel.findings if f.item == self.name and f.state != FindingState.CLEARED]

    @property
    def attributes(self) -> SafeString:
        """Of the element around the field on the page."""
        return wrapper(self, f"item item-{self.kind}")

    @property
    def cell_attributes(self) -> SafeString:
        """Of the element around the field in a grid."""
        return wrapper(self, "item grid-item asks" if self.open_questions else "item grid-item")

    @property
    def control(self) -> SafeString:
        return control(self)

    @property
    def missing_tag(self) -> SafeString:
        return missing_tag(self)

    @property
    def has_message(self) -> bool:
        """Whether the last save has left something to say at the field."""
        recorded = self.panel.recorded
        return (
            self.name in recorded.refused
            or self.name in recorded.conflicts
            or self.name in recorded.wants_reason
        )

    @property
    def open_questions(self) -> list[Finding]:
        return [f for f in self.questions if f.state == FindingState.OPEN]


@dataclass(frozen=True)
class Linking:
    """An entry that names another one: in words, and where it stands."""

    words: str
    url: str


@dataclass
class Panel:
    """One entry on the page, stored or still to begin."""

    where: Where
    place: Place
    row: Crf | None = None
    previous: Crf | None = None
    findings: list[Finding] = field(default_factory=list)
    typed: dict[str, str] = field(default_factory=dict)
    rows: list["RowGroup"] = field(default_factory=list)
    expected: int = 1
    is_wanted: bool = True
    choices: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    linked_from: list[Linking] = field(default_factory=list)
    trouble: str = ""
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
    def items(self) -> dict[str, ItemView]:
        return {name: ItemView(self, name) for name in self.definition.items}

    @property
    def columns(self) -> list[ItemView]:
        """The items that stand in the row of a log's table; the others open below it."""
        return [self.items[name] for name in self.definition.column_items]

    @property
    def calculated(self) -> list[ItemView]:
        return [self.items[name] for name in self.definition.calculated]

    @property
    def notes(self) -> list[str]:
        """What the form itself has to say about its values, such as the planned dose in words."""
        return self.row.notes() if self.row is not None and hasattr(self.row, "notes") else []

    @cached_property
    def state(self) -> FormState:
        """Whether it, with its rows, is empty, begun, ready or complete."""
        standing = [self, *(row for group in self.rows for row in group.panels)]
        return form_state(self.definition.key, [panel.row.entry for panel in standing if panel.row])

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
        below = [row for group in self.rows for row in group.panels if row.row or row.definition.row_names]
        return len(self.missing) + sum(row.left for row in below)

    @property
    def open_questions(self) -> int:
        own = sum(finding.state == FindingState.OPEN for finding in self.findings)
        return own + sum(row.open_questions for group in self.rows for row in group.panels)

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
    """The rows of one kind under a form."""

    definition: CrfDefinition
    panels: list[Panel]
