"""Vital signs around an infusion."""

import pytest

from ecrf.casebook.data import PatientData
from ecrf.checks.registry import CHECKS
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


# IV-001
@pytest.mark.parametrize(("systolic", "refused"), [("79", True), ("80", True), ("81", False)])
def test_systolic_not_above_diastolic_is_refused(read, systolic, refused):
    assert bool(read(1, "before", diastolic="80", systolic=systolic).refused) is refused


@pytest.mark.parametrize(("item", "refused", "fits"), [("spo2", "101", "100"), ("pulse", "-1", "0")])
def test_impossible_sign_is_refused(read, item, refused, fits):
    assert item in read(1, "during", **{item: refused}).refused
    assert read(1, "during", **{item: fits}).is_clean


@pytest.mark.parametrize(
    ("item", "asking", "usual"),
    [
        ("systolic", "69", "70"),
        ("systolic", "221", "220"),
        ("diastolic", "39", "40"),
        ("diastolic", "131", "130"),
        ("pulse", "39", "40"),
        ("pulse", "151", "150"),
        ("temperature", "33.9", "34.0"),
        ("temperature", "41.1", "41.0"),
        ("respiration", "7", "8"),
        ("respiration", "41", "40"),
        ("spo2", "84", "85"),
    ],
)
def test_sign_outside_its_usual_range_asks(read, item, asking, usual):
    read(1, "during", **{item: asking})
    assert list(asked("IV-002")) == [item]
    read(1, "during", **{item: usual})
    assert asked("IV-002") == {}


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


@pytest.mark.parametrize("check_id", ["IV-003", "IV-004"])
def test_question_offers_an_adverse_event_of_that_day_and_infusion(check_id, read, patient):
    row = read(2, "during", systolic="95").row
    data, offer = PatientData(patient).limited_to(CHECKS[check_id].reads), CHECKS[check_id].offer
    assert offer.crf == "adverse-event"
    assert offer.fill(row, data) == {"started_on": DAY, "related_infusion": "W04.1"}


def test_event_offered_answers_the_question_once_it_is_recorded(read, patient, coordinator):
    read(1, "before", systolic="130")
    row = read(2, "during", systolic="95").row
    known = CHECKS["IV-003"].offer.fill(row, PatientData(patient))
    assert enter(patient, "adverse-event", coordinator, **known).is_clean
    assert asked("IV-003") == {}
