"""A patient's rows of every kind of form, by one function of the database."""

import json
from collections.abc import Collection, Iterable, Mapping
from functools import cache
from types import MappingProxyType
from typing import Any

from django.db import connection, models

from ecrf.audit.bound.policies import reaches_patient
from ecrf.audit.bound.reading import READING
from ecrf.casebook.models import Entry, Patient, Visit
from ecrf.casebook.stored_rows import as_stored, lines_of, read_json, user_of
from ecrf.forms.crf import Crf
from ecrf.forms.registry import CRFS

ENTRY = (
    "id",
    "visit_id",
    "crf",
    "parent_id",
    "number",
    "form_version",
    "status",
    "missing",
    "struck_at",
    "struck_reason",
)
PARENT = "id", "crf", "parent_id", "number", "status", "struck_at"
VISIT = "code", "struck_at"
# Each entry's row is looked up by its key, in the table of its kind: a join of all the tables takes long to plan. The
# plan is made once for each connection, as those of a page's other statements are not.
FUNCTION = """
CREATE OR REPLACE FUNCTION casebook_rows(
    of_patient bigint, of_kinds text[], at_visits bigint[], whole text[], with_number jsonb
) RETURNS SETOF record LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp SET plan_cache_mode = force_generic_plan AS $$
BEGIN
    IF {reaches} THEN
        RETURN QUERY SELECT {columns},
            (SELECT ARRAY[u.id::text, u.username::text, u.full_name::text] FROM access_user u
                WHERE u.id = e.struck_by_id),
            CASE e.crf {kinds} END
        FROM casebook_entry e
        LEFT JOIN casebook_visit v ON v.id = e.visit_id AND v.patient_id = of_patient
        LEFT JOIN casebook_entry p ON p.id = e.parent_id AND p.patient_id = of_patient
        WHERE e.patient_id = of_patient AND e.crf = ANY (of_kinds)
            AND (at_visits IS NULL OR e.visit_id = ANY (at_visits) OR e.crf = ANY (whole))
            AND CASE jsonb_typeof(with_number -> e.crf)
                WHEN 'number' THEN e.number = (with_number ->> e.crf)::integer
                WHEN 'array' THEN coalesce(p.number, e.number) BETWEEN
                    (with_number -> e.crf ->> 0)::integer AND (with_number -> e.crf ->> 1)::integer
                ELSE true
            END;
    END IF;
END
$$
"""
KIND = " WHEN '{key}' THEN (SELECT to_jsonb(t)::text FROM {table} t WHERE t.entry_id = e.id)"
ROWS = """
    SELECT * FROM casebook_rows(%(patient)s, %(kinds)s, %(visits)s::bigint[], %(whole)s, %(numbers)s::jsonb)
        AS found({columns}, striker text[], text text)
"""


def rows_function() -> str:
    """The statement that makes the function, with the trial's forms of this version."""
    columns = [
        *(f"e.{name}" for name in ENTRY),
        *(f"p.{name}" for name in PARENT),
        *(f"v.{name}" for name in VISIT),
    ]
    kinds = "".join(KIND.format(key=key, table=_table(key)) for key in sorted(CRFS))
    return FUNCTION.format(reaches=reaches_patient("of_patient"), columns=", ".join(columns), kinds=kinds)


READING.add("casebook_rows", rows_function)


def load_rows(
    patient: Patient,
    keys: Iterable[str],
    visits: Collection[int] | None = None,
    numbers: Mapping[str, int | tuple[int, int]] = MappingProxyType({}),
    whole: Collection[str] = (),
) -> dict[str, list[Crf]]:
    """{CRF key: its rows}, in no order, struck out ones too; `visits` limits them to these visits' ids, save the
    kinds in `whole`; `numbers` limits a kind to the rows with one number, or to the forms with a number from one to
    another and the rows of such forms.
    """
    found: dict[str, list[Crf]] = {key: [] for key in keys}
    if not found:
        return found
    given: dict[str, Any] = {
        "patient": patient.pk,
        "kinds": list(found),
        "visits": None if visits is None else list(visits),
        "whole": list(whole),
        "numbers": json.dumps(dict(numbers)),
    }
    visits_by_id: dict[int, Visit] = {}
    parents: dict[int, Entry] = {}
    for line in lines_of(_rows(), given):
        if line[-1] is None:  # an entry that is just being made has no row yet
            continue
        found[line[ENTRY.index("crf")]].append(_row(patient, line, visits_by_id, parents))
    return found


@cache
def _rows() -> str:
    """The statement, with the types of what the function gives."""
    given: list[tuple[str, type[models.Model], tuple[str, ...]]] = [
        ("e", Entry, ENTRY),
        ("p", Entry, PARENT),
        ("v", Visit, VISIT),
    ]
    columns = [
        f"{of}_{name} {_field(model, name).db_type(connection)}"
        for of, model, names in given
        for name in names
    ]
    return ROWS.format(columns=", ".join(columns))


def _field(model: type[models.Model], column: str) -> models.Field:
    (found,) = (field for field in model._meta.concrete_fields if field.column == column)
    return found


def _table(key: str) -> str:
    return connection.ops.quote_name(CRFS[key].model._meta.db_table)


def _row(patient: Patient, line: tuple[Any, ...], visits: dict[int, Visit], parents: dict[int, Entry]) -> Crf:
    own, above = line[: len(ENTRY)], line[len(ENTRY) : len(ENTRY) + len(PARENT)]
    code, visit_struck_at, striker, text = line[len(ENTRY) + len(PARENT) :]
    values = {**dict(zip(ENTRY, own, strict=True)), "patient_id": patient.pk}
    visit_id, parent_id = values["visit_id"], values["parent_id"]
    if visit_id and visit_id not in visits:
        given = {"id": visit_id, "code": code, "struck_at": visit_struck_at, "patient_id": patient.pk}
        visits[visit_id] = as_stored(Visit, given, patient=patient)
    if parent_id and parent_id not in parents:
        given = {**dict(zip(PARENT, above, strict=True)), "patient_id": patient.pk}
        parents[parent_id] = as_stored(Entry, given, patient=patient)
    known: dict[str, Any] = {
        "patient": patient,
        "visit": visits.get(visit_id),
        "parent": parents.get(parent_id),
    }
    if values["struck_at"]:
        known["struck_by"] = user_of(*striker)
        values["struck_by_id"] = known["struck_by"].pk
    entry = as_stored(Entry, values, **known)
    return read_json(CRFS[entry.crf].model, text, entry=entry)
