"""Nerve conduction: what the numbers fit, and the investigator's call beside it."""

from decimal import Decimal

import pytest

from ecrf.forms.protocol import protocol
from tests.builders import enter
from tests.trial.asked import asked
from trial.crfs.nerve_conduction import NerveSegment
from trial.outcomes import Block, area_reduction_percent, duration_increase_percent

DEFINITE = {
    "nerve": "ULNAR NERVE",
    "side": "RIGHT",
    "segment": "wrist-elbow",
    "distal_area": "100",
    "proximal_area": "40",
    "distal_duration_ms": "10",
    "proximal_duration_ms": "11",
    "distal_amplitude_mv": "8",
    "lower_limit_mv": "6",
}
"""A right ulnar forearm with 60 % less area, 10 % more duration and a normal distal amplitude."""


def fits(**changed: str | None) -> Block | None:
    """What the form says of its numbers."""
    texts = {**DEFINITE, **changed}
    words = {name: texts.pop(name) for name in ("nerve", "side", "segment")}
    row = NerveSegment(**words, **{name: text and Decimal(text) for name, text in texts.items()})
    row.calculate(None)
    return row.fits()


def test_numbers_of_a_definite_block_fit_it():
    assert fits() == Block.DEFINITE


# --- the derived percentages ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("distal", "proximal", "percent"),
    [
        ("100", "50", "50.0"),
        ("30", "20", "33.3"),
        ("8", "7.99", "0.1"),  # 0.125
        ("20", "20.03", "-0.2"),  # -0.15: a half goes away from zero
        ("10", "15", "-50.0"),
        ("10", "0", "100.0"),
        ("0", "5", None),
        ("0", "0", None),
        (None, "5", None),
        ("5", None, None),
    ],
)
def test_area_reduction_is_the_loss_in_percent_of_the_distal_area(distal, proximal, percent):
    found = area_reduction_percent(distal and Decimal(distal), proximal and Decimal(proximal))
    assert found == (percent and Decimal(percent))


@pytest.mark.parametrize(
    ("distal", "proximal", "percent"),
    [("10", "13", "30.0"), ("6", "8", "33.3"), ("10", "9", "-10.0"), ("0", "5", None), (None, "5", None)],
)
def test_duration_increase_is_the_gain_in_percent_of_the_distal_duration(distal, proximal, percent):
    found = duration_increase_percent(distal and Decimal(distal), proximal and Decimal(proximal))
    assert found == (percent and Decimal(percent))


# --- the criteria, at their edges -----------------------------------------------------------------

SHORT, LONG = "across-elbow", "wrist-elbow"


@pytest.mark.parametrize(
    ("proximal", "short", "long"),
    [
        ("49.9", Block.DEFINITE, Block.DEFINITE),
        ("50.0", Block.DEFINITE, Block.DEFINITE),
        ("50.1", Block.NONE, Block.PROBABLE),
        ("69.9", Block.NONE, Block.PROBABLE),
        ("70.0", Block.NONE, Block.PROBABLE),
        ("70.1", Block.NONE, Block.NONE),
        ("130", Block.NONE, Block.NONE),  # larger at the proximal site
    ],
)
def test_area_reduction_at_50_and_at_30_percent(proximal, short, long):
    assert fits(proximal_area=proximal, segment=SHORT) == short
    assert fits(proximal_area=proximal, segment=LONG) == long


@pytest.mark.parametrize(
    ("proximal", "large", "smaller"),
    [
        ("129.9", Block.DEFINITE, Block.PROBABLE),
        ("130.0", Block.DEFINITE, Block.PROBABLE),
        ("130.1", Block.PROBABLE, Block.NONE),
    ],
)
def test_duration_increase_at_30_percent(proximal, large, smaller):
    times = {"distal_duration_ms": "100", "proximal_duration_ms": proximal}
    assert fits(**times) == large
    assert fits(**times, proximal_area="60") == smaller


@pytest.mark.parametrize(
    ("amplitude", "limit", "short", "long"),
    [
        ("2.01", "10", Block.DEFINITE, Block.DEFINITE),
        ("2.00", "10", Block.NONE, Block.PROBABLE),  # must be above 20 % of the lower limit
        ("1.99", "10", Block.NONE, Block.PROBABLE),
        ("1.01", "2", Block.DEFINITE, Block.DEFINITE),
        ("1.00", "2", Block.NONE, Block.PROBABLE),  # must be above 1 mV
        ("0.99", "2", Block.NONE, Block.PROBABLE),
        ("1.00", None, Block.NONE, Block.PROBABLE),  # too small, whatever the limit
    ],
)
def test_distal_amplitude_at_its_two_limits(amplitude, limit, short, long):
    values = {"distal_amplitude_mv": amplitude, "lower_limit_mv": limit}
    assert fits(**values, segment=SHORT) == short
    assert fits(**values, segment=LONG) == long


@pytest.mark.parametrize(
    ("segment", "probable"),
    [
        ("wrist-elbow", True),
        ("elbow-axilla", True),
        ("across-elbow", False),
        ("axilla-erb", False),
        ("ankle-knee", False),
        ("across-fibular-head", False),
    ],
)
def test_smaller_loss_counts_over_the_long_arm_segments_only(segment, probable):
    assert fits(segment=segment, proximal_area="60") == (Block.PROBABLE if probable else Block.NONE)


@pytest.mark.parametrize(
    "unknown",
    [
        {"distal_area": None},
        {"distal_area": "0"},
        {"proximal_area": None},
        {"proximal_duration_ms": None},
        {"distal_duration_ms": "0"},
        {"distal_amplitude_mv": None},
        {"lower_limit_mv": None},
        {"segment": None, "proximal_area": "60"},
        {"segment": None, "distal_amplitude_mv": "0.5"},
    ],
)
def test_numbers_do_not_decide_where_what_is_missing_could_change_the_answer(unknown):
    assert fits(**unknown) is None


@pytest.mark.parametrize(
    ("known", "answer"),
    [
        ({"proximal_area": "80", "proximal_duration_ms": None, "segment": None}, Block.NONE),
        ({"proximal_area": "60", "proximal_duration_ms": None, "segment": SHORT}, Block.NONE),
        ({"proximal_area": "60", "proximal_duration_ms": "14", "segment": None}, Block.NONE),
        ({"proximal_duration_ms": "14", "distal_amplitude_mv": None, "segment": None}, Block.PROBABLE),
    ],
)
def test_numbers_decide_where_what_is_missing_changes_nothing(known, answer):
    assert fits(**known) == answer


# --- on the form ----------------------------------------------------------------------------------


@pytest.fixture
def study(at, coordinator):
    """Enter values into one segment of the study at week 1."""
    enter(at("W01"), "nerve-conduction", coordinator, tested_on="2024-04-01")

    def segment(number=1, **values):
        return enter(at("W01"), "nerve-segment", coordinator, number=number, parent=1, **values)

    return segment


def test_percentages_are_calculated_and_the_call_is_not(study):
    row = study(**DEFINITE).row
    assert (row.area_reduction_percent, row.duration_increase_percent) == (Decimal("60.0"), Decimal("10.0"))
    assert row.block is None
    assert asked("NC-001") == {}


def test_percentage_of_the_widest_values_can_be_stored(study):
    values = {"distal_area": "0.01", "proximal_area": "1000"}
    times = {"distal_duration_ms": "0.1", "proximal_duration_ms": "1000"}
    row = study(**values, **times).row
    assert row.area_reduction_percent == Decimal("-9999900.0")
    assert row.duration_increase_percent == Decimal("999900.0")


@pytest.mark.parametrize(
    ("block", "words"),
    [
        ("definite", None),
        ("not-assessable", None),
        ("probable", "The numbers fit definite conduction block; recorded is probable."),
        ("none", "The numbers fit definite conduction block; recorded is none."),
    ],
)
def test_call_that_the_numbers_do_not_fit_asks(study, block, words):
    study(**DEFINITE, block=block)
    assert asked("NC-001") == ({"block": words} if words else {})


def test_call_of_a_block_that_the_numbers_do_not_show_asks_until_they_are_corrected(study):
    study(**{**DEFINITE, "proximal_area": "90"}, block="definite")
    assert asked("NC-001") == {"block": "The numbers fit no conduction block; recorded is definite."}
    study(proximal_area="40", reason="Typed wrongly")
    assert asked("NC-001") == {}


def test_call_without_the_numbers_asks_nothing(study):
    study(nerve="ULNAR NERVE", side="RIGHT", segment="wrist-elbow", block="definite")
    assert asked("NC-001") == {}


def test_same_segment_twice_asks_in_the_later_row(study):
    study(1, nerve="ULNAR NERVE", side="RIGHT", segment="wrist-elbow")
    study(2, nerve="ULNAR NERVE", side="RIGHT", segment="wrist-elbow")
    assert asked("NC-002") == {"segment": "Row 1 has the same nerve, side and segment."}
    study(1, side="LEFT", reason="Typed wrongly")
    assert asked("NC-002") == {}


@pytest.mark.parametrize("other", [{"nerve": "MEDIAN NERVE"}, {"segment": "across-elbow"}, {"side": "LEFT"}])
def test_another_segment_asks_nothing(study, other):
    study(1, nerve="ULNAR NERVE", side="RIGHT", segment="wrist-elbow")
    study(2, **{"nerve": "ULNAR NERVE", "side": "RIGHT", "segment": "wrist-elbow", **other})
    assert asked("NC-002") == {}


def test_same_segment_at_another_visit_asks_nothing(study, at, coordinator):
    study(1, nerve="ULNAR NERVE", side="RIGHT", segment="wrist-elbow")
    names = {"nerve": "ULNAR NERVE", "side": "RIGHT", "segment": "wrist-elbow"}
    enter(at("W04"), "nerve-conduction", coordinator, tested_on="2024-04-22")
    enter(at("W04"), "nerve-segment", coordinator, number=2, parent=1, **names)
    assert asked("NC-002") == {}


@pytest.mark.parametrize(
    ("nerve", "segment", "asks"),
    [
        ("TIBIAL NERVE", "wrist-elbow", True),
        ("MEDIAN NERVE", "ankle-knee", True),
        ("PERONEAL NERVE", "across-fibular-head", False),
        ("RADIAL NERVE", "elbow-axilla", False),
    ],
)
def test_segment_of_another_limb_asks(study, nerve, segment, asks):
    study(nerve=nerve, segment=segment)
    assert bool(asked("NC-003")) is asks


@pytest.mark.parametrize(
    ("item", "value"),
    [("distal_amplitude_mv", "-0.01"), ("distal_amplitude_mv", "100.01"), ("skin_c", "50.1")],
)
def test_value_beyond_what_a_nerve_can_give_is_refused(study, item, value):
    assert study(**{item: value}).refused


def test_nerves_are_tested_at_the_visits_of_the_protocols_table():
    planned = [plan.code for plan in protocol().visits if "nerve-conduction" in plan.forms]
    assert planned == ["SCR", "W01", "W04", "W28", "W52", "ET"]
