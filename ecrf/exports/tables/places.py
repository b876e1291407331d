"""Where a row belongs: site, patient, visit, form; the same columns in front of every table."""

from typing import Any

from django.utils.translation import pgettext

from ecrf.exports.tables.description import Column, ColumnKind, Description, FormDescription

NUMBERED = "-[1-9][0-9]?$"
"""Behind the code of a visit that may take place several times: UNS-2."""

VISIT_PLANS = """
    LEFT JOIN (
        SELECT * FROM unnest(%(codes)s::text[], %(labels)s::text[], %(days)s::integer[])
        WITH ORDINALITY AS plan(code, label, day, place)
    ) plan ON plan.code = regexp_replace(v.code, '-[1-9][0-9]?$', '')
"""
PLACE_SOURCE = f"""
    FROM casebook_entry e
    JOIN casebook_patient p ON p.id = e.patient_id
    JOIN access_site s ON s.id = p.site_id AND NOT s.is_practice
    LEFT JOIN casebook_visit v ON v.id = e.visit_id
    {VISIT_PLANS}
    LEFT JOIN casebook_entry parent ON parent.id = e.parent_id
"""
PLACE_READS = ("casebook_entry", "casebook_patient", "casebook_visit", "access_site")

BY_PATIENT, BY_VISIT, BY_SITE = (f'{name} COLLATE "C"' for name in ("p.number", "v.code", "s.code"))
"""In the order of the bytes: that of a language is another on another machine, and after an update of its library."""


def site_column() -> Column:
    label = pgettext("data column", "Site")
    return Column("site", label, ColumnKind.TEXT, "s.code", is_key=True, length=20)


def patient_column() -> Column:
    label = pgettext("data column", "Patient number")
    return Column("patient", label, ColumnKind.TEXT, "p.number", is_key=True, length=20)


def visit_column() -> Column:
    label = pgettext("data column", "Visit, by its code")
    return Column("visit", label, ColumnKind.TEXT, "v.code", is_key=True, length=10)


def numbered_visit(code: str = "v.code", label: str = "plan.label") -> str:
    """In words: `Week 4`, `Unscheduled 2`."""
    return f"{label} || CASE WHEN {code} ~ '{NUMBERED}' THEN ' ' || regexp_replace({code}, '^.*-', '') ELSE '' END"


def visit_label_column() -> Column:
    label = pgettext("data column", "Visit")
    return Column("visit_label", label, ColumnKind.TEXT, numbered_visit(), length=60)


def place_columns(form: FormDescription) -> list[Column]:
    """Before the items of a form. `entry` names its row in every table; `parent_entry` the form whose row it is."""
    columns = [site_column(), patient_column(), visit_column(), visit_label_column()]
    if form.parent:
        columns += [
            Column(
                "parent_number",
                pgettext("data column", "Number of the form it belongs to"),
                ColumnKind.WHOLE,
                "parent.number",
                is_key=True,
            ),
            Column(
                "parent_entry",
                pgettext("data column", "Form it belongs to: its entry"),
                ColumnKind.WHOLE,
                "e.parent_id",
                is_key=True,
            ),
        ]
    columns += [
        Column(
            "number",
            pgettext("data column", "Number among its kind"),
            ColumnKind.WHOLE,
            "e.number",
            is_key=True,
        ),
        Column(
            "entry",
            pgettext("data column", "Entry: names this form in every table"),
            ColumnKind.WHOLE,
            "e.id",
            is_key=True,
        ),
    ]
    if form.row_names:
        named = "(%(row_names)s::text[])[e.number]"
        columns.append(
            Column("row_name", pgettext("data column", "Name of the row"), ColumnKind.TEXT, named, length=100)
        )
    return columns


def visit_plans(description: Description) -> dict[str, Any]:
    """What the join with the plan of the visits is given."""
    return {
        "codes": [visit.code for visit in description.visits],
        "labels": [visit.label for visit in description.visits],
        "days": [visit.day for visit in description.visits],
    }
