"""Draws the rows of the patient's matrix, of snippets: some hundreds of the same few cells."""

from typing import Any

from django import template
from django.utils.safestring import SafeString
from django.utils.translation import gettext, pgettext

from ecrf.casebook.schedule.due import VisitDue, VisitState
from ecrf.casebook.schedule.matrix import Cell, MatrixRow
from ecrf.forms.skeleton import Snippet

register = template.Library()

NONE = Snippet("casebook/matrix/none.html")
OPEN = Snippet("casebook/matrix/open.html", "state", "address", "sign", "words")
CLOSED = Snippet("casebook/matrix/closed.html", "state", "sign", "words")
TO_COME = Snippet("casebook/matrix/to_come.html", "state", "sign", "words")

HEAD_OPEN = Snippet("casebook/matrix/head_open.html", "address", "label")
HEAD_TO_OPEN = Snippet("casebook/matrix/head_to_open.html", "address", "token", "label")
WHEN = Snippet("casebook/matrix/when.html", "state", "words")
DAY = Snippet("casebook/matrix/day.html", "words")

SIGNS = {"complete": "✓", "ready": "◑", "begun": "◔"}


@register.filter
def at_visit(address: str, code: str) -> str:
    """An address that was made for a visit `CODE`, for this one: made anew, each row's would take long."""
    return address.replace("/CODE/", f"/{code}/")


@register.simple_tag(takes_context=True)
def matrix_head(context: template.Context, row: MatrixRow, address: str, opening: str) -> str:
    """The visit's name: the way to its page, or the button that opens it. `opening`: the address of that act."""
    label = row.due.plan.label
    if row.is_open:
        return HEAD_OPEN(address, label)
    if context.get("patient_lock") or row.due.state == VisitState.NOT_EXPECTED:
        return label
    return HEAD_TO_OPEN(opening, str(context["csrf_token"]), label)


@register.simple_tag
def when_of(due: VisitDue) -> SafeString:
    """The day of a visit, or what has become of it: of the site's matrix and of the monitor's."""
    if due.visited_on:
        outside = WHEN("overdue", gettext("outside window")) if due.in_window is False else ""
        return SafeString(f"{due.visited_on} {outside}")
    days: dict[str, Any] = {"day": due.due_on, "last": due.closes_on}
    match due.state:
        case VisitState.OVERDUE:
            return WHEN("overdue", gettext("overdue since %(last)s") % days)
        case VisitState.DUE:
            return WHEN("due", gettext("due %(day)s") % days)
        case VisitState.MISSED:
            return WHEN("missed", pgettext("state of a visit", "missed"))
        case VisitState.BEGUN:
            return WHEN("begun", gettext("begun, no date yet"))
        case VisitState.NOT_EXPECTED:
            return DAY(pgettext("state of a visit", "not expected"))
    return DAY(str(due.due_on or "–"))


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
