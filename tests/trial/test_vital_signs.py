"""Vital signs and weight: what is refused and what is asked."""

import pytest
from django.db import connection

from ecrf.audit.actor import SYSTEM, acting
from tests.builders import enter
from tests.trial.asked import asked
from trial.crfs.vital_signs import VitalSigns


@pytest.mark.parametrize(
    ("item", "refused", "fits"),
    [
        ("weight_kg", "0", "0.1"),
        ("weight_kg", "300.1", "300"),
        ("spo2", "101", "100"),
        ("pulse", "-1", "0"),
        ("temperature", "365", "50"),
        ("temperature", "3.6", "10"),
        ("systolic", "500", "400"),
        ("pulse", "720", "500"),
        ("respiration", "201", "200"),
    ],
)
def test_impossible_sign_is_refused(at, coordinator, item, refused, fits):
    assert item in enter(at("W04"), "vital-signs", coordinator, **{item: refused}).refused
    assert enter(at("W04"), "vital-signs", coordinator, **{item: fits}).is_clean


def test_value_from_before_its_limit_is_named_where_it_keeps_others_from_being_saved(at, coordinator):
    """PostgreSQL looks at all of a row that is written: who corrects the pulse must know that it is the temperature."""
    enter(at("W04"), "vital-signs", coordinator, temperature="36.5", pulse="70")
    limit = "trial_vitalsigns_temperature_limits"
    with connection.cursor() as cursor, acting(SYSTEM, patient_id=at("W04").patient_id, source="test"):
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"ALTER TABLE trial_vitalsigns DROP CONSTRAINT {limit}")
        VitalSigns.objects.update(temperature=365)
        cursor.execute(
            f"ALTER TABLE trial_vitalsigns ADD CONSTRAINT {limit} CHECK (temperature BETWEEN 10 AND 50) NOT VALID"
        )
    refused = enter(at("W04"), "vital-signs", coordinator, pulse="72").refused
    assert refused == {"pulse": "Not saved: Temperature, 365.0 °C, cannot be right. Correct that first."}
    assert enter(at("W04"), "vital-signs", coordinator, temperature="36.5", pulse="72").is_clean


# VS-001
@pytest.mark.parametrize(("systolic", "refused"), [("79", True), ("80", True), ("81", False)])
def test_systolic_not_above_diastolic_is_refused(at, coordinator, systolic, refused):
    result = enter(at("W04"), "vital-signs", coordinator, diastolic="80")
    result = enter(at("W04"), "vital-signs", coordinator, systolic=systolic)
    assert bool(result.refused) is refused
    assert result.row.diastolic == 80


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
def test_sign_outside_its_usual_range_asks(at, coordinator, item, asking, usual):
    enter(at("W04"), "vital-signs", coordinator, **{item: asking})
    assert list(asked("VS-002")) == [item]
    enter(at("W04"), "vital-signs", coordinator, **{item: usual})
    assert asked("VS-002") == {}


def test_question_names_value_and_usual_range(at, coordinator):
    enter(at("W04"), "vital-signs", coordinator, pulse="160", spo2="80")
    assert asked("VS-002") == {
        "pulse": "Pulse is 160 /min; 40 to 150 is usual.",
        "spo2": "SpO₂ is 80 %; 85 or more is usual.",
    }


@pytest.mark.parametrize(("weight", "asks"), [("29.9", True), ("30", False), ("150", False), ("150.1", True)])
def test_weight_outside_30_to_150_asks(at, coordinator, weight, asks):
    enter(at("W04"), "vital-signs", coordinator, weight_kg=weight)
    assert bool(asked("VS-003")) is asks


@pytest.mark.parametrize(
    ("weight", "asks"), [("53.9", True), ("54.0", False), ("60", False), ("66.0", False), ("66.1", True)]
)
def test_weight_changed_by_more_than_a_tenth_asks(at, coordinator, weight, asks):
    enter(at("SCR"), "vital-signs", coordinator, weight_kg="60.0")
    enter(at("W01"), "vital-signs", coordinator, pulse="70")
    enter(at("W04"), "vital-signs", coordinator, weight_kg=weight)
    assert bool(asked("VS-004")) is asks


def test_corrected_earlier_weight_clears_the_question(at, coordinator):
    enter(at("SCR"), "vital-signs", coordinator, weight_kg="80.0")
    enter(at("W04"), "vital-signs", coordinator, weight_kg="60.0")
    assert asked("VS-004") == {"weight_kg": "Weight fell from 80.0 to 60.0 kg since Screening."}
    enter(at("SCR"), "vital-signs", coordinator, weight_kg="61.0")
    assert asked("VS-004") == {}
