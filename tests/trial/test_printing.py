"""Printed pages of this trial's forms: grids, with their questions, units and scales."""

import re
from decimal import Decimal

import pytest

from ecrf.access.roles import Right
from ecrf.casebook.record.values import Missing
from ecrf.forms.registry import CRFS
from tests.builders import enter
from tests.printed import print_visit, reader, words_of
from trial.dosing import Phase, planned_dose_g


@pytest.fixture
def visit(at):
    return at("W04")


@pytest.fixture
def read(coordinator):
    """The page at an address as somebody reads it, or its source."""
    return reader(coordinator)


def test_visit_of_this_trial_shows_values_with_units_missing_reasons_and_what_was_calculated(
    read, visit, coordinator
):
    enter(visit, "grip-strength", coordinator, device="SYN-1", right_2=Missing("not-done", "splint"))
    enter(visit, "vital-signs", coordinator, weight_kg="63.9")
    page = read(*print_visit(visit))
    for words in (
        "Weight 63.9 kg",
        "Device SYN-1",
        "Right hand blank kPa Not done splint blank kPa",
        "Right hand, best calculated, GRIP-BEST v1 not calculated",
        "Why it was missed not asked",
        "Vital signs and weight in progress, 6 missing",
    ):
        assert words in page


def test_grades_stand_as_a_grid_with_the_scale(read, visit, coordinator):
    enter(visit, "mrc-strength", coordinator, right_elbow_flexion="4", left_elbow_flexion="0")
    page = read(*print_visit(visit))
    assert "0 none · 1 flicker" in page
    assert "Right Left Shoulder abduction blank blank Elbow flexion 4 0" in page


def test_open_questions_stand_under_their_items_and_answered_ones_name_who(read, visit, coordinator):
    from ecrf.checks.discrepancies import confirm
    from ecrf.checks.models import Discrepancy

    enter(visit, "grip-strength", coordinator, right_1="170")
    assert "Right hand, trial 1: ? To answer: 170.0 kPa is more" in read(*print_visit(visit))
    discrepancy = Discrepancy.objects.get(entry__crf="grip-strength", check_id="GRIP-001")
    by = coordinator.acting_at(visit.site, Right.ENTER)
    confirm(discrepancy=discrepancy, by=coordinator, actor=by, asked=discrepancy.identity)
    page = read(*print_visit(visit))
    assert "✓ Confirmed against the source by coordinator, 20" in page
    assert "To answer" not in page


def test_worksheet_of_a_patient_has_number_window_and_last_values(read, at, visit, patient, coordinator):
    baseline = at("W01")
    enter(baseline, "visit", coordinator, occurrence="done", visited_on="2024-04-01")
    enter(baseline, "vital-signs", coordinator, weight_kg="60.5")
    enter(baseline, "laboratory", coordinator, collected_on="2024-04-01")
    enter(baseline, "lab-result", coordinator, parent=1, number=2, value="<2.1", unit="10^9/L")
    page = read("patient-worksheet", patient.number, visit.code)
    for words in (patient.number, "window 2024-04-15 to 2024-04-29", "last 60.5 kg", "last <2.1 10"):
        assert words in page
    assert "2024-04-01" not in page, "only numbers are of use for comparison"


def test_what_nobody_wants_is_not_printed_as_blank(read, at, coordinator):
    """What stands in for an item that is known, and what is entered only if it was done."""
    visit = at("SCR")
    enter(visit, "demographics", coordinator, born_on="1970-03-02")
    enter(visit, "nerve-conduction", coordinator, arm_skin_c="33")
    page = read(*print_visit(visit))
    assert "Age at consent not asked" in page
    assert "Skin temperature, legs blank" in page
    assert "Skin temperature, legs blank °C" not in page
    enter(visit, "demographics", coordinator, born_on=Missing("unknown"))
    assert "Age at consent blank" in read(*print_visit(visit))


def test_worksheet_of_a_visit_to_come_has_the_dose_planned_from_the_last_weight(
    read, at, patient, coordinator
):
    baseline = at("W01")
    enter(baseline, "visit", coordinator, occurrence="done", visited_on="2024-04-01")
    enter(baseline, "infusion", coordinator, infused_on="2024-04-01", dosing_weight_kg="70")
    enter(baseline, "infusion", coordinator, number=2, infused_on="2024-04-02", dosing_weight_kg="70")
    page = read("patient-worksheet", patient.number, "W07")
    planned = planned_dose_g(Phase.MAINTENANCE, Decimal("70"), 1)
    assert f"{planned} g as things stand; calculated anew on entry" in page


def test_results_on_paper_are_what_was_measured_its_range_and_its_flag(read, visit, coordinator):
    enter(visit, "laboratory", coordinator, collected_on=str(visit.patient.site.today()))
    enter(visit, "lab-result", coordinator, parent=1, number=2, value="<2.1", unit="10^9/L")
    page = read(*print_visit(visit), source=True)
    table = page[page.index("Results</strong>") :].split("</table>")[0]
    heads = [words_of(head) for head in re.findall(r"<th\s+scope=\"col\">(.*?)</th>", table, re.DOTALL)]
    assert heads == ["Results", "Sign", "Result", "Unit of the result"]
    blank = words_of(table).count("blank")
    assert blank == len(CRFS["lab-result"].row_names) - 1, "only a result that is wanted is shown as blank"
