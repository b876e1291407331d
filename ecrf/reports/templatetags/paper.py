"""Helps the pages made for paper: the queries of a form, with those of its rows."""

from django import template

from ecrf.checks.reading import Sheet
from ecrf.queries.models import Query
from ecrf.queries.reading import ByItem

register = template.Library()


@register.simple_tag
def queries_of(queries: ByItem, sheet: Sheet) -> list[Query]:
    """Open and closed ones in the order of their numbers; no statement."""
    here = {row.entry.pk: row.entry for row in sheet.with_rows if row.entry}
    found = [query for (entry, _item), asked in queries.items() if entry in here for query in asked]
    for query in found:
        query.entry = here[query.entry_id]
    return sorted(found, key=lambda query: query.number)


@register.simple_tag
def row_words(query: Query, sheet: Sheet) -> str:
    """Which row of the form it was asked about; "" for the form itself."""
    rows = (row.title for row in sheet.with_rows[1:] if row.entry and row.entry.pk == query.entry_id)
    return next(rows, "").removeprefix(f"{sheet.title}: ")
