"""One column that a listing may have: its name, its kind, the SQL that gives it. No other comes into a statement."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from enum import StrEnum
from typing import Any

from ecrf.casebook.history import value_words
from ecrf.casebook.labels import label_of
from ecrf.forms.crf import MissingReason
from ecrf.forms.items import YesNo
from ecrf.forms.registry import CRFS, CrfDefinition
from ecrf.forms.words import said, spoken
from ecrf.listings.definition import Op

MOST_DIGITS = 30
"""Before or behind the point, of a number to compare with: far more than any item has."""


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
    `below`: the kind of row of which one cell shows all that there are.
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
        """What was typed to compare it with. ValueError, in words, if it can be none."""
        try:
            return self._read(text)
        except (ValueError, ArithmeticError) as error:
            raise ValueError(f"“{text}” is nothing that {self.label} can be compared with.") from error

    def _read(self, text: str) -> Any:
        if "\0" in text:
            raise ValueError(text)
        if self.kind == CellKind.NUMBER:
            number = Decimal(text.replace(",", "."))
            if not number.is_finite() or abs(number.adjusted()) > MOST_DIGITS:
                raise ValueError(text)
            return number
        if self.kind in (CellKind.DAY, CellKind.MOMENT):
            return date.fromisoformat(text)
        if self.kind == CellKind.PARTIAL_DAY:
            date.fromisoformat((text + "-01-01")[:10])
            return text
        if self.kind == CellKind.CLOCK:
            return time.fromisoformat(text)
        if self.kind == CellKind.CHOICE and self.codes and text not in dict(self.codes):
            raise ValueError(text)
        if not text:
            raise ValueError(text)
        return text


def kind_of_item(item: Any) -> CellKind:
    """Of an item of a form."""
    plain = {"number": CellKind.NUMBER, "day": CellKind.DAY, "partial-day": CellKind.PARTIAL_DAY}
    plain |= {"clock": CellKind.CLOCK, "choice": CellKind.CHOICE, "link": CellKind.LINK}
    return plain.get(item.kind, CellKind.TEXT)


def codes_of_item(item: Any) -> tuple[tuple[str, str], ...]:
    if isinstance(item, YesNo):
        return YES_NO
    return tuple((str(a), str(b)) for a, b in item.flatchoices) if item.kind == "choice" else ()


def table_of(definition: CrfDefinition) -> str:
    return definition.model._meta.db_table
