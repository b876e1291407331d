"""Which columns a table of rows has in Review: what follows from a value beside it, none in which nothing stands."""

from functools import cache

from ecrf.forms.registry import CRFS
from ecrf.formview.form_view import FormView, ItemView
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
    order = in_reading_order(table.definition.key)
    kept = [name for name in order if any(_says(row, name, sdv_page, since) for row in table.form_views)]
    return tuple(kept or order)


def left_out(table: RowTable, columns: tuple[str, ...]) -> list[str]:
    """The columns that are not shown, by their labels; the name of the row is not left out: it stands before it."""
    names = [name for name in in_reading_order(table.definition.key) if name not in columns]
    items = table.definition.items
    return [str(items[name].verbose_name) for name in names if not _is_row_name(table, name)]


def _is_row_name(table: RowTable, name: str) -> bool:
    is_calculated = name in table.definition.calculated
    return is_calculated and any(row.item_views[name].value == row.name for row in table.form_views)


def _says(row: FormView, name: str, sdv_page: SdvPage, since: SinceVisit) -> bool:
    item: ItemView = row.item_views[name]
    if item.item.rule:
        return bool(item.value) and item.value != row.name
    if item.stored not in (None, "") or item.missing or (item.is_required and item.is_asked):
        return True
    standing = sdv_page.standing(item)
    is_reviewed = standing is not None and standing.verification is not None
    return bool(is_reviewed or item.questions or sdv_page.queries_of(item) or since.was(item))
