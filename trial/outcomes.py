"""The outcome measures, calculated from item values: pure functions."""

from collections.abc import Iterable, Sequence
from decimal import ROUND_HALF_UP, Decimal

SIDES = ("right", "left")
GRIP_TRIALS = 3


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
    return (sum(done, Decimal(0)) / len(done)).quantize(Decimal("0.1"), ROUND_HALF_UP)
