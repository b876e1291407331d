"""Writes one entry's row, the entry itself where there is none yet, and what is derived from it."""

import uuid
from collections.abc import Iterable
from typing import Any

from django.db import DataError, IntegrityError
from django.db.models import F

from ecrf.audit.actor import Actor
from ecrf.casebook.data import PatientData
from ecrf.casebook.models import Entry, PatientStatus, Status
from ecrf.casebook.places import Place
from ecrf.casebook.record.hooks import AFTER_WRITE, DatabaseRefused, Recorded, Writing
from ecrf.casebook.record.values import apply
from ecrf.casebook.schedule.status import refresh_schedule_status, schedule_status_forms
from ecrf.forms.crf import Crf
from ecrf.forms.protocol import protocol
from ecrf.forms.registry import CRFS, CrfDefinition


def stored_row(place: Place) -> Crf | None:
    """The typed row at this place, if one is stored; one statement."""
    joined = "entry" if place.parent is None else "entry__parent"
    rows = place.definition.model._default_manager.select_related(joined)
    row = next(iter(rows.filter(**{f"entry__{name}": value for name, value in place.lookup().items()})), None)
    if row:
        row.entry.patient, row.entry.visit = place.patient, place.visit
    return row


def write(
    place: Place,
    stored: Crf | None,
    draft: Crf,
    changes: dict[str, Any],
    by: Actor,
    result: Recorded,
    data: PatientData,
) -> None:
    row = stored or draft
    apply(row, changes)
    if stored is None:
        row.entry = _new_entry(place, missing=len(place.definition.missing(row)), data=data)
    row.calculate(data)
    try:
        _save(row, [*changes, *place.definition.calculated, "missing_reasons"])
    except (IntegrityError, DataError) as error:
        raise DatabaseRefused(changes) from error
    _count_missing(place, row, data)
    if place.definition.key in data.loaded:
        data.put(place.definition.key, row)
    others = recalculated_with(place.definition.key, changes)
    recalculated = [other for definition in others for other in recalculate(definition, row, data)]
    result.row, result.changed = row, list(changes)
    for step in AFTER_WRITE:
        result.remarks += step(Writing(place, row, list(changes), by, data, recalculated))
    if place.definition.key in schedule_status_forms():
        refresh_schedule_status(place.patient, data)


def recalculated_with(key: str, changed: Iterable[str]) -> list[CrfDefinition]:
    """The kinds of form that derive items from these items of this form."""
    names = {f"{key}.{name}" for name in changed}
    return [definition for definition in CRFS.values() if definition.calculated_from & names]


def recalculate(definition: CrfDefinition, source: Crf | None, data: PatientData) -> list[Crf]:
    """Derive anew what a change elsewhere touches: the rows of `source` if its own, else all of the kind.

    Returns the rows of which something changed. Call it inside `acting` with the patient.
    """
    rows = data.with_struck(definition.key)
    if source is not None and definition.row_of == source.entry.crf:
        rows = [row for row in rows if row.entry.parent_id == source.entry_id]
    changed = []
    for row in rows:
        before = [getattr(row, name) for name in definition.calculated]
        row.calculate(data)
        if before != [getattr(row, name) for name in definition.calculated]:
            changed.append(row)
    if changed:
        definition.model._default_manager.bulk_update(changed, list(definition.calculated))
        _count_missing_anew(definition, changed, data)
    return changed


def _count_missing_anew(definition: CrfDefinition, rows: list[Crf], data: PatientData) -> None:
    """An item may be asked or not by what was derived: a flag asks whether the value is significant."""
    moved, turned = [], False
    for row in rows:
        missing = len(definition.missing(row)) + _missing_rows(definition, row.entry)
        if missing != row.entry.missing:
            turned |= _turns(row.entry, missing)
            row.entry.missing = missing
            moved.append(row.entry)
    if moved:
        Entry.objects.bulk_update(moved, ["missing"])
    if turned:
        refresh_schedule_status(data.patient, data)


def _turns(entry: Entry, missing: int) -> bool:
    """Whether a complete form of a visit thereby is done, or no longer is: the lists must tell."""
    return bool(entry.visit_id and entry.status == Status.COMPLETE and bool(missing) != bool(entry.missing))


def _save(row: Crf, columns: list[str]) -> None:
    if row._state.adding:
        row.save(force_insert=True)
    else:
        row.save(update_fields=columns)


def _count_missing(place: Place, row: Crf, data: PatientData) -> None:
    missing = len(place.definition.missing(row)) + _missing_rows(place.definition, row.entry)
    if missing != row.entry.missing:
        turned = _turns(row.entry, missing)
        row.entry.missing = missing
        Entry.objects.filter(pk=row.entry.pk).update(missing=missing)
        if turned:
            refresh_schedule_status(place.patient, data)


def _missing_rows(definition: CrfDefinition, entry: Entry) -> int:
    """How many required items the rows of a fixed set lack that nobody has begun."""
    fixed = [CRFS[key] for key in definition.rows if CRFS[key].row_names]
    wanted = sum(len(kind.row_names) * kind.missing_when_blank for kind in fixed)
    begun = (
        entry.rows.filter(crf__in=[kind.key for kind in fixed]).values_list("crf", flat=True) if fixed else ()
    )
    return wanted - sum(CRFS[crf].missing_when_blank for crf in begun)


def unsaved_entry(place: Place) -> Entry:
    return Entry(patient=place.patient, visit=place.visit, crf=place.definition.key, number=place.number)


def _new_entry(
    place: Place, *, missing: int, data: PatientData | None = None, request_key: uuid.UUID | None = None
) -> Entry:
    entry = unsaved_entry(place)
    entry.request_key, entry.missing = request_key, missing
    if place.parent is not None:
        entry.parent = ensure_entry(parent_place(place), data=data)
    entry.save(force_insert=True)
    if entry.parent and place.definition.row_names:
        fewer = F("missing") - place.definition.missing_when_blank
        Entry.objects.filter(pk=entry.parent.pk).update(missing=fewer)
    _reopen_visit(place)
    return entry


def _reopen_visit(place: Place) -> None:
    """A form begun at a visit that was complete makes the visit unfinished again: the lists must tell."""
    if place.visit is None:
        return
    begun = (
        PatientStatus.objects.filter(patient=place.patient).values_list("unfinished_code", flat=True).first()
    )
    plan, order = protocol().plan(place.visit.code), protocol().order
    # Where an unscheduled visit stands among the others follows from the dates.
    if not begun or (plan and plan.repeats) or order(begun) > order(place.visit.code):
        refresh_schedule_status(place.patient)


def parent_place(place: Place) -> Place:
    assert place.parent is not None
    return Place(place.patient, CRFS[place.definition.row_of], place.visit, place.parent)


def ensure_entry(
    place: Place, request_key: uuid.UUID | None = None, data: PatientData | None = None
) -> Entry:
    """The entry at this place with its (maybe empty) row; call it inside `acting` with the patient."""
    data = data or PatientData(place.patient)
    row = data.row_at(place) if place.definition.key in data.loaded else stored_row(place)
    if row is None:
        definition = place.definition
        missing = definition.missing_when_blank
        row = definition.model(entry=_new_entry(place, missing=missing, request_key=request_key))
        row.calculate(data)
        row.save(force_insert=True)
        if definition.key in data.loaded:
            data.put(definition.key, row)
        if definition.rows:
            _count_missing(place, row, data)
    return row.entry
