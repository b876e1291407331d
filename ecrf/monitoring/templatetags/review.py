"""Gives templates where an item stands on the SDV page: what changed of it, its queries and its questions."""

from collections.abc import Sequence
from typing import Any

from django import template
from django.utils.safestring import SafeString

from ecrf.forms.skeleton import Filler
from ecrf.formview.form_view import FormView, ItemView, SectionView
from ecrf.formview.row_table import RowTable
from ecrf.monitoring.sdv import columns, prepared
from ecrf.monitoring.sdv.page import ItemStanding, SdvPage
from ecrf.monitoring.sdv.since_visit import SinceVisit

register = template.Library()

GRID_FROM = 8
"""So many items of a section are easier to read side by side than one below the other."""
COLUMNS_AT_MOST = 10
"""So many columns of a table of rows have room beside each other on a screen of 1366 pixels."""


@register.simple_tag
def items_of(form_view: FormView, fillers: dict[str, Filler]) -> str:
    """A form's own items, with where each stands."""
    return prepared.items(form_view, fillers)


@register.simple_tag
def columns_of(table: RowTable, sdv_page: SdvPage, since: SinceVisit) -> tuple[str, ...]:
    """The columns in which something stands, in the order in which they are read."""
    return columns.columns_of(table, sdv_page, since)


@register.filter
def left_out(table: RowTable, shown: tuple[str, ...]) -> list[str]:
    """The labels of the columns in which nothing stands."""
    return columns.left_out(table, shown)


@register.filter
def are_wide(cells: Sequence[Any]) -> bool:
    """Whether so many columns would scroll sideways: each row is then a block, its values under their heads."""
    return len(cells) > COLUMNS_AT_MOST


@register.simple_tag
def table_head_of(table: RowTable, shown: tuple[str, ...]) -> str:
    """The heads of the columns of a table of rows."""
    return prepared.table_head(table.definition, shown)


@register.simple_tag
def rows_of(table: RowTable, shown: tuple[str, ...], fillers: dict[str, Filler]) -> SafeString:
    """The rows of a table, their items as cells."""
    return SafeString("".join(prepared.row(row, shown, fillers) for row in table.form_views))


@register.filter
def rows_with_remarks(table: RowTable) -> list[FormView]:
    """The rows of which more is said below the table: struck out, or asked about by a check."""
    return [row for row in table.form_views if row.is_struck or row.discrepancies]


@register.filter
def discrepancies(item_view: ItemView, sdv_page: SdvPage | str) -> list[Any]:
    return sdv_page.discrepancies_of(item_view) if isinstance(sdv_page, SdvPage) else item_view.questions


@register.filter
def row_discrepancies(form_view: FormView, sdv_page: SdvPage | str) -> list[tuple[ItemView, Any]]:
    """As `discrepancies`, of all items of a row, each with its item."""
    return [
        (item_view, discrepancy)
        for item_view in form_view.item_views.values()
        for discrepancy in discrepancies(item_view, sdv_page)
    ]


@register.filter
def todo(form_view: FormView, sdv_page: SdvPage | str) -> list[ItemStanding]:
    return sdv_page.todo(form_view) if isinstance(sdv_page, SdvPage) else []


@register.simple_tag(takes_context=True)
def all_shown(context: template.Context, form_view: FormView) -> str:
    """The box by which all that is left of a form is verified at once, where that is more than one item."""
    sdv_page, refusal = context["sdv_page"], context["refusal"]
    left = sdv_page.at_once(form_view) if sdv_page.may_verify else []
    if len(left) < 2:
        return ""
    given = {
        "form": form_view.id,
        "number": str(len(left)),
        "address": context["verify_shown_url"],
        "csrf_token": str(context["csrf_token"]),
        "seen": str(sdv_page.seen),
        "where": context["where"],
        "items": ",".join(f"{standing.entry}.{standing.item}" for standing in left),
    }
    if refusal and refusal.id == form_view.id:
        given |= {"refused": refusal.words, "typed": refusal.typed}
    return prepared.all_shown(given)


@register.filter
def is_planned(form_view: FormView, sdv_page: SdvPage | str) -> bool:
    """Whether the plan wants anything of the form, or of its rows."""
    return isinstance(sdv_page, SdvPage) and sdv_page.wants(form_view)


@register.filter
def is_grid(part: SectionView) -> bool:
    """Whether a section is read as a table of lines and columns, such as one measure of both sides."""
    return len(part.item_views) >= GRID_FROM and part.grid is not None
