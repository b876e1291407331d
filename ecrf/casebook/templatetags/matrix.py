"""Draws the cells of the patient's matrix: some hundreds of the same few kinds."""

from django import template
from django.utils.safestring import SafeString

from ecrf.casebook.schedule.matrix import Cell, MatrixRow
from ecrf.forms.skeleton import Snippet

register = template.Library()

NONE = Snippet("casebook/matrix/none.html")
OPEN = Snippet("casebook/matrix/open.html", "state", "address", "sign", "words")
CLOSED = Snippet("casebook/matrix/closed.html", "state", "sign", "words")
TO_COME = Snippet("casebook/matrix/to_come.html", "state", "sign", "words")

SIGNS = {"complete": "✓", "ready": "◑", "begun": "◔"}


@register.filter
def at_visit(address: str, code: str) -> str:
    """An address that was made for a visit `CODE`, for this one: made anew, each row's would take long."""
    return address.replace("/CODE/", f"/{code}/")


@register.simple_tag
def matrix_cells(row: MatrixRow, address: str) -> SafeString:
    """The forms of one visit; where it is open each leads to its form on the page at this address."""
    return SafeString("".join(_cell(row, cell, address) for cell in row.cells))


def _cell(row: MatrixRow, cell: Cell, address: str) -> SafeString:
    if cell.form is None:
        return NONE()
    sign = SIGNS.get(cell.state, "○")
    if row.is_open:
        return OPEN(cell.state, f"{address}#{cell.key}-1", sign, cell.words)
    return (TO_COME if cell.state == "empty" else CLOSED)(cell.state, sign, cell.words)
