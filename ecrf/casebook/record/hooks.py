"""What is written and what became of it; and the lists by which floors above take part in `record`."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from ecrf.audit.actor import Actor
from ecrf.casebook.data import PatientData
from ecrf.casebook.places import Place
from ecrf.forms.crf import Crf


class DatabaseRefused(Exception):
    """A constraint of the database refused values that the form let pass: nothing was saved."""

    def __init__(self, items: Iterable[str]) -> None:
        super().__init__("The database refused a value.")
        self.items = list(items)


@dataclass(frozen=True)
class Conflict:
    """Somebody else changed the item since it was seen: what is stored, and what was now given."""

    stored: str
    given: str


@dataclass
class Writing:
    """What is about to be, or has been, written: the row as it will stand, the items that change, and the
    patient's patient data for whoever has to look further. `recalculated`: rows of other forms derived anew with it."""

    place: Place
    row: Crf
    changed: list[str]
    by: Actor
    data: PatientData
    recalculated: list[Crf] = field(default_factory=list)


@dataclass
class Recorded:
    """What became of the values given: each item is saved, unchanged, refused, in conflict, or wants a reason."""

    place: Place
    row: Crf | None = None
    changed: list[str] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)
    conflicts: dict[str, Conflict] = field(default_factory=dict)
    wants_reason: list[str] = field(default_factory=list)
    remarks: list[Any] = field(default_factory=list)

    def add(self, other: "Recorded") -> None:
        """What became of further items of the same entry."""
        self.row = other.row
        self.refused |= other.refused
        self.conflicts |= other.conflicts
        for mine, theirs in (
            (self.changed, other.changed),
            (self.wants_reason, other.wants_reason),
            (self.remarks, other.remarks),
        ):
            mine += theirs

    @property
    def is_clean(self) -> bool:
        """Whether everything given now stands in the database."""
        return not (self.refused or self.conflicts or self.wants_reason)


Before = Callable[[Writing], dict[str, str]]
After = Callable[[Writing], list[Any]]
Needs = Callable[[str, list[str]], set[str]]
BEFORE_WRITE: list[Before] = []
AFTER_WRITE: list[After] = []
NEEDED: list[Needs] = []


def before_write(step: Before) -> Before:
    """Let a floor above refuse items: the step returns {item: why} and writes nothing."""
    BEFORE_WRITE.append(step)
    return step


def after_write(step: After) -> After:
    """Let a floor above look at what was saved, in the same transaction; it returns remarks for the page."""
    AFTER_WRITE.append(step)
    return step


def needed(step: Needs) -> Needs:
    """Let a floor above name the kinds of form it will read when items of a kind change, to load all at once."""
    NEEDED.append(step)
    return step
