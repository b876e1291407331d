"""Medical history: dates that may be partial, and what is rather an adverse event."""

import pytest

from tests.builders import enter
from tests.trial.asked import asked


# MH-001
@pytest.mark.parametrize(
    ("start", "end", "refused"),
    [
        ("2010-05-02", "2010-05-01", True),
        ("2010-05-02", "2010-05-02", False),
        ("2010-05-02", "2010-05-03", False),
        ("2010-05-02", "2010-05", False),
        ("2010-05", "2010", False),
        ("2010-05-02", "2010-04", True),
        ("2010", "2009", True),
    ],
)
def test_end_surely_before_start_is_refused(patient, coordinator, start, end, refused):
    enter(patient, "medical-history", coordinator, started_on=start, ongoing="no")
    assert bool(enter(patient, "medical-history", coordinator, ended_on=end).refused) is refused


@pytest.mark.parametrize(
    ("began", "asks"),
    [
        ("2024-03-09", False),
        ("2024-03-10", False),
        ("2024-03-11", True),
        ("2024-03", False),
        ("2024-04", True),
        ("2024", False),
        ("1998", False),
    ],
)
def test_condition_that_began_after_the_consent_asks(at, patient, coordinator, began, asks):
    enter(at("SCR"), "consent", coordinator, signed_on="2024-03-10")
    enter(patient, "medical-history", coordinator, started_on=began)
    assert bool(asked("MH-002")) is asks
    assert asked("DATE-001") == {}


def test_consent_entered_later_asks_too(at, patient, coordinator):
    enter(patient, "medical-history", coordinator, started_on="2024-03-11")
    enter(at("SCR"), "consent", coordinator, signed_on="2024-03-10")
    assert asked("MH-002") == {
        "started_on": "It began on 2024-03-11, after the consent, 2024-03-10: then it is an adverse event."
    }


def test_ongoing_with_an_end_asks(patient, coordinator):
    enter(patient, "medical-history", coordinator, ongoing="no", ended_on="2010")
    assert asked("MH-003") == {}
    enter(patient, "medical-history", coordinator, ongoing="yes")
    assert asked("MH-003") == {"ongoing": "The condition is ongoing, but it ended on 2010."}
