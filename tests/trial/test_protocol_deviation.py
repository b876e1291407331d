"""Protocol deviation: what a check offers to record, and what a record answers."""

import pytest

from ecrf.casebook.data import PatientData
from ecrf.checks.registry import CHECKS
from ecrf.forms.registry import CRFS
from tests.builders import enter
from tests.trial.asked import asked

LATE = "The window was 2024-04-15 to 2024-04-29: the visit was 2 days after it."


@pytest.fixture
def late(at, coordinator):
    """The visit of week 4, two days after its window."""
    enter(at("W01"), "visit", coordinator, visited_on="2024-04-01")
    return enter(at("W04"), "visit", coordinator, visited_on="2024-05-01").row


def offered(check_id, row, patient):
    """What the check's offer would fill in."""
    one = CHECKS[check_id]
    return one.offer.fill(row, PatientData(patient).limited_to(one.reads))


def test_offer_fills_in_what_is_known_and_leaves_the_severity_to_the_site(late, patient):
    assert asked("VISIT-001") == {"visited_on": LATE}
    assert offered("VISIT-001", late, patient) == {
        "what": LATE,
        "occurred_on": "2024-05-01",
        "category": "visit-window",
        "visit_link": "W04.1",
    }


def test_what_is_offered_can_be_recorded_and_answers_the_question(late, patient, coordinator):
    recorded = enter(patient, "protocol-deviation", coordinator, **offered("VISIT-001", late, patient))
    assert not recorded.refused
    assert asked("VISIT-001") == {}


@pytest.mark.parametrize(
    "other", [{"category": "missed-visit"}, {"visit_link": "W01.1"}, {"visit_link": None}]
)
def test_deviation_of_something_else_answers_nothing(late, patient, coordinator, other):
    values = {**offered("VISIT-001", late, patient), **other}
    enter(patient, "protocol-deviation", coordinator, **values)
    assert asked("VISIT-001") == {"visited_on": LATE}


def test_question_comes_back_when_the_deviation_is_pointed_elsewhere(late, patient, coordinator):
    enter(patient, "protocol-deviation", coordinator, **offered("VISIT-001", late, patient))
    enter(patient, "protocol-deviation", coordinator, visit_link="W01.1", reason="Wrong visit")
    assert asked("VISIT-001") == {"visited_on": LATE}


def test_every_offer_fills_items_of_the_form_it_opens():
    offers = [one.offer for one in CHECKS.values() if one.offer]
    assert {offer.crf for offer in offers} <= set(CRFS)
    assert all(offer.label for offer in offers)
