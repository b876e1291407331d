"""What gives a listing its rows: one kind of form, all patients, or something that the study knows of all of them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import pgettext

from ecrf.forms.protocol import protocol
from ecrf.forms.registry import CRFS, CrfDefinition
from ecrf.listings.columns.column import ListingColumn, table_of
from ecrf.listings.columns.of_forms import (
    about_form,
    about_row,
    about_visit,
    columns_of,
    stands_at_visits,
    title_of,
)

OF_FORM = """
    casebook_entry e{n} {join} "{table}" f{n} ON f{n}.entry_id = e{n}.id
    LEFT JOIN casebook_visit v{n} ON v{n}.id = e{n}.visit_id
    LEFT JOIN casebook_entry u{n} ON u{n}.id = e{n}.parent_id
"""
OF_PATIENT = (
    "JOIN casebook_patient p ON p.id = {0} JOIN access_site s ON s.id = p.site_id AND NOT s.is_practice"
)


@dataclass(frozen=True)
class ListingSource:
    """`key`: of a form, or with an @. `relation`: the SQL from which rows come, with {n} for its place (0), whose rows
    have the id `row`; `patient`, `visit`, `entry`, `crf`, `item`: the SQL that says where a row belongs, "" for
    nowhere. `order`: how rows stand where nobody says otherwise. `given`: what its SQL is given.

    `has_joins`: whether other forms can stand beside it; `since`: how many days back it looks where nobody says;
    `loose`: see `loose_sql`."""

    key: str
    title: str
    one: str
    columns: Mapping[str, ListingColumn]
    relation: str
    row: str
    patient: str
    order: str
    visit: str = "NULL::bigint"
    visit_code: str = "NULL::text"
    entry: str = "NULL::bigint"
    crf: str = ""
    item: str = "NULL::text"
    given: Mapping[str, Any] = field(default_factory=dict)
    usual: tuple[str, ...] = ()
    has_joins: bool = True
    since: int = 0
    help: str = ""
    loose: str = ""

    @property
    def definition(self) -> CrfDefinition | None:
        """Of the form whose entries its rows are."""
        return CRFS.get(self.key)

    @property
    def from_sql(self) -> str:
        return f"{self.relation} {OF_PATIENT.format(self.patient)}"

    @property
    def loose_sql(self) -> str:
        """The same to count rows and to find those of a page: each entry has its form, which the database leaves out
        of the statement where nothing asks for one of its items."""
        return f"{self.loose or self.relation} {OF_PATIENT.format(self.patient)}"


def form_relation(definition: CrfDefinition, place: int, join: str = "JOIN") -> str:
    return OF_FORM.format(n=place, table=table_of(definition), join=join)


def form_source(definition: CrfDefinition, facts: Iterable[ListingColumn]) -> ListingSource:
    """A row for each entry of the form."""
    at_visits = stands_at_visits(definition)
    around = (*about_row(), *(about_visit() if at_visits else ()), *about_form())
    columns = {column.key: column for column in (*around, *columns_of(definition), *facts)}
    codes = "array_position(%(visit_codes)s::text[], v0.code::text), v0.code, " * at_visits
    shown = [f"{definition.key}.{name}" for name in definition.column_items]
    return ListingSource(
        key=definition.key,
        title=title_of(definition) if definition.row_of else definition.plural,
        one=title_of(definition),
        columns=columns,
        relation=form_relation(definition, 0),
        loose=form_relation(definition, 0, join="LEFT JOIN"),
        row="e0.id",
        patient="e0.patient_id",
        visit="e0.visit_id",
        visit_code="v0.code",
        entry="e0.id",
        order=f"p.number, {codes}{'u0.number, ' * bool(definition.row_of)}e0.number, e0.id",
        given={"visit_codes": [plan.code for plan in protocol().visits]},
        usual=("@patient", *(("@visit",) if at_visits else ("@number",)), *shown),
    )


def patients_source() -> ListingSource:
    """A row for each patient; other forms stand beside it as they belong to the patient."""
    columns = {column.key: column for column in about_row()}
    return ListingSource(
        key="@patients",
        title=pgettext("title of a listing", "Patients"),
        one=pgettext("what each row is", "Patient"),
        columns=columns,
        relation="casebook_patient p0",
        row="p0.id",
        patient="p0.id",
        order="p.number",
        usual=tuple(columns),
    )
