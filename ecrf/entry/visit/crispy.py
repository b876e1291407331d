"""The crispy forms of the page: one layout for every CRF, made from the sections it declares."""

from collections.abc import Iterable
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Layout, LayoutObject
from django import forms
from django.template.loader import get_template

from ecrf.forms.registry import Section
from ecrf.formview.form_view import FormView


class SectionBlock(LayoutObject):
    """A titled group of items, drawn by one template: label, field, unit, last value, messages of each."""

    def __init__(self, section: Section) -> None:
        self.section = section
        self.fields = list(section.items)

    def render(self, form: "CrfForm", context: Any, **_: Any) -> str:
        items = [form.form_view.item_views[name] for name in self.fields]
        return get_template("entry/_section.html").render(
            {"section": self.section, "items": items, "form_view": form.form_view}
        )


class CrfForm(forms.Form):
    """A form that nobody has begun, as a crispy form: `prepared` keeps what it draws and fills in the values, which
    are read and saved by `casebook.record`, not by the form."""

    def __init__(self, form_view: FormView, without: Iterable[str] = ()) -> None:
        """`without`: items that the page shows elsewhere, in the row of a log's table."""
        super().__init__()
        self.form_view = form_view
        away = {*without, *form_view.definition.calculated}
        # Only these: crispy shows every field of a form whose layout is empty.
        self.fields = {n: f for n, f in form_view.definition.form_fields.items() if n not in away}
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True
        self.helper.include_media = False
        sections = [
            Section(section.title, *(name for name in section.items if name not in away), help=section.help)
            for section in form_view.definition.sections
        ]
        self.helper.layout = Layout(*(SectionBlock(section) for section in sections if section.items))
