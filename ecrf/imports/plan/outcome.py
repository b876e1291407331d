"""What a row of a file does, value by value, and what that undoes: as it is shown, stored and compared."""

import re
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext, gettext_lazy

from ecrf.access.kept_words import as_read
from ecrf.access.language import in_master
from ecrf.forms.registry import CRFS, CrfDefinition
from ecrf.imports.models import RowKind
from ecrf.queries.quotes import quoted_as_read

BETWEEN_PLACES = re.compile(r"(, |: )")
NUMBER_BEHIND = re.compile(r"(.+)( [0-9]+)")
ASKS = gettext_lazy("asks at %(entry)s: %(text)s")


class SideEffect(StrEnum):
    """What an import undoes or sets off beside the values."""

    SIGNATURE = "signature"
    VERIFICATION = "verification"
    QUERY = "query"
    QUESTION = "question"


@dataclass(frozen=True)
class CellOutcome:
    """One value: what is stored and what the file gives, in words; `why` it is refused."""

    item: str
    label: str
    kind: RowKind
    old: str = ""
    new: str = ""
    why: str = ""


@dataclass
class RowOutcome:
    """One row: `where` it goes in words; `form`, `visit` (its code, "" for none) and `at` say the same for links.
    `opens` is the visit that it opens. `undoes`: (what, in words)."""

    where: str = ""
    form: str = ""
    visit: str = ""
    at: str = ""
    why: str = ""
    opens: str = ""
    cells: list[CellOutcome] = field(default_factory=list)
    undoes: list[tuple[str, str]] = field(default_factory=list)

    @property
    def kind(self) -> RowKind:
        kinds = {cell.kind for cell in self.cells}
        if self.why or RowKind.REFUSED in kinds:
            return RowKind.REFUSED
        if RowKind.CHANGED in kinds:
            return RowKind.CHANGED
        return RowKind.NEW if RowKind.NEW in kinds or self.opens else RowKind.SAME

    @property
    def changes_stored(self) -> bool:
        """Whether another value stands where one stood."""
        return any(cell.kind == RowKind.CHANGED for cell in self.cells)

    def as_json(self) -> dict[str, Any]:
        """Without what is empty; the same dictionary for the same outcome."""
        found = {
            "where": self.where,
            "form": self.form,
            "visit": self.visit,
            "at": self.at,
            "why": self.why,
            "opens": self.opens,
            "cells": [[c.item, c.label, str(c.kind), c.old, c.new, c.why] for c in self.cells],
            "undoes": [list(one) for one in self.undoes],
        }
        return {name: value for name, value in found.items() if value}


def outcome_of(stored: dict[str, Any]) -> RowOutcome:
    """What `as_json` made."""
    cells = [
        CellOutcome(item, label, RowKind(kind), *more) for item, label, kind, *more in stored.get("cells", [])
    ]
    undoes = [(what, words) for what, words in stored.get("undoes", [])]
    plain = {name: stored.get(name, "") for name in ("where", "form", "visit", "at", "why", "opens")}
    return RowOutcome(**plain, cells=cells, undoes=undoes)


def in_readers_language(outcome: RowOutcome) -> RowOutcome:
    """What is stored in English, for a page; what the file gives and what people wrote is left as it is."""
    return replace(
        outcome,
        where=_place_as_read(outcome.where),
        why=as_read(outcome.why),
        opens=as_read(outcome.opens),
        cells=[_cell_as_read(cell, CRFS.get(outcome.form)) for cell in outcome.cells],
        undoes=[(what, _effect_as_read(what, words)) for what, words in outcome.undoes],
    )


def _cell_as_read(cell: CellOutcome, definition: CrfDefinition | None) -> CellOutcome:
    old, new = cell.old, cell.new
    if definition and cell.item in definition.items:
        old, new = quoted_as_read(cell.item, old), quoted_as_read(cell.item, new)
    return replace(cell, label=as_read(cell.label), old=old, new=new, why=as_read(cell.why))


def _effect_as_read(what: str, words: str) -> str:
    """What a check will ask stands behind its place, which may hold colons itself: where a sentence is known begins the
    question."""
    if what == SideEffect.QUESTION:
        with in_master():
            before = str(ASKS).partition("%(entry)s")[0]
        parts = words.removeprefix(before).split(": ")
        for at in range(len(parts) - 1, 0, -1):
            text = ": ".join(parts[at:])
            if (said := as_read(text)) != text:
                return str(ASKS) % {"entry": _place_as_read(": ".join(parts[:at])), "text": said}
    return as_read(words)


def _place_as_read(where: str) -> str:
    """`01-001, Week 4, Injection 2`: what names a place stands between commas. One that is known by no such name is one
    of several, with its number behind it."""
    names = BETWEEN_PLACES.split(where)
    names[::2] = map(_name_as_read, names[::2])
    names[1::2] = (gettext(", ") if sign == ", " else gettext(": ") for sign in names[1::2])
    return "".join(names)


def _name_as_read(name: str) -> str:
    said, numbered = as_read(name), NUMBER_BEHIND.fullmatch(name)
    return as_read(numbered[1]) + numbered[2] if said == name and numbered else said
