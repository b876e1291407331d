"""Finds where a text stands: in what a patient's forms hold now, in copies kept beside them, and in the trail."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from django.db import connection, models

from ecrf.audit.triggers import AUDITED, Audited
from ecrf.casebook.models import Patient
from ecrf.casebook.transfer.models import Transfer
from ecrf.forms.crf import Crf

UNTOUCHED = ("access", "signatures")
"""Accounts, and signatures: their words are the product's own, or names of the people who work here."""
STUDY_DATA = "casebook"
LONG = 500
"""From this length on a column holds what people write; shorter ones hold codes."""

_ROWS = """
    SELECT t."{row}"::text, audit_items_with(audit_flat(to_jsonb(t)), %(said)s, %(free)s)
    FROM "{table}" t WHERE strpos(to_jsonb(t)::text, %(escaped)s) > 0 AND t."{row}"::text IN (
        SELECT e."row" FROM audit_auditevent e WHERE e.chain = %(patient)s AND e."table" = '{table}'{or_site}
    ) ORDER BY t."{row}"
"""
_OR_SITE = """
        UNION ALL SELECT e."row" FROM audit_auditevent e
        WHERE e.chain = 0 AND e."table" = '{table}' AND (t.site_id = %(site)s OR t.site_id IS NULL)"""
_EVENTS = """
    SELECT e.chain, e.position, e."table", e."row", e.entry_id, strpos(e.reason, %(said)s) > 0,
        audit_items_with(e.changes || e.calculated, %(said)s, columns.free)
    FROM audit_auditevent e, LATERAL (
        SELECT CASE WHEN %(columns)s::jsonb -> e."table" IS NOT NULL
            THEN ARRAY(SELECT jsonb_array_elements_text(%(columns)s::jsonb -> e."table")) END AS free
    ) columns
    WHERE (e.chain = %(patient)s OR (e.chain = 0 AND ({of_site}))) AND (
        strpos(e.reason, %(said)s) > 0 OR strpos(e.changes::text, %(escaped)s) > 0
        OR strpos(e.calculated::text, %(escaped)s) > 0
    ) ORDER BY e.chain, e.position
"""
_OF_SITE = """
    (e."table" = '{table}' AND e."row" IN (
        SELECT t."{row}"::text FROM "{table}" t WHERE t.site_id = %(site)s OR t.site_id IS NULL))"""


@dataclass(frozen=True)
class RowPlace:
    """One row that holds the text now, and in which columns."""

    audited: Audited
    row: str
    items: list[str]

    @property
    def table(self) -> str:
        return self.audited.model._meta.db_table


@dataclass(frozen=True)
class EventPlace:
    """One event of the trail that holds the text; `in_reason` if its reason does."""

    chain: int
    position: int
    table: str
    row: str
    entry_id: int | None
    in_reason: bool
    items: list[str]


@dataclass(frozen=True)
class FoundText:
    """Everywhere the text stands: `current` in study data, `copies` beside them, `events` of the trail."""

    current: list[RowPlace] = field(default_factory=list)
    copies: list[RowPlace] = field(default_factory=list)
    events: list[EventPlace] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.current or self.copies or self.events)


def find(patient: Patient, text: str) -> FoundText:
    """Look through everything of the patient, and through what belongs to the patient's site as a whole."""
    places = FoundText()
    for audited in AUDITED:
        if audited.model._meta.app_label not in UNTOUCHED:
            into = places.current if holds_study_data(audited.model) else places.copies
            into.extend(_rows(audited, patient, text))
    places.events.extend(_events(patient, text))
    return places


def _rows(audited: Audited, patient: Patient, text: str) -> Iterator[RowPlace]:
    table = audited.model._meta.db_table
    or_site = _OR_SITE.format(table=table) if _is_of_site(audited) else ""
    free = {"free": free_columns()[table]}
    for row, items in _read(_ROWS.format(table=table, row=audited.row, or_site=or_site), patient, text, free):
        if items:
            yield RowPlace(audited, row, items)


def _events(patient: Patient, text: str) -> Iterator[EventPlace]:
    of_site = " OR ".join(
        _OF_SITE.format(table=audited.model._meta.db_table, row=audited.row)
        for audited in AUDITED
        if _is_of_site(audited)
    )
    columns = {"columns": json.dumps(free_columns())}
    for row in _read(_EVENTS.format(of_site=of_site), patient, text, columns):
        place = EventPlace(*row)
        if place.in_reason or place.items:
            yield place


def _read(statement: str, patient: Patient, text: str, more: dict[str, Any]) -> list[tuple[Any, ...]]:
    """`escaped` is how the text stands inside JSON: where even that is not found, nobody has to look closer."""
    escaped = json.dumps(text, ensure_ascii=False)[1:-1]
    values = {"said": text, "escaped": escaped, "patient": patient.pk, "site": patient.site_id, **more}
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


def holds_study_data(model: type[models.Model]) -> bool:
    """A transfer's reason is none: nobody could put it right first, since such rows are never changed."""
    return issubclass(model, Crf) or (model._meta.app_label == STUDY_DATA and model is not Transfer)


@cache
def free_columns() -> dict[str, list[str]]:
    """{table: columns in which people's own words may stand}; no codes, choices or names of accounts."""
    return {audited.model._meta.db_table: _free(audited) for audited in AUDITED}


def _free(audited: Audited) -> list[str]:
    if audited.model._meta.app_label in UNTOUCHED:
        return []
    is_form = issubclass(audited.model, Crf)
    fields = [
        field
        for field in audited.model._meta.concrete_fields
        if field.column not in audited.unseen and not field.is_relation and not field.choices
    ]
    return [str(field.column) for field in fields if is_form or _is_long(field)]


def _is_long(column: "models.Field[Any, Any]") -> bool:
    is_text = isinstance(column, models.TextField | models.JSONField)
    return is_text or (isinstance(column, models.CharField) and (column.max_length or 0) >= LONG)


def _is_of_site(audited: Audited) -> bool:
    """Whether rows of the table may belong to a site as a whole, or to the study; of accounts and forms, none."""
    options = audited.model._meta
    kept = options.app_label not in (*UNTOUCHED, STUDY_DATA)
    return kept and any(field.column == "site_id" for field in options.concrete_fields)
