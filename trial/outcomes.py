"""The outcome measures, calculated from item values: pure functions."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

SIDES = ("right", "left")
GRIP_TRIALS = 3
ONE_DECIMAL = Decimal("0.1")

MRC_REVIEW = Decimal(2)
GRIP_REVIEW_KPA = Decimal(8)
"""A change by as much is flagged for review; neither is an endpoint (protocol section 3, O)."""

Value = int | Decimal | None


def mrc_items(muscles: Iterable[str]) -> tuple[str, ...]:
    """The item names of the grades: each muscle group, right then left."""
    return tuple(f"{side}_{muscle}" for muscle in muscles for side in SIDES)


def mrc_sum(grades: Sequence[int | None]) -> int | None:
    """Sum of the 20 MRC grades, 0 to 100; None unless every grade is there (protocol section 3)."""
    given = [grade for grade in grades if grade is not None]
    return sum(given) if len(given) == len(grades) else None


def grip_best(trials: Sequence[Decimal | None]) -> Decimal | None:
    """The best of a hand's trials, kPa; None without any."""
    return max((trial for trial in trials if trial is not None), default=None)


def grip_mean(trials: Sequence[Decimal | None]) -> Decimal | None:
    """The mean of a hand's trials that were done, kPa, to one decimal; None without any."""
    done = [trial for trial in trials if trial is not None]
    if not done:
        return None
    return (sum(done, Decimal(0)) / len(done)).quantize(ONE_DECIMAL, ROUND_HALF_UP)


def grip_analysed(
    more_affected: str | None, right: Sequence[Decimal | None], left: Sequence[Decimal | None]
) -> Decimal | None:
    """The grip value that is analysed, kPa: the best trial of the more affected hand (P), or None.

    `more_affected` is "right" or "left", as recorded at screening.
    """
    hands = dict(zip(SIDES, (right, left), strict=True))
    return grip_best(hands[more_affected]) if more_affected in hands else None


@dataclass(frozen=True)
class Summary:
    """One visit's values: how many there are, their mean and their sample standard deviation."""

    n: int
    mean: Decimal | None
    sd: Decimal | None

    def __str__(self) -> str:
        """As the publication prints it: `85.6 (8.7)`; a dash for what does not exist."""
        return f"{_printed(self.mean)} ({_printed(self.sd)})"


def summarise(values: Iterable[Value]) -> Summary:
    """n, mean and sample SD (n − 1) of the values that exist; no mean without a value, no SD below two."""
    given = [Decimal(value) for value in values if value is not None]
    n = len(given)
    if not n:
        return Summary(0, None, None)
    mean = sum(given, Decimal(0)) / n
    squares = sum(((value - mean) ** 2 for value in given), Decimal(0))
    return Summary(n, mean, (squares / (n - 1)).sqrt() if n > 1 else None)


def by_visit(values: Iterable[tuple[str, Value]]) -> dict[str, Summary]:
    """One summary per visit, from (visit code, value) pairs, in the order of first appearance."""
    grouped: dict[str, list[Value]] = {}
    for code, value in values:
        grouped.setdefault(code, []).append(value)
    return {code: summarise(found) for code, found in grouped.items()}


def paired_changes(before: Mapping[str, Value], after: Mapping[str, Value]) -> dict[str, Decimal]:
    """The change of each patient who has both values, by patient number."""
    return {
        patient: Decimal(later) - Decimal(first)
        for patient, first in before.items()
        if first is not None and (later := after.get(patient)) is not None
    }


def _printed(value: Decimal | None) -> str:
    return "–" if value is None else str(value.quantize(ONE_DECIMAL, ROUND_HALF_UP))
