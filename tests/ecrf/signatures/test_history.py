"""What the history of an item tells of signatures: those that cover its form, whole or as part, and when they broke."""

import pytest

from ecrf.casebook.record.hooks import HOOKS
from ecrf.signatures import history
from ecrf.signatures.meanings import MEANINGS
from ecrf.signatures.models import SignatureScope
from tests.builders import enter
from tests.ecrf.signatures.conftest import change, complete, signed

pytestmark = pytest.mark.django_db

FORM, VISIT, CASEBOOK = SignatureScope.FORM, SignatureScope.VISIT, SignatureScope.CASEBOOK
EVENT = {
    "term": "Headache",
    "started_on": "2026-01-05",
    "ongoing": "yes",
    "severity": "MILD",
    "serious": "no",
    "outcome": "NOT RECOVERED/NOT RESOLVED",
}
DOSE = {"given_on": "2026-01-05", "weight_kg": "60", "given_g": "10", "given_ml": "100"}
BY = "by Synthetic investigator"


def told(entry) -> list[tuple[str, str, str]]:
    assert history.signed in HOOKS.history
    return [(one.actor, one.role, one.what) for one in history.signed(entry, "any_item")]


def lines(*words: str) -> list[tuple[str, str, str]]:
    return [("investigator", "investigator", each) for each in words]


def test_signature_is_told_at_each_form_that_it_covers_with_what_it_means(
    visit, scale, coordinator, investigator
):
    event = complete(visit.patient, "adverse-event", coordinator, **EVENT)
    assert told(scale) == told(event) == []
    signed(scale, FORM, investigator)
    assert told(scale) == lines(f"Form signed {BY}")
    assert told(event) == []
    signed(visit, VISIT, investigator)
    assert told(scale) == lines(f"Form signed {BY}", f"Visit signed {BY}")
    assert told(event) == []
    signed(visit.patient, CASEBOOK, investigator)
    assert told(event) == lines(f"Casebook signed {BY}")
    assert [one.said for one in history.signed(scale, "")] == [
        str(MEANINGS[scope]) for scope in (FORM, VISIT, CASEBOOK)
    ]


def test_breaking_is_told_as_the_systems_own_behind_the_signature(visit, scale, coordinator, investigator):
    signed(scale, FORM, investigator)
    change(visit, coordinator)
    broken = ("system", "", "Signature of Synthetic investigator on the form broken by a change")
    assert told(scale) == [*lines(f"Form signed {BY}"), broken]
    signed(visit, VISIT, investigator)
    change(visit, coordinator, value="2")
    assert [what for _actor, _role, what in told(scale)][2:] == [
        f"Visit signed {BY}",
        "Signature of Synthetic investigator on the visit broken by a change",
    ]


def test_row_of_a_form_is_covered_by_the_signature_of_the_form(visit, scale, coordinator, investigator):
    enter(visit, "dose", coordinator, **DOSE)
    enter(visit, "dose-lot", coordinator, parent=1, lot_number="A", expires_on="2030-01")
    dose, row = complete(visit, "dose", coordinator), visit.entries.get(crf="dose-lot")
    signed(dose, FORM, investigator)
    assert told(row) == told(dose) == lines(f"Form signed {BY}")
    assert told(scale) == []
