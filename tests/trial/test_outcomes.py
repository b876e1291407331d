"""Outcomes: the numbers that are analysed."""

from decimal import Decimal

import pytest

from trial.outcomes import (
    Summary,
    by_visit,
    grip_analysed,
    grip_best,
    grip_mean,
    mrc_sum,
    paired_changes,
    summarise,
)


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


def test_summary_uses_the_sample_standard_deviation():
    summary = summarise([2, 4, None, 4, 4, 5, 5, 7, 9])
    assert (summary.n, summary.mean) == (8, 5)
    assert str(summary) == "5.0 (2.1)"


def test_summary_prints_half_up_as_the_publication():
    assert str(Summary(13, Decimal("85.65"), Decimal("8.65"))) == "85.7 (8.7)"


def test_too_few_values_have_no_mean_or_deviation():
    assert summarise([None]) == Summary(0, None, None)
    assert summarise([3]) == Summary(1, Decimal(3), None)
    assert str(summarise([3])) == "3.0 (–)"


def test_each_visit_keeps_its_own_n():
    found = by_visit([("W01", 80), ("W52", 90), ("W01", 84), ("W52", None)])
    assert list(found) == ["W01", "W52"]
    assert [summary.n for summary in found.values()] == [2, 1]


def test_change_is_of_patients_with_both_values():
    before, after = {"01-001": 80, "02-001": 82, "03-001": None}, {"01-001": 90, "03-001": 95}
    assert paired_changes(before, after) == {"01-001": 10}
