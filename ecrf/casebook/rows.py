"""Loads what one patient's casebook holds, each in one statement: rows of many kinds of form, the site's ranges."""

import json
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import date, datetime, time
from decimal import Decimal
from functools import cache
from types import MappingProxyType
from typing import Any, NamedTuple

from django.db import DEFAULT_DB_ALIAS, connection, models

from ecrf.access.models import User
from ecrf.casebook.laboratory.ranges import Range
from ecrf.casebook.models import Entry, Patient, Visit
from ecrf.forms.crf import Crf
from ecrf.forms.registry import CRFS

Convert = Callable[[Any], Any]
READ = json.JSONDecoder(parse_float=Decimal)

# In the order of the model's fields, as `from_db` wants them.
ENTRY = "id", "visit_id", "crf", "parent_id", "number", "status", "missing", "struck_at", "struck_reason"
PARENT = "id", "parent_id", "number", "status", "struck_at"
COLUMNS = ", ".join([*(f"e.{name}" for name in ENTRY), *(f"p.{name}" for name in PARENT)])
# Each entry's row is looked up by its key, in the table of its kind: a join of all the tables takes long to plan.
ROWS = """
    SELECT {columns}, v.code,
        (SELECT ARRAY[u.id::text, u.username, u.full_name] FROM access_user u WHERE u.id = e.struck_by_id),
        CASE e.crf {kinds} END
    FROM casebook_entry e
    LEFT JOIN casebook_visit v ON v.id = e.visit_id AND v.patient_id = %(patient)s
    LEFT JOIN casebook_entry p ON p.id = e.parent_id AND p.patient_id = %(patient)s
    WHERE e.patient_id = %(patient)s AND e.crf = ANY(%(keys)s){limits}
"""
KIND = " WHEN '{key}' THEN (SELECT to_jsonb(t)::text FROM {table} t WHERE t.entry_id = e.id)"
AT_VISITS = " AND e.visit_id = ANY(%(visits)s)"
WITH_NUMBER = " AND (e.crf <> '{}' OR e.number = {:d})"
RANGES = """
    SELECT test, unit, low, high, sex, valid_from, valid_to FROM casebook_referencerange
    WHERE site_id = %s AND withdrawn_at IS NULL ORDER BY test, unit, sex, valid_from, id
"""


class LoadedRange(NamedTuple):
    """One reference range as it is looked up: of a site, not withdrawn."""

    test: str
    unit: str
    low: Decimal | None
    high: Decimal | None
    sex: str
    valid_from: date
    valid_to: date | None


def load_ranges(site_id: int) -> list[Range]:
    """The reference ranges of a site, save the withdrawn ones."""
    with connection.cursor() as cursor:
        cursor.execute(RANGES, [site_id])
        return [LoadedRange(*line) for line in cursor.fetchall()]


def load_rows(
    patient: Patient,
    keys: Iterable[str],
    visits: Collection[int] | None = None,
    numbers: Mapping[str, int] = MappingProxyType({}),
) -> dict[str, list[Crf]]:
    """{CRF key: its rows}, in no order, struck out ones too; `visits` limits them to these visits' ids, `numbers` a
    kind to the rows with one number.
    """
    found: dict[str, list[Crf]] = {key: [] for key in keys}
    if not found:
        return found
    limits = "" if visits is None else AT_VISITS
    limits += "".join(WITH_NUMBER.format(key, number) for key, number in numbers.items())
    kinds = "".join(KIND.format(key=key, table=_table(key)) for key in found)
    given: dict[str, Any] = {"patient": patient.pk, "keys": list(found), "visits": list(visits or ())}
    with connection.cursor() as cursor:
        cursor.execute(ROWS.format(columns=COLUMNS, kinds=kinds, limits=limits), given)
        # An entry that is just being made has no row yet.
        lines = [line for line in cursor.fetchall() if line[-1] is not None]
    visits_by_id: dict[int, Visit] = {}
    parents: dict[int, Entry] = {}
    for line in lines:
        found[line[ENTRY.index("crf")]].append(_row(patient, line, visits_by_id, parents))
    return found


def _table(key: str) -> str:
    return connection.ops.quote_name(CRFS[key].model._meta.db_table)


def _row(patient: Patient, line: tuple[Any, ...], visits: dict[int, Visit], parents: dict[int, Entry]) -> Crf:
    entry = Entry.from_db(DEFAULT_DB_ALIAS, ENTRY, line[: len(ENTRY)])
    entry.patient = patient
    above = line[len(ENTRY) : len(ENTRY) + len(PARENT)]
    code, striker, text = line[len(ENTRY) + len(PARENT) :]
    if entry.visit_id:
        if entry.visit_id not in visits:
            visits[entry.visit_id] = _is_stored(Visit(id=entry.visit_id, code=code, patient=patient))
        entry.visit = visits[entry.visit_id]
    if entry.parent_id:
        if entry.parent_id not in parents:
            parents[entry.parent_id] = Entry.from_db(DEFAULT_DB_ALIAS, PARENT, above)
            parents[entry.parent_id].patient = patient
        entry.parent = parents[entry.parent_id]
    if entry.struck_at:
        pk, username, full_name = striker
        entry.struck_by = _is_stored(User(id=int(pk), username=username, full_name=full_name))
    row = _typed(CRFS[entry.crf].model, READ.decode(text))
    row.entry = entry
    return row


def _is_stored(made: Any) -> Any:
    made._state.adding, made._state.db = False, DEFAULT_DB_ALIAS
    return made


def _typed(model: type[Crf], values: dict[str, Any]) -> Crf:
    names, read = _columns(model)
    given = [
        None if (value := values[name]) is None else convert(value)
        for name, convert in zip(names, read, strict=True)
    ]
    return model.from_db(DEFAULT_DB_ALIAS, names, given)


@cache
def _columns(model: type[Crf]) -> tuple[list[str], list[Convert]]:
    """A model's columns, and how each is read from JSON."""
    fields = model._meta.concrete_fields
    return [f.attname for f in fields], [_reader(f) for f in fields]


def _reader(field: models.Field) -> Convert:
    if isinstance(field, models.DateTimeField):
        return datetime.fromisoformat
    if isinstance(field, models.DateField):
        return date.fromisoformat
    if isinstance(field, models.TimeField):
        return time.fromisoformat
    return Decimal if isinstance(field, models.DecimalField) else lambda value: value
