"""Loads the rows of many kinds of form of one patient in one statement, each as its typed model with its entry."""

import json
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import date, datetime, time
from decimal import Decimal
from functools import cache
from types import MappingProxyType
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connection, models

from ecrf.access.models import User
from ecrf.casebook.models import Crf, Entry, Patient, Visit
from ecrf.casebook.registry import CRFS

Convert = Callable[[Any], Any]

# In the order of the model's fields, as `from_db` wants them.
ENTRY = "id", "visit_id", "crf", "parent_id", "number", "status", "missing", "struck_at", "struck_reason"
PARENT = "id", "number", "status", "struck_at"
COLUMNS = ", ".join(f"e.{name}" for name in ENTRY)
ROWS = """
    SELECT {columns}, v.code, p.number, p.status, p.struck_at,
        u.id, u.username, u.full_name, r.row::text
    FROM ({kinds}) r
    JOIN casebook_entry e ON e.id = r.entry_id
    LEFT JOIN casebook_visit v ON v.id = e.visit_id
    LEFT JOIN casebook_entry p ON p.id = e.parent_id
    LEFT JOIN access_user u ON u.id = e.struck_by_id
"""
KIND = """
    SELECT t.entry_id, to_jsonb(t) AS row FROM {table} t
    JOIN casebook_entry x ON x.id = t.entry_id AND x.patient_id = %(patient)s{limit}
"""
AT_VISITS = " AND x.visit_id = ANY(%(visits)s)"
WITH_NUMBER = " AND x.number = {:d}"


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
    at_visits = "" if visits is None else AT_VISITS
    kinds = " UNION ALL ".join(
        KIND.format(
            table=connection.ops.quote_name(CRFS[key].model._meta.db_table),
            limit=at_visits + (WITH_NUMBER.format(numbers[key]) if key in numbers else ""),
        )
        for key in found
    )
    with connection.cursor() as cursor:
        cursor.execute(
            ROWS.format(kinds=kinds, columns=COLUMNS), {"patient": patient.pk, "visits": list(visits or ())}
        )
        lines = cursor.fetchall()
    visits_by_id: dict[int, Visit] = {}
    parents: dict[int, Entry] = {}
    for line in lines:
        found[line[ENTRY.index("crf")]].append(_row(patient, line, visits_by_id, parents))
    return found


def _row(patient: Patient, line: tuple[Any, ...], visits: dict[int, Visit], parents: dict[int, Entry]) -> Crf:
    entry = Entry.from_db(DEFAULT_DB_ALIAS, ENTRY, line[: len(ENTRY)])
    entry.patient = patient
    code, parent_number, parent_status, parent_struck_at, *striker, text = line[len(ENTRY) :]
    if entry.visit_id:
        if entry.visit_id not in visits:
            visits[entry.visit_id] = _is_stored(Visit(id=entry.visit_id, code=code, patient=patient))
        entry.visit = visits[entry.visit_id]
    if entry.parent_id:
        if entry.parent_id not in parents:
            known = entry.parent_id, parent_number, parent_status, parent_struck_at
            parents[entry.parent_id] = Entry.from_db(DEFAULT_DB_ALIAS, PARENT, known)
            parents[entry.parent_id].patient = patient
        entry.parent = parents[entry.parent_id]
    if entry.struck_at:
        entry.struck_by = _is_stored(User(**dict(zip(("id", "username", "full_name"), striker, strict=True))))
    row = _typed(CRFS[entry.crf].model, json.loads(text, parse_float=Decimal))
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
