"""`{% page_acts patient %}`, `{% page_acts visit %}`: the menu of what can be done about it besides entering data."""

from typing import Any

from django import template

from ecrf.casebook.models import Patient, Visit
from ecrf.casebook.page_acts import acts_on

register = template.Library()


@register.inclusion_tag("casebook/_page_acts.html", takes_context=True)
def page_acts(context: template.Context, subject: Patient | Visit, is_small: bool = False) -> dict[str, Any]:
    """Nothing at all where this person can do nothing."""
    return {"acts": acts_on(context["user"], subject), "is_small": is_small}
