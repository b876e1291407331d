"""Grip strength: best, mean, and what is unlikely."""

from decimal import Decimal

import pytest

from ecrf.casebook.record.values import Missing
from tests.builders import enter
from tests.trial.asked import asked


def test_best_and_mean_are_calculated_for_each_hand(at, coordinator):
    row = enter(
        at("W01"), "grip-strength", coordinator, right_1="30", right_2="31", right_3="31", left_1="0"
    ).row
    assert (row.right_best, row.right_mean) == (Decimal("31.0"), Decimal("30.7"))
    assert (row.left_best, row.left_mean) == (0, 0)


@pytest.mark.parametrize(
    ("value", "asks"), [("159.9", False), ("160", False), ("160.1", True), ("200", True)]
)
def test_trial_above_160_asks(at, coordinator, value, asks):
    enter(at("W01"), "grip-strength", coordinator, right_1=value)
    assert bool(asked("GRIP-001")) is asks


@pytest.mark.parametrize(
    ("lowest", "highest", "asks"),
    [("40", "50", False), ("39.9", "50", True), ("5", "10", False), ("4.9", "10", True)],
)
def test_trials_far_apart_ask(at, coordinator, lowest, highest, asks):
    enter(at("W01"), "grip-strength", coordinator, left_1=highest, left_2=lowest, left_3=highest)
    assert bool(asked("GRIP-002")) is asks


@pytest.mark.parametrize(
    ("value", "asks"), [("10.1", False), ("10.0", True), ("69.9", False), ("70.0", True)]
)
def test_best_moved_by_30_asks(at, coordinator, value, asks):
    enter(at("W01"), "grip-strength", coordinator, right_1="40")
    enter(at("W04"), "grip-strength", coordinator, right_1=value)
    assert bool(asked("GRIP-003")) is asks


@pytest.mark.parametrize(
    ("value", "refused"), [("-0.1", True), ("0", False), ("200", False), ("200.1", True)]
)
def test_trial_below_0_or_above_200_is_refused(at, coordinator, value, refused):
    assert bool(enter(at("W01"), "grip-strength", coordinator, left_2=value).refused) is refused


def test_trials_are_compared_only_when_all_three_are_there(at, coordinator):
    enter(at("W01"), "grip-strength", coordinator, left_1="50", left_2="10")
    assert asked("GRIP-002") == {}


def test_best_is_compared_with_the_last_visit_that_has_one(at, coordinator):
    enter(at("W01"), "grip-strength", coordinator, right_1="40", left_1="40")
    enter(at("W04"), "grip-strength", coordinator, left_1="60")
    enter(at("W07"), "grip-strength", coordinator, right_1="80", left_1="80")
    assert asked("GRIP-003") == {"right_best": "Grip rose from 40.0 to 80.0 kPa since Week 1 (baseline)."}


WEEK_4 = {
    "missed": ("visit", {"occurrence": "missed", "missed_reason": "Snow"}),
    "not measured": ("grip-strength", {f"right_{n}": Missing("not-done") for n in (1, 2, 3)}),
    "the other hand alone": ("grip-strength", {"left_1": "75.0"}),
}


@pytest.mark.parametrize("week_4", WEEK_4)
def test_best_is_compared_over_a_visit_without_one(at, coordinator, week_4):
    form, values = WEEK_4[week_4]
    enter(at("W01"), "grip-strength", coordinator, right_1="40.0")
    enter(at("W04"), form, coordinator, **values)
    enter(at("W07"), "grip-strength", coordinator, right_1="80.0")
    text = "Grip rose from 40.0 to 80.0 kPa since Week 1 (baseline)."
    assert asked("GRIP-003") == {"right_best": text}
