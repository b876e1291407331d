"""Informed consent, and what must not come before it."""

import pytest

from tests.builders import enter
from tests.trial.asked import asked


@pytest.mark.requirement("R-095")
@pytest.mark.requirement("R-157")
@pytest.mark.parametrize(
    ("day", "asks"), [("2024-03-09", True), ("2024-03-10", False), ("2024-03-11", False)]
)
def test_visit_before_consent_asks(at, coordinator, day, asks):
    enter(at("SCR"), "consent", coordinator, signed_on="2024-03-10")
    enter(at("SCR"), "visit", coordinator, visited_on=day)
    assert bool(asked("DATE-001")) is asks


def test_question_names_both_dates(at, coordinator):
    enter(at("SCR"), "consent", coordinator, signed_on="2024-03-10")
    enter(at("SCR"), "visit", coordinator, visited_on="2024-03-09")
    assert asked("DATE-001") == {"visited_on": "2024-03-09 is before the consent, signed on 2024-03-10."}


def test_dates_of_the_history_may_precede_consent(at, coordinator):
    enter(at("SCR"), "consent", coordinator, signed_on="2024-03-10")
    enter(at("SCR"), "demographics", coordinator, born_on="1960")
    enter(at("SCR"), "mmn-history", coordinator, onset_on="2015-04", diagnosed_on="2017")
    assert asked("DATE-001") == {}


@pytest.mark.parametrize(("end", "asks"), [("2024-02", True), ("2024-03", False), ("2024", False)])
def test_partial_date_is_before_consent_only_when_surely_so(at, patient, coordinator, end, asks):
    enter(at("SCR"), "consent", coordinator, signed_on="2024-03-10")
    enter(patient, "adverse-event", coordinator, ended_on=end)
    assert bool(asked("DATE-001")) is asks


def test_every_later_consent_is_a_row(at, coordinator):
    enter(at("SCR"), "consent", coordinator, signed_on="2024-03-10", form_version="1.0")
    row = enter(
        at("SCR"), "re-consent", coordinator, parent=1, signed_on="2024-06-01", form_version="2.0"
    ).row
    assert row.entry.address == "1.1"
    assert asked("DATE-001") == {}


def test_consent_in_the_future_is_refused(at, coordinator):
    result = enter(at("SCR"), "consent", coordinator, signed_on="2999-01-01")
    assert "in the future" in result.refused["signed_on"]
