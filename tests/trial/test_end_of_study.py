"""End of study: what the reason demands."""

import pytest

from ecrf.casebook.registry import CRFS
from tests.builders import enter
from tests.trial.asked import asked


@pytest.mark.parametrize(("fate", "asks"), [("done", False), ("missed", True)])
def test_completed_without_week_52_asks(at, coordinator, fate, asks, end_study):
    end_study(reason="COMPLETED")
    assert list(asked("EOS-001")) == ["reason"]
    enter(at("W52"), "visit", coordinator, fate=fate)
    assert bool(asked("EOS-001")) is asks


def test_withdrawn_without_week_52_asks_nothing(end_study):
    end_study(reason="PHYSICIAN DECISION")
    assert asked("EOS-001") == {}


def test_adverse_event_that_is_not_in_the_log_asks(patient, coordinator, end_study):
    enter(patient, "adverse-event", coordinator, term="Dysphagia")
    end_study(reason="ADVERSE EVENT", adverse_event_number="2")
    assert asked("EOS-002") == {"adverse_event_number": "The adverse event log has no number 2."}
    enter(patient, "adverse-event", coordinator, number=2, term="Headache")
    assert asked("EOS-002") == {}


def test_reason_adverse_event_without_a_link_asks(end_study):
    end_study(reason="ADVERSE EVENT")
    assert asked("EOS-002") == {
        "adverse_event_number": "The reason is an adverse event; which one is not said."
    }


@pytest.mark.parametrize(("reason", "wanted"), [("ADVERSE EVENT", True), ("COMPLETED", False)])
def test_adverse_event_is_wanted_only_if_it_is_the_reason(reason, wanted, end_study):
    row = end_study(reason=reason).row
    assert ("adverse_event_number" in CRFS["end-of-study"].missing(row)) is wanted
