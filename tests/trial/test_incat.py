"""INCAT disability: the total, and how far it moved."""

import pytest

from ecrf.forms.protocol import protocol
from tests.builders import enter
from tests.trial.asked import asked
from trial.outcomes import incat_total


@pytest.mark.parametrize(
    ("arm", "leg", "total"), [(0, 0, 0), (5, 5, 10), (2, 1, 3), (None, 1, None), (2, None, None)]
)
def test_total_needs_both_grades(arm, leg, total):
    assert incat_total(arm, leg) == total


def test_total_appears_with_the_second_grade_and_goes_with_it(at, coordinator):
    assert enter(at("W01"), "incat", coordinator, arm="2").row.total is None
    assert enter(at("W01"), "incat", coordinator, leg="0").row.total == 2
    assert enter(at("W01"), "incat", coordinator, arm=None).row.total is None


@pytest.mark.parametrize("grade", ["-1", "6", "2.5"])
@pytest.mark.parametrize("item", ["arm", "leg"])
def test_grade_that_is_not_0_to_5_is_refused(at, coordinator, item, grade):
    assert enter(at("W01"), "incat", coordinator, **{item: grade}).refused


@pytest.mark.parametrize(
    ("arm", "leg", "asks"),
    [("0", "1", True), ("0", "2", False), ("4", "2", False), ("5", "2", True), ("5", "5", True)],
)
def test_total_moved_by_three_asks(at, coordinator, arm, leg, asks):
    enter(at("W01"), "incat", coordinator, arm="2", leg="2")
    enter(at("W04"), "incat", coordinator, arm=arm, leg=leg)
    assert bool(asked("INCAT-001")) is asks


def test_total_is_compared_with_the_last_visit_that_has_one(at, coordinator):
    enter(at("W01"), "incat", coordinator, arm="1", leg="1")
    enter(at("W04"), "incat", coordinator, arm="1")
    enter(at("W07"), "incat", coordinator, arm="3", leg="2")
    assert asked("INCAT-001") == {"total": "The INCAT total rose from 2 to 5 since Week 1 (baseline)."}


def test_correction_of_the_earlier_total_withdraws_the_question(at, coordinator):
    enter(at("W01"), "incat", coordinator, arm="5", leg="1")
    enter(at("W04"), "incat", coordinator, arm="2", leg="1")
    assert asked("INCAT-001") == {"total": "The INCAT total fell from 6 to 3 since Week 1 (baseline)."}
    enter(at("W01"), "incat", coordinator, arm="4", reason="Typed wrongly")
    assert asked("INCAT-001") == {}


def test_incat_is_planned_at_every_visit_of_the_schedule():
    assert all("incat" in plan.forms for plan in protocol().visits if not plan.repeats)
