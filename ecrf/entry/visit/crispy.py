"""The crispy forms of the page: one layout for every CRF, made from the sections it declares."""

from collections.abc import Iterable
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Layout, LayoutObject
from django import forms
from django.template.loader import get_template

from ecrf.entry.visit.form_input import FormInput
from ecrf.forms.registry import Section


class SectionBlock(LayoutObject):
    """A titled group of items, drawn by one template: label, field, unit, last value, messages of each."""

    def __init__(self, section: Section) -> None:
        self.section = section
        self.fields = list(section.items)

    def render(self, form: "CrfForm", context: Any, **_: Any) -> str:
        items = [form.form_input.items[name] for name in self.fields]
        return get_template("entry/_section.html").render(
            {"section": self.section, "items": items, "form": form}
        )


class CrfForm(forms.Form):
    """A form input as a crispy form. Values are read and saved by `casebook.recording`, not by the form."""

    def __init__(self, form_input: FormInput, without: Iterable[str] = ()) -> None:
        """`without`: items that the page shows elsewhere, in the row of a log's table."""
        super().__init__()
        self.form_input = form_input
        self.without = frozenset(without)
        # Only these: crispy shows every field of a form whose layout is empty.
        self.fields = {n: f for n, f in form_input.definition.form_fields.items() if n not in self.without}
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True
        self.helper.include_media = False
        sections = [self._shown(section) for section in form_input.definition.sections]
        self.helper.layout = Layout(*(SectionBlock(section) for section in sections if section.items))

    def _shown(self, section: Section) -> Section:
        """The section with the items that are entered here; those that are calculated stand below the form."""
        away = {*self.without, *self.form_input.definition.calculated}
        items = [name for name in section.items if name not in away]
        return Section(section.title, *items, help=section.help)
