"""Draws a form input's items: by crispy from the CRF's sections, or by the CRF's own template where there is one."""

from functools import cache
from typing import Any

from crispy_forms.utils import render_crispy_form
from django import template
from django.template import TemplateDoesNotExist
from django.template.loader import get_template

from ecrf.checks.models import Discrepancy
from ecrf.checks.registry import CHECKS, Offer
from ecrf.entry.visit import controls
from ecrf.entry.visit.form_input import FormInput, RowGroup
from ecrf.entry.visit.item_input import ItemInput
from ecrf.entry.visit.reasons import REASONS

register = template.Library()


@cache
def _own_template(name: str) -> bool:
    try:
        get_template(name)
    except TemplateDoesNotExist:
        return False
    return True


@register.simple_tag(takes_context=True)
def form_input_body(context: template.Context, form_input: FormInput) -> str:
    """The items of one form input."""
    if _own_template(form_input.template):
        return get_template(form_input.template).render({"form_input": form_input})
    return render_crispy_form(form_input.crispy, context=context)  # type: ignore[attr-defined]


@register.simple_tag(takes_context=True)
def own_rows(context: template.Context, form_input: FormInput, group: RowGroup) -> str:
    """The rows of a kind that has a template of its own; "" where there is none."""
    if not _own_template(group.template):
        return ""
    known: dict[str, Any] = {str(name): value for name, value in context.flatten().items()}
    return get_template(group.template).render({**known, "form_input": form_input, "group": group})


@register.simple_tag
def item_of(form_input: FormInput, name: str) -> ItemInput:
    """One item of a form input, for the templates of grids."""
    return form_input.items[name]


@register.simple_tag
def cell(item: ItemInput, size: str, row: int, col: int) -> str:
    """A grid's cell."""
    return controls.cell(item, size, row, col)


@register.simple_tag
def messages_of(item: ItemInput) -> str:
    """What the last save says of the item and what is asked about it; mostly nothing, on hundreds of items."""
    if not (item.has_message or item.questions or item.queries):
        return controls.no_messages(item)
    return get_template("entry/_messages.html").render({"item": item, "reasons": REASONS})


@register.simple_tag
def control_at(item: ItemInput, row: int, col: int) -> str:
    """The field of an item in a log's table; arrows move between its rows."""
    return controls.control(item, row, col)


@register.simple_tag
def offer_of(discrepancy: Discrepancy) -> Offer | None:
    """What the discrepancy's check offers beside its question."""
    check = CHECKS.get(discrepancy.check_id)
    return check.offer if check else None
