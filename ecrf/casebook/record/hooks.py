"""Every way by which a floor above takes part in what the casebook does, in one table; and what is handed to it.

A function joins by standing under the hook's name: `@HOOKS.after_write`. None may count on the order of the others.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from ecrf.access.models import User
from ecrf.audit.actor import Actor
from ecrf.casebook.data import PatientData
from ecrf.casebook.models import Entry, Patient
from ecrf.casebook.places import Place
from ecrf.casebook.role_words import words_of_role
from ecrf.casebook.transfer.models import Transfer
from ecrf.forms.crf import Crf

S = TypeVar("S", bound=Callable[..., Any])


class DatabaseRefused(Exception):
    """A constraint of the database refused values that the form let pass: nothing was saved. `args` are the items.
    `beyond`: other items of the row, in words, that were stored before the limits that they now lie beyond."""

    def __init__(self, *items: str, beyond: Sequence[str] = ()) -> None:
        super().__init__(*items)
        self.beyond = beyond


@dataclass(frozen=True)
class Conflict:
    """Somebody else changed the item since it was seen: what is stored, and what was now given (`values.Shown`)."""

    stored: Any
    given: Any


@dataclass
class Writing:
    """What is about to be, or has been, written: the row as it will stand, the items that change, and the patient's
    data for whoever has to look further. `recalculated`: rows of other forms derived anew with it. `is_new`: nothing
    was stored at this place before."""

    place: Place
    row: Crf
    changed: list[str]
    by: Actor
    data: PatientData
    recalculated: list[Crf] = field(default_factory=list)
    is_new: bool = False


@dataclass
class Recorded:
    """What became of the values given: each item is saved, unchanged, refused, in conflict, or wants a reason.
    `readings`: of one refused because it can mean several things, (text that means it alone, in words).
    `recalculated`: rows of other forms that were calculated anew from what changed."""

    place: Place
    row: Crf | None = None
    changed: list[str] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)
    conflicts: dict[str, Conflict] = field(default_factory=dict)
    readings: dict[str, tuple[tuple[str, str], ...]] = field(default_factory=dict)
    wants_reason: list[str] = field(default_factory=list)
    remarks: list[Any] = field(default_factory=list)
    recalculated: list[Crf] = field(default_factory=list)

    def add(self, other: "Recorded") -> None:
        """What became of further items of the same entry."""
        self.row = other.row
        self.refused |= other.refused
        self.conflicts |= other.conflicts
        self.readings |= other.readings
        for mine, theirs in (
            (self.changed, other.changed),
            (self.wants_reason, other.wants_reason),
            (self.remarks, other.remarks),
        ):
            mine += theirs
        self.recalculated += other.recalculated

    @property
    def is_clean(self) -> bool:
        """Whether everything given now stands in the database."""
        return not (self.refused or self.conflicts or self.wants_reason)


@dataclass(frozen=True)
class MovedForm:
    """A form that was moved with its rows. `entries`: {id of each entry that was struck out: the one that stands for it
    now}; `left` and `arrived`: the reasons that the trail has at the old place and at the new one."""

    entries: dict[int, Entry]
    left: str
    arrived: str


@dataclass(frozen=True)
class HistoryMoment:
    """What was done about a value without changing it: asked, answered, verified, signed; `said` in which words."""

    at: datetime
    actor: str
    role: str
    what: str
    said: str = ""

    @property
    def role_words(self) -> str:
        return words_of_role(self.role)


class Hook(list[S]):
    """The functions that joined here. As a decorator it adds one."""

    def __call__(self, step: S) -> S:
        self.append(step)
        return step


@dataclass(frozen=True)
class Hooks:
    """All run in the transaction of the act and under its actor; what they write is saved with it, or nothing is."""

    needed: Hook[Callable[[str, list[str]], set[str]]] = field(default_factory=Hook)
    """(form, items that change) → the kinds of form that will be read, to load them at once."""

    before_write: Hook[Callable[[Writing], dict[str, str]]] = field(default_factory=Hook)
    """What is about to be written → {item: why it is refused}; writes nothing."""

    after_write: Hook[Callable[[Writing], list[Any]]] = field(default_factory=Hook)
    """What was written → remarks for the page."""

    after_recalculation: Hook[Callable[[PatientData, list[str]], object]] = field(default_factory=Hook)
    """(the patient's data, kinds of form whose rows were calculated anew since the site's ranges changed)."""

    after_completion: Hook[Callable[[Patient, list[Crf]], object]] = field(default_factory=Hook)
    """(patient, the rows that were completed)."""

    after_strike: Hook[Callable[[Patient], object]] = field(default_factory=Hook)
    """The patient of whom an entry was struck out or restored."""

    after_move: Hook[Callable[[list[MovedForm], User, Actor], object]] = field(default_factory=Hook)
    """(the moved forms, by whom, in which role): all is recorded at the new places, and the old are struck out."""

    before_transfer: Hook[Callable[[Transfer], object]] = field(default_factory=Hook)
    """The transfer that is about to be made: the patient is where he or she was, and nothing of it is stored yet."""

    after_transfer: Hook[Callable[[Transfer], object]] = field(default_factory=Hook)
    """The transfer that was made: the patient is at the new site."""

    after_discrepancies: Hook[Callable[[Patient, list[Any]], object]] = field(default_factory=Hook)
    """(patient, the `Discrepancy` rows that opened, cleared or were confirmed)."""

    guards: Hook[Callable[[Patient, set[int]], set[int]]] = field(default_factory=Hook)
    """(patient, ids of entries) → those of them that are locked: what checks asked of them stays as it is."""

    history: Hook[Callable[[Entry, str], Iterable[HistoryMoment]]] = field(default_factory=Hook)
    """(entry, item) → what was done about the item, for its history."""


HOOKS = Hooks()
