"""The pieces of a listing's statement: whom somebody reads, how a form is joined, what a condition asks.

Whatever a person types is given to the database as a value; everything else comes from the book of columns.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import get_language, gettext

from ecrf.access.alike import alike_sql
from ecrf.access.language import MASTER
from ecrf.casebook.read_by_safety import crfs_of_safety
from ecrf.forms.protocol import protocol
from ecrf.forms.registry import CRFS, CrfDefinition
from ecrf.listings.columns.column import CellKind, ListingColumn
from ecrf.listings.columns.of_forms import day_sql, usual_days
from ecrf.listings.columns.source import ListingSource, form_relation
from ecrf.listings.definition import ColumnCondition, Joined, NoListing, Op, Rule
from ecrf.listings.reading.reader import ListingReader

COMPARED = {Op.IS: "=", Op.MIN: ">=", Op.MAX: "<="}
PICKING = 50
"""Added to the place of a form of which one is picked: the names of its own tables meanwhile."""


@dataclass
class ListingSql:
    """Collects what the statement is given, and writes columns as this reader may see them. `said`: see `shown`."""

    reader: ListingReader
    source: ListingSource
    said: Callable[[ListingColumn], Mapping[str, str]]
    given: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.given |= self.source.given

    def give(self, value: Any) -> str:
        name = f"g{len(self.given)}"
        self.given[name] = value
        return f"%({name})s"

    def column(self, column: ListingColumn, place: int) -> str:
        """The value; NULL where it may identify and the reader must not know who it is."""
        sql = self._plain(column.sql, place)
        if column.identifying and self.reader.identified is not None:
            return f"CASE WHEN p.site_id = ANY({self.give(list(self.reader.identified))}) THEN {sql} END"
        return sql

    def shown(self, column: ListingColumn, place: int) -> str:
        """What the value is compared and sorted by: of one that is put into words outside of the database, these words,
        which are given along for each that there is. Where the words are those that are stored, none is read."""
        sql = self.column(column, place)
        if not column.says or place or (column.in_english and get_language() == MASTER):
            return sql
        return f"({self.give(json.dumps(self.said(column)))}::jsonb ->> to_jsonb({sql})::text)"

    def cell(self, column: ListingColumn, place: int) -> str:
        """The same as JSON, or the reason why there is none, as `{p}.missing_reasons` has it."""
        text = column.json_sql(self.column(column, place), f"f{place}")
        if column.has_reasons and self.reader.identified is not None:
            known = f"p.site_id = ANY({self.give(list(self.reader.identified))})"
            why = f"f{place}.missing_reasons -> '{column.item}'"
            return text.replace(why, f"CASE WHEN {known} THEN {why} ELSE ({why}) - 'comment' END")
        return text

    def reason(self, column: ListingColumn, place: int) -> str:
        return f"f{place}.missing_reasons ? '{column.item}'"

    def _plain(self, sql: str, place: int) -> str:
        return sql.format(e=f"e{place}", f=f"f{place}", v=f"v{place}", u=f"u{place}", p="p", s="s")

    def reach(self, crf: str = "", crf_sql: str = "") -> list[str]:
        """What of the form, or of that which the SQL names, the reader may see at all."""
        reader = self.reader
        if reader.whole is None:
            return []
        everything = f"p.site_id = ANY({self.give(list(reader.whole))})"
        if reader.safety == ():
            return [everything]
        here = "TRUE" if reader.safety is None else f"p.site_id = ANY({self.give(list(reader.safety))})"
        if crf_sql:
            logs, serious = self.give(sorted(crfs_of_safety())), self.give(reader.serious)
            here += f" AND ({crf_sql} = ANY({logs}) OR p.id = ANY({serious}::bigint[]))"
        elif crf and not reader.is_safety_alone(crf):
            here += f" AND p.id = ANY({self.give(reader.serious)}::bigint[])"
        return [f"({everything} OR {here})"]


def not_struck_sql(definition: CrfDefinition, place: int) -> list[str]:
    """Only of a row of a form it is asked what became of that form: the join with it costs nothing elsewhere."""
    above = [f"u{place}.struck_at IS NULL"] if definition.row_of else []
    return [f"e{place}.struck_at IS NULL", *above]


# --- conditions ---------------------------------------------------------------------------------------------------


def condition_sql(sql: ListingSql, column: ListingColumn, condition: ColumnCondition, place: int) -> str:
    """NoListing, in words, where the column cannot be asked that."""
    if condition.op not in column.ops:
        raise NoListing(gettext("“%(column)s” cannot be asked that.") % {"column": column.label})
    op, value_sql = Op(condition.op), sql.column(column, place)
    if op == Op.FILLED:
        return f"{value_sql} IS NOT NULL"
    if op == Op.REASON:
        return sql.reason(column, place)
    if op == Op.EMPTY:
        without = f" AND NOT {sql.reason(column, place)}" if column.has_reasons else ""
        return f"({value_sql} IS NULL{without})"
    try:
        value = column.read(condition.value)
    except ValueError as error:
        raise NoListing(gettext("%(column)s: %(why)s") % {"column": column.label, "why": error}) from error
    value_sql = sql.shown(column, place)
    if op == Op.HAS:
        return f"strpos({alike_sql(value_sql)}, {alike_sql(sql.give(value))}) > 0"
    if column.is_yes_no:
        truth = f"CASE WHEN {value_sql} THEN 'yes' WHEN NOT {value_sql} THEN 'no' END"
        value_sql = truth
    return _compared(column.kind, value_sql, op, sql.give(value))


def _compared(kind: CellKind, value: str, op: Op, given: str) -> str:
    if op == Op.NOT:
        return f"{value} IS DISTINCT FROM {given}"
    if kind == CellKind.PARTIAL_DAY:
        # The days that it can be: its text, as far as it is known, and every one that begins so.
        begins = f'{value} COLLATE "C"'
        return {
            Op.IS: f"starts_with({value}, {given})",
            Op.MIN: f"({begins} || '~') >= {given}",
            Op.MAX: f"({begins} <= {given} OR starts_with({value}, {given}))",
        }[op]
    if kind == CellKind.MOMENT:
        return f"{value}::date {COMPARED[op]} {given}"
    return f"{value} {COMPARED[op]} {given}"


# --- other forms beside a row --------------------------------------------------------------------------------------


def joined_where(sql: ListingSql, joined: Joined, place: int, *, is_struck: bool) -> list[str]:
    """By which rows of the form are found that belong to a row of the listing."""
    definition, main = CRFS[joined.form], sql.source.definition
    found = [f"e{place}.patient_id = p.id", f"e{place}.crf = {sql.give(joined.form)}"]
    found += sql.reach(joined.form)
    if not is_struck:
        found += not_struck_sql(definition, place)
    if joined.rule in (Rule.FIRST, Rule.LATEST):
        return [*found, f"e{place}.id = ({_picked(sql, joined, place, is_struck=is_struck)})"]
    return found + _rule_sql(joined, main, definition, place)


def _rule_sql(joined: Joined, main: CrfDefinition | None, other: CrfDefinition, place: int) -> list[str]:
    if joined.rule == Rule.BASELINE:
        return [f"v{place}.code = '{protocol().baseline}'"]
    if joined.rule == Rule.ALL or main is None:
        return []
    if joined.rule == Rule.SAME_VISIT:
        return [f"e{place}.visit_id = e0.visit_id"]
    if joined.rule == Rule.ABOVE:
        return [f"e{place}.id = e0.parent_id"]
    if joined.rule == Rule.BELOW:
        return [f"e{place}.parent_id = e0.id"]
    if joined.rule == Rule.NAMED:
        return [f'f0."{joined.item}" = {_link(place)}', f"e{place}.parent_id IS NULL"]
    if joined.rule == Rule.NAMING:
        return [f'f{place}."{joined.item}" = {_link(0)}', "e0.parent_id IS NULL"]
    return _near_sql(joined, main, other, place)


def _near_sql(joined: Joined, main: CrfDefinition, other: CrfDefinition, place: int) -> list[str]:
    """Two spans of days that meet, or lie no further apart than may be. What has no last day lasts on."""
    first, last = _span(main, joined.of, 0)
    other_first, other_last = _span(other, joined.to, place)
    return [f"{other_first} <= {last} + {joined.after}", f"{other_last} >= {first} - {joined.before}"]


def _span(definition: CrfDefinition, days: tuple[str, str], place: int) -> tuple[str, str]:
    begins, ends = days
    first = day_sql(definition, begins, place, is_last=False)
    if not ends:
        return first, day_sql(definition, begins, place, is_last=True)
    last = day_sql(definition, ends, place, is_last=True)
    return first, f"coalesce({last}, 'infinity'::date)"


def _link(place: int) -> str:
    """How another form names the entry: as `Entry.link`."""
    return f"(CASE WHEN v{place}.id IS NULL THEN '' ELSE v{place}.code || '.' END || e{place}.number)"


def _picked(sql: ListingSql, joined: Joined, place: int, *, is_struck: bool) -> str:
    """SQL: the id of the patient's first, or latest, form of the kind."""
    definition, other = CRFS[joined.form], place + PICKING
    where = [f"e{other}.patient_id = p.id", f"e{other}.crf = {sql.give(joined.form)}"]
    where += [] if is_struck else not_struck_sql(definition, other)
    way = "DESC" if joined.rule == Rule.LATEST else "ASC"
    order = ", ".join(f"{part} {way} NULLS LAST" for part in order_of(definition, other))
    relation = form_relation(definition, other)
    return f"SELECT e{other}.id FROM {relation} WHERE {' AND '.join(where)} ORDER BY {order} LIMIT 1"


def order_of(definition: CrfDefinition, place: int) -> list[str]:
    """In which order several forms of a kind stand in one cell: by their day, then by number."""
    day = usual_days(definition)[0]
    first = [day_sql(definition, day, place, is_last=False)] if day else []
    return [*first, f"u{place}.number", f"e{place}.number", f"e{place}.id"]
