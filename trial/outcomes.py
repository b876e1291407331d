"""The outcome measures, calculated from item values: pure functions."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

SIDES = ("right", "left")
GRIP_TRIALS = 3
ONE_DECIMAL = Decimal("0.1")

MRC_REVIEW = Decimal(2)
GRIP_REVIEW_KPA = Decimal(8)
"""A change by as much is flagged for review; neither is an endpoint (protocol section 3, O)."""

BLOCK_AREA_PERCENT, PROBABLE_AREA_PERCENT = 50, 30
BLOCK_DURATION_PERCENT = 30
BLOCK_LIMIT_PERCENT, BLOCK_AMPLITUDE_MV = 20, 1
"""The criteria of conduction block (O: EFNS/PNS 2010, protocol section 3)."""

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


def incat_total(arm: int | None, leg: int | None) -> int | None:
    """Arm and leg disability together, 0 to 10; None unless both are there (protocol section 3)."""
    return None if arm is None or leg is None else arm + leg


class Block(StrEnum):
    """What measured values say of a nerve segment: no, probable or definite conduction block."""

    NONE = "none"
    PROBABLE = "probable"
    DEFINITE = "definite"


def area_reduction_percent(distal: Decimal | None, proximal: Decimal | None) -> Decimal | None:
    """How much smaller the proximal area is, % of the distal; negative if larger, None without a distal area."""
    if distal is None or proximal is None or distal <= 0:
        return None
    return _percent(distal - proximal, distal)


def duration_increase_percent(distal: Decimal | None, proximal: Decimal | None) -> Decimal | None:
    """How much longer the proximal duration is, % of the distal; negative if shorter, None without a distal one."""
    if distal is None or proximal is None or distal <= 0:
        return None
    return _percent(proximal - distal, distal)


def _percent(part: Decimal, whole: Decimal) -> Decimal:
    return (100 * part / whole).quantize(ONE_DECIMAL, ROUND_HALF_UP)


def conduction_block_criteria(
    *,
    area_reduction: Decimal | None,
    duration_increase: Decimal | None,
    distal_amplitude_mv: Decimal | None,
    lower_limit_mv: Decimal | None,
    long_arm_segment: bool | None,
) -> Block | None:
    """Which conduction block the values fit (protocol section 3); None if what is missing could change the answer.

    The percentages are as recorded, to one decimal. For comparison only: the call is the investigator's.
    """
    if area_reduction is None:
        return None
    large = area_reduction >= BLOCK_AREA_PERCENT
    if area_reduction < PROBABLE_AREA_PERCENT or (not large and long_arm_segment is False):
        return Block.NONE
    if duration_increase is None:
        return None
    if duration_increase > BLOCK_DURATION_PERCENT:
        return Block.PROBABLE if large else Block.NONE
    enough = _enough_amplitude(distal_amplitude_mv, lower_limit_mv) if large else False
    if enough is None or enough:
        return Block.DEFINITE if enough else None
    return None if long_arm_segment is None else Block.PROBABLE if long_arm_segment else Block.NONE


def _enough_amplitude(distal_mv: Decimal | None, lower_limit_mv: Decimal | None) -> bool | None:
    """Whether the distal response is large enough for a definite block; None if that cannot be told."""
    if distal_mv is None:
        return None
    if distal_mv <= BLOCK_AMPLITUDE_MV:
        return False
    return None if lower_limit_mv is None else distal_mv * 100 > lower_limit_mv * BLOCK_LIMIT_PERCENT


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
