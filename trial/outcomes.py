"""The outcome measures, calculated from item values: pure functions."""

from collections.abc import Iterable, Sequence
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
