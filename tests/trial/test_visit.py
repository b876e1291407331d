"""Visit: window, order, and one visit a day."""

import pytest

from tests.builders import enter
from tests.trial.asked import asked


@pytest.mark.parametrize(
    ("day", "asks"),
    [("2024-04-14", True), ("2024-04-15", False), ("2024-04-29", False), ("2024-04-30", True)],
)
def test_visit_outside_its_window_asks(at, coordinator, day, asks):
    enter(at("W01"), "visit", coordinator, visited_on="2024-04-01")
    enter(at("W04"), "visit", coordinator, visited_on=day)
    assert bool(asked("VISIT-001")) is asks


@pytest.mark.parametrize(
    ("day", "asks"), [("2024-03-31", True), ("2024-04-01", False), ("2024-04-02", False)]
)
def test_visit_before_an_earlier_visit_asks(at, coordinator, day, asks):
    enter(at("W01"), "visit", coordinator, visited_on="2024-04-01")
    enter(at("W04"), "visit", coordinator, visited_on=day)
    assert bool(asked("VISIT-002")) is asks


def test_two_visits_on_one_day_ask(at, coordinator):
    enter(at("W01"), "visit", coordinator, visited_on="2024-04-01")
    enter(at("W04"), "visit", coordinator, visited_on="2024-04-01")
    assert list(asked("VISIT-003")) == ["visited_on"]
