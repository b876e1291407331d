"""What a listing is, as data: the form that gives its rows, what is joined to it, its columns, and how it is narrowed.

It is read from an address and written into one, so that every listing can be kept, sent and gone back to. Nothing here
knows which forms there are: `columns.book` holds what may be chosen.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any
from urllib.parse import urlencode

from django.utils.translation import gettext

MOST_COLUMNS = 40
MOST_CONDITIONS = 12
MOST_DAYS = 400


class Rule(StrEnum):
    """How another form is found that belongs to a row."""

    SAME_VISIT = "visit"
    ABOVE = "above"
    BELOW = "below"
    NAMED = "named"
    NAMING = "naming"
    NEAR = "near"
    FIRST = "first"
    LATEST = "latest"
    BASELINE = "baseline"
    ALL = "all"


class Keep(StrEnum):
    """Which rows are shown, by what is joined to them."""

    ALL = "all"
    WITH = "with"
    WITHOUT = "without"


class Op(StrEnum):
    """What a condition asks of a value."""

    IS = "is"
    NOT = "not"
    HAS = "has"
    MIN = "min"
    MAX = "max"
    FILLED = "filled"
    EMPTY = "empty"
    REASON = "reason"

    @property
    def needs_value(self) -> bool:
        return self not in (Op.FILLED, Op.EMPTY, Op.REASON)


class NoListing(Exception):
    """Why an address names no listing, in words for the page."""


@dataclass(frozen=True)
class Joined:
    """One other form beside the rows. `of` and `to`: first and last day of the row, and of the other form, where days
    decide; they may lie `before` and `after` so many days apart. `item`: the link by which one names the other."""

    form: str
    rule: str
    of: tuple[str, str] = ("", "")
    to: tuple[str, str] = ("", "")
    before: int = 0
    after: int = 0
    item: str = ""
    keep: str = Keep.ALL

    @property
    def text(self) -> str:
        """As it stands in an address."""
        parts = (*self.of, *self.to, self.before, self.after, self.item, self.keep)
        return ",".join((self.form, self.rule, *map(str, parts)))


@dataclass(frozen=True)
class ColumnCondition:
    """What is asked of one column."""

    column: str
    op: str
    value: str = ""

    @property
    def text(self) -> str:
        return f"{self.column},{self.op},{self.value}"


@dataclass(frozen=True)
class Narrowing:
    """Which rows, in which order: what people change while they look. `since`: changed on this day or later."""

    conditions: tuple[ColumnCondition, ...] = ()
    sort: str = ""
    site: str = ""
    status: str = ""
    since: str = ""
    reviewed: str = ""
    struck: bool = False
    start: int = 0

    @property
    def pairs(self) -> list[tuple[str, str]]:
        found = [("f", condition.text) for condition in self.conditions]
        named = ("sort", "site", "status", "since", "reviewed")
        found += [(name, getattr(self, name)) for name in named if getattr(self, name)]
        return found + ([("struck", "yes")] if self.struck else [])


@dataclass(frozen=True)
class Definition:
    """`main` names the form, or the source, of which each row shows one. `columns` are in their order."""

    main: str
    columns: tuple[str, ...] = ()
    joined: tuple[Joined, ...] = ()
    narrowing: Narrowing = field(default_factory=Narrowing)

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """What makes it, without how it is narrowed."""
        columns = [("col", column) for column in self.columns]
        return [("main", self.main), *(("join", joined.text) for joined in self.joined), *columns]

    @property
    def address(self) -> str:
        """The whole of it, as the query of an address."""
        return urlencode([*self.pairs, *self.narrowing.pairs])

    def form(self, key: str) -> Joined | None:
        return next((joined for joined in self.joined if joined.form == key), None)

    def as_json(self) -> list[list[str]]:
        """To be kept; `read_pairs` reads it again."""
        return [list(pair) for pair in (*self.pairs, *self.narrowing.pairs)]

    def narrowed(self, **changes: Any) -> "Definition":
        return replace(self, narrowing=replace(self.narrowing, **changes))


def read_pairs(pairs: Iterable[Iterable[str]]) -> Definition:
    """What `as_json` gave, or the pairs of an address."""
    lists: dict[str, list[str]] = {}
    for name, value in pairs:
        lists.setdefault(name, []).append(value)
    return read_lists(lists)


def read_lists(lists: Mapping[str, list[str]]) -> Definition:
    """From the lists of an address. NoListing if it can be none."""
    main = (lists.get("main") or [""])[0]
    if not main:
        raise NoListing(gettext("Choose first of what each row shows one."))
    columns = tuple(dict.fromkeys(lists.get("col", [])))
    if len(columns) > MOST_COLUMNS:
        raise NoListing(gettext("A listing has at most %(most)d columns.") % {"most": MOST_COLUMNS})
    joined = tuple(_joined(text) for text in lists.get("join", []))
    if len({one.form for one in joined} | {main}) <= len(joined):
        raise NoListing(gettext("Each form can stand in a listing once."))
    return Definition(main, columns, joined, read_narrowing(lists))


def read_narrowing(lists: Mapping[str, list[str]]) -> Narrowing:
    """The same of what narrows it. Conditions come as one text each, or from a page as three fields each. NoListing for
    any text, of this or beside it, that the database could neither compare nor keep."""

    if any("\0" in text for texts in lists.values() for text in texts):
        raise NoListing(gettext("It holds a character that no text of the study has (NUL): take it out."))

    def last(name: str) -> str:
        return (lists.get(name) or [""])[-1].strip()

    conditions = [*_conditions(lists), *_typed(lists)]
    if len(conditions) > MOST_CONDITIONS:
        raise NoListing(
            gettext("A listing is narrowed by at most %(most)d conditions.") % {"most": MOST_CONDITIONS}
        )
    start = last("start")
    return Narrowing(
        conditions=tuple(dict.fromkeys(conditions)),
        sort=last("sort"),
        site=last("site"),
        status=last("status"),
        since=last("since"),
        reviewed=last("reviewed"),
        struck=last("struck") == "yes",
        start=int(start) if start.isascii() and start.isdigit() and len(start) < 8 else 0,
    )


def _conditions(lists: Mapping[str, list[str]]) -> Iterator[ColumnCondition]:
    for text in lists.get("f", []):
        column, _, rest = text.partition(",")
        op, _, value = rest.partition(",")
        yield ColumnCondition(column, op, value)


def _typed(lists: Mapping[str, list[str]]) -> Iterator[ColumnCondition]:
    """One that names no column, or asks for no value where there must be one, is none."""
    without = (Op.FILLED, Op.EMPTY, Op.REASON)
    names = [lists.get(name, []) for name in ("fc", "fo", "fv")]
    for column, op, typed in zip(*names, strict=False):
        if value := typed.strip() if op not in without else "":
            yield ColumnCondition(column, op, value)
        elif column and op in without:
            yield ColumnCondition(column, op)


def _joined(text: str) -> Joined:
    parts = text.split(",")
    if len(parts) != 10 or not all(_is_days(part) for part in parts[6:8]):
        raise NoListing(gettext("The address names no listing: how a form is joined cannot be read."))
    form, rule, of_first, of_last, to_first, to_last, before, after, item, keep = parts
    return Joined(form, rule, (of_first, of_last), (to_first, to_last), int(before), int(after), item, keep)


def _is_days(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 3 and int(text) <= MOST_DAYS
