"""What the page shows of one item: its value, what was there last visit, what is asked, what went wrong."""

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.utils.safestring import SafeString

from ecrf.casebook.history import HistoryLine
from ecrf.casebook.record.hooks import Conflict
from ecrf.casebook.record.values import shown
from ecrf.checks.models import Discrepancy, DiscrepancyState
from ecrf.entry.addresses import field_name, html_id
from ecrf.entry.visit.controls import control, derived, label, missing_tag, wrapper
from ecrf.forms.crf import MissingReason
from ecrf.queries.models import Query

if TYPE_CHECKING:
    from ecrf.entry.visit.form_input import FormInput

RADIOS_AT_MOST = 4
LONGEST_RADIO_LABEL = 26
RADIOS_IN_A_TABLE = 2


@dataclass
class ItemInput:
    """One item on the page."""

    form_input: "FormInput"
    name: str

    @cached_property
    def definition(self) -> Any:
        return self.form_input.definition.items[self.name]

    @cached_property
    def label(self) -> str:
        return str(self.definition.verbose_name)

    @cached_property
    def field(self) -> str:
        return field_name(self.form_input.place, self.name)

    @cached_property
    def id(self) -> str:
        return html_id(self.form_input.place, self.name)

    @property
    def url(self) -> str:
        return f"{self.form_input.items_url}{self.name}/"

    @cached_property
    def kind(self) -> str:
        return str(self.definition.kind)

    @cached_property
    def state(self) -> str:
        """The stored state as `recording.shown` gives it: what the page sends back as seen."""
        return shown(self.form_input.definition, self.form_input.row, self.name)

    @property
    def text(self) -> str:
        """What stands in the field: what was typed and not saved, else the stored value."""
        typed = self.form_input.typed.get(self.name)
        if typed is not None:
            return typed
        return "" if self.state.startswith("~") else self.state

    @cached_property
    def missing(self) -> dict[str, str] | None:
        """{reason, label, comment} where a missing reason stands instead of the value."""
        found = self.form_input.row.missing_reasons.get(self.name) if self.form_input.row else None
        return {**found, "label": MissingReason(found["reason"]).label} if found else None

    @property
    def words(self) -> str:
        """The value for reading; of a link, what it names."""
        if self.kind == "link" and (
            named := dict(self.form_input.choices.get(self.name, [])).get(self._value)
        ):
            return named
        return str(self.definition.words(self._value))

    @property
    def code(self) -> str:
        """A calculated value as the script reads it."""
        return str(self.definition.text(self._value))

    @property
    def _value(self) -> Any:
        return getattr(self.form_input.row or self.form_input.draft, self.name, None)

    @property
    def previous(self) -> str:
        """The value at the last visit, for comparison; never put into the field."""
        value = getattr(self.form_input.previous, self.name, None)
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
        found = self.form_input.choices.get(self.name, [])
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
    def as_radios_in_a_table(self) -> bool:
        """In a table two answers stand side by side; more of them drop down."""
        return self.as_radios and len(self.choices) <= RADIOS_IN_A_TABLE

    @property
    def is_hidden(self) -> bool:
        """Not asked, given the other values, and empty: a value that stands is always shown."""
        return not self.state and not self.form_input.definition.asked(self.form_input.row, self.name)

    @property
    def asked_if(self) -> dict[str, str] | None:
        if not self.definition.asked_if:
            return None
        other, values = self.definition.asked_if
        return {
            "item": html_id(self.form_input.place, other),
            "values": " ".join(v.replace(" ", "_") for v in values),
        }

    @property
    def instead_of(self) -> str | None:
        """The item for which it stands in where that has a reason instead of a value."""
        name = self.definition.instead_of
        return html_id(self.form_input.place, name) if name else None

    @property
    def error(self) -> str:
        return self.form_input.recorded.refused.get(self.name, "")

    @property
    def conflict(self) -> Conflict | None:
        return self.form_input.recorded.conflicts.get(self.name)

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
        return self.name in self.form_input.recorded.wants_reason

    @property
    def undoes(self) -> list[str]:
        """What the change that waits for its reason would undo, each in words."""
        return self.form_input.undoes.get(self.name, [])

    @property
    def changed(self) -> HistoryLine | None:
        """The last change after completion."""
        return self.form_input.changes.get(self.name)

    @cached_property
    def questions(self) -> list[Discrepancy]:
        """What checks ask here and nobody asks in a query yet, and what was confirmed."""
        mine = (
            f
            for f in self.form_input.discrepancies
            if f.item == self.name and f.state != DiscrepancyState.CLEARED
        )
        return [f for f in mine if not self.form_input.has_query(f)]

    @property
    def queries(self) -> list[Query]:
        return self.form_input.queries.get(self.name, [])

    @property
    def attributes(self) -> SafeString:
        """Of the element around the field on the page."""
        return wrapper(self, f"item item-{self.kind}")

    @property
    def cell_attributes(self) -> SafeString:
        """Of the element around the field in a grid."""
        return wrapper(self, "item grid-item asks" if self.is_asked_about else "item grid-item")

    @property
    def control(self) -> SafeString:
        return control(self)

    @property
    def label_tag(self) -> SafeString:
        return label(self)

    @property
    def derived(self) -> SafeString:
        return derived(self)

    @property
    def missing_tag(self) -> SafeString:
        return missing_tag(self)

    @property
    def has_message(self) -> bool:
        """Whether the last save, or a change after completion, has left something to say at the field."""
        recorded = self.form_input.recorded
        return (
            self.name in recorded.refused
            or self.name in recorded.conflicts
            or self.name in recorded.wants_reason
            or self.name in self.form_input.changes
        )

    @property
    def is_asked_about(self) -> bool:
        """Whether a question or a query waits here for the site."""
        asked = any(f.state == DiscrepancyState.OPEN for f in self.questions)
        return asked or any(query.is_sites_turn for query in self.queries)
