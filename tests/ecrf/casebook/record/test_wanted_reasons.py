"""A reason is asked for every change of a complete form, a first value in a new row of it included."""

import pytest

from ecrf.casebook.record.values import Missing
from tests.builders import a_patient, a_visit, enter
from tests.ecrf.queries.builders import complete

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("R-005")]

DOSE = {"given_on": "2026-01-05", "weight_kg": "60.0", "given_g": "10", "given_ml": "100"}


@pytest.fixture
def visit(site, coordinator):
    """Week 4 with a dose, complete, that has one lot."""
    visit = a_visit(a_patient(site, coordinator), "W04", coordinator)
    enter(visit, "dose", coordinator, **DOSE)
    enter(visit, "dose-lot", coordinator, parent=1, lot_number="A", expires_on="2030-01")
    complete(visit, "dose", coordinator)
    return visit


def enter_lot(visit, by, number=2, reason="", **values):
    return enter(visit, "dose-lot", by, parent=1, number=number, reason=reason, **values)


def test_first_value_in_a_new_row_of_a_complete_form_wants_a_reason(visit, coordinator):
    assert enter_lot(visit, coordinator, lot_number="B").wants_reason == ["lot_number"]
    assert visit.entries.filter(crf="dose-lot").count() == 1
    assert enter_lot(visit, coordinator, lot_number="B", reason="Forgotten").changed == ["lot_number"]


def test_second_value_of_that_row_wants_none_while_the_row_is_in_progress(visit, coordinator):
    enter_lot(visit, coordinator, lot_number="B", reason="Forgotten")
    assert enter_lot(visit, coordinator, expires_on="2031-01").changed == ["expires_on"]


def test_first_value_in_a_row_that_is_blank_again_wants_a_reason(visit, coordinator):
    enter_lot(visit, coordinator, lot_number="B", reason="Forgotten")
    enter_lot(visit, coordinator, lot_number="")
    assert enter_lot(visit, coordinator, lot_number="C").wants_reason == ["lot_number"]


def test_row_of_which_only_a_missing_reason_is_known_is_not_blank(visit, coordinator):
    enter_lot(visit, coordinator, lot_number=Missing("unknown"), reason="Forgotten")
    assert enter_lot(visit, coordinator, expires_on="2031-01").changed == ["expires_on"]


def test_first_value_in_a_row_of_a_form_in_progress_wants_none(visit, coordinator):
    enter(visit, "dose", coordinator, number=2, **DOSE)
    result = enter(visit, "dose-lot", coordinator, parent=2, lot_number="B")
    assert result.changed == ["lot_number"]


@pytest.mark.parametrize(("reason", "is_enough"), [("ab", False), (" ab ", False), ("abc", True)])
def test_reason_has_three_characters(visit, coordinator, reason, is_enough):
    result = enter(visit, "dose", coordinator, given_g="11", reason=reason)
    assert result.changed == (["given_g"] if is_enough else [])
    assert result.wants_reason == ([] if is_enough else ["given_g"])
