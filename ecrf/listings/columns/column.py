"""One column that a listing may have: its name, its kind, the SQL that gives it. No other comes into a statement."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from enum import StrEnum
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext

from ecrf.casebook.history import value_words
from ecrf.casebook.labels import label_of
from ecrf.forms import typed_text
from ecrf.forms.crf import MissingReason
from ecrf.forms.items import TOO_LARGE, YesNo
from ecrf.forms.registry import CRFS, CrfDefinition
from ecrf.forms.words import said, spoken
from ecrf.listings.definition import Op

MOST_DIGITS = 30
"""Before or behind the point, of a number to compare with: far more than any item has."""
MOST_DECIMALS = 3
"""Of a number that no item holds."""


class CellKind(StrEnum):
    """What the cells of a column hold."""

    TEXT = "text"
    CHOICE = "choice"
    NUMBER = "number"
    DAY = "day"
    PARTIAL_DAY = "partial-day"
    CLOCK = "clock"
    MOMENT = "moment"
    LINK = "link"
    VISIT = "visit"
    TRAIL = "trail"


SPAN = (Op.MIN, Op.MAX, Op.IS, Op.NOT, Op.FILLED, Op.EMPTY)
OPS: Mapping[CellKind, tuple[Op, ...]] = {
    CellKind.TEXT: (Op.HAS, Op.IS, Op.NOT, Op.FILLED, Op.EMPTY),
    CellKind.LINK: (Op.FILLED, Op.EMPTY, Op.IS),
    CellKind.CHOICE: (Op.IS, Op.NOT, Op.FILLED, Op.EMPTY),
    CellKind.VISIT: (Op.IS, Op.NOT, Op.FILLED, Op.EMPTY),
    CellKind.NUMBER: SPAN,
    CellKind.DAY: SPAN,
    CellKind.PARTIAL_DAY: SPAN,
    CellKind.CLOCK: SPAN,
    CellKind.MOMENT: (Op.MIN, Op.MAX),
    CellKind.TRAIL: (),
}
"""{kind: what may be asked of it}; of an item of a form also whether it has a reason instead."""
DAYS = (CellKind.DAY, CellKind.PARTIAL_DAY)
YES_NO = (("yes", "Yes"), ("no", "No"))


@spoken("label", "group", "unit", "help")
@dataclass(frozen=True)
class ListingColumn:
    """`key` as it is kept and sent: `@site`, `vital-signs.pulse`. In `sql`, {e} {f} {v} {u} stand for the entry, its
    form, its visit and the form whose row it is, {p} and {s} for patient and site; a per cent sign is written twice.

    `item` names an item that somebody can be asked about. What `is_state` says is no data: it changes without them.
    `below`: the kind of row of which one cell shows all that there are. `says`: what is shown of what `sql` gives,
    where that is no text to be read: it is stored in English, and said in the reader's language. Such a column is
    narrowed and sorted by what is shown; beside a row to which its form is joined, by what is stored. `in_english`:
    what it says in English is what is stored.
    """

    key: str
    label: str
    kind: CellKind
    sql: str
    group: str = ""
    form: str = ""
    item: str = ""
    unit: str = ""
    codes: tuple[tuple[str, str], ...] = ()
    identifying: bool = False
    is_state: bool = False
    below: str = ""
    help: str = ""
    says: Callable[[Any], str] | None = None
    in_english: bool = False

    @property
    def has_reasons(self) -> bool:
        """Whether there may be a reason instead of a value."""
        return bool(self.item) and not self.below and not CRFS[self.form].items[self.item].rule

    @property
    def answers(self) -> tuple[tuple[str, str], ...]:
        """The codes, with their labels in the reader's language."""
        return tuple((code, said(label)) for code, label in self.codes)

    @property
    def ops(self) -> tuple[Op, ...]:
        return (*OPS[self.kind], Op.REASON) if self.has_reasons else OPS[self.kind]

    @property
    def is_number(self) -> bool:
        return self.kind == CellKind.NUMBER

    @property
    def can_be_drawn(self) -> bool:
        return self.kind in (CellKind.NUMBER, *DAYS)

    @property
    def to(self) -> str:
        """Of a link: the kind of form that it names."""
        return CRFS[self.form].links[self.item].to if self.kind == CellKind.LINK else ""

    @property
    def is_yes_no(self) -> bool:
        return self.kind == CellKind.CHOICE and self.codes == YES_NO

    def json_sql(self, sql: str, form: str) -> str:
        """The value for a page: or, of an item, why there is none."""
        value = f"to_jsonb({sql})"
        return f"coalesce({value}, {form}.missing_reasons -> '{self.item}')" if self.has_reasons else value

    def words(self, value: Any, names: Mapping[tuple[str, str], str] | None = None) -> str:
        """What a cell shows of what the database gave; `names`: {(form, link): what it names}."""
        if value is None:
            return ""
        if self.says:
            return self.says(value)
        if isinstance(value, dict):
            comment = f" ({value['comment']})" if value.get("comment") else ""
            return f"{MissingReason(value['reason']).label}{comment}"
        if isinstance(value, list):
            crf, name, stored, reason = value
            return value_words(CRFS[crf].items.get(name) if crf in CRFS else None, stored, reason)
        if self.below:
            return str(value)
        if self.kind == CellKind.LINK:
            return (names or {}).get((self.to, value)) or f"{CRFS[self.to].title} {value}"
        if self.kind == CellKind.VISIT:
            return label_of(value)
        if self.kind == CellKind.CHOICE:
            text = ("yes" if value else "no") if isinstance(value, bool) else value
            return str(dict(self.answers).get(text, text))
        if self.kind == CellKind.CLOCK:
            return str(value)[:5]
        if self.kind == CellKind.MOMENT:
            return f"{datetime.fromisoformat(value):%Y-%m-%d %H:%M}"
        if self.item and self.kind == CellKind.NUMBER:
            return str(CRFS[self.form].items[self.item].text(Decimal(value)))
        return str(value)

    def read(self, text: str) -> Any:
        """What was typed to compare it with, by the rule of the forms. ValueError, in their words, if it is none."""
        try:
            return self._read(text)
        except ValidationError as refusal:
            raise ValueError(" ".join(refusal.messages)) from refusal

    def _read(self, text: str) -> Any:
        nothing = gettext("“%(text)s” is nothing that %(column)s can be compared with.") % {
            "text": text,
            "column": self.label,
        }
        if not text or "\0" in text:
            raise ValueError(nothing)
        now = timezone.localtime()
        if self.kind == CellKind.NUMBER:
            return self._number(text)
        if self.kind in (CellKind.DAY, CellKind.MOMENT):
            return whole_day(text)
        if self.kind == CellKind.PARTIAL_DAY:
            return typed_text.day(text, now)
        if self.kind == CellKind.CLOCK:
            return time.fromisoformat(typed_text.clock(text, now))
        if self.kind == CellKind.CHOICE and self.codes and text not in dict(self.codes):
            raise ValueError(nothing)
        return text

    def _number(self, text: str) -> Decimal:
        """Any number may be compared with, also one beyond the limits of its item."""
        item = CRFS[self.form].items[self.item] if self.item else None
        decimals = getattr(item, "decimal_places", 0) if item else MOST_DECIMALS
        number = Decimal(typed_text.number(text, self.unit, decimals))
        if abs(number.adjusted()) > MOST_DIGITS:
            raise ValueError(TOO_LARGE)
        return number

    def said(self, text: str) -> str:
        """What was typed, as it was read; what is none, as it was typed."""
        try:
            value = self.read(text)
        except ValueError:
            return text
        return str(value)[:5] if self.kind == CellKind.CLOCK else str(dict(self.answers).get(value, value))


def whole_day(text: str) -> date:
    """A day that was typed to compare with. Unreadable, in words, if it is none or not whole."""
    day = typed_text.day(text, timezone.localtime())
    if len(day) != len("2026-11-22"):
        raise typed_text.Unreadable(typed_text.NOT_WHOLE)
    return date.fromisoformat(day)


def kind_of_item(item: Any) -> CellKind:
    """Of an item of a form."""
    plain = {"number": CellKind.NUMBER, "day": CellKind.DAY, "partial-day": CellKind.PARTIAL_DAY}
    plain |= {"clock": CellKind.CLOCK, "choice": CellKind.CHOICE, "link": CellKind.LINK}
    return plain.get(item.kind, CellKind.TEXT)


def codes_of_item(item: Any) -> tuple[tuple[str, str], ...]:
    if isinstance(item, YesNo):
        return YES_NO  # in English: `answers` says them
    return tuple((str(a), str(b)) for a, b in item.flatchoices) if item.kind == "choice" else ()


def table_of(definition: CrfDefinition) -> str:
    return definition.model._meta.db_table
