"""The statements of a listing: how many rows there are, which of them are on a page, and what stands in these.

Narrowing, sorting and paging happen in the database: of ten thousand rows, those of the page are read.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext, gettext_lazy, pgettext_lazy

from ecrf.access.alike import in_order_sql
from ecrf.access.joined import headed, in_a_row
from ecrf.access.language import as_the_page_is_read
from ecrf.casebook.stored_rows import lines_of
from ecrf.forms.registry import CRFS
from ecrf.listings.columns.book import ListingBook, book
from ecrf.listings.columns.column import CellKind, ListingColumn, whole_day
from ecrf.listings.columns.source import ListingSource, form_relation
from ecrf.listings.definition import ColumnCondition, Definition, Joined, Keep, NoListing
from ecrf.listings.reading.joining import fault_of
from ecrf.listings.reading.parts import ListingSql, condition_sql, joined_where, not_struck_sql, order_of
from ecrf.listings.reading.reader import ListingReader

STATUSES: dict[str, tuple[Promise, str]] = {
    "draft": (pgettext_lazy("state of a form", "In progress"), "e0.status = 'draft'"),
    "complete": (pgettext_lazy("state of a form", "Complete"), "e0.status = 'complete'"),
    "missing": (pgettext_lazy("state of a form", "Items missing"), "e0.missing > 0"),
    "queries": (
        gettext_lazy("Open queries"),
        "EXISTS (SELECT 1 FROM queries_query sq WHERE sq.entry_id = e0.id AND sq.kind IS NULL AND sq.turn <> '')",
    ),
}
"""{status, as in addresses: its words, and its SQL}"""
REVIEWED = {
    "yes": gettext_lazy("Reviewed, unchanged since"),
    "no": gettext_lazy("Not reviewed, or changed since"),
}
MARK = """
    LEFT JOIN LATERAL (
        SELECT m.digest FROM listings_rowmark m
        WHERE m.listing = {listing} AND m.entry_id = {entry} AND m.undone_at IS NULL ORDER BY m.id DESC LIMIT 1
    ) mark ON TRUE
"""


class NotSince(NoListing):
    """What was typed is no day from which on something can have changed; `why` alone goes beside its field."""

    def __init__(self, words: str, why: str) -> None:
        super().__init__(words)
        self.why = why


@dataclass(frozen=True)
class ShownColumn:
    """A column where it stands: `place` 0 for the row's own, else that of the form beside it. `at` is where its value
    stands among those of its place."""

    column: ListingColumn
    place: int
    at: int

    @property
    def key(self) -> str:
        return self.column.key

    @property
    def title(self) -> str:
        """Where no head above says which form and which unit: on a phone, and in the preview of queries."""
        column = self.column
        words = headed(column.group, column.label) if self.place and column.group else column.label
        return in_a_row(words, column.unit)


@dataclass
class ListingStatement:
    """`listing` names what rows are marked as reviewed in; "" where nothing is marked. `gone`: columns that the study,
    or what this person may read, no longer has."""

    definition: Definition
    reader: ListingReader
    listing: str = ""
    book: ListingBook = field(default_factory=book)
    _said: dict[tuple[str, str], dict[str, str]] = field(default_factory=dict, init=False, repr=False)

    def __post_init__(self) -> None:
        if fault := next(filter(None, (fault_of(self.source, one) for one in self.definition.joined)), ""):
            raise NoListing(fault)
        if hidden := [one for one in self.definition.narrowing.conditions if not self.column(one.column)]:
            raise NoListing(
                gettext("“%(column)s” is nothing that you can narrow this listing by.")
                % {"column": hidden[0].column}
            )

    @cached_property
    def source(self) -> ListingSource:
        return self.book.source(self.definition.main)

    def column(self, key: str) -> ListingColumn | None:
        found = self.book.column(self.definition, key)
        return None if found and found.identifying and self.reader.identified == () else found

    @cached_property
    def gone(self) -> list[str]:
        return [key for key in self.definition.columns if not self.column(key)]

    @cached_property
    def shown(self) -> list[ShownColumn]:
        """The columns in their order."""
        places = {joined.form: place for place, joined in enumerate(self.definition.joined, start=1)}
        counts: dict[tuple[int, bool], int] = {}
        found = []
        for key in self.definition.columns:
            if column := self.column(key):
                place = 0 if key in self.source.columns else places[column.form]
                at = counts.get((place, column.is_state), 0)
                counts[place, column.is_state] = at + 1
                found.append(ShownColumn(column, place, at))
        return found

    @property
    def joined(self) -> list[tuple[int, Joined]]:
        """With their places; only those that are shown, asked for or left out by count."""
        return list(enumerate(self.definition.joined, start=1))

    def _sql(self) -> ListingSql:
        sql = ListingSql(self.reader, self.source, self.said)
        if self.source.since:
            sql.given["since"] = self.since
        return sql

    def said(self, column: ListingColumn) -> dict[str, str]:
        """{what is stored in such a column, as JSON: as it is said in the language of now}; one statement each."""
        known = column.key, get_language() or ""
        if known not in self._said:
            sql = self._sql()
            value = f"to_jsonb({sql.column(column, 0)})::text"
            where = " AND ".join(sql.reach(crf_sql=self.source.crf)) or "TRUE"
            found = lines_of(f"SELECT DISTINCT {value} FROM {self.source.from_sql} WHERE {where}", sql.given)
            stored = [text for (text,) in found if text is not None]
            self._said[known] = {text: column.words(json.loads(text)) for text in stored}
        return self._said[known]

    @cached_property
    def since(self) -> str:
        """The day from which on something counts as changed; a source that looks back has one where nobody says it.
        NoListing, in words, where what was typed is no day."""
        said, back = self.definition.narrowing.since, self.source.since
        try:
            return (
                str(whole_day(said))
                if said
                else str(timezone.localdate() - timedelta(days=back))
                if back
                else ""
            )
        except ValidationError as refusal:
            why = " ".join(refusal.messages)
            raise NotSince(gettext("Changed on this day or later: %(why)s") % {"why": why}, why) from refusal

    # --- what is asked of the rows ---

    def _where(self, sql: ListingSql) -> list[str]:
        narrowing, source = self.definition.narrowing, self.source
        found = []
        if source.definition:
            found.append(f"e0.crf = {sql.give(source.key)}")
            found += sql.reach(source.key)
        else:
            found += sql.reach(crf_sql=source.crf)
        found += [] if narrowing.struck else self._standing
        with (
            as_the_page_is_read()
        ):  # a file holds the rows of the page, in whatever language these were found
            found += self._asked_of_rows(sql)
        if narrowing.site:
            found.append(f"s.code = {sql.give(narrowing.site)}")
        if narrowing.status in STATUSES and source.definition:
            found.append(STATUSES[narrowing.status][1])
        if narrowing.since and source.definition:
            found.append(self._since(sql, self.since))
        return found + [clause for place, one in self.joined for clause in self._kept(sql, one, place)]

    def _asked_of_rows(self, sql: ListingSql) -> Iterator[str]:
        for condition in self.definition.narrowing.conditions:
            column = self.column(condition.column)
            if column and condition.column in self.source.columns:
                yield condition_sql(sql, column, condition, 0)

    def _since(self, sql: ListingSql, day: str) -> str:
        begins = f"({sql.give(day)}::timestamp AT TIME ZONE s.time_zone)"
        return (
            f"EXISTS (SELECT 1 FROM audit_auditevent ce WHERE ce.entry_id = e0.id AND ce.at >= {begins}"
            ' AND NOT audit_is_review(ce."table"))'
        )

    def _kept(self, sql: ListingSql, joined: Joined, place: int) -> list[str]:
        """A condition on a form beside the row asks for one that fulfils it."""
        keep = joined.keep
        if keep == Keep.ALL and not self._conditions_on(joined):
            return []
        relation, where = form_relation(CRFS[joined.form], place), self._joined_where(sql, joined, place)
        negation = "NOT " if keep == Keep.WITHOUT else ""
        return [f"{negation}EXISTS (SELECT 1 FROM {relation} WHERE {' AND '.join(where)})"]

    def _conditions_on(self, joined: Joined) -> list[ColumnCondition]:
        conditions = self.definition.narrowing.conditions
        return [c for c in conditions if c.column in self.book.beside.get(joined.form, {})]

    def _joined_where(self, sql: ListingSql, joined: Joined, place: int) -> list[str]:
        where = joined_where(sql, joined, place, is_struck=self.definition.narrowing.struck)
        for condition in self._conditions_on(joined):
            if column := self.column(condition.column):
                where.append(condition_sql(sql, column, condition, place))
        return where

    def _order(self, sql: ListingSql) -> tuple[str, str]:
        """What must be joined for the order, and the order: what is blank stands last."""
        sort = self.definition.narrowing.sort
        key, way = sort.removeprefix("-"), "DESC" if sort.startswith("-") else "ASC"
        shown = next((one for one in self.shown if one.key == key), None)
        if shown is None:
            return "", self.source.order
        value = f"({sql.shown(shown.column, shown.place)})"
        if shown.column.kind == CellKind.TEXT:
            value = in_order_sql(value)
        elif shown.column.kind in (CellKind.CHOICE, CellKind.PARTIAL_DAY, CellKind.LINK):
            value += "" if shown.column.is_yes_no else ' COLLATE "C"'
        if not shown.place:
            return "", f"{value} {way} NULLS LAST, {self.source.order}"
        joined = self.definition.joined[shown.place - 1]
        relation, where = (
            form_relation(CRFS[joined.form], shown.place),
            self._joined_where(sql, joined, shown.place),
        )
        inner = f"SELECT {value} AS first FROM {relation} WHERE {' AND '.join(where)}"
        order = ", ".join(order_of(CRFS[joined.form], shown.place))
        return (
            f"LEFT JOIN LATERAL ({inner} ORDER BY {order} LIMIT 1) sorted ON TRUE",
            f"sorted.first {way} NULLS LAST, {self.source.order}",
        )

    # --- the statements ---

    def _marked(self, sql: ListingSql) -> tuple[str, list[str]]:
        """What must be joined to narrow by what was reviewed."""
        wanted = self.definition.narrowing.reviewed
        if wanted not in REVIEWED or not self.listing or not self.source.definition:
            return "", []
        mark = MARK.format(listing=sql.give(self.listing), entry=self.source.entry)
        laterals = self._laterals(sql, " AND mark.digest IS NOT NULL")
        same = f"mark.digest = {self._digest(sql)}"
        return mark + laterals, [f"{'' if wanted == 'yes' else 'NOT '}coalesce({same}, FALSE)"]

    def count(self) -> tuple[str, dict[str, object]]:
        sql = self._sql()
        marks, narrowed = self._marked(sql)
        where = [*self._where(sql), *narrowed]
        text = f"SELECT count(*) FROM {self.source.loose_sql} {marks} WHERE {' AND '.join(where) or 'TRUE'}"
        return text, sql.given

    def page(self, start: int, most: int) -> tuple[str, dict[str, object]]:
        """The ids of the rows, in order."""
        sql = self._sql()
        beside, order = self._order(sql)
        marks, narrowed = self._marked(sql)
        where = " AND ".join([*self._where(sql), *narrowed]) or "TRUE"
        limit = f"LIMIT {sql.give(most)} OFFSET {sql.give(start)}"
        text = f"SELECT {self.source.row} FROM {self.source.loose_sql} {beside} {marks} WHERE {where}"
        return f"{text} ORDER BY {order} {limit}", sql.given

    def details(self, ids: list[object]) -> tuple[str, dict[str, object]]:
        """What stands in these rows: in any order, each with its id first."""
        sql, source = self._sql(), self.source
        own = f"{'e0.number, u0.number' if source.definition else '1, NULL'}, {self._struck}"
        listing = sql.give(self.listing)
        mark = MARK.format(listing=listing, entry=source.entry).replace(
            "SELECT m.digest", "SELECT m.digest, m.id"
        )
        beside = "".join(f", j{place}.lines::text" for place, _joined in self.joined)
        those = (
            f"{source.row} = ANY({sql.give(ids)})"
            if source.definition
            else f"({source.row})::text = ANY({sql.give([str(one) for one in ids])})"
        )
        text = (
            f"SELECT {source.row}, p.id, p.number, s.code, {source.visit}, {source.visit_code}, {source.entry},"
            f" {source.crf or 'NULL'}, {source.item}, {own}, {self._values(sql, state=False)}::text,"
            f" {self._values(sql, state=True)}::text, {self._digest(sql)}, mark.id, mark.digest{beside}"
            f" FROM {source.from_sql} {self._laterals(sql)} {mark} WHERE {those}"
        )
        # Once more who may read what: the ids come from the page before, or from somebody's own hand.
        reach = sql.reach(source.key) if source.definition else sql.reach(crf_sql=source.crf)
        if source.definition:
            reach += [] if self.definition.narrowing.struck else self._standing
            reach.append(f"e0.crf = {sql.give(source.key)}")
        return " AND ".join([text, *reach]), sql.given

    def _values(self, sql: ListingSql, *, state: bool, place: int = 0) -> str:
        columns = [one.column for one in self.shown if one.place == place and one.column.is_state == state]
        return f"jsonb_build_array({', '.join(sql.cell(column, place) for column in columns)})"

    @property
    def _standing(self) -> list[str]:
        """What holds of a row that is not struck out."""
        definition = self.source.definition
        return not_struck_sql(definition, 0) if definition else ["p.struck_at IS NULL"]

    @property
    def _struck(self) -> str:
        """Whether a row is crossed out: it is struck out itself, or the form is whose row it is."""
        return f"(NOT ({' AND '.join(self._standing)}))"

    def _digest(self, sql: ListingSql) -> str:
        """Of what is struck out another one: the row shows that, too. What stands keeps that of its values alone."""
        parts = [f"{self._values(sql, state=False)}::text"]
        parts += [f"coalesce(j{place}.lines::text, '')" for place, _joined in self.joined]
        parts[-1] += f" || CASE WHEN {self._struck} THEN chr(10) || 'struck out' ELSE '' END"
        return f"encode(sha256(convert_to({' || chr(10) || '.join(parts)}, 'UTF8')), 'hex')"

    def _laterals(self, sql: ListingSql, only_if: str = "") -> str:
        """Of each form beside the row all that belong to it, as lines of JSON: its id, its place, its values."""
        found = []
        for place, joined in self.joined:
            where = " AND ".join(self._joined_where(sql, joined, place))
            definition = CRFS[joined.form]
            columns = [one.column for one in self.shown if one.place == place]
            cells = "".join(f", {sql.cell(column, place)}" for column in columns)
            line = (
                f"jsonb_build_array(e{place}.id, v{place}.id, v{place}.code, u{place}.number,"
                f" e{place}.number{cells})"
            )
            order = ", ".join(order_of(definition, place))
            inner = (
                f"SELECT {line} AS line, row_number() OVER (ORDER BY {order}) AS place"
                f" FROM {form_relation(definition, place)} WHERE {where}{only_if}"
            )
            found.append(
                f" LEFT JOIN LATERAL (SELECT jsonb_agg(t.line ORDER BY t.place) AS lines FROM ({inner}) t)"
                f" j{place} ON TRUE"
            )
        return "".join(found)
