"""`record`: the one function through which every value of the study enters the database.

The page, the import, the synthetic study and any other way in call it; nothing writes study data beside it.
Floors above take part by `before_write` (may refuse items) and `after_write` (looks at what was saved).
"""

import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.db import DataError, IntegrityError

from ecrf.audit.actor import Actor, acting
from ecrf.casebook.book import COMPARED, Book
from ecrf.casebook.models import Crf, Entry, PatientOutlook, Status
from ecrf.casebook.outlooks import outlook_forms, refresh_outlook
from ecrf.casebook.places import Place
from ecrf.casebook.protocol import protocol
from ecrf.casebook.registry import CRFS
from ecrf.casebook.values import apply, as_text, shown, state_of, value_of


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
    patient's book for whoever has to look further."""

    place: Place
    row: Crf
    changed: list[str]
    by: Actor
    book: Book


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

    @property
    def is_clean(self) -> bool:
        """Whether everything given now stands in the database."""
        return not (self.refused or self.conflicts or self.wants_reason)


Before = Callable[[Writing], dict[str, str]]
After = Callable[[Writing], list[Any]]
BEFORE_WRITE: list[Before] = []
AFTER_WRITE: list[After] = []


def before_write(step: Before) -> Before:
    """Let a floor above refuse items: the step returns {item: why} and writes nothing."""
    BEFORE_WRITE.append(step)
    return step


def after_write(step: After) -> After:
    """Let a floor above look at what was saved, in the same transaction; it returns remarks for the page."""
    AFTER_WRITE.append(step)
    return step


def record(
    *,
    place: Place,
    values: Mapping[str, Any],
    by: Actor,
    reason: str = "",
    source: str = "site",
    seen: Mapping[str, str] | None = None,
) -> Recorded:
    """Record item values of one entry, in one transaction; create the entry if need be.

    `values`: {item: text as typed, a value, None to clear, or `Missing`}. `seen`: {item: what the page showed},
    compared with what is stored now. Raises LookupError for an item the form does not have.
    Each item stands alone: one that is refused does not keep the others from being saved.
    """
    try:
        with acting(by, patient_id=place.patient.pk, reason=reason, source=source):
            return _record(place, values, by, reason, seen or {})
    except DatabaseRefused as refusal:
        why = "The database cannot store this value. Check what was typed; nothing was changed."
        return Recorded(place, stored_row(place), refused=dict.fromkeys(refusal.items, why))


def _record(
    place: Place, values: Mapping[str, Any], by: Actor, reason: str, seen: Mapping[str, str]
) -> Recorded:
    book = Book(place.patient)
    row = book.row_at(place) if place.definition.key in COMPARED else stored_row(place)
    result = Recorded(place, row)
    given = _read(place, values, result)
    given = _without_conflicts(place, row, given, seen, result)
    changes = {name: value for name, value in given.items() if _differs(row, name, value)}
    if row is not None and row.entry.status == Status.COMPLETE and not reason.strip():
        result.wants_reason = list(changes)
        return result
    if not changes:
        return result
    # A row that is not stored yet is checked first, so that a refused value leaves no empty entry.
    draft = row or place.definition.model(entry=_unsaved_entry(place))
    kept = _allowed(place, draft, changes, by, result, book)
    if kept:
        _write(place, row, draft, kept, by, result, book)

    return result


def stored_row(place: Place) -> Crf | None:
    """The typed row at this place, if one is stored; one statement."""
    joined = "entry" if place.parent is None else "entry__parent"
    rows = place.definition.model._default_manager.select_related(joined)
    row = next(iter(rows.filter(**{f"entry__{name}": value for name, value in place.lookup().items()})), None)
    if row:
        row.entry.patient, row.entry.visit = place.patient, place.visit
    return row


def _read(place: Place, values: Mapping[str, Any], result: Recorded) -> dict[str, Any]:
    """Texts to values; what cannot be read is refused with the reason."""
    read: dict[str, Any] = {}
    now = place.patient.site.now()
    for name, given in values.items():
        if name not in place.definition.entered:
            raise LookupError(f"{place.definition.title} has no item {name}.")
        try:
            read[name] = value_of(place.definition, name, given, now)
        except ValidationError as error:
            result.refused[name] = " ".join(error.messages)
    return read


def _differs(row: Crf | None, name: str, value: Any) -> bool:
    return bool(state_of(row, name) != value)


def _without_conflicts(
    place: Place, row: Crf | None, given: dict[str, Any], seen: Mapping[str, str], result: Recorded
) -> dict[str, Any]:
    free = dict(given)
    for name, value in given.items():
        stored = shown(place.definition, row, name)
        if name in seen and seen[name] != stored and _differs(row, name, value):
            result.conflicts[name] = Conflict(stored, as_text(place.definition, name, value))
            del free[name]
    return free


def _allowed(
    place: Place, draft: Crf, changes: dict[str, Any], by: Actor, result: Recorded, book: Book
) -> dict[str, Any]:
    """The changes that no hard check refuses; the draft then holds these only."""
    before = {name: state_of(draft, name) for name in changes}
    kept = dict(changes)
    apply(draft, changes)
    # What is left after a refusal is looked at again: a rule between two items may now be broken by the other.
    while kept:
        refused: dict[str, str] = {}
        for step in BEFORE_WRITE:
            refused |= step(Writing(place, draft, list(kept), by, book))
        if not refused:
            break
        result.refused |= refused
        apply(draft, {name: before[name] for name in refused})
        kept = {name: value for name, value in kept.items() if name not in refused}
    return kept


def _write(
    place: Place,
    stored: Crf | None,
    draft: Crf,
    changes: dict[str, Any],
    by: Actor,
    result: Recorded,
    book: Book,
) -> None:
    row = stored or draft
    apply(row, changes)
    if stored is None:
        row.entry = _new_entry(place, missing=len(place.definition.missing(row)))
    row.calculate()
    try:
        _save(row, [*changes, *place.definition.calculated, "missing_reasons"])
    except (IntegrityError, DataError) as error:
        raise DatabaseRefused(changes) from error
    _count_missing(place, row)
    result.row, result.changed = row, list(changes)
    for step in AFTER_WRITE:
        result.remarks += step(Writing(place, row, list(changes), by, book))
    if place.definition.key in outlook_forms():
        refresh_outlook(place.patient, book)


def _save(row: Crf, columns: list[str]) -> None:
    if row._state.adding:
        row.save(force_insert=True)
    else:
        row.save(update_fields=columns)


def _count_missing(place: Place, row: Crf) -> None:
    missing = len(place.definition.missing(row))
    if missing != row.entry.missing:
        row.entry.missing = missing
        Entry.objects.filter(pk=row.entry.pk).update(missing=missing)


def _unsaved_entry(place: Place) -> Entry:
    return Entry(patient=place.patient, visit=place.visit, crf=place.definition.key, number=place.number)


def _new_entry(place: Place, *, missing: int, request_key: uuid.UUID | None = None) -> Entry:
    entry = _unsaved_entry(place)
    entry.request_key, entry.missing = request_key, missing
    if place.parent is not None:
        entry.parent = ensure_entry(_parent_place(place))
    entry.save(force_insert=True)
    _reopen_visit(place)
    return entry


def _reopen_visit(place: Place) -> None:
    """A form begun at a visit that was complete makes the visit unfinished again: the lists must tell."""
    if place.visit is None:
        return
    begun = (
        PatientOutlook.objects.filter(patient=place.patient).values_list("unfinished_code", flat=True).first()
    )
    if not begun or protocol().order(begun) > protocol().order(place.visit.code):
        refresh_outlook(place.patient)


def _parent_place(place: Place) -> Place:
    assert place.parent is not None
    return Place(place.patient, CRFS[place.definition.row_of], place.visit, place.parent)


def ensure_entry(place: Place, request_key: uuid.UUID | None = None) -> Entry:
    """The entry at this place with its (maybe empty) row; call it inside `acting` with the patient."""
    row = stored_row(place)
    if row is None:
        missing = len(place.definition.missing(None))
        row = place.definition.model(entry=_new_entry(place, missing=missing, request_key=request_key))
        row.calculate()
        row.save(force_insert=True)
    return row.entry
