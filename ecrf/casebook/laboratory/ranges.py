"""Which reference range a laboratory value is held against, and how it lies to it: low, normal or high."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Protocol as Shape

from django.utils.translation import gettext_lazy

from ecrf.casebook.laboratory.units import same_unit

AT_LEAST, AT_MOST = gettext_lazy("at least %(low)s"), gettext_lazy("at most %(high)s")
LIMITS = (AT_LEAST, AT_MOST)
"""What limits in words are, where one is missing: stored with a result in English, read in the reader's language."""


class Flag(StrEnum):
    """How a value lies to its range; both limits belong to the range."""

    LOW = "LOW"
    NORMAL = "NORMAL"
    HIGH = "HIGH"


class Range(Shape):
    """What is asked of a reference range here; `ReferenceRange` is one, and so is one that is only to be added."""

    @property
    def test(self) -> str: ...
    @property
    def unit(self) -> str: ...
    @property
    def low(self) -> Decimal | None: ...
    @property
    def high(self) -> Decimal | None: ...
    @property
    def sex(self) -> str: ...
    @property
    def valid_from(self) -> date: ...
    @property
    def valid_to(self) -> date | None: ...


@dataclass(frozen=True)
class RangeMatch:
    """The unit a value is in and the limits it is held against; "" and None where the site's ranges do not tell."""

    unit: str = ""
    low: Decimal | None = None
    high: Decimal | None = None

    @property
    def has_limits(self) -> bool:
        return self.low is not None or self.high is not None

    @property
    def limits(self) -> str:
        """In words: 12–16; "" where there are none."""
        return in_words(self.low, self.high)


def in_words(low: Decimal | None, high: Decimal | None) -> str:
    """12–16, at most 40, at least 90: never a sign that could be read as a minus."""
    texts = [f"{limit.normalize():f}" if limit is not None else "" for limit in (low, high)]
    if all(texts):
        return "–".join(texts)
    if texts[0]:
        return str(AT_LEAST) % {"low": texts[0]}
    return str(AT_MOST) % {"high": texts[1]} if texts[1] else ""


def in_force(ranges: Iterable[Range], test: str, day: date | None) -> list[Range]:
    """The ranges of a test that hold on a day; its first and its last day belong to each."""
    if day is None:
        return []
    return [
        r
        for r in ranges
        if r.test == test and r.valid_from <= day and (r.valid_to is None or day <= r.valid_to)
    ]


def units_of(ranges: Iterable[Range]) -> list[str]:
    """The units of some ranges, each once."""
    return list(dict.fromkeys(r.unit for r in ranges))


def find(
    ranges: Iterable[Range], *, test: str, day: date | None, unit: str | None, sex: str | None
) -> RangeMatch:
    """What holds for a value of this test on this day.

    `unit` as typed; without it the unit is that of the site's ranges, if they know only one. A range for the
    patient's sex goes before one for any; a range for a sex is not used while the patient's is not known.
    """
    holding = in_force(ranges, test, day)
    known = [u for u in units_of(holding) if unit is None or same_unit(u, unit)]
    if len(known) != 1:
        return RangeMatch(unit or "")
    mine = [r for r in holding if r.unit == known[0] and r.sex in ("", sex or "")]
    chosen = max(mine, key=lambda r: r.sex != "", default=None)
    return RangeMatch(known[0], plain(chosen.low), plain(chosen.high)) if chosen else RangeMatch(known[0])


def plain(limit: Decimal | None) -> Decimal | None:
    """The limit without the zeros of its column's scale: 40, not 40.000."""
    return None if limit is None else Decimal(f"{limit.normalize():f}")


def flag(value: Decimal | None, found: RangeMatch, comparator: str | None = None) -> Flag | None:
    """LOW, NORMAL or HIGH; None without value or limits, or where "less than 5" leaves it open.

    `comparator` is <, ≤, > or ≥ where the laboratory gave only a bound.
    """
    if value is None or not found.has_limits:
        return None
    low, high = found.low, found.high
    if comparator in ("<", "≤"):
        if low is not None and (value < low or (value == low and comparator == "<")):
            return Flag.LOW
        return Flag.NORMAL if low is None and high is not None and value <= high else None
    if comparator in (">", "≥"):
        if high is not None and (value > high or (value == high and comparator == ">")):
            return Flag.HIGH
        return Flag.NORMAL if high is None and low is not None and value >= low else None
    if low is not None and value < low:
        return Flag.LOW
    return Flag.HIGH if high is not None and value > high else Flag.NORMAL
