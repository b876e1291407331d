"""Adverse event: dates, outcome, and what other forms say."""

import pytest

from ecrf.casebook.record.values import Missing
from ecrf.forms.registry import CRFS
from tests.builders import enter
from tests.trial.asked import asked


# AE-001
@pytest.mark.parametrize(
    ("start", "end", "refused"),
    [
        ("2024-05-02", "2024-05-01", True),
        ("2024-05-02", "2024-05-02", False),
        ("2024-05-02", "2024-05", False),
        ("2024-05", "2024", False),
        ("2024-05-02", "2024-04", True),
        ("2024", "2023", True),
    ],
)
def test_end_surely_before_start_is_refused(patient, coordinator, start, end, refused):
    enter(patient, "adverse-event", coordinator, started_on=start)
    assert bool(enter(patient, "adverse-event", coordinator, ended_on=end).refused) is refused


@pytest.mark.parametrize(
    ("day", "time", "refused"),
    [("2024-05-02", "09:59", True), ("2024-05-02", "10:00", False), ("2024-05", "09:59", False)],
)
def test_end_before_start_on_one_known_day_is_refused(patient, coordinator, day, time, refused):
    enter(patient, "adverse-event", coordinator, started_on=day, ended_on=day, started_at="10:00")
    assert bool(enter(patient, "adverse-event", coordinator, ended_at=time).refused) is refused


@pytest.mark.parametrize(
    ("began", "asks"), [("2024-03-09", True), ("2024-03-10", False), ("2024-03-11", False), ("2024", False)]
)
def test_event_before_consent_asks_once(at, patient, coordinator, began, asks):
    enter(at("SCR"), "consent", coordinator, signed_on="2024-03-10")
    enter(patient, "adverse-event", coordinator, started_on=began)
    assert bool(asked("AE-004")) is asks
    assert asked("DATE-001") == {}


def test_ongoing_with_an_end_asks(patient, coordinator):
    enter(patient, "adverse-event", coordinator, ongoing="no", ended_on="2024-05-02")
    assert asked("AE-002") == {}
    enter(patient, "adverse-event", coordinator, ongoing="yes")
    assert asked("AE-002") == {"ongoing": "The event is ongoing, but it ended on 2024-05-02."}


@pytest.mark.parametrize(
    ("outcome", "asks"),
    [
        ("RECOVERED/RESOLVED", True),
        ("RECOVERED/RESOLVED WITH SEQUELAE", True),
        ("RECOVERING/RESOLVING", False),
        ("UNKNOWN", False),
    ],
)
def test_resolved_without_an_end_asks(patient, coordinator, outcome, asks):
    enter(patient, "adverse-event", coordinator, outcome=outcome)
    assert bool(asked("AE-003")) is asks


@pytest.mark.parametrize("end", ["2024-05", Missing("unknown")])
def test_resolved_with_an_end_or_a_reason_asks_nothing(patient, coordinator, end):
    enter(patient, "adverse-event", coordinator, outcome="RECOVERED/RESOLVED", ended_on=end)
    assert asked("AE-003") == {}


def test_fatal_asks_until_the_end_of_study_is_death(patient, coordinator, end_study):
    enter(patient, "adverse-event", coordinator, outcome="FATAL")
    assert asked("AE-005") == {"outcome": "The outcome is fatal; the end of study is not recorded."}
    end_study(reason="ADVERSE EVENT")
    assert asked("AE-005") == {"outcome": "The outcome is fatal; the end of study is adverse event."}
    end_study(reason="DEATH")
    assert asked("AE-005") == {}


def test_drug_withdrawn_asks_until_there_is_an_end_of_study(patient, coordinator, end_study):
    enter(patient, "adverse-event", coordinator, action="DRUG WITHDRAWN")
    assert list(asked("AE-006")) == ["action"]
    end_study(reason="ADVERSE EVENT")
    assert asked("AE-006") == {}


def test_severity_and_seriousness_are_two_questions():
    assert {"severity", "serious"} <= set(CRFS["adverse-event"].entered)
