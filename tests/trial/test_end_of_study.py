"""End of study: what the reason demands, and what other forms say of the last dose and the event."""

import pytest

from ecrf.casebook.record.values import Missing
from ecrf.forms.registry import CRFS
from tests.builders import enter
from tests.trial.asked import asked


@pytest.mark.parametrize(("occurrence", "asks"), [("done", False), ("missed", True)])
def test_completed_without_week_52_asks(at, coordinator, occurrence, asks, end_study):
    end_study(reason="COMPLETED")
    assert list(asked("EOS-001")) == ["reason"]
    enter(at("W52"), "visit", coordinator, occurrence=occurrence)
    assert bool(asked("EOS-001")) is asks


def test_withdrawn_without_week_52_asks_nothing(end_study):
    end_study(reason="PHYSICIAN DECISION")
    assert asked("EOS-001") == {}


def test_reason_adverse_event_without_a_link_asks(patient, coordinator, end_study):
    enter(patient, "adverse-event", coordinator, term="Dysphagia")
    end_study(reason="ADVERSE EVENT")
    assert asked("EOS-002") == {"adverse_event": "The reason is an adverse event; which one is not said."}
    end_study(adverse_event="1")
    assert asked("EOS-002") == {}


@pytest.mark.parametrize(("reason", "wanted"), [("ADVERSE EVENT", True), ("COMPLETED", False)])
def test_adverse_event_is_wanted_only_if_it_is_the_reason(reason, wanted, end_study):
    row = end_study(reason=reason).row
    assert ("adverse_event" in CRFS["end-of-study"].missing(row)) is wanted
    assert bool(asked("EOS-002")) is wanted


@pytest.mark.parametrize(
    ("last", "asks"), [("2024-04-21", True), ("2024-04-22", False), ("2024-04-23", True)]
)
def test_last_dose_that_is_not_the_last_infusion_asks(at, coordinator, end_study, last, asks):
    enter(at("W01"), "infusion", coordinator, infused_on="2024-04-01", given_g="24")
    enter(at("W04"), "infusion", coordinator, infused_on="2024-04-22", given_g="60")
    end_study(last_dose_on=last)
    assert bool(asked("EOS-003")) is asks


def test_infusion_of_no_grams_is_no_last_dose(at, coordinator, end_study):
    enter(at("W01"), "infusion", coordinator, infused_on="2024-04-01", given_g="24")
    enter(at("W04"), "infusion", coordinator, infused_on="2024-04-22", given_g="0")
    end_study(last_dose_on="2024-04-01")
    assert asked("EOS-003") == {}


def test_last_dose_without_an_infusion_asks(end_study):
    end_study(last_dose_on="2024-04-01")
    text = "The last dose was on 2024-04-01, but no infusion is recorded."
    assert asked("EOS-003") == {"last_dose_on": text}


def test_no_last_dose_asks_only_if_there_was_an_infusion(at, coordinator, end_study):
    end_study(last_dose_on=Missing("not-applicable"))
    assert asked("EOS-003") == {}
    enter(at("W01"), "infusion", coordinator, infused_on="2024-04-01")
    text = "There is no last dose, but the last infusion recorded is of 2024-04-01."
    assert asked("EOS-003") == {"last_dose_on": text}


@pytest.mark.parametrize(
    ("action", "asks"), [("DRUG WITHDRAWN", False), ("DRUG INTERRUPTED", True), (None, False)]
)
def test_event_that_ended_the_study_without_withdrawal_of_the_drug_asks(
    patient, coordinator, end_study, action, asks
):
    enter(patient, "adverse-event", coordinator, term="Dysphagia", action=action)
    end_study(reason="ADVERSE EVENT", adverse_event="1")
    assert bool(asked("EOS-004")) is asks


def test_event_beside_another_reason_asks_nothing(patient, coordinator, end_study):
    enter(patient, "adverse-event", coordinator, action="DOSE NOT CHANGED")
    end_study(reason="ADVERSE EVENT", adverse_event="1")
    text = "Adverse event 1 is said to have led to it; its action is dose not changed."
    assert asked("EOS-004") == {"adverse_event": text}
    end_study(reason="DEATH")
    assert asked("EOS-004") == {}
