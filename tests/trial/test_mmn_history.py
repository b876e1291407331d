"""MMN history: the order of onset, diagnosis and consent."""

import pytest

from ecrf.forms.registry import CRFS
from tests.builders import enter
from tests.trial.asked import asked


@pytest.mark.parametrize(
    ("onset", "diagnosis", "asks"),
    [
        ("2017-05-02", "2017-05-01", True),
        ("2017-05-01", "2017-05-01", False),
        ("2017-05", "2017", False),
        ("2018", "2017-12", True),
    ],
)
def test_onset_after_diagnosis_asks_when_surely_so(at, coordinator, onset, diagnosis, asks):
    enter(at("SCR"), "mmn-history", coordinator, onset_on=onset, diagnosed_on=diagnosis)
    assert bool(asked("MMN-001")) is asks


@pytest.mark.parametrize(
    ("diagnosis", "asks"),
    [("2024-03-11", True), ("2024-03-10", False), ("2024-03", False), ("2024-04", True)],
)
def test_diagnosis_after_consent_asks_when_surely_so(at, coordinator, diagnosis, asks):
    enter(at("SCR"), "consent", coordinator, signed_on="2024-03-10")
    enter(at("SCR"), "mmn-history", coordinator, diagnosed_on=diagnosis)
    assert bool(asked("MMN-002")) is asks


def test_category_is_entered_and_never_computed():
    assert "category" in CRFS["mmn-history"].entered
    assert CRFS["mmn-history"].calculated == {}
