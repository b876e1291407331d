"""What the page shows of one item: its value, what was there last visit, what is asked, what went wrong."""

import json
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from ecrf.access.joined import headed
from ecrf.casebook.history import HistoryLine, blank
from ecrf.casebook.record.hooks import Conflict
from ecrf.casebook.record.values import Missing, Shown, for_page
from ecrf.checks.models import Discrepancy, DiscrepancyState
from ecrf.forms.crf import MissingReason
from ecrf.forms.protocol import protocol
from ecrf.forms.registry import CrfDefinition
from ecrf.forms.typed_text import in_words
from ecrf.forms.words import line_and_column
from ecrf.formview.form_view import ItemView
from ecrf.queries.models import Query

if TYPE_CHECKING:
    from ecrf.entry.visit.form_input import FormInput


def cell_words(definition: CrfDefinition, number: int, name: str) -> str:
    """What names an item where what is said of it stands below a table: of a row, of a grid, of the row of a log. "" of
    any other: what is said of it stands at it."""
    item = definition.items.get(name)
    if item is None:
        return name  # no longer part of the form
    if definition.row_of:
        return headed(definition.name_of(number), item.verbose_name)
    is_column = definition.key in protocol().logs and name in definition.column_items
    return str(item.verbose_name) if is_column or line_and_column(item)[0] else ""


def _reason_in_words(shown: Shown) -> str:
    """Of a reason, what it is called and the comment with it; a text as it is."""
    if not isinstance(shown, Missing):
        return shown
    label = str(MissingReason(shown.reason).label)
    return f"{label} · {shown.comment}" if shown.comment else label


@dataclass(eq=False)
class ItemInput(ItemView):
    """One item on the page."""

    form_view: "FormInput"

    @property
    def state(self) -> Shown:
        """What is stored, as the page sends it back as seen."""
        return self.form_view.seen.get(self.name, "")

    @property
    def text(self) -> str:
        """What stands in the field: what was typed and not saved, else the stored value, else what is proposed."""
        form_input = self.form_view
        typed = form_input.typed.get(self.name)
        if typed is not None:
            return typed
        state = self.state
        if state or form_input.lock:
            return "" if isinstance(state, Missing) else state
        return form_input.proposed.get(self.name, "")

    @property
    def state_json(self) -> str:
        """The stored state for the script: that of a conflict, as it is now."""
        return json.dumps(for_page(self.conflict.stored if self.conflict else self.state), ensure_ascii=False)

    @property
    def value(self) -> str:
        """The value for reading; of a link, what it names as the page's own list does."""
        if self.item.kind == "link":
            named = dict(self.form_view.choices.get(self.name, [])).get(self.stored)
            return named or str(self.item.words(self.stored))
        return super().value

    @property
    def code(self) -> str:
        """A calculated value as the script reads it."""
        return str(self.item.text(self.stored))

    @property
    def previous(self) -> str:
        """The value at the last visit, for comparison; never put into the field."""
        if self.form_view.previous is None or self.item.kind != "number":
            return ""
        return str(self.item.text(getattr(self.form_view.previous, self.name, None)))

    @property
    def links(self) -> list[tuple[str, str]]:
        """The rows it may name; the one it names stays, even if it is struck out by now."""
        found, text = self.form_view.choices.get(self.name, []), self.text
        known = not text or text in (address for address, _words in found)
        return found if known else [*found, (text, text)]

    @property
    def is_hidden(self) -> bool:
        """Not asked, given the other values, and empty: a value that stands is always shown."""
        return not self.state and not self.is_asked

    @property
    def error(self) -> str:
        return self.form_view.recorded.refused.get(self.name, "")

    @property
    def cell(self) -> str:
        """Whose a message is that stands below a table, where nothing else says it; "" where it stands at the item."""
        return cell_words(self.form_view.definition, self.form_view.number, self.name)

    @property
    def readings(self) -> tuple[tuple[str, str], ...]:
        """What the text that was refused can mean, to choose from: (text, in words)."""
        return self.form_view.recorded.readings.get(self.name, ())

    @property
    def read_as(self) -> str:
        """The date or time that was just saved, in full, where it was typed in another way."""
        typed = self.form_view.read_from.get(self.name, "")
        text = "" if isinstance(self.state, Missing) else self.state
        if not typed or not text or typed.strip() == text:
            return ""
        return (
            in_words(text)
            if self.item.kind in ("day", "partial-day")
            else text
            if self.item.kind == "clock"
            else ""
        )

    @property
    def conflict(self) -> Conflict | None:
        return self.form_view.recorded.conflicts.get(self.name)

    @property
    def conflict_words(self) -> str:
        """The value that somebody else stored, for reading."""
        return (
            _reason_in_words(self.conflict.stored) if self.missing and self.conflict else self._stored_words
        )

    @property
    def _stored_words(self) -> str:
        return self.missing["label"] if self.missing else self.words or blank()

    @property
    def given_words(self) -> str:
        """What was given and is in conflict, for reading."""
        given = self.conflict.given if self.conflict else ""
        return _reason_in_words(given)

    @property
    def wants_reason(self) -> bool:
        return self.name in self.form_view.recorded.wants_reason

    @property
    def undoes(self) -> list[str]:
        """What the change that waits for its reason would undo, each in words."""
        return self.form_view.undoes.get(self.name, [])

    @property
    def changed(self) -> HistoryLine | None:
        """The last change after completion."""
        return self.form_view.changes.get(self.name)

    @cached_property
    def questions(self) -> list[Discrepancy]:
        """What checks ask here and nobody asks in a query yet, and what was confirmed."""
        return [
            f
            for f in self.form_view.discrepancies
            if f.item == self.name and f.state != DiscrepancyState.CLEARED and not self.form_view.has_query(f)
        ]

    @property
    def queries(self) -> list[Query]:
        return self.form_view.queries.get(self.name, [])

    @property
    def conversations(self) -> list[Query]:
        """What the site asks and notes here."""
        return self.form_view.conversations.get(self.name, [])

    @property
    def has_message(self) -> bool:
        """Whether the last save, or a change after completion, has left something to say at the field."""
        recorded = self.form_view.recorded
        return (
            self.name in recorded.refused
            or self.name in recorded.conflicts
            or self.name in recorded.wants_reason
            or self.name in self.form_view.changes
        )

    @property
    def is_asked_about(self) -> bool:
        """Whether a question or a query waits here for the site."""
        asked = any(f.state == DiscrepancyState.OPEN for f in self.questions)
        return asked or any(query.is_sites_turn for query in self.queries)
