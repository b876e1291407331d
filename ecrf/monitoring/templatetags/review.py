"""Gives templates where an item stands on the SDV page: what changed of it, its queries and its questions."""

from typing import Any

from django import template

from ecrf.formview.form_view import FormView, ItemView, SectionView
from ecrf.monitoring.sdv.page import ItemStanding, SdvPage
from ecrf.monitoring.sdv.since_visit import SinceVisit, Was

register = template.Library()

GRID_FROM = 8
"""So many items of a section are easier to read side by side than one below the other."""


@register.filter
def standing(item_view: ItemView, sdv_page: SdvPage | str) -> ItemStanding | None:
    return sdv_page.standing(item_view) if isinstance(sdv_page, SdvPage) else None


@register.filter
def was(item_view: ItemView, since_visit: SinceVisit | str) -> Was | None:
    return since_visit.was(item_view) if isinstance(since_visit, SinceVisit) else None


@register.filter
def queries(item_view: ItemView, sdv_page: SdvPage | str) -> list[Any]:
    return sdv_page.queries_of(item_view) if isinstance(sdv_page, SdvPage) else []


@register.filter
def discrepancies(item_view: ItemView, sdv_page: SdvPage | str) -> list[Any]:
    return sdv_page.discrepancies_of(item_view) if isinstance(sdv_page, SdvPage) else item_view.questions


@register.filter
def row_discrepancies(form_view: FormView, sdv_page: SdvPage | str) -> list[Any]:
    """As `discrepancies`, of all items of a row."""
    return [
        discrepancy
        for item_view in form_view.item_views.values()
        for discrepancy in discrepancies(item_view, sdv_page)
    ]


@register.filter
def todo(form_view: FormView, sdv_page: SdvPage | str) -> list[ItemStanding]:
    return sdv_page.todo(form_view) if isinstance(sdv_page, SdvPage) else []


@register.filter
def is_planned(form_view: FormView, sdv_page: SdvPage | str) -> bool:
    """Whether the plan wants anything of the form, or of its rows."""
    return isinstance(sdv_page, SdvPage) and sdv_page.wants(form_view)


@register.filter
def has_open(queries: list[Any]) -> bool:
    return any(query.is_open for query in queries)


@register.filter
def is_grid(part: SectionView) -> bool:
    """Whether a section is read as a table of lines and columns, such as one measure of both sides."""
    return len(part.item_views) >= GRID_FROM and part.grid is not None
