"""What a listing of queries has for columns: what checks asked is stored in English, and said as it is read."""

from typing import Any

from django.utils.translation import gettext, pgettext

from ecrf.listings.columns.column import CellKind, ListingColumn
from ecrf.queries.models import Query, Turn, asked_by_check
from ecrf.queries.quotes import quoted_as_read

QUERIES = """
    (
        SELECT q.id AS row, q.patient_id, q.entry_id, e.visit_id, v.code, e.crf, q.item,
            CASE WHEN q.check_id = '' THEN to_jsonb(q.text_as_asked) ELSE jsonb_build_object('check_id', q.check_id,
                'check_version', q.check_version, 'variant', q.variant, 'parameters', q.parameters,
                'text_as_asked', q.text_as_asked) END AS text,
            q.turn, CASE WHEN q.value <> '' THEN jsonb_build_array(q.item, q.value) END AS value,
            q.turn_since, (now()::date - q.turn_since::date) AS days,
            jsonb_build_array(o.username, q.check_id) AS asker
        FROM queries_query q JOIN casebook_entry e ON e.id = q.entry_id
        LEFT JOIN casebook_visit v ON v.id = e.visit_id LEFT JOIN access_user o ON o.id = q.opened_by_id
        WHERE q.kind IS NULL AND q.turn <> ''
    ) x0
"""


def _question(stored: str | dict[str, Any]) -> str:
    """What a person wrote, or what a check asks."""
    return stored if isinstance(stored, str) else Query(**stored).text


def _value(stored: list[str]) -> str:
    item, value = stored
    return quoted_as_read(item, value)


def _asker(stored: list[str | None]) -> str:
    person, check = stored
    return person or asked_by_check(check or "")


def query_columns(key: str, items: tuple[tuple[str, str], ...]) -> tuple[ListingColumn, ...]:
    """`items`: every item of the forms, with its label."""
    turns = tuple((turn.value, str(turn.label)) for turn in Turn if turn.value)
    return (
        ListingColumn(
            f"{key}.number",
            pgettext("column: number of a row", "No."),
            CellKind.TEXT,
            "'Q' || x0.row",
            pgettext("columns of a listing", "Query"),
        ),
        ListingColumn(
            f"{key}.item",
            pgettext("column", "Item"),
            CellKind.CHOICE,
            "x0.crf || '.' || x0.item",
            pgettext("columns of a listing", "Query"),
            codes=items,
        ),
        ListingColumn(
            f"{key}.text",
            pgettext("column", "Question"),
            CellKind.TEXT,
            "x0.text",
            pgettext("columns of a listing", "Query"),
            identifying=True,
            says=_question,
        ),
        ListingColumn(
            f"{key}.value",
            gettext("Value when asked"),
            CellKind.TEXT,
            "x0.value",
            pgettext("columns of a listing", "Query"),
            identifying=True,
            says=_value,
        ),
        ListingColumn(
            f"{key}.turn",
            pgettext("column", "Turn"),
            CellKind.CHOICE,
            "x0.turn",
            pgettext("columns of a listing", "Query"),
            codes=turns,
        ),
        ListingColumn(
            f"{key}.days",
            gettext("For so many days"),
            CellKind.NUMBER,
            "x0.days",
            pgettext("columns of a listing", "Query"),
        ),
        ListingColumn(
            f"{key}.asker",
            pgettext("column", "Asked by"),
            CellKind.TEXT,
            "x0.asker",
            pgettext("columns of a listing", "Query"),
            identifying=True,
            says=_asker,
        ),
    )
