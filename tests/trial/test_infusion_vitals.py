"""Vital signs around an infusion."""

import pytest

from tests.builders import enter
from tests.trial.asked import asked

DAY = "2024-04-22"


@pytest.fixture
def read(at, coordinator):
    """Enter a reading of the W04 infusion."""
    visit = at("W04")
    enter(visit, "infusion", coordinator, infused_on=DAY)

    def reading(number: int, time_point: str, **signs: str):
        return enter(
            visit, "infusion-vitals", coordinator, parent=1, number=number, time_point=time_point, **signs
        )

    return reading


@pytest.mark.parametrize(("systolic", "refused"), [("80", True), ("81", False)])
def test_systolic_not_above_diastolic_is_refused(read, systolic, refused):
    assert bool(read(1, "before", diastolic="80", systolic=systolic).refused) is refused


def test_sign_outside_its_usual_range_asks(read):
    read(1, "during", pulse="151")
    assert asked("IV-002") == {"pulse": "Pulse is 151 /min; 40 to 150 is usual."}


@pytest.mark.parametrize(("systolic", "asks"), [("101", False), ("100", True), ("99", True)])
def test_systolic_fall_of_30_asks(read, systolic, asks):
    read(1, "before", systolic="130")
    read(2, "during", systolic=systolic)
    assert bool(asked("IV-003")) is asks


@pytest.mark.parametrize(("temperature", "asks"), [("37.4", False), ("37.5", True), ("37.6", True)])
def test_temperature_rise_of_1_degree_asks(read, temperature, asks):
    read(1, "before", temperature="36.5")
    read(2, "after", temperature=temperature)
    assert bool(asked("IV-004")) is asks


@pytest.mark.parametrize(
    ("began", "asks"), [(DAY, False), ("2024-04", False), ("2024-04-21", True), ("2024-03", True)]
)
def test_adverse_event_that_may_have_begun_that_day_answers(read, patient, coordinator, began, asks):
    read(1, "before", systolic="130")
    read(2, "during", systolic="95")
    text = "Systolic fell from 130 to 95 mmHg, and no adverse event began that day."
    assert asked("IV-003") == {"systolic": text}
    enter(patient, "adverse-event", coordinator, started_on=began)
    assert bool(asked("IV-003")) is asks


def test_reading_before_another_infusion_is_not_compared(read, at, coordinator):
    read(1, "before", systolic="130")
    enter(at("W07"), "infusion", coordinator, infused_on="2024-05-13")
    enter(at("W07"), "infusion-vitals", coordinator, parent=1, time_point="during", systolic="95")
    assert asked("IV-003") == {}


def test_earlier_reading_corrected_asks_about_the_later_one(read):
    read(1, "before", systolic="110")
    read(2, "during", systolic="95")
    read(1, "before", systolic="130")
    assert list(asked("IV-003")) == ["systolic"]
