"""Helps the pages made for paper: the queries of a form, with those of its rows."""

from django import template

from ecrf.formview.form_view import FormView
from ecrf.queries.lookup import ByItem
from ecrf.queries.models import Query

register = template.Library()


@register.simple_tag
def queries_of(queries: ByItem, form_view: FormView) -> list[Query]:
    """Open and closed ones in the order of their numbers; no statement."""
    here = {row.entry.pk: row.entry for row in form_view.with_rows if row.entry}
    on_form = [query for (entry, _item), asked in queries.items() if entry in here for query in asked]
    for query in on_form:
        query.entry = here[query.entry_id]
    return sorted(on_form, key=lambda query: query.number)


@register.simple_tag
def row_words(query: Query, form_view: FormView) -> str:
    """Which row of the form it was asked about; "" for the form itself."""
    rows = (row.title for row in form_view.with_rows[1:] if row.entry and row.entry.pk == query.entry_id)
    return next(rows, "").removeprefix(f"{form_view.title}: ")
