"""What the forms of a page bring along: style sheets, scripts, and the keys that these scripts listen to."""

from typing import Any

from django import template

from ecrf.entry.visit.page import EntryPage
from ecrf.forms.registry import CRFS
from ecrf.forms.words import said

register = template.Library()


@register.simple_tag
def brought_by_forms(page: EntryPage, what: str) -> list[Any]:
    """The `styles`, `scripts` or `keys` of the page's forms and of their rows, each once."""
    forms = [form_input.definition for form_input in page.form_inputs]
    shown = [CRFS[key] for form in forms for key in (form.key, *form.rows)]
    brought = list(dict.fromkeys(one for form in shown for one in getattr(form.model, what)))
    return [(key, said(words)) for key, words in brought] if what == "keys" else brought
