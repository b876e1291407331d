"""Checks among the rows of a fixed set: whichever row is saved, they see the same rows as when all checks run."""

from collections.abc import Iterator

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import transaction

from ecrf.audit.actor import acting
from ecrf.casebook.data import PatientData
from ecrf.casebook.record.record import record
from ecrf.checks.models import Discrepancy, DiscrepancyState
from ecrf.checks.registry import CHECKS, Question, check
from ecrf.checks.running import run_all
from tests.bench.counting import of_the_checks
from tests.builders import a_place, enter
from trial.lab_tests import LAB_TESTS

AST, ALT, LDH = ([test.code for test in LAB_TESTS].index(code) + 1 for code in ("AST", "ALT", "LDH"))


@pytest.fixture
def across_tests() -> Iterator[str]:
    """A check that compares one test with another of the same sample."""

    @check(
        "ZZZ-010",
        on="lab-result",
        text="AST is {ast}, ALT is {alt}.",
        items=("value",),
        reads=("lab-result",),
    )
    def far_apart(row, data: PatientData) -> Iterator[Question]:
        """AST is more than ten times ALT."""
        values = {
            r.entry.number: r.value
            for r in data.rows("lab-result")
            if r.entry.parent_id == row.entry.parent_id
        }
        ast, alt = values.get(AST), values.get(ALT)
        if row.entry.number == AST and ast is not None and alt is not None and ast > 10 * alt:
            yield Question("value", ast=ast, alt=alt)

    yield "ZZZ-010"
    del CHECKS["ZZZ-010"]


@pytest.fixture
def result(at, coordinator):
    """Saves one result of the week-4 sample."""
    visit = at("W04")

    def save(number: int, value: str | None = None, **more: str):
        given = more if value is None else {"value": value, **more}
        return enter(visit, "lab-result", coordinator, number=number, parent=1, **given)

    return save


def is_open(check_id: str) -> bool:
    return Discrepancy.objects.filter(check_id=check_id, state=DiscrepancyState.OPEN).exists()


def test_check_across_tests_asks_whichever_test_is_saved_last(across_tests, result):
    result(AST, "300")
    result(ALT, "20")
    assert is_open(across_tests)
    result(ALT, "40")
    assert not is_open(across_tests)
    result(AST, "500")
    assert is_open(across_tests)
    result(LDH, "200")
    assert is_open(across_tests)


def test_check_across_tests_is_the_same_when_all_checks_run(across_tests, result, patient, coordinator, site):
    result(ALT, "20")
    result(AST, "300")
    with acting(coordinator.acting_at(site, "enter"), patient_id=patient.pk):
        run_all(patient)
        assert is_open(across_tests)
        run_all(patient)
    assert is_open(across_tests)


def test_check_across_tests_sees_them_where_many_are_recorded_with_one_data(
    across_tests, at, coordinator, site
):
    visit, by = at("W04"), coordinator.acting_at(site, "enter")
    with transaction.atomic():
        data = PatientData(visit.patient)
        for number, given in ((LDH, {"comment": "Late"}), (AST, {"value": "300"}), (ALT, {"value": "20"})):
            record(place=a_place(visit, "lab-result", number, 1), values=given, by=by, data=data)
    assert is_open(across_tests)
    assert visit.entries.filter(crf="lab-result").count() == 3


def test_saves_of_items_that_no_such_check_reads_load_no_other_tests(result, request):
    result(AST, "30")
    result(LDH, "200")
    with of_the_checks() as before:
        result(LDH, comment="Haemolysed")
    request.getfixturevalue("across_tests")
    with of_the_checks() as found:
        result(LDH, comment="Not haemolysed")
    assert len(found) == len(before)
    assert [sql for sql in found if "casebook_rows(" in sql and f'{{"lab-result": {LDH}}}' in sql]


def test_check_across_tests_costs_no_further_statement(result, request):
    result(AST, "30")
    with of_the_checks() as before:
        result(AST, "31")
    request.getfixturevalue("across_tests")
    with of_the_checks() as found:
        result(AST, "32")
    assert len(found) == len(before)


def test_check_of_one_name_is_given_no_other_rows(result, at, coordinator):
    result(AST, "30")
    result(ALT, "20")
    data = PatientData(at("W04").patient)
    view = data.limited_to(frozenset({"lab-result"}), {"lab-result": ALT})
    assert [row.entry.number for row in view.rows("lab-result")] == [ALT]
    assert [row.entry.number for row in data.rows("lab-result")] == [AST, ALT]


def test_whoever_asks_for_the_kind_is_given_every_row_of_it(result, at, coordinator):
    result(AST, "30")
    result(ALT, "20")
    place = a_place(at("W04"), "lab-result", ALT, 1)
    data = PatientData(place.patient)
    data.load_beside(place, set())
    assert data.row_at(place).value == 20
    assert [row.entry.number for row in data.rows("lab-result")] == [AST, ALT]


def test_check_of_one_name_on_a_form_without_a_fixed_set_stops_the_start():
    with pytest.raises(ImproperlyConfigured, match="fixed set"):

        @check("ZZZ-011", on="visit", text="So?", same_name=True)
        def so(row, data):
            """Is it so?"""

    assert "ZZZ-011" not in CHECKS
