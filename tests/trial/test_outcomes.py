"""Outcomes: the numbers that are analysed."""

from decimal import Decimal

import pytest

from trial.outcomes import grip_analysed, grip_best, grip_mean, mrc_sum


def decimals(*texts: str | None) -> list[Decimal | None]:
    return [None if text is None else Decimal(text) for text in texts]


def test_mrc_sum_needs_every_grade():
    assert mrc_sum([5] * 20) == 100
    assert mrc_sum([0] * 20) == 0
    assert mrc_sum([5] * 19 + [None]) is None


def test_grip_best_and_mean_skip_trials_not_done_and_keep_zero():
    assert grip_best(decimals("0", None, None)) == 0
    assert grip_best(decimals(None, None, None)) is None
    assert grip_mean(decimals("10.0", None, "10.1")) == Decimal("10.1")
    assert grip_mean(decimals(None)) is None


@pytest.mark.parametrize(("hand", "best"), [("right", "31.0"), ("left", "12.5"), (None, None)])
def test_analysed_grip_is_the_best_of_the_more_affected_hand(hand, best):
    right, left = decimals("30.0", "31.0", None), decimals("12.5", "11.0", "0")
    assert grip_analysed(hand, right, left) == (best and Decimal(best))
