"""MRC strength: the sum, and what moved."""

import pytest

from tests.builders import enter
from tests.trial.asked import asked
from trial.crfs.mrc_strength import MUSCLES
from trial.outcomes import mrc_items

FOURS = dict.fromkeys(mrc_items(MUSCLES), "4")


def test_sum_appears_with_the_twentieth_grade(at, coordinator):
    first = {name: grade for name, grade in FOURS.items() if name != "left_hip_flexion"}
    row = enter(at("W01"), "mrc-strength", coordinator, **first).row
    assert (row.sum_score, row.graded) == (None, 19)
    row = enter(at("W01"), "mrc-strength", coordinator, left_hip_flexion="0").row
    assert (row.sum_score, row.graded) == (76, 20)


@pytest.mark.parametrize("grade", ["-1", "6", "4.5", "4+"])
def test_grade_that_is_not_0_to_5_is_refused(at, coordinator, grade):
    assert enter(at("W01"), "mrc-strength", coordinator, right_hip_flexion=grade).refused


@pytest.mark.parametrize(("grade", "asks"), [("3", False), ("2", True), ("5", False)])
def test_grade_moved_by_two_asks(at, coordinator, grade, asks):
    enter(at("W01"), "mrc-strength", coordinator, right_hip_flexion="4")
    enter(at("W04"), "mrc-strength", coordinator, right_hip_flexion=grade)
    assert bool(asked("MRC-001")) is asks


@pytest.mark.parametrize(("lowered", "asks"), [(7, False), (8, True)])
def test_sum_moved_by_eight_asks(at, coordinator, lowered, asks):
    enter(at("W01"), "mrc-strength", coordinator, **FOURS)
    weaker = dict.fromkeys(list(FOURS)[:lowered], "3")
    enter(at("W04"), "mrc-strength", coordinator, **{**FOURS, **weaker})
    assert bool(asked("MRC-002")) is asks


def test_another_assessor_than_at_first_asks(at, coordinator):
    enter(at("W01"), "mrc-strength", coordinator, assessor="A1")
    enter(at("W04"), "mrc-strength", coordinator, assessor="B2")
    assert asked("MRC-004") == {"assessor": "B2 assessed; at W01 it was A1."}
