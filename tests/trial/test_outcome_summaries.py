"""Summaries of values: each against the formula, written out another way."""

from fractions import Fraction
from math import sqrt

import numpy as np
import pytest
from scipy.stats import binomtest, ttest_1samp

from trial.results.summaries import (
    PairedChange,
    Summary,
    changes,
    paired,
    printed,
    share,
    share_interval,
    signed,
    summarise,
)


def test_summary_uses_the_sample_standard_deviation():
    summary = summarise([2, 4, 4, 4, 5, 5, 7, 9])
    assert (summary.n, summary.mean, summary.median) == (8, 5, 4.5)
    assert summary.sd == pytest.approx(sqrt(Fraction(32, 7)))
    assert str(summary) == "5.0 (2.1)"
    assert summary.range == "2.0 to 9.0"


def test_too_few_values_have_no_mean_or_deviation():
    assert summarise([]) == Summary(0)
    assert summarise([3]) == Summary(1, 3, None, 3, 3, 3)
    assert (str(summarise([])), summarise([]).range) == ("– (–)", "–")
    assert str(summarise([3])) == "3.0 (–)"


def test_equal_values_have_no_spread():
    assert summarise([5, 5, 5]).sd == 0
    assert paired([2.0, 2.0]) == PairedChange(2, 2, 2, 2)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (85.65, "85.7"),
        (85.649, "85.6"),
        (0.25, "0.3"),
        (-0.25, "−0.3"),
        (-0.04, "0.0"),
        (0.1 + 0.2, "0.3"),
        (None, "–"),
    ],
)
def test_numbers_are_rounded_half_upwards_as_the_publication_prints_them(value, text):
    assert printed(value) == text


@pytest.mark.parametrize(
    ("value", "text"), [(5.25, "+5.3"), (0, "0.0"), (0.04, "0.0"), (-1.5, "−1.5"), (0.5, "+0.5")]
)
def test_change_carries_its_sign(value, text):
    assert signed(value) == text


def test_change_is_of_patients_with_both_values():
    before, after = [80, 82, np.nan], [90, np.nan, 95]
    assert changes(before, after).tolist() == pytest.approx([10, np.nan, np.nan], nan_ok=True)
    assert paired(changes(before, after)).n == 1


def test_interval_of_a_change_is_that_of_the_paired_t_test():
    given = [1.0, 2.5, -0.5, 4.0, 3.0]
    interval = ttest_1samp(given, 0).confidence_interval(0.95)
    found = paired([*given, np.nan])
    assert (found.n, found.mean) == (5, pytest.approx(2))
    assert (found.low, found.high) == (pytest.approx(interval.low), pytest.approx(interval.high))


def test_one_change_has_no_interval():
    assert paired([4.0]) == PairedChange(1, 4)
    assert paired([4.0]).interval == paired([]).interval == "–"


def test_interval_of_a_share_is_the_exact_one():
    for count in range(12):
        exact = binomtest(count, 11).proportion_ci(0.95, method="exact")
        assert share_interval(count, 11) == f"{100 * exact.low:.0f} to {100 * exact.high:.0f} %"
    assert share_interval(11, 11).endswith("to 100 %")
    assert share_interval(0, 11).startswith("0 to")
    assert (share(0, 272), share(1, 272), share(271, 272), share(272, 272)) == (
        "0 %",
        "<1 %",
        ">99 %",
        "100 %",
    )
    assert (share(7, 11), share(0, 0), share_interval(0, 0)) == ("64 %", "–", "–")
