"""Prior MMN treatment: it ends before the trial drug begins."""

import pytest

from tests.builders import enter
from tests.trial.asked import asked


@pytest.mark.parametrize(
    ("last", "asks"),
    [
        ("2024-03-31", False),
        ("2024-04-01", False),
        ("2024-04-02", True),
        ("2024-04", False),
        ("2024-05", True),
        ("2024", False),
    ],
)
def test_treatment_last_given_after_the_first_dose_asks(at, patient, coordinator, last, asks):
    enter(at("W01"), "infusion", coordinator, infused_on="2024-04-01")
    enter(at("W01"), "infusion", coordinator, number=2, infused_on="2024-04-02")
    enter(patient, "prior-treatment", coordinator, last_given_on=last)
    assert bool(asked("PT-001")) is asks


def test_first_dose_entered_later_asks_too(at, patient, coordinator):
    enter(patient, "prior-treatment", coordinator, last_given_on="2024-04-02")
    assert asked("PT-001") == {}
    enter(at("W01"), "infusion", coordinator, infused_on="2024-04-01")
    assert asked("PT-001") == {"last_given_on": "2024-04-02 is after the first trial dose, 2024-04-01."}


def test_treatment_before_the_consent_asks_nothing(at, patient, coordinator):
    enter(at("SCR"), "consent", coordinator, signed_on="2024-03-10")
    enter(patient, "prior-treatment", coordinator, last_given_on="2024-02-11")
    assert asked("DATE-001") == {}
