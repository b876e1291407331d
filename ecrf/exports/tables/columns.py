"""Columns that the tables which are no forms share, and how these hang on patients and entries."""

from dataclasses import replace

from django.utils.translation import pgettext

from ecrf.exports.tables.description import Column, ColumnKind, yes_no
from ecrf.exports.tables.places import patient_column, site_column, visit_column

MOMENT = "to_char({0} AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')"
EXACT = "to_char({0} AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')"
SHOWN = "CASE WHEN %(everything)s OR x.\"table\" || '.' || change.key = ANY (%(shown)s) THEN {0} END"
YES_OR_NO = "CASE WHEN {0} THEN 'yes' ELSE 'no' END"

OF_PATIENT = (
    "JOIN casebook_patient p ON p.id = {0} JOIN access_site s ON s.id = p.site_id AND NOT s.is_practice"
)
PATIENT_READS = ("casebook_patient", "access_site")
OF_ENTRY = f"""
    JOIN casebook_entry e ON e.id = x.entry_id
    {OF_PATIENT.format("e.patient_id")}
    LEFT JOIN casebook_visit v ON v.id = e.visit_id
    LEFT JOIN casebook_entry parent ON parent.id = e.parent_id
"""
ENTRY_READS = ("casebook_entry", "casebook_visit", *PATIENT_READS)


def moment_column(name: str, label: str, sql: str) -> Column:
    in_utc = pgettext("data column", "%(what)s, UTC") % {"what": label}
    return Column(f"{name}_utc", in_utc, ColumnKind.MOMENT, MOMENT.format(sql))


def person_column(name: str, label: str, of: str) -> Column:
    """`of`: what the source calls the account."""
    return staff_column(name, label, f"{of}.username", f"'U.' || {of}.id")


def staff_column(name: str, label: str, named: str, account: str) -> Column:
    """The user name; the account's id where identifiers are left out."""
    of_account = pgettext("data column", "%(who)s: account") % {"who": label}
    of_user = pgettext("data column", "%(who)s: user name") % {"who": label}
    instead = Column(name, of_account, ColumnKind.TEXT, account, length=150)
    return replace(instead, label=of_user, sql=named, identifying=True, instead=instead)


def number_column(name: str, label: str, sql: str, *, is_key: bool = False) -> Column:
    return Column(name, label, ColumnKind.WHOLE, sql, is_key=is_key)


def text_column(
    name: str,
    label: str,
    sql: str,
    length: int | None = None,
    *,
    identifying: bool = False,
    is_key: bool = False,
) -> Column:
    return Column(name, label, ColumnKind.TEXT, sql, length=length, identifying=identifying, is_key=is_key)


def yes_no_column(name: str, label: str, sql: str) -> Column:
    return Column(name, label, ColumnKind.CODE, YES_OR_NO.format(sql), codes=yes_no())


def code_column(name: str, label: str, sql: str, *codes: tuple[str, str], is_key: bool = False) -> Column:
    return Column(name, label, ColumnKind.CODE, sql, codes=codes, is_key=is_key)


def entry_columns() -> tuple[Column, ...]:
    """Of a table that tells something of forms."""
    return (
        site_column(),
        patient_column(),
        visit_column(),
        text_column("form", pgettext("data column", "Form, by its key"), "e.crf", 40),
        number_column("number", pgettext("data column", "Number of the form among its kind"), "e.number"),
        number_column(
            "parent_number", pgettext("data column", "Number of the form whose row it is"), "parent.number"
        ),
        number_column("entry", pgettext("data column", "Entry: names this form in every table"), "e.id"),
    )
