"""Eligibility: criteria and decision agree."""

import pytest

from tests.builders import enter
from tests.trial.asked import asked
from trial.crfs.eligibility import EXCLUSION, INCLUSION

MET = {**dict.fromkeys(INCLUSION, "yes"), **dict.fromkeys(EXCLUSION, "no")}


@pytest.fixture
def screening(at):
    return at("SCR")


# ELIG-001
@pytest.mark.parametrize(
    ("criterion", "answer"), [(n, "no") for n in INCLUSION] + [(n, "yes") for n in EXCLUSION]
)
def test_eligible_with_any_criterion_failed_is_refused(screening, coordinator, criterion, answer):
    result = enter(screening, "eligibility", coordinator, **{**MET, criterion: answer}, eligible="yes")
    assert "The decision is eligible" in result.refused["eligible"]
    assert result.row.eligible is None
    assert getattr(result.row, criterion) is (answer == "yes")


def test_not_eligible_with_every_criterion_met_is_refused(screening, coordinator):
    result = enter(screening, "eligibility", coordinator, **MET, eligible="no")
    assert "every criterion is as the trial requires" in result.refused["eligible"]


def test_not_eligible_stands_while_a_criterion_is_unanswered(screening, coordinator):
    answered = {name: answer for name, answer in MET.items() if name != "is_of_age"}
    assert enter(screening, "eligibility", coordinator, **answered, eligible="no").is_clean


@pytest.mark.parametrize(("criteria", "decision"), [(MET, "yes"), ({**MET, "is_of_age": "no"}, "no")])
def test_decision_that_fits_the_criteria_is_saved(screening, coordinator, criteria, decision):
    assert enter(screening, "eligibility", coordinator, **criteria, eligible=decision).is_clean
    assert asked("ELIG-002") == {}


def test_criterion_may_be_corrected_before_the_decision(screening, coordinator):
    enter(screening, "eligibility", coordinator, **MET, eligible="yes")
    assert enter(screening, "eligibility", coordinator, has_iga_deficiency="yes").is_clean
    text = "The decision is eligible, but these are not as required: IgA deficiency."
    assert asked("ELIG-002") == {"eligible": text}
    assert enter(screening, "eligibility", coordinator, eligible="no").is_clean
    assert asked("ELIG-002") == {}
