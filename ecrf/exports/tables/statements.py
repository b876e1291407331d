"""The statement that reads one table: of the data as they stand, or of a cut, from the trail alone."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.db import connection

from ecrf.exports.tables.description import Column, Description, Table
from ecrf.exports.tables.forms import form_table, table_name
from ecrf.exports.tables.from_trail import cut_given, stored_as_of
from ecrf.exports.tables.selection import Selection
from ecrf.exports.tables.study import SHOWN_OF_ENTRIES, study_tables


@dataclass(frozen=True)
class RowSource:
    """Where the rows come from. `positions`: of a cut, read from the trail alone; None: the tables as they stand.
    `folded`: the trail was read once for all tables (`folded_once`)."""

    description: Description
    positions: Mapping[int, int] | None = None
    folded: bool = False


def tables_of(description: Description, selection: Selection) -> list[Table]:
    """Every table that is taken out, with the columns that are: in the same order whatever is in them."""
    forms = [form for form in description.forms if selection.forms is None or form.key in selection.forms]
    found = [*study_tables(description), *(form_table(description, form) for form in forms)]
    return [chosen(table, selection, description) for table in found]


def chosen(table: Table, selection: Selection, description: Description) -> Table:
    """With the columns that are taken out."""
    left_out = set(selection.left_out.get(table.name, ()))
    wanted = [column for column in table.columns if column.is_key or column.name not in left_out]
    if not selection.identifiers:
        without = (column.instead if column.identifying else column for column in wanted)
        wanted = [column for column in without if column]
    given = table.given
    if "everything" in given:
        given = {**given, **_values_shown(selection, description)}
    return replace(table, columns=tuple(wanted), given=given)


def _values_shown(selection: Selection, description: Description) -> dict[str, Any]:
    """The trail shows no value that the tables of the forms do not show."""
    if selection.identifiers and selection.forms is None and not selection.left_out:
        return {"everything": True}
    shown = [*SHOWN_OF_ENTRIES]
    for form in description.forms:
        left_out = set(selection.left_out.get(table_name(form.key), ()))
        if selection.forms is None or form.key in selection.forms:
            for item in form.items:
                if not left_out & {item.name, f"{item.name}_item"} and (
                    selection.identifiers or not item.identifying
                ):
                    shown.append(f"{form.table}.{item.name}")
                    if selection.identifiers:  # a comment on why there is no value is a free text
                        shown.append(f"{form.table}.{item.name}.missing")
    return {"everything": False, "shown": shown}


def statement(
    table: Table, source: RowSource, selection: Selection, written: Callable[[Column], str] | None = None
) -> str:
    """The whole SELECT, its values filled in. `written`: how a format wants a column that stands there by its name."""
    plain = ", ".join(f'{column.sql} AS "{column.name}"' for column in table.columns)
    narrowed, given = _narrowed(table, selection)
    rows = f"SELECT {plain} {narrowed} ORDER BY {table.order}"
    if written:
        cells = ", ".join(f'{written(column)} AS "{column.name}"' for column in table.columns)
        rows = f"SELECT {cells} FROM ({rows}) AS row"
    if source.positions is not None:
        rows = f"{stored_as_of(source.description, table.reads, folded=source.folded)} {rows}"
        given |= cut_given(source.positions)
    with connection.cursor() as cursor:
        return cursor.mogrify(rows, given).decode()  # type: ignore[no-any-return]


def _narrowed(table: Table, selection: Selection) -> tuple[str, dict[str, Any]]:
    """To the forms, sites and patients that were chosen; a lock of the whole study is one of every site."""
    conditions = [table.where] if table.where else []
    given: dict[str, Any] = dict(table.given)
    if selection.forms is not None and table.of_forms:
        conditions.append(table.of_forms)
        given["forms"] = list(selection.forms)
    if selection.sites is not None and "access_site" in table.reads:
        conditions.append(f"(s.code = ANY (%(sites)s::text[]){' OR x.site_id IS NULL' * table.of_all_sites})")
        given["sites"] = list(selection.sites)
    if selection.patients is not None and "casebook_patient" in table.reads:
        whole = " OR x.patient_id IS NULL" * table.of_all_sites
        conditions.append(f"(p.number = ANY (%(patients)s::text[]){whole})")
        given["patients"] = list(selection.patients)
    where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
    return f"{table.source}{where}", given
