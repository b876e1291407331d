"""Says in words what each event did: one function for each kind of table; unknown ones keep their raw names."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from django.apps import apps
from django.db.models import Model
from django.utils.translation import pgettext_lazy

from ecrf.audit.models import AuditEvent, Operation
from ecrf.casebook.history import value_words
from ecrf.forms.items import Item
from ecrf.forms.registry import CRFS, CrfDefinition
from ecrf.trail.context import Around
from ecrf.trail.kinds import EventKind, kind_of, table

MISSING = ".missing"
LEFT_OUT = frozenset({"id", "entry_id", "patient_id", "site_id"})
"""Columns that only say where the row belongs, which the line says in words."""


KIND_WORDS = {
    EventKind.DATA: pgettext_lazy("one word before a line of the trail", "Data"),
    EventKind.ENTERED: pgettext_lazy("one word before a line of the trail", "Entered"),
    EventKind.CHANGED: pgettext_lazy("one word before a line of the trail", "Changed"),
    EventKind.CALCULATED: pgettext_lazy("one word before a line of the trail", "Calculated"),
    EventKind.QUESTION: pgettext_lazy("one word before a line of the trail", "Check"),
    EventKind.QUERY: pgettext_lazy("one word before a line of the trail", "Query"),
    EventKind.VERIFICATION: pgettext_lazy("one word before a line of the trail", "Verification"),
    EventKind.SIGNATURE: pgettext_lazy("one word before a line of the trail", "Signature"),
    EventKind.LOCK: pgettext_lazy("one word before a line of the trail", "Lock"),
    EventKind.EXPORT: pgettext_lazy("one word before a line of the trail", "Download"),
    EventKind.FILE: pgettext_lazy("one word before a line of the trail", "File"),
    EventKind.APPOINTMENT: pgettext_lazy("one word before a line of the trail", "Appointment"),
}


DONE_TO_VALUE = {
    "calculated": pgettext_lazy("a value was", "calculated"),
    "entered": pgettext_lazy("a value was", "entered"),
    "changed": pgettext_lazy("a value was", "changed"),
}


@dataclass(frozen=True)
class EventLine:
    """One thing an event did: `what` was done to `subject`, from what to what; `said` are people's own words.

    `item` is the item's name in the code, for the download; `rule` how a derived item is calculated. `does`: which act
    it is, for the code: `entered`, `changed`, `closed`; `stands`: of a query, how it stands since.
    """

    what: str
    subject: str = ""
    item: str = ""
    old: str = ""
    new: str = ""
    said: str = ""
    kind: EventKind = EventKind.DATA
    rule: str = ""
    does: str = ""
    stands: str = ""

    @property
    def is_calculated(self) -> bool:
        return self.kind == EventKind.CALCULATED

    @property
    def kind_word(self) -> str:
        """One word before the line."""
        return str(KIND_WORDS[self.kind])

    @property
    def act(self) -> str:
        """What was done; with a capital where no subject stands before it."""
        return self.what if self.subject else self.what[:1].upper() + self.what[1:]

    @property
    def is_value(self) -> bool:
        """Whether it tells of a value from … to …, and not of an act."""
        return bool(self.new)


Renderer = Callable[[AuditEvent, Around], Iterator[EventLine]]
RENDERERS: dict[str, Renderer] = {}


def renders(model: type[Model] | str) -> Callable[[Renderer], Renderer]:
    """Above a function that says what the events of this model's table, or of the table with this name, did."""

    def register(renderer: Renderer) -> Renderer:
        RENDERERS[model if isinstance(model, str) else table(model)] = renderer
        return renderer

    return register


def lines_of(event: AuditEvent, around: Around) -> list[EventLine]:
    """What one event did, in words; never empty: what no renderer knows keeps its raw names."""
    if definition := forms().get(event.table):
        return list(_values(event, definition))
    renderer = RENDERERS.get(event.table)
    lines = list(renderer(event, around)) if renderer else []
    # The reason of the act stands below it already.
    said_once = [replace(line, said="") if line.said == event.reason else line for line in lines]
    return said_once or list(raw_lines(event))


@cache
def forms() -> dict[str, CrfDefinition]:
    """{table: the kind of form whose values it holds}."""
    return {table(definition.model): definition for definition in CRFS.values()}


@cache
def _models() -> dict[str, type[Model]]:
    return {table(model): model for model in apps.get_models()}


def new(event: AuditEvent, column: str) -> Any:
    """What the event put into a column; None if it did not touch it."""
    return _pair(event.changes.get(column))[1]


def old(event: AuditEvent, column: str) -> Any:
    return _pair(event.changes.get(column))[0]


def is_new(event: AuditEvent) -> bool:
    return event.operation == Operation.INSERT


def item_label(around: Around, entry_id: int | None, item: str) -> str:
    """What the item is called on its form; its name in the code where the form no longer has it."""
    entry = around.entries.get(entry_id) if entry_id else None
    definition = CRFS.get(entry.crf) if entry else None
    return str(definition.items[item].verbose_name) if definition and item in definition.items else item


def _values(event: AuditEvent, definition: CrfDefinition) -> Iterator[EventLine]:
    """The items of a form in the form's own order, then those that the form no longer has."""
    derived = set(event.calculated)
    named = {name.removesuffix(MISSING): None for name in event.changes if name not in LEFT_OUT}
    order = list(definition.items)
    touched = named | dict.fromkeys(derived)
    touched_in_order = [name for name in order if name in touched] + sorted(set(touched) - set(order))
    for name in touched_in_order:
        yield _value(event, definition, name, is_derived=name in derived)


def _value(event: AuditEvent, definition: CrfDefinition, name: str, *, is_derived: bool) -> EventLine:
    item = definition.items.get(name)
    before, after = _pair(event.calculated.get(name) if is_derived else event.changes.get(name))
    why_before, why_after = _pair(event.changes.get(name + MISSING))
    first = before is None and why_before is None
    does = "calculated" if is_derived else "entered" if first else "changed"
    return EventLine(
        what=str(DONE_TO_VALUE[does]),
        does=does,
        subject=str(item.verbose_name) if item else name,
        item=name,
        old="" if first else _with_unit(item, before, why_before),
        new=_with_unit(item, after, why_after),
        kind=EventKind.CALCULATED if is_derived else EventKind.DATA,
        rule=item.rule if item and is_derived else "",
    )


def _with_unit(item: Item | None, value: Any, missing: Any) -> str:
    """The value in words; a whole number carries its unit too, as a measured one does."""
    words, unit = value_words(item, value, missing), item.unit if item else ""
    is_bare = unit and value is not None and not missing and not words.endswith(unit)
    return f"{words} {unit}" if is_bare else words


def _pair(change: Any) -> tuple[Any, Any]:
    return (change[0], change[1]) if isinstance(change, list) and len(change) == 2 else (None, None)


def raw_lines(event: AuditEvent) -> Iterator[EventLine]:
    """What an event did to a table that nobody tells of: its columns, from what to what."""
    model = _models().get(event.table)
    name = str(model._meta.verbose_name) if model else event.table
    verb = dict(Operation.choices).get(event.operation, event.operation.lower())
    kind = kind_of(event.table)
    changed = {**event.changes, **event.calculated}
    yield EventLine(what=f"{name} {event.row} {verb}", kind=kind)
    for column, change in sorted(changed.items()):
        before, after = _pair(change)
        if column not in LEFT_OUT:
            was = "" if before is None else value_words(None, before)
            label = _column_label(model, column)
            yield EventLine(
                str(DONE_TO_VALUE["changed"]), label, column, was, value_words(None, after), kind=kind
            )


def _column_label(model: type[Model] | None, column: str) -> str:
    fields = {field.column: field for field in model._meta.concrete_fields} if model else {}
    return str(fields[column].verbose_name) if column in fields else column
