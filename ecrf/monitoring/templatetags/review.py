"""Gives templates the standing of an item on the reviewer's desk, what changed of it, its queries and its questions."""

from typing import Any

from django import template

from ecrf.checks.reading import Part, Reading, Sheet
from ecrf.monitoring.desk import Desk, Standing
from ecrf.monitoring.since_visit import SinceVisit, Was

register = template.Library()

GRID_FROM = 8
"""So many items of a section are easier to read side by side than one below the other."""


@register.filter
def standing(reading: Reading, desk: Desk | str) -> Standing | None:
    return desk.standing(reading) if isinstance(desk, Desk) else None


@register.filter
def was(reading: Reading, since_visit: SinceVisit | str) -> Was | None:
    return since_visit.was(reading) if isinstance(since_visit, SinceVisit) else None


@register.filter
def queries(reading: Reading, desk: Desk | str) -> list[Any]:
    return desk.queries_of(reading) if isinstance(desk, Desk) else []


@register.filter
def findings(reading: Reading, desk: Desk | str) -> list[Any]:
    return desk.findings_of(reading) if isinstance(desk, Desk) else reading.questions


@register.filter
def row_findings(sheet: Sheet, desk: Desk | str) -> list[Any]:
    """As `findings`, of all items of a row."""
    return [each for reading in sheet.readings.values() for each in findings(reading, desk)]


@register.filter
def todo(sheet: Sheet, desk: Desk | str) -> list[Standing]:
    return desk.todo(sheet) if isinstance(desk, Desk) else []


@register.filter
def is_planned(sheet: Sheet, desk: Desk | str) -> bool:
    """Whether the plan wants anything of the form, or of its rows."""
    return isinstance(desk, Desk) and desk.wants(sheet)


@register.filter
def has_open(queries: list[Any]) -> bool:
    return any(query.is_open for query in queries)


@register.filter
def is_grid(part: Part) -> bool:
    """Whether a section is read as a table of lines and columns, such as the muscles of both sides."""
    return len(part.readings) >= GRID_FROM and part.grid is not None
