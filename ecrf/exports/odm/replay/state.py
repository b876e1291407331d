"""One patient's data while the trail is replayed: entries with their cells, signatures, and what an event did."""

from dataclasses import dataclass, field
from typing import NamedTuple

from ecrf.exports.odm.flags import Note
from ecrf.exports.odm.layout import FormLayout

INSERT, UPDATE, REMOVE, CONTEXT = "Insert", "Update", "Remove", "Context"


class ItemChange(NamedTuple):
    """What happened to one item: its name (with MISSING or COMMENT behind it), a transaction type, the value (None:
    null), and what is noted about it."""

    name: str
    act: str
    value: str | None
    notes: list[Note]


@dataclass(slots=True)
class EntryState:
    """One entry. `cells`: {item: value, None where it was blanked}; `form` is None where it is not written."""

    pk: int
    key: str
    form: FormLayout | None
    visit: int | None
    number: str
    parent: "EntryState | None"
    is_struck: bool = False
    is_complete: bool = False
    begun: bool = False
    """Whether its items were written: that comes right after the entry itself."""
    cells: dict[str, str | None] = field(default_factory=dict)
    notes: list[Note] = field(default_factory=list)
    """Of the form, or of the row."""
    group_notes: list[Note] = field(default_factory=list)
    """Of items that never had a value."""
    item_notes: dict[str, list[Note]] = field(default_factory=dict)
    verified: dict[str, str] = field(default_factory=dict)
    escaped: set[str] = field(default_factory=set)
    in_file: bool = False
    group_in_file: bool = False

    @property
    def stands(self) -> bool:
        return self.form is not None and not self.is_struck and not (self.parent and self.parent.is_struck)

    @property
    def top(self) -> "EntryState":
        return self.parent or self


class Signed(NamedTuple):
    """One signature as it was given: its row, what it covers, who gave it where and when, and in which words."""

    row: str
    scope: str
    visit: int | None
    entry: int | None
    actor_id: int | None
    actor: str
    site: str
    at: str
    words: str


class GroupChange(NamedTuple):
    """What happened to the items of one form or of one of its rows, as a transaction."""

    entry: EntryState
    act: str
    cells: list[ItemChange]
    notes: list[Note]


@dataclass(slots=True)
class Transaction:
    """What one event did, from the patient down to the items: a transaction type on each level, "" where it is not
    reached. `entry` is the form; `no_reason` says why none was asked where the event has none."""

    subject: str = CONTEXT
    subject_notes: list[Note] = field(default_factory=list)
    visit: str = ""
    visit_id: int | None = None
    visit_notes: list[Note] = field(default_factory=list)
    form: str = ""
    entry: EntryState | None = None
    form_notes: list[Note] = field(default_factory=list)
    groups: list[GroupChange] = field(default_factory=list)
    signed: Signed | None = None
    no_reason: str = ""

    @property
    def says_something(self) -> bool:
        return bool(
            self.subject in (INSERT, UPDATE, REMOVE)
            or self.subject_notes
            or self.visit in (INSERT, REMOVE)
            or self.visit_notes
            or self.form in (INSERT, REMOVE)
            or self.form_notes
            or self.groups
            or self.signed
        )


def whole(entry: EntryState) -> GroupChange:
    """All that stands in it, as if it were entered now."""
    entry.group_in_file = True
    notes = [*entry.notes, *entry.group_notes] if entry.parent else list(entry.group_notes)
    cells = [
        ItemChange(name, INSERT, value, entry.item_notes.get(name, [])) for name, value in entry.cells.items()
    ]
    return GroupChange(entry, INSERT, cells, notes)
