"""`{% report_clock form_view %}`: until when the report of a serious event is due, at the event itself."""

from typing import Any

from django import template

from ecrf.casebook import report_clock as clocks
from ecrf.forms.protocol import protocol

register = template.Library()


@register.inclusion_tag("casebook/_report_clock.html", takes_context=True)
def report_clock(context: template.Context, form_view: Any, is_answer: bool = False) -> dict[str, Any]:
    """Nothing at all at other forms; at an event of which nothing is known yet, room for what a save will tell."""
    trial, row, zone = protocol(), form_view.row, context["patient"].site.zone
    is_serious = form_view.definition.key == trial.serious_log and trial.serious_clock is not None
    return {
        "id": f"clock-{form_view.id}" if is_serious else "",
        "clock": clocks.report_clock(row, zone) if is_serious and row and not form_view.is_struck else None,
        "zone": zone,
        "is_answer": is_answer,
    }
