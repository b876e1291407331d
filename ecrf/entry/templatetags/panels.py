"""Draws a panel's items: by crispy from the CRF's sections, or by the CRF's own template where there is one."""

from functools import cache
from typing import Any

from crispy_forms.utils import render_crispy_form
from django import template
from django.template import TemplateDoesNotExist
from django.template.loader import get_template

from ecrf.checks.models import Finding
from ecrf.checks.registry import CHECKS, Offer
from ecrf.entry import controls
from ecrf.entry.item_views import ItemView
from ecrf.entry.panels import Panel, RowGroup
from ecrf.entry.reasons import REASONS

register = template.Library()


@cache
def _own_template(name: str) -> bool:
    try:
        get_template(name)
    except TemplateDoesNotExist:
        return False
    return True


@register.simple_tag(takes_context=True)
def panel_body(context: template.Context, panel: Panel) -> str:
    """The items of one panel."""
    if _own_template(panel.template):
        return get_template(panel.template).render({"panel": panel})
    return render_crispy_form(panel.crispy, context=context)  # type: ignore[attr-defined]


@register.simple_tag(takes_context=True)
def own_rows(context: template.Context, panel: Panel, group: RowGroup) -> str:
    """The rows of a kind that has a template of its own; "" where there is none."""
    if not _own_template(group.template):
        return ""
    known: dict[str, Any] = {str(name): value for name, value in context.flatten().items()}
    return get_template(group.template).render({**known, "panel": panel, "group": group})


@register.simple_tag
def item_of(panel: Panel, name: str) -> ItemView:
    """One item of a panel, for the templates of grids."""
    return panel.items[name]


@register.simple_tag
def cell(item: ItemView, size: str, row: int, col: int, muscle: str = "") -> str:
    """A grid's cell."""
    return controls.cell(item, size, row, col, muscle)


@register.simple_tag
def messages_of(item: ItemView) -> str:
    """What the last save says of the item and what is asked about it; mostly nothing, on hundreds of items."""
    if not (item.has_message or item.questions or item.queries):
        return controls.no_messages(item)
    return get_template("entry/_messages.html").render({"item": item, "reasons": REASONS})


@register.simple_tag
def control_at(item: ItemView, row: int, col: int) -> str:
    """The field of an item in a log's table; arrows move between its rows."""
    return controls.control(item, row, col)


@register.simple_tag
def offer_of(finding: Finding) -> Offer | None:
    """What the finding's check offers beside its question."""
    check = CHECKS.get(finding.check_id)
    return check.offer if check else None
