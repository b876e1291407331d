"""A form's HTML, prepared once: its template is rendered for a form that nobody has begun, with a slot wherever a page
has something of its own to show. A page then only fills the slots, which takes no template engine."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from html import escape
from typing import Any

from django.template.loader import get_template
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from ecrf.access.language import MASTER, in_every_language

OPEN, BETWEEN, CLOSE = "\ue000", "\ue001", "\ue002"
"""Characters of the private use area: no template has them, and no value is there when a form is prepared."""

SLOT = re.compile(f"{OPEN}([^{OPEN}{CLOSE}]*){CLOSE}")
AROUND_LINES = re.compile(r"\s*\n\s*")
BLOCKS = "caption|dd|div|dl|dt|fieldset|legend|li|ol|option|p|section|table|tbody|td|th|thead|tr|ul"
AROUND_BLOCKS = re.compile(rf"\s*(</?(?:{BLOCKS})\b[^<>]*?)\s*>\s*")
"""The tags beside which blanks are never shown: a page has a thousand."""

Filler = Callable[[Any, str], str]
"""Gives what stands in a slot, escaped, of an item or (for slots of the form) of the form itself."""


def slot(kind: str, item: str = "", detail: str = "") -> SafeString:
    """Marks a place in a template that is prepared. `item` "": the form's own."""
    return SafeString(f"{OPEN}{kind}{BETWEEN}{item}{BETWEEN}{detail}{CLOSE}")


class Slots:
    """`{{ item.slot.missing }}`: a template names its slots as it pleases; the page has a filler for each."""

    def __init__(self, item: str = "") -> None:
        self._item = item

    def __getitem__(self, kind: str) -> SafeString:
        return slot(kind, self._item)


@dataclass(frozen=True)
class Skeleton:
    """Prepared HTML: the pieces that never change, with a gap between each two, and what fills each gap as (kind, item,
    detail)."""

    pieces: list[str]
    slots: list[tuple[str, str, str]]

    @classmethod
    def of(cls, html: str) -> "Skeleton":
        pieces = SLOT.split(AROUND_LINES.sub("\n", AROUND_BLOCKS.sub(r"\1>", html.strip())))
        slots = [
            (kind, item, detail) for kind, item, detail in (mark.split(BETWEEN) for mark in pieces[1::2])
        ]
        return cls(pieces, slots)

    def fill(self, form: Any, items: Mapping[str, Any], fillers: Mapping[str, Filler]) -> SafeString:
        pieces = self.pieces.copy()
        pieces[1::2] = [
            fillers[kind](items[item] if item else form, detail) for kind, item, detail in self.slots
        ]
        return SafeString("".join(pieces))


Parts = tuple[list[str], list[int]]
"""Pieces of HTML with gaps between them, and which of the variables goes into each gap."""


class Snippet:
    """A small template with nothing but variables, for what fills slots: prepared as forms are."""

    def __init__(self, template: str, *variables: str) -> None:
        self.template, self.variables = template, variables

    @cached_property
    def _of_languages(self) -> dict[str, Parts]:
        return {language: self._prepare() for language in in_every_language()}

    @cached_property
    def _of_all(self) -> Parts | None:
        """Most have no words of their own: of these a page, which has a thousand, need not ask for the language."""
        first, *others = self._of_languages.values()
        return first if all(other == first for other in others) else None

    def _prepare(self) -> Parts:
        html = get_template(self.template).render({name: slot(name) for name in self.variables})
        parts = SLOT.split(html.strip())
        return parts, [self.variables.index(mark.split(BETWEEN)[0]) for mark in parts[1::2]]

    def __call__(self, *values: str) -> SafeString:
        parts, order = self._of_all or self._of_languages[get_language() or MASTER]
        if len(order) == 1:  # as most have
            value = values[order[0]]
            return SafeString(
                parts[0] + (value if isinstance(value, SafeString) else escape(value)) + parts[2]
            )
        filled = parts.copy()
        for gap, place in enumerate(order):
            value = values[place]
            filled[2 * gap + 1] = value if isinstance(value, SafeString) else escape(value)
        return SafeString("".join(filled))
