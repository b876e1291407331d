"""The table of each form: its place, its items with the reason where one has no value, and how far it has come."""

from django.utils.translation import pgettext

from ecrf.exports.tables.columns import code_column, number_column, yes_no_column
from ecrf.exports.tables.description import (
    Column,
    ColumnKind,
    Description,
    FormDescription,
    ItemDescription,
    Table,
)
from ecrf.exports.tables.places import (
    BY_PATIENT,
    BY_VISIT,
    PLACE_READS,
    PLACE_SOURCE,
    place_columns,
    visit_plans,
)
from ecrf.forms.crf import MissingReason

YES_NO_SQL = "CASE WHEN {0} THEN 'yes' ELSE 'no' END"

_STATUS_SOURCE = """
    LEFT JOIN (
        SELECT entry_id, count(*) AS verified FROM verification_verification
        WHERE undone_at IS NULL AND fallen_position IS NULL GROUP BY entry_id
    ) seen ON seen.entry_id = e.id
    LEFT JOIN (
        SELECT entry_id, count(*) AS open FROM queries_query WHERE turn <> '' AND kind IS NULL GROUP BY entry_id
    ) asked ON asked.entry_id = e.id
    LEFT JOIN (
        SELECT DISTINCT patient_id FROM signatures_signature WHERE broken_position IS NULL AND scope = 'casebook'
    ) signed_book ON signed_book.patient_id = e.patient_id
    LEFT JOIN (
        SELECT DISTINCT visit_id FROM signatures_signature WHERE broken_position IS NULL AND scope = 'visit'
    ) signed_visit ON signed_visit.visit_id = e.visit_id
    LEFT JOIN (
        SELECT DISTINCT entry_id FROM signatures_signature WHERE broken_position IS NULL AND scope = 'form'
    ) signed_form ON signed_form.entry_id = coalesce(e.parent_id, e.id)
"""
_STATUS_READS = ("verification_verification", "queries_query", "signatures_signature")


def reason_codes() -> tuple[tuple[str, str], ...]:
    return tuple((reason.value, str(reason.label)) for reason in MissingReason)


def status_columns() -> tuple[Column, ...]:
    status_codes = (
        ("draft", pgettext("data code", "In progress")),
        ("complete", pgettext("data code", "Complete")),
    )
    return (
        number_column("crf_version", pgettext("data column", "Version of the form"), "e.form_version"),
        code_column(
            "crf_status", pgettext("data column", "How far the form has come"), "e.status", *status_codes
        ),
        number_column(
            "crf_items_verified",
            pgettext("data column", "Items verified against the source"),
            "coalesce(seen.verified, 0)",
        ),
        yes_no_column(
            "crf_signed",
            pgettext("data column", "A signature that stands covers the form"),
            "coalesce(signed_book.patient_id, signed_visit.visit_id, signed_form.entry_id) IS NOT NULL",
        ),
        number_column(
            "crf_open_queries",
            pgettext("data column", "Open queries on the form"),
            "coalesce(asked.open, 0)",
        ),
    )


def form_table(description: Description, form: FormDescription) -> Table:
    """One row for each form entered; what is struck out stands in a table of its own."""
    places, status = place_columns(form), status_columns()
    taken = {column.name for column in (*places, *status)}
    columns = [*places, *(column for item in form.items for column in _of_item(form, item, taken))]
    order = f"{BY_PATIENT}, plan.place NULLS FIRST, {BY_VISIT}, parent.number NULLS FIRST, e.number, e.id"
    return Table(
        name=table_name(form.key),
        title=form.title,
        columns=(*columns, *status),
        source=f'{PLACE_SOURCE} JOIN "{form.table}" f ON f.entry_id = e.id {_STATUS_SOURCE}',
        where="e.crf = %(crf)s AND e.struck_at IS NULL AND parent.struck_at IS NULL",
        order=order,
        reads=(*PLACE_READS, form.table, *_STATUS_READS),
        given={"crf": form.key, "row_names": list(form.row_names), **visit_plans(description)},
        form=form.key,
        domain=form.domain,
    )


def table_name(key: str) -> str:
    """Of a form's table, in every format but SAS: `adverse_event`."""
    return key.replace("-", "_")


def _of_item(form: FormDescription, item: ItemDescription, taken: set[str]) -> list[Column]:
    """The item, why it has no value, and what was said of that; `taken` are names that mean something else here."""
    stored = f'f."{item.name}"'
    name = f"{item.name}_item" if item.name in taken else item.name
    value = Column(
        name=name,
        label=item.label,
        kind=ColumnKind(item.kind),
        sql=_value(item, stored),
        unit=item.unit,
        codes=tuple((code, label) for code, label in item.codes),
        decimals=item.decimals,
        length=item.length,
        cdash=item.cdash,
        identifying=item.identifying,
        item=f"{form.key}.{item.name}",
        rule=item.rule,
    )
    if item.rule:
        return [value]
    reason = f"f.missing_reasons -> '{item.name}' ->> "
    return [
        value,
        Column(
            f"{name}_missing",
            pgettext("data column", "%(label)s: why there is no value") % {"label": item.label},
            ColumnKind.CODE,
            f"{reason}'reason'",
            codes=reason_codes(),
            item=value.item,
        ),
        Column(
            f"{name}_missing_comment",
            pgettext("data column", "%(label)s: comment on why") % {"label": item.label},
            ColumnKind.TEXT,
            f"nullif({reason}'comment', '')",
            item=value.item,
            identifying=True,
        ),
    ]


def _value(item: ItemDescription, stored: str) -> str:
    if item.stored == "boolean":
        return f"CASE {stored} WHEN true THEN 'yes' WHEN false THEN 'no' END"
    return f"to_char({stored}, 'HH24:MI')" if item.stored == "time" else stored
