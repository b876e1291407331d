"""Draws the cells of the monitor's grid of visits × forms: some hundreds of the same few kinds."""

from django import template
from django.utils.safestring import SafeString

from ecrf.forms.skeleton import Snippet
from ecrf.monitoring.sdv.grid import GridCell, GridRow

register = template.Library()

NONE = Snippet("monitoring/sdv/grid/none.html")
OPEN = Snippet("monitoring/sdv/grid/open.html", "state", "address", "words", "signs", "said")
CLOSED = Snippet("monitoring/sdv/grid/closed.html", "state", "words", "signs", "said")


@register.simple_tag
def grid_cells(line: GridRow, address: str) -> SafeString:
    """The forms of one visit; where it is open each leads to its form on the page at this address."""
    return SafeString("".join(_cell(cell, address if line.row.is_open else "") for cell in line.cells))


def _cell(cell: GridCell, address: str) -> SafeString:
    if not cell.signs:
        return NONE()
    if address:
        return OPEN(cell.state, f"{address}#{cell.key}-1", cell.words, cell.signs, cell.words)
    return CLOSED(cell.state, cell.words, cell.signs, cell.words)
