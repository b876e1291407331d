"""MRC strength: the sum, and what moved."""

import pytest

from ecrf.casebook.record.values import Missing
from ecrf.forms.registry import CRFS
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


@pytest.mark.parametrize("grade", ["0", "5"])
def test_lowest_and_highest_grade_are_saved(at, coordinator, grade):
    assert enter(at("W01"), "mrc-strength", coordinator, right_hip_flexion=grade).is_clean


@pytest.mark.parametrize(
    ("grade", "asks"), [("0", True), ("1", True), ("2", False), ("4", False), ("5", True)]
)
def test_grade_moved_by_two_asks(at, coordinator, grade, asks):
    enter(at("W01"), "mrc-strength", coordinator, right_hip_flexion="3")
    enter(at("W04"), "mrc-strength", coordinator, right_hip_flexion=grade)
    assert bool(asked("MRC-001")) is asks


def test_grade_is_compared_with_the_last_visit_that_has_it(at, coordinator):
    enter(at("W01"), "mrc-strength", coordinator, right_hip_flexion="4", left_hip_flexion="4")
    enter(at("W04"), "mrc-strength", coordinator, right_hip_flexion=Missing("not-done"), left_hip_flexion="3")
    enter(at("W07"), "mrc-strength", coordinator, right_hip_flexion="2", left_hip_flexion="2")
    assert asked("MRC-001") == {
        "right_hip_flexion": "Hip flexion, right, fell from 4 to 2 since Week 1 (baseline)."
    }


@pytest.mark.parametrize("grade", ["3", "5"])
@pytest.mark.parametrize(("moved", "asks"), [(7, False), (8, True), (9, True)])
def test_sum_moved_by_eight_asks(at, coordinator, grade, moved, asks):
    enter(at("W01"), "mrc-strength", coordinator, **FOURS)
    others = dict.fromkeys(list(FOURS)[:moved], grade)
    enter(at("W04"), "mrc-strength", coordinator, **{**FOURS, **others})
    assert bool(asked("MRC-002")) is asks


def test_sum_is_compared_with_the_last_visit_that_has_one(at, coordinator):
    enter(at("W01"), "mrc-strength", coordinator, **FOURS)
    enter(at("W04"), "mrc-strength", coordinator, right_hip_flexion="4")
    enter(at("W07"), "mrc-strength", coordinator, **{**FOURS, **dict.fromkeys(list(FOURS)[:8], "3")})
    assert asked("MRC-002") == {"sum_score": "The sum fell from 80 to 72 since Week 1 (baseline)."}


@pytest.mark.parametrize(
    ("code", "is_asked"), [("SCR", False), ("W01", True), ("W49", True), ("W52", False), ("UNS-1", True)]
)
def test_whether_an_infusion_follows_is_asked_where_one_belongs_to_the_visit(code, is_asked):
    assert CRFS["mrc-strength"].asked(None, "before_dose", code) is is_asked
    is_planned = is_asked and not code.startswith("UNS")
    assert ("before_dose" in CRFS["mrc-strength"].missing(None, code)) is is_planned


@pytest.mark.parametrize(("answer", "asks"), [("no", True), ("yes", False)])
def test_assessment_after_the_infusion_began_asks(at, coordinator, answer, asks):
    enter(at("W04"), "mrc-strength", coordinator, before_dose=answer)
    assert bool(asked("MRC-003")) is asks


@pytest.mark.parametrize(("time", "asks"), [("08:59", False), ("09:00", False), ("09:01", True)])
def test_time_after_the_start_of_that_days_infusion_asks(at, coordinator, time, asks):
    enter(at("W04"), "visit", coordinator, visited_on="2024-04-22")
    enter(at("W04"), "infusion", coordinator, infused_on="2024-04-22", started_at="09:00")
    enter(at("W04"), "infusion", coordinator, number=2, infused_on="2024-04-23", started_at="08:00")
    enter(at("W04"), "mrc-strength", coordinator, assessed_at=time, before_dose="yes")
    assert bool(asked("MRC-005")) is asks


def test_time_after_an_infusion_is_asked_once_where_it_is_said(at, coordinator):
    enter(at("W04"), "visit", coordinator, visited_on="2024-04-22")
    enter(at("W04"), "infusion", coordinator, infused_on="2024-04-22", started_at="09:00")
    enter(at("W04"), "mrc-strength", coordinator, assessed_at="13:00", before_dose="no")
    assert list(asked("MRC-003")) == ["before_dose"]
    assert asked("MRC-005") == {}


def test_assessor_is_compared_with_the_baselines_not_the_screenings(at, coordinator):
    enter(at("SCR"), "mrc-strength", coordinator, assessor="C3")
    enter(at("W01"), "mrc-strength", coordinator, assessor="A1")
    enter(at("W04"), "mrc-strength", coordinator, assessor="A1")
    assert asked("MRC-004") == {"assessor": "C3 assessed; at Week 1 (baseline) it was A1."}


def test_another_assessor_than_at_first_asks(at, coordinator):
    enter(at("W01"), "mrc-strength", coordinator, assessor="A1")
    enter(at("W04"), "mrc-strength", coordinator, assessor="B2")
    assert asked("MRC-004") == {"assessor": "B2 assessed; at Week 1 (baseline) it was A1."}


WEEK_4 = {
    "missed": ("visit", {"occurrence": "missed", "missed_reason": "Snow"}),
    "not graded": ("mrc-strength", dict.fromkeys(FOURS, Missing("not-done"))),
    "half graded": ("mrc-strength", {"left_knee_flexion": "4"}),
}


@pytest.mark.parametrize("week_4", WEEK_4)
def test_grades_and_sum_are_compared_over_a_visit_without_them(at, coordinator, week_4):
    form, values = WEEK_4[week_4]
    enter(at("W01"), "mrc-strength", coordinator, **FOURS)
    enter(at("W04"), form, coordinator, **values)
    fallen = dict.fromkeys(["right_hip_flexion", "left_hip_flexion", "right_wrist_extension"], "1")
    enter(at("W07"), "mrc-strength", coordinator, **{**FOURS, **fallen})
    assert set(asked("MRC-001")) == set(fallen)
    assert asked("MRC-001")["left_hip_flexion"].endswith("left, fell from 4 to 1 since Week 1 (baseline).")
    assert asked("MRC-002") == {"sum_score": "The sum fell from 80 to 71 since Week 1 (baseline)."}
