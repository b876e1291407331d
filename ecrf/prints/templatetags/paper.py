"""Helps the pages made for paper: the queries, questions and notes of a form, with those of its rows."""

from django import template

from ecrf.access.joined import headed
from ecrf.formview.form_view import FormView
from ecrf.queries.lookup import ByItem
from ecrf.queries.models import Query

register = template.Library()


@register.simple_tag
def queries_of(queries: ByItem, form_view: FormView) -> list[Query]:
    """Open and closed ones in the order of their numbers; no statement."""
    here = {row.spot: row.entry for row in form_view.with_rows}
    on_form = [query for (spot, _item), asked in queries.items() if spot in here for query in asked]
    for query in on_form:
        query.entry = here[query.spot]
    return sorted(on_form, key=lambda query: query.pk)


@register.simple_tag
def label_in(query: Query, form_view: FormView) -> str:
    """What the form calls the item; its name where the form no longer has it."""
    row = next((row for row in form_view.with_rows if row.spot == query.spot), form_view)
    view = row.item_views.get(query.item)
    return view.label if view else query.item


@register.simple_tag
def row_words(query: Query, form_view: FormView) -> str:
    """Which row of the form it was asked about; "" for the form itself."""
    rows = (row.title for row in form_view.with_rows[1:] if row.spot == query.spot)
    return next(rows, "").removeprefix(headed(form_view.title, ""))
