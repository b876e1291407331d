"""Where a listing is made: which columns, in which order, and how the forms beside the rows belong to them."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

from django.utils.translation import gettext

from ecrf.audit.texts import fold
from ecrf.forms.registry import CRFS
from ecrf.listings.columns.book import book
from ecrf.listings.columns.column import ListingColumn
from ecrf.listings.columns.of_forms import day_choices, title_of
from ecrf.listings.columns.source import ListingSource
from ecrf.listings.definition import (
    MOST_COLUMNS,
    MOST_DAYS,
    Definition,
    Joined,
    Keep,
    NoListing,
    read_lists,
    read_narrowing,
)
from ecrf.listings.reading.joining import (
    KEEPS,
    LABELS,
    completed,
    links_between,
    rules_for,
    sentence,
    usual_join,
)
from ecrf.listings.reading.reader import ListingReader
from ecrf.listings.reading.repair import repaired

Lists = dict[str, list[str]]


@dataclass(frozen=True)
class ColumnGroup:
    """The columns of one form, or those about the row; open where one of them is chosen."""

    title: str
    columns: list[ListingColumn]
    is_open: bool


@dataclass(frozen=True)
class JoinChoice:
    """How one form is joined, with all that might be chosen instead."""

    source: ListingSource
    joined: Joined

    @property
    def title(self) -> str:
        return title_of(CRFS[self.joined.form])

    @property
    def rules(self) -> list[tuple[str, str]]:
        return [(rule.value, str(LABELS[rule])) for rule in rules_for(self.source, CRFS[self.joined.form])]

    @property
    def keeps(self) -> list[tuple[str, str]]:
        return [(keep.value, str(words)) for keep, words in KEEPS.items()]

    @property
    def of_days(self) -> dict[str, str]:
        return day_choices(self.source.definition) if self.source.definition else {}

    @property
    def to_days(self) -> dict[str, str]:
        return day_choices(CRFS[self.joined.form])

    @property
    def links(self) -> list[tuple[str, str]]:
        """The items by which one can name the other, where there are several."""
        main, other = self.source.definition, CRFS[self.joined.form]
        if main is None or self.joined.rule not in ("named", "naming"):
            return []
        is_naming = self.joined.rule == "naming"
        items = (other if is_naming else main).items
        return [(name, str(items[name].verbose_name)) for name in links_between(main, other)[is_naming]]

    @property
    def is_near(self) -> bool:
        return self.joined.rule == "near"

    @property
    def words(self) -> str:
        return sentence(self.source, self.joined)


@dataclass(frozen=True)
class ListingChoice:
    """What is chosen so far, and what could be."""

    definition: Definition
    reader: ListingReader
    faults: tuple[str, ...] = ()

    @cached_property
    def source(self) -> ListingSource:
        return book().source(self.definition.main)

    @cached_property
    def chosen(self) -> list[ListingColumn]:
        found = (book().column(self.definition, key) for key in self.definition.columns)
        return [column for column in found if column and self._may_be(column)]

    def _may_be(self, column: ListingColumn) -> bool:
        return not column.identifying or self.reader.identified != ()

    @property
    def groups(self) -> Iterator[ColumnGroup]:
        """Those of the row first, then those of every form that can stand beside it."""
        mine: dict[str, list[ListingColumn]] = {}
        for column in self.source.columns.values():
            mine.setdefault(column.group, []).append(column)
        yield from (self._group(title, columns, is_first=True) for title, columns in mine.items())
        for key, columns in book().beside.items():
            if key != self.source.key and rules_for(self.source, CRFS[key]):
                yield self._group(title_of(CRFS[key]), list(columns.values()))

    def _group(self, title: str, columns: list[ListingColumn], *, is_first: bool = False) -> ColumnGroup:
        chosen = set(self.definition.columns)
        is_open = is_first or any(column.key in chosen for column in columns)
        return ColumnGroup(title, [column for column in columns if self._may_be(column)], is_open)

    @property
    def joins(self) -> list[JoinChoice]:
        return [JoinChoice(self.source, joined) for joined in self.definition.joined]


def choice_in(lists: Lists, reader: ListingReader) -> ListingChoice:
    """From an address of a listing, or from what the page of the choice has sent."""
    definition = _sent(lists) if "chosen" in lists else read_lists(lists)
    source = book().source(definition.main)
    if not definition.columns:
        definition = replace(definition, columns=source.usual)
    definition, faults = repaired(definition)
    return ListingChoice(definition, reader, tuple(faults))


def _sent(lists: Lists) -> Definition:
    """What was chosen before keeps its order, what is new comes behind it, and one column may be moved."""
    main = lists.get("main", [""])[0]
    source = book().source(main)
    ticked = dict.fromkeys(lists.get("col", []))
    before = [key for key in dict.fromkeys(lists.get("order", [])) if key in ticked]
    columns = [*before, *(key for key in ticked if key not in before)]
    if len(columns) > MOST_COLUMNS:
        raise NoListing(
            gettext("A listing has at most %(most)d columns. Leave some out.") % {"most": MOST_COLUMNS}
        )
    _move(columns, (lists.get("move") or [""])[0])
    forms = dict.fromkeys(key.partition(".")[0] for key in columns if not key.startswith("@"))
    beside = [form for form in forms if form in CRFS and form != main and rules_for(source, CRFS[form])]
    kept = [form for form in lists.get("joined", []) if form in beside]
    order = [*kept, *(form for form in beside if form not in kept)]
    joined = tuple(_joined(source, form, lists) for form in order)
    return Definition(main, tuple(columns), joined, read_narrowing(lists))


def _move(columns: list[str], move: str) -> None:
    key, _, way = move.rpartition(":")
    if key in columns and way in ("-1", "1"):
        at = columns.index(key)
        columns.insert(max(at + int(way), 0), columns.pop(at))


def _joined(source: ListingSource, form: str, lists: Lists) -> Joined:
    """As it was chosen, as far as that can be; else the likeliest way."""

    def said(name: str) -> str:
        return (lists.get(f"{name}:{form}") or [""])[0]

    def days(name: str) -> int:
        text = fold(said(name))
        is_number = text.isascii() and text.isdigit() and len(text) < 4
        return min(int(text), MOST_DAYS) if is_number else 0

    if said("rule") not in rules_for(source, CRFS[form]):
        return usual_join(source, form)
    keep = said("keep") if said("keep") in set(Keep) else Keep.ALL
    of, to = (said("of"), said("of-end")), (said("to"), said("to-end"))
    wanted = Joined(form, said("rule"), of, to, days("before"), days("after"), said("item"), keep)
    return completed(source, wanted)
