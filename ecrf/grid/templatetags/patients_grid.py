"""Draws the cells of the grid: a thousand of the same few kinds."""

import re

from django import template
from django.utils.safestring import SafeString
from django.utils.translation import gettext, pgettext

from ecrf.casebook.labels import label_of
from ecrf.forms.registry import CRFS
from ecrf.forms.skeleton import Snippet
from ecrf.grid.cells import STATES, FormCell, VisitCell
from ecrf.grid.columns import GridColumn
from ecrf.grid.links import CellLinks
from ecrf.grid.load import PatientRow
from ecrf.grid.page import AnyCell, GridScope, cells_in

register = template.Library()

BLANK = Snippet("grid/cells/blank.html")
PLAIN = Snippet("grid/cells/plain.html", "state", "title", "words", "signs")
LINKED = Snippet("grid/cells/linked.html", "state", "title", "address", "words", "signs")
SEVERAL = Snippet("grid/cells/several.html", "title", "links")
ONE = Snippet("grid/cells/one.html", "state", "address", "words", "signs")

SPOKEN = re.compile(r"\w+")

IN_WORDS_TOO = ("due", "overdue", "missed", "to-do", "begun")
"""What calls for something is said in a word that everybody sees, where there is room for it."""


@register.simple_tag
def grid_cells(row: PatientRow, scope: GridScope) -> SafeString:
    """The cells of one patient, in the columns that the person has chosen."""
    links = CellLinks(row.patient, scope.user)
    return SafeString("".join(_column(row, column, scope, links) for column in scope.columns))


@register.simple_tag
def patient_address(row: PatientRow, scope: GridScope) -> str:
    return CellLinks(row.patient, scope.user).home


def _column(row: PatientRow, column: GridColumn, scope: GridScope, links: CellLinks) -> SafeString:
    cells = cells_in(row, column)
    if column.is_unscheduled:
        return SEVERAL(column.title, _several(cells, scope, links)) if cells else BLANK()
    if not column.forms:
        return _cell(cells[0], column, column.title, scope, links) if cells else BLANK()
    by_key = {cell.key: cell for cell in cells if isinstance(cell, FormCell)}
    return SafeString(
        "".join(
            _cell(by_key[key], column, f"{column.title} {CRFS[key].title}", scope, links, row)
            if key in by_key
            else BLANK()
            for key in column.forms
        )
    )


def _cell(
    cell: AnyCell,
    column: GridColumn,
    title: str,
    scope: GridScope,
    links: CellLinks,
    row: PatientRow | None = None,
) -> SafeString:
    signs, words = _signs(cell), _words(cell)
    if not words:
        return BLANK()
    state = _hue(cell, scope)
    if isinstance(cell, VisitCell):
        address = links.visit(cell)
    elif row and column.plan:
        address = links.visit(row.by_code[column.plan.code], cell.key)
    else:
        address = links.log(cell.key) if cell.state != "recorded" else ""
    if not address:
        return PLAIN(state, title, words, signs)
    return LINKED(state, title, address, _name(signs, words), signs)


def _several(cells: list[AnyCell], scope: GridScope, links: CellLinks) -> SafeString:
    """The unscheduled visits, each by its number."""
    found = []
    for cell in cells:
        assert isinstance(cell, VisitCell)
        code = cell.due.plan.code
        words, signs = (
            gettext("%(visit)s: %(states)s") % {"visit": label_of(code), "states": _words(cell)},
            f"{code.rpartition('-')[2]} {_signs(cell)}",
        )
        found.append(ONE(_hue(cell, scope), links.visit(cell), _name(signs, words), signs))
    return SafeString("".join(found))


def _hue(cell: AnyCell, scope: GridScope) -> str:
    """What the cell calls for, above all: its classes."""
    state = cell.calls or cell.state
    return f"{state} hit" if scope.matches(cell) else state


def _signs(cell: AnyCell) -> str:
    signs = [sign for sign, _words in cell.marks if sign]
    if isinstance(cell, VisitCell) and cell.state in IN_WORDS_TOO:
        words = pgettext("a cell", "missing") if cell.missing else str(STATES[cell.state][1])
        signs.insert(1, words)
    return " ".join(signs)


def _name(signs: str, words: str) -> str:
    """Of a link, as it is read aloud: who speaks to the browser says what is seen, in one."""
    seen = " ".join(SPOKEN.findall(signs))
    if seen.lower() in words.lower():
        return words
    return gettext("%(seen)s: %(words)s") % {"seen": seen, "words": words}


def _words(cell: AnyCell) -> str:
    return gettext(", ").join(words for _sign, words in cell.marks if words)
