"""Draws the cells of a listing: a thousand of the same few kinds."""

import json

from django import template
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from ecrf.forms.skeleton import Snippet
from ecrf.listings.acts.ticked import words_of
from ecrf.listings.columns.column import DAYS, CellKind
from ecrf.listings.pages.page import ListingView
from ecrf.listings.reading.rows import ListingCell, ListingRow
from ecrf.listings.reading.statement import ShownColumn

register = template.Library()

BLANK = Snippet("listings/cells/blank.html")
PLAIN = Snippet("listings/cells/plain.html", "kind", "title", "words")
LINKED = Snippet("listings/cells/linked.html", "kind", "title", "address", "words")
SEVERAL = Snippet("listings/cells/several.html", "kind", "title", "lines")
TICK = Snippet("listings/cells/tick.html", "key", "words", "seen", "digest")
AS_SEEN = Snippet("listings/cells/as_seen.html", "key", "seen", "digest", "was", "words")
LINE = Snippet("listings/cells/line.html", "words")
LINE_LINKED = Snippet("listings/cells/line_linked.html", "address", "words")
NOTHING = "·"
ON_ONE_LINE = 10
"""So many letters are not broken: Japanese may be broken behind every one, a number behind its hyphen."""
MOST_LINES = 12


@register.simple_tag
def listing_cells(row: ListingRow, view: ListingView) -> SafeString:
    """The cells of one row, in the order of the columns."""
    pairs = zip(view.statement.shown, row.cells, strict=True)
    return SafeString("".join(_cell(row, shown, cells, view) for shown, cells in pairs))


@register.simple_tag
def row_address(row: ListingRow, view: ListingView) -> str:
    return view.links.form(row, row.spot) or view.links.patient(row)


@register.simple_tag
def row_tick(row: ListingRow) -> SafeString:
    """A box to tick, with what of the row was seen."""
    about = next((cell.words for one in row.cells for cell in one if cell.words != row.number), "")
    return TICK(row.key, f"{row.number}, {about}", f"seen:{row.key}", row.digest)


@register.simple_tag
def row_as_seen(row: ListingRow) -> SafeString:
    """What is shown of the row, so that it can be said what changed."""
    words = json.dumps(words_of(row), ensure_ascii=False)
    return AS_SEEN(row.key, f"seen:{row.key}", row.digest, f"was:{row.key}", words)


def _cell(row: ListingRow, shown: ShownColumn, cells: list[ListingCell], view: ListingView) -> SafeString:
    if shown.place and len(cells) != 1:
        return _several(row, shown, cells, view)
    cell = cells[0]
    if not cell.words:
        return BLANK()
    kind, address = _kind(shown, cell), _address(row, shown, cell, view)
    if address:
        return LINKED(kind, shown.title, address, cell.words)
    return PLAIN(kind, shown.title, cell.words)


def _several(row: ListingRow, shown: ShownColumn, cells: list[ListingCell], view: ListingView) -> SafeString:
    """One below the other, a blank one as a dot: so the lines of one form stand in one line."""
    if not cells:
        return BLANK()
    lines = []
    for cell in cells[:MOST_LINES]:
        address = _address(row, shown, cell, view) if cell.words else ""
        lines.append(LINE_LINKED(address, cell.words) if address else LINE(cell.words or NOTHING))
    if len(cells) > MOST_LINES:
        more = gettext("and %(number)s more") % {"number": len(cells) - MOST_LINES}
        lines.append(LINE(more))
    return SEVERAL(_kind(shown, cells[0]), shown.title, SafeString("".join(lines)))


def _kind(shown: ShownColumn, cell: ListingCell) -> str:
    if cell.is_reason and not shown.column.says:
        return "reason"
    short = (*DAYS, CellKind.CLOCK, CellKind.MOMENT, CellKind.VISIT)
    is_short = shown.column.kind in short or len(cell.words) <= ON_ONE_LINE
    return "num" if shown.column.is_number else "day" if is_short else "text"


def _address(row: ListingRow, shown: ShownColumn, cell: ListingCell, view: ListingView) -> str:
    if shown.key == "@patient":
        return view.links.patient(row)
    if shown.column.form or shown.key == "@visit":
        return view.links.form(row, cell.spot, cell.item)
    return view.links.form(row, row.spot, row.item) if row.item and shown.key.endswith(".item") else ""
