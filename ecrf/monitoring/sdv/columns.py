"""Which columns a table of rows has in Review: what follows from a value beside it, none in which nothing stands."""

from collections.abc import Sequence
from functools import cache

from ecrf.forms.registry import CRFS
from ecrf.formview.form_view import FormView
from ecrf.formview.row_table import RowTable
from ecrf.monitoring.sdv.page import SdvPage
from ecrf.monitoring.sdv.since_visit import SinceVisit


@cache
def in_reading_order(key: str) -> tuple[str, ...]:
    """A form's items as declared, but the calculated ones among its columns, such as a flag, follow the entered one
    before them in the columns."""
    definition = CRFS[key]
    behind: dict[str, list[str]] = {}
    entered = ""
    for name in definition.columns:
        if name in definition.calculated and entered:
            behind[entered].append(name)
        elif name not in definition.calculated:
            entered = name
            behind[name] = []
    moved = {name for names in behind.values() for name in names}
    order: list[str] = []
    for name in definition.items:
        if name not in moved:
            order += [name, *behind.get(name, ())]
    return tuple(order)


def columns_of(table: RowTable, sdv_page: SdvPage, since: SinceVisit) -> tuple[str, ...]:
    """Without those that are empty in every row and of which nothing is said."""
    definition, order = table.definition, in_reading_order(table.definition.key)
    said = _said_of(table.form_views, sdv_page, since)
    names = [(row, row.name) for row in table.form_views]
    kept = [
        name
        for name in order
        if (
            any(_follows(row, name, row_name) for row, row_name in names)
            if definition.items[name].rule
            else name in said or any(_stands(row, name) for row in table.form_views)
        )
    ]
    return tuple(kept or order)


def left_out(table: RowTable, columns: tuple[str, ...]) -> list[str]:
    """The columns that are not shown, by their labels; the name of the row is not left out: it stands before it."""
    names = [name for name in in_reading_order(table.definition.key) if name not in columns]
    items = table.definition.items
    return [str(items[name].verbose_name) for name in names if not _is_row_name(table, name)]


def _is_row_name(table: RowTable, name: str) -> bool:
    is_calculated = name in table.definition.calculated
    return is_calculated and any(row.item_views[name].value == row.name for row in table.form_views)


def _said_of(rows: Sequence[FormView], sdv_page: SdvPage, since: SinceVisit) -> set[str]:
    """The items of which, in any of the rows, more is said than their value: verified, asked, changed, or why there is
    none."""
    entries = {row.entry_id for row in rows if row.row is not None}
    verified = {key for key in sdv_page.latest if key in sdv_page.standings}
    found = {item for entry, item in (*verified, *sdv_page.queries, *since.found) if entry in entries}
    for row in rows:
        found.update(discrepancy.item for discrepancy in row.discrepancies)
        found.update(row.row.missing_reasons if row.row is not None else ())
    return found


def _follows(row: FormView, name: str, row_name: str) -> bool:
    """Whether something is calculated there that is not the name of the row itself."""
    value = row.item_views[name].value
    return bool(value) and value != row_name


def _stands(row: FormView, name: str) -> bool:
    """Whether the row has a value there, or lacks one."""
    item = row.item_views[name]
    return item.stored not in (None, "") or (item.is_required and item.is_asked)
