"""Draws a form's fields: by crispy from the CRF's sections, or by the CRF's own template where there is one."""

from typing import Any

from django import template
from django.template.loader import get_template

from ecrf.checks.models import Discrepancy
from ecrf.checks.registry import CHECKS, Offer
from ecrf.entry.visit import prepared
from ecrf.entry.visit.form_input import FormInput, RowGroup
from ecrf.entry.visit.item_input import ItemInput
from ecrf.formview.form_view import FormView, ItemView

register = template.Library()


@register.simple_tag
def form_input_body(form_input: FormInput, in_log: bool = False) -> str:
    """The fields of a form or of a row; `in_log`: without those of the log's table."""
    return prepared.body(form_input, in_log=in_log)


@register.simple_tag
def calculated_of(form_input: FormInput) -> str:
    """What the system derives of it."""
    return prepared.calculated(form_input)


@register.simple_tag
def columns_of(form_input: FormInput) -> str:
    """The cells of its row in a log's table."""
    return prepared.columns(form_input)


@register.simple_tag
def column_messages_of(form_input: FormInput) -> str:
    """What is said of these cells, below them."""
    return prepared.column_messages(form_input)


@register.simple_tag
def derived(item: ItemInput) -> str:
    """A calculated value to read."""
    return prepared.derived(item)


@register.simple_tag(takes_context=True)
def own_rows(context: template.Context, form_input: FormInput, group: RowGroup) -> str:
    """The table of rows of a kind that has a template of its own for it; "" where there is none."""
    if not prepared.has_template(own := f"crfs/{group.definition.key}-table.html"):
        return ""
    known: dict[str, Any] = {str(name): value for name, value in context.flatten().items()}
    return get_template(own).render({**known, "form_input": form_input, "group": group})


@register.simple_tag
def item_of(form_view: FormView, name: str) -> ItemView:
    """One item of a form, for the templates of grids."""
    return form_view.item_views[name]


@register.inclusion_tag("entry/_grid_cell.html")
def cell(item: ItemView, size: str, row: int, col: int) -> dict[str, Any]:
    """A grid's cell; its label is read out, since the grid's heads label it for the eye."""
    return {"item": item, "size": size, "row": row, "col": col}


@register.simple_tag
def offer_of(discrepancy: Discrepancy) -> Offer | None:
    """What the discrepancy's check offers beside its question."""
    check = CHECKS.get(discrepancy.check_id)
    return check.offer if check else None
