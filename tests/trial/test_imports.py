"""The trial's own laboratory form, filled from a laboratory's file and laid beside it."""

from datetime import date
from decimal import Decimal

import pytest
from django.utils import translation

from ecrf.casebook.laboratory.services import NewRange, add_ranges
from ecrf.forms.registry import CRFS
from ecrf.imports.models import ImportState
from ecrf.imports.plan.outcome import RowOutcome, SideEffect, in_readers_language
from ecrf.imports.sources.laboratory import guessed_row, results_forms
from tests.builders import a_patient, a_visit, enter
from tests.ecrf.imports.conftest import a_file, bring_it_in, kinds, whys
from trial.lab_tests import LAB_TESTS

pytestmark = pytest.mark.django_db

MAPPING = {
    "columns": {
        "patient": "patient",
        "day": "date",
        "test": "test",
        "value": "value",
        "unit": "unit",
        "visit": "",
    },
    "target": {"form": "lab-result", "value": "value", "unit": "unit", "day": "collected_on"},
    "tests": {test.code: at for at, test in enumerate(LAB_TESTS, 1)},
}


@pytest.fixture
def visit(site, coordinator, investigator):
    ranges = [
        NewRange("HGB", "g/dL", Decimal(13), Decimal(17), "", date(2020, 1, 1)),
        NewRange("AST", "U/L", None, Decimal(30), "", date(2020, 1, 1)),
    ]
    add_ranges(site=site, given=ranges, by=investigator)
    visit = a_visit(a_patient(site, coordinator), "W01", coordinator)
    enter(visit, "laboratory", coordinator, collected_on="2026-01-05")
    return visit


def a_lab_file(visit, by, *rows: str, purpose: str = "import"):
    lines = (f"{visit.patient.number},2026-01-05,{row}" for row in rows)
    content = "\n".join(["patient,date,test,value,unit", *lines])
    return a_file(content, by, purpose=purpose, file_format="laboratory", mapping=MAPPING)


def results(visit) -> dict[str, object]:
    return {row.test: row for row in CRFS["lab-result"].model.objects.filter(entry__visit=visit)}


def test_every_test_of_the_trial_is_found_by_its_code_and_its_name():
    (form,) = [one for one in results_forms() if one.definition.key == "lab-result"]
    for number, test in enumerate(LAB_TESTS, 1):
        assert guessed_row(test.code, form.definition) == number
        assert guessed_row(test.label, form.definition) == number


def test_results_are_held_against_the_sites_ranges_and_a_bound_keeps_its_sign(visit, data_manager):
    batch = a_lab_file(visit, data_manager, "HGB,11.0,g/dL", "AST,<5,U/L", "GGT,7,µkat/L")
    bring_it_in(batch, data_manager)
    assert batch.state == ImportState.DONE, whys(batch)
    found = results(visit)
    assert (str(found["HGB"].value), found["HGB"].unit, found["HGB"].result_unit) == ("11.0", None, "g/dL")
    assert found["HGB"].flag == "LOW"
    assert (found["AST"].comparator, found["AST"].words) == ("<", "<5 U/L")
    assert found["GGT"].unit == "µkat/L"


def test_another_size_of_unit_is_stored_as_reported_and_never_converted(visit, data_manager):
    bring_it_in(a_lab_file(visit, data_manager, "HGB,110,g/L"), data_manager)
    row = results(visit)["HGB"]
    assert (str(row.value), row.unit) == ("110", "g/L")


def test_what_the_site_transcribed_is_equal_though_it_left_the_unit_to_the_range(
    visit, coordinator, data_manager
):
    enter(visit, "lab-result", coordinator, number=1, parent=1, value="14.0")
    same = a_lab_file(visit, data_manager, "HGB,14,g/dl", purpose="comparison")
    assert kinds(same) == ["same"]
    other = a_lab_file(visit, data_manager, "HGB,14,g/L", purpose="comparison")
    assert kinds(other) != ["same"]


def test_place_and_question_that_an_import_sets_off_are_read_in_the_readers_language():
    """`Week 4` is one name; of `Infusion 2` only the words are known. A place may hold colons, as a question may."""
    asks = "asks at Week 4, Vital signs and weight: Pulse: Pulse is 200 /min; 40 to 150 is usual."
    kept = RowOutcome(where="01-001, Week 4, Infusion 2", undoes=[(SideEffect.QUESTION, asks)])
    assert in_readers_language(kept) == kept
    with translation.override("ja"):
        read = in_readers_language(kept)
        ((_what, words),) = read.undoes
    assert read.where == "01-001、第4週、点滴静注 2"
    assert "第4週" in words
    assert "asks at" not in words
    assert "is usual" not in words
