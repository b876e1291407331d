"""Rows that somebody ticked: which they are now, and whether they still show what was seen."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from django.http import Http404
from django.utils.translation import gettext, pgettext

from ecrf.access.joined import in_a_row
from ecrf.access.requests import UserRequest
from ecrf.listings.pages.page import SIZE, ListingView
from ecrf.listings.reading.rows import ListingRow

MOST = SIZE


@dataclass(frozen=True)
class SeenRow:
    """What a page showed of a row: its digest, and the words of its cells to say what is others now."""

    key: str
    digest: str
    words: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class TickedRows:
    """`rows` as they are now, `seen` as the page had them."""

    view: ListingView
    seen: list[SeenRow]

    @cached_property
    def rows(self) -> list[ListingRow]:
        keys = [one.key for one in self.seen if "\0" not in one.key]
        is_form = self.view.statement.source.definition is not None
        ids = (
            [
                int(key)
                for key in keys
                if key.isascii() and key.isdigit() and len(key) < 18 and key == str(int(key))
            ]
            if is_form
            else keys
        )
        return self.view.rows.of(list(ids))

    @property
    def changes(self) -> Iterator[str]:
        """In words, what became of rows that do not show any more what was seen."""
        now = {row.key: row for row in self.rows}
        for seen in self.seen:
            row = now.get(seen.key)
            if row is None:
                yield _gone(seen)
            elif seen.digest and row.digest != seen.digest:
                struck = gettext("it is struck out") if row.is_struck else ""
                others = (
                    gettext("; ").join(self._others(seen, row))
                    or struck
                    or gettext("it shows others than it did")
                )
                yield gettext("%(patient)s: %(why)s.") % {"patient": row.number, "why": others}

    def _others(self, seen: SeenRow, row: ListingRow) -> Iterator[str]:
        now = words_of(row)
        for shown, before, after in zip(self.view.statement.shown, seen.words, now, strict=False):
            if before != after and not shown.column.is_state:
                blank = pgettext("a cell without a value", "blank")
                yield gettext("%(column)s was %(before)s, is %(after)s") % {
                    "column": shown.column.label,
                    "before": before or blank,
                    "after": after or blank,
                }


def words_of(row: ListingRow) -> list[str]:
    """What stands in its cells, one text for each column."""
    return [" | ".join(cell.words for cell in one) for one in row.cells]


def _gone(seen: SeenRow) -> str:
    words = in_a_row(*seen.words[:4])
    if words:
        return gettext("A row is not in the listing any more (%(words)s).") % {"words": words}
    return gettext("A row is not in the listing any more.")


def ticked_rows(request: UserRequest, view: ListingView) -> TickedRows:
    """Those that the page names; a page has so many rows at most."""
    keys = list(dict.fromkeys(request.POST.getlist("row")))
    if len(keys) > MOST:
        raise Http404
    return TickedRows(view, [_seen(request, key) for key in keys])


def _seen(request: UserRequest, key: str) -> SeenRow:
    try:
        words = json.loads(request.POST.get(f"was:{key}", "[]"))
    except ValueError:
        words = []
    texts = [text for text in words if isinstance(text, str)] if isinstance(words, list) else []
    return SeenRow(key, request.POST.get(f"seen:{key}", ""), texts)
