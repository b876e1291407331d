"""Writes one entry's row, and the entry itself where there is none yet."""

import uuid

from django.core.exceptions import ValidationError
from django.db import DataError, IntegrityError
from django.db.models import F
from django.utils.translation import gettext

from ecrf.access.language import in_master
from ecrf.casebook.data import PatientData, stored_row
from ecrf.casebook.models import Entry
from ecrf.casebook.places import Place
from ecrf.casebook.record.derive import derive
from ecrf.casebook.record.hooks import DatabaseRefused
from ecrf.casebook.stored_rows import store
from ecrf.forms.crf import Crf
from ecrf.forms.registry import CRFS


def write(
    place: Place, row: Crf, changed: list[str], data: PatientData, request_key: uuid.UUID | None = None
) -> list[Crf]:
    """Save the row with these changed items, and all that follows from them; returns the rows of other forms that were
    calculated anew. Call it inside `acting` with the patient."""
    is_new = row._state.adding
    if is_new:
        _save_entry(place, row, data, request_key)
    with in_master():
        row.calculate(data)
    try:
        if is_new:
            row.save(force_insert=True)
        else:
            store(row, [*changed, *place.definition.calculated, "missing_reasons"])
    except (IntegrityError, DataError) as error:
        raise DatabaseRefused(*changed, beyond=_beyond_limits(row, changed)) from error
    if data.covers(place):
        data.put(place.definition.key, row)
    return derive(place, row, changed, data, is_new=is_new)


def _beyond_limits(row: Crf, changed: list[str]) -> list[str]:
    """The items that nobody changes now and whose values would be refused now, in words. A limit that is newer than the
    row does not look at it until it is written again, and then refuses all of it."""
    found = []
    for name, item in CRFS[row.entry.crf].entered.items():
        value = getattr(row, name)
        if name not in changed and value is not None:
            try:
                item.run_validators(item.to_python(value))
            except ValidationError:
                words = gettext("%(item)s, %(value)s,")
                found.append(words % {"item": item.verbose_name, "value": item.words(value)})
    return found


def _save_entry(place: Place, row: Crf, data: PatientData, request_key: uuid.UUID | None) -> None:
    entry, definition, above = row.entry, place.definition, place.above
    entry.request_key, entry.missing = request_key, len(definition.missing(row))
    entry.parent = ensure_entry(above, data=data) if above else None
    entry.save(force_insert=True)
    if entry.parent and definition.row_names:
        Entry.objects.filter(pk=entry.parent.pk).update(
            missing=F("missing") - definition.missing_when_blank()
        )
        entry.parent.missing -= definition.missing_when_blank()


def ensure_entry(
    place: Place, request_key: uuid.UUID | None = None, data: PatientData | None = None
) -> Entry:
    """The entry at this place with its (maybe empty) row; call it inside `acting` with the patient."""
    data = data or PatientData(place.patient)
    row = data.row_at(place) if data.covers(place) else stored_row(place)
    if row is None:
        row = place.definition.model(entry=place.new_entry())
        write(place, row, [], data, request_key)
    return row.entry
