"""The page of a listing: its rows, what it is narrowed by, and what it is in words."""

from dataclasses import dataclass, field, replace
from functools import cached_property
from urllib.parse import urlencode

from django.utils.functional import Promise
from django.utils.translation import gettext, pgettext_lazy

from ecrf.access.models import User
from ecrf.access.roles import ASKING, Right, Role
from ecrf.listings.definition import ColumnCondition, Narrowing, Op
from ecrf.listings.pages.links import ItemLinks
from ecrf.listings.pages.opened import AS_SAID, OpenListing
from ecrf.listings.reading.joining import sentence
from ecrf.listings.reading.reader import ListingReader, listing_reader
from ecrf.listings.reading.repair import repaired
from ecrf.listings.reading.rows import ListingPage, ListingRows
from ecrf.listings.reading.statement import REVIEWED, STATUSES, ListingStatement, NotSince, ShownColumn

SIZE = 50
ON_PAPER = 1_000
OP_WORDS: dict[Op, Promise] = {
    Op.IS: pgettext_lazy("asked of a column", "is"),
    Op.NOT: pgettext_lazy("asked of a column", "is not"),
    Op.HAS: pgettext_lazy("asked of a column", "contains"),
    Op.MIN: pgettext_lazy("asked of a column", "at least, or from"),
    Op.MAX: pgettext_lazy("asked of a column", "at most, or up to"),
    Op.FILLED: pgettext_lazy("asked of a column", "has a value"),
    Op.EMPTY: pgettext_lazy("asked of a column", "is blank"),
    Op.REASON: pgettext_lazy("asked of a column", "has a reason instead"),
}
SIGNS = {Op.IS: "=", Op.NOT: "≠", Op.MIN: "≥", Op.MAX: "≤"}


@dataclass(frozen=True)
class ColumnFilter:
    """One line of the form that narrows: a column, what may be asked of it, and what is asked now."""

    shown: ShownColumn
    condition: ColumnCondition | None

    @property
    def label(self) -> str:
        return self.shown.column.label

    @property
    def ops(self) -> list[tuple[str, str]]:
        return [(op.value, str(OP_WORDS[op])) for op in self.shown.column.ops]

    @property
    def op(self) -> str:
        return self.condition.op if self.condition else ""

    @property
    def value(self) -> str:
        return self.condition.value if self.condition else ""

    @property
    def fault(self) -> str:
        """Why the column cannot be compared with what was typed, in the words of the forms."""
        try:
            if self.value:
                self.shown.column.read(self.value)
        except ValueError as error:
            return str(error)
        return ""

    @property
    def codes(self) -> tuple[tuple[str, str], ...]:
        return self.shown.column.answers


@dataclass(frozen=True)
class ListingHead:
    """A column's head: it sorts, and says so."""

    shown: ShownColumn
    group: str
    is_sorted: bool
    is_down: bool
    url: str

    @property
    def order(self) -> str:
        """As aria-sort says it."""
        return ("descending" if self.is_down else "ascending") if self.is_sorted else "none"


@dataclass
class ListingView:
    """A listing as one person sees it. `statement` is made at once, so that what cannot stand is known before."""

    user: User
    listing: OpenListing
    reader: ListingReader
    statement: ListingStatement = field(init=False)

    faults: list[str] = field(init=False)

    def __post_init__(self) -> None:
        definition, self.faults = repaired(self.listing.definition)
        self.listing = replace(self.listing, definition=definition)
        self.statement = ListingStatement(definition, self.reader, self.listing.mark_key)

    @cached_property
    def rows(self) -> ListingRows:
        return ListingRows(self.statement)

    @cached_property
    def links(self) -> ItemLinks:
        return ItemLinks(self.user, self.reader)

    @cached_property
    def count(self) -> int:
        return self.rows.count()

    @property
    def is_with_struck(self) -> bool:
        return self.listing.definition.narrowing.struck

    @property
    def source_title(self) -> str:
        return self.statement.source.title

    def page(self, size: int = SIZE) -> ListingPage:
        start = self.listing.definition.narrowing.start
        return ListingPage(self.rows.page(start, size), self.count, start, size)

    @cached_property
    def heads(self) -> list[ListingHead]:
        sort = self.listing.definition.narrowing.sort
        found, last = [], ""
        for shown in self.statement.shown:
            is_sorted = sort.removeprefix("-") == shown.key
            is_down = is_sorted and sort.startswith("-")
            url = self.listing.url(sort="" if is_down else f"-{shown.key}" if is_sorted else shown.key)
            group = shown.column.group if shown.place else ""
            found.append(ListingHead(shown, group if group != last else "", is_sorted, is_down, url))
            last = group
        return found

    @cached_property
    def groups(self) -> list[tuple[str, int]]:
        """The heads above the heads: the form of each run of columns, with how many these are."""
        found: list[tuple[str, int]] = []
        for shown in self.statement.shown:
            name = shown.column.group if shown.column.form or shown.place else ""
            if found and found[-1][0] == name:
                found[-1] = (name, found[-1][1] + 1)
            else:
                found.append((name, 1))
        return found

    @property
    def is_mine(self) -> bool:
        return self.listing.saved is not None and self.listing.saved.made_by_id == self.user.pk

    @property
    def may_keep(self) -> bool:
        """Who inspects changes nothing, not even what is listed for that person."""
        return all(membership.role != Role.INSPECTOR for membership in self.user.current_memberships)

    @property
    def own_name(self) -> str:
        return self.listing.title if self.is_mine else ""

    @property
    def may_ask(self) -> bool:
        """Whether rows are ticked here: by who asks sites, where each row is something that can be asked about."""
        source = self.statement.source
        is_asked = source.definition is not None or (source.item != "NULL::text" and source.key == "@changes")
        return is_asked and bool(self.user.rights & ASKING)

    @property
    def may_mark(self) -> bool:
        return self.may_ask and self.shows_marks

    @property
    def shows_marks(self) -> bool:
        """Whether it says which rows were reviewed: to who reviews, in a listing that has a name."""
        reviews = self.user.rights & {Right.REVIEW, Right.REVIEW_SAFETY}
        return self.listing.has_name and self.statement.source.definition is not None and bool(reviews)

    @property
    def form_pairs(self) -> list[tuple[str, str]]:
        """What the form that narrows carries along."""
        return [(AS_SAID, "1")] if self.listing.has_name else self.listing.definition.pairs

    @property
    def bare_url(self) -> str:
        """The listing as it was kept; of one that the address makes up, with nothing narrowed."""
        path, definition = self.listing.path, self.listing.definition
        return path if self.listing.has_name else f"{path}?{urlencode(definition.pairs)}"

    @property
    def whole_url(self) -> str:
        """With nothing narrowed."""
        return replace(self.listing, definition=replace(self.listing.definition, narrowing=Narrowing())).url()

    @property
    def sentences(self) -> list[str]:
        """How the forms beside the rows were found."""
        source = self.statement.source
        return [sentence(source, joined) for joined in self.listing.definition.joined]

    @property
    def filters(self) -> list[ColumnFilter]:
        conditions = list(self.listing.definition.narrowing.conditions)
        found: list[ColumnFilter] = []
        for shown in self.statement.shown:
            mine: list[ColumnCondition | None] = [
                condition for condition in conditions if condition.column == shown.key
            ]
            found += [ColumnFilter(shown, condition) for condition in mine or [None]]
        return found

    @cached_property
    def since_fault(self) -> str:
        """Why what was typed is no day from which on something can have changed."""
        try:
            _day = self.statement.since
        except NotSince as fault:
            return fault.why
        return ""

    @property
    def unseen(self) -> list[ColumnCondition]:
        """Conditions on columns that are not shown: the form keeps them."""
        keys = {shown.key for shown in self.statement.shown}
        return [one for one in self.listing.definition.narrowing.conditions if one.column not in keys]

    @cached_property
    def narrowed_words(self) -> list[tuple[str, str]]:
        """What it is narrowed by, each in words with the address of the page without it."""
        narrowing, listing = self.listing.definition.narrowing, self.listing
        found = []
        for condition in narrowing.conditions:
            rest = tuple(one for one in narrowing.conditions if one is not condition)
            found.append((self._condition_words(condition), listing.url(conditions=rest)))
        if narrowing.site:
            found.append((gettext("Site %(code)s") % {"code": narrowing.site}, listing.url(site="")))
        if narrowing.status in STATUSES:
            found.append((str(STATUSES[narrowing.status][0]), listing.url(status="")))
        if since := narrowing.since if self.since_fault else self.statement.since:
            found.append((gettext("Changed on %(day)s or later") % {"day": since}, listing.url(since="")))
        if narrowing.reviewed in REVIEWED and listing.has_name:
            found.append((str(REVIEWED[narrowing.reviewed]), listing.url(reviewed="")))
        if narrowing.struck:
            found.append((gettext("With what is struck out"), listing.url(struck=False)))
        return found

    def _condition_words(self, condition: ColumnCondition) -> str:
        column = self.statement.column(condition.column)
        assert column is not None  # or there would be no statement
        if condition.op not in column.ops:  # that it cannot be asked so stands above the listing
            return str(column.label)
        op = Op(condition.op)
        if not op.needs_value:
            return f"{column.label} {OP_WORDS[op]}"
        value = column.said(condition.value)
        unit = f" {column.unit}" if column.unit else ""
        return f"{column.label} {SIGNS.get(op, OP_WORDS[op])} {value}{unit}"

    @property
    def gone_words(self) -> list[str]:
        """Of columns that the listing names and that are not there: which, and why."""
        found = []
        for key in self.statement.gone:
            known = self.statement.book.column(self.listing.definition, key)
            if known is not None:
                found.append(
                    gettext("“%(column)s” may identify a person, and your role does not see it.")
                    % {"column": known.label}
                )
            else:
                found.append(
                    gettext(
                        "“%(column)s” is no item of the forms any more, or stands on a form that is not joined."
                    )
                    % {"column": key}
                )
        return found


def listing_view(user: User, listing: OpenListing) -> ListingView:
    """403 for who reads none; NoListing, in words, where it cannot be shown."""
    return ListingView(user, listing, listing_reader(user))
