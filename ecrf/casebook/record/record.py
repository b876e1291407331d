"""`record`: the one function through which every value of the study enters the database.

The page, the import, the synthetic study and any other way in call it; nothing writes study data beside it.
Floors above take part by `before_write` (may refuse items) and `after_write` (looks at what was saved).
"""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError

from ecrf.audit.actor import Actor, acting
from ecrf.audit.refusals import Locked
from ecrf.casebook.data import COMPARED, PatientData
from ecrf.casebook.models import Entry, Status
from ecrf.casebook.places import Place
from ecrf.casebook.record.hooks import BEFORE_WRITE, NEEDED, Conflict, DatabaseRefused, Recorded, Writing
from ecrf.casebook.record.store import parent_place, recalculated_with, stored_row, unsaved_entry, write
from ecrf.casebook.record.values import apply, as_text, shown, state_of, value_of
from ecrf.forms.crf import Crf
from ecrf.forms.items import Link
from ecrf.forms.registry import CRFS, by_model


def record(
    *,
    place: Place,
    values: Mapping[str, Any],
    by: Actor,
    reason: str = "",
    source: str = "site",
    seen: Mapping[str, str] | None = None,
    data: PatientData | None = None,
) -> Recorded:
    """Record item values of one entry, in one transaction; create the entry if need be.

    `values`: {item: text as typed, a value, None to clear, or `Missing`}. `seen`: {item: what the page showed},
    compared with what is stored now. Raises LookupError for an item the form does not have. `data`: of this patient,
    for who records many forms in one transaction of which it has had all its rows; else it is read anew.
    Each item stands alone: one that is refused does not keep the others from being saved.
    """
    try:
        with acting(by, patient_id=place.patient.pk, reason=reason, source=source):
            return _record(place, values, by, reason, seen or {}, data or PatientData(place.patient))
    except Locked as refusal:
        return Recorded(place, stored_row(place), refused=dict.fromkeys(values, str(refusal)))
    except DatabaseRefused as refusal:
        why = "The database cannot store this value. Check what was typed; nothing was changed."
        return Recorded(place, stored_row(place), refused=dict.fromkeys(refusal.items, why))


def _record(
    place: Place,
    values: Mapping[str, Any],
    by: Actor,
    reason: str,
    seen: Mapping[str, str],
    data: PatientData,
) -> Recorded:
    _load(data, place, values)
    row = data.row_at(place) if place.definition.key in COMPARED else stored_row(place)
    result = Recorded(place, row)
    above = _above(place, row, data)
    if (row is not None and row.entry.is_struck) or (above is not None and above.is_struck):
        result.refused = dict.fromkeys(values, "This row is struck out. Restore it before changing it.")
        return result
    given = _read(place, values, result, data)
    given = _without_conflicts(place, row, given, seen, result)
    changes = {name: value for name, value in given.items() if _differs(row, name, value)}
    if changes and not reason.strip() and _asks_for_reason(row, above):
        result.wants_reason = list(changes)
        return result
    if not changes:
        return result
    # A row that is not stored yet is checked first, so that a refused value leaves no empty entry.
    draft = row or place.definition.model(entry=unsaved_entry(place))
    kept = _allowed(place, draft, changes, by, result, data)
    if kept:
        write(place, row, draft, kept, by, result, data)

    return result


def _load(data: PatientData, place: Place, values: Mapping[str, Any]) -> None:
    """Everything that the checks and the calculations of these items will read, in one statement."""
    definition = place.definition
    kinds = {key for step in NEEDED for key in step(definition.key, list(values))}
    kinds |= {name.partition(".")[0] for name in definition.calculated_from}
    kinds |= {other.key for other in recalculated_with(definition.key, values)}
    kinds |= {definition.items[name].to for name in values if name in definition.links}
    if definition.key in COMPARED:
        kinds.add(definition.key)
    data.load_beside(place, kinds)


def _above(place: Place, row: Crf | None, data: PatientData) -> Entry | None:
    """The entry of the form whose row this is, if there is one."""
    if place.parent is None:
        return None
    if row is not None:
        return row.entry.parent
    if place.definition.row_of in data.loaded:
        found = data.row_at(parent_place(place))
        return found.entry if found else None
    return Entry.objects.filter(**parent_place(place).lookup()).first()


def _asks_for_reason(row: Crf | None, above: Entry | None) -> bool:
    """The form is complete, or a first value is entered into a row of one that is."""
    if row is not None and row.entry.status == Status.COMPLETE:
        return True
    begins = row is None or is_blank(row)
    return begins and above is not None and above.status == Status.COMPLETE


def is_blank(row: Crf) -> bool:
    """Whether nobody has entered anything into it."""
    entered = by_model(type(row)).entered
    return not row.missing_reasons and all(getattr(row, name) is None for name in entered)


def _read(place: Place, values: Mapping[str, Any], result: Recorded, data: PatientData) -> dict[str, Any]:
    """Texts to values; what cannot be read is refused with the reason."""
    read: dict[str, Any] = {}
    now = place.patient.site.now()
    for name, given in values.items():
        if name not in place.definition.entered:
            raise LookupError(f"{place.definition.title} has no item {name}.")
        try:
            read[name] = value_of(place.definition, name, given, now)
            _find_linked(place.definition.items[name], read[name], data)
        except ValidationError as error:
            result.refused[name] = " ".join(error.messages)
    return read


def _find_linked(item: Any, value: Any, data: PatientData) -> None:
    """A link must name a row that this patient has and that stands."""
    if not isinstance(item, Link) or not isinstance(value, str):
        return
    if value not in [row.entry.link for row in data.rows(item.to)]:
        title = CRFS[item.to].title
        raise ValidationError(f"This patient has no {title.lower()} {value}. Choose one from the list.")


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
    place: Place, draft: Crf, changes: dict[str, Any], by: Actor, result: Recorded, data: PatientData
) -> dict[str, Any]:
    """The changes that no hard check refuses; the draft then holds these only."""
    before = {name: state_of(draft, name) for name in changes}
    kept = dict(changes)
    apply(draft, changes)
    # What is left after a refusal is looked at again: a rule between two items may now be broken by the other.
    while kept:
        refused: dict[str, str] = {}
        for step in BEFORE_WRITE:
            refused |= step(Writing(place, draft, list(kept), by, data))
        if not refused:
            break
        result.refused |= refused
        apply(draft, {name: before[name] for name in refused})
        kept = {name: value for name, value in kept.items() if name not in refused}
    return kept
