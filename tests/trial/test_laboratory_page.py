"""The laboratory on the visit's page: ranges in sight before anything is typed, flags as soon as it is."""

import re
from datetime import date
from decimal import Decimal

import pytest

from ecrf.casebook.laboratory.services import NewRange, add_ranges
from tests.builders import enter
from trial.crfs.laboratory import LabResult

HGB = NewRange("HGB", "g/dL", Decimal("12"), Decimal("16"), "", date(2026, 1, 1))


@pytest.fixture
def visit(site, coordinator, client, at):
    add_ranges(site=site, given=[HGB], by=coordinator)
    client.force_login(coordinator)
    return at("SCR")


@pytest.fixture
def address(visit):
    return f"/patients/{visit.patient.number}/SCR/"


def shown(html: str, item: str, row: int = 1) -> str:
    """What stands in the place of a calculated value of a result."""
    found = re.search(rf'id="c-lab-result-1_{row}-{item}"[^>]*>(.*?)</(?:span|div)>', html, re.DOTALL)
    assert found, item
    return re.sub(r"<[^>]*>", "", found[1]).strip()


def test_range_and_unit_stand_beside_the_field_before_anything_is_typed(visit, address, client, coordinator):
    enter(visit, "laboratory", coordinator, collected_on="2026-02-03")
    page = client.get(address).content.decode()
    assert (shown(page, "reference_range"), shown(page, "result_unit")) == ("12–16", "g/dL")
    assert (shown(page, "reference_range", 2), shown(page, "flag")) == ("–", "–")
    assert not LabResult.objects.exists()


def test_each_test_has_its_row_with_its_name_for_the_ear(visit, address, client):
    page = client.get(address).content.decode()
    assert 'aria-label="Haemoglobin: Result"' in page
    assert 'aria-label="D-dimer: Result"' in page


def test_answer_to_a_result_brings_the_flag(visit, address, client, coordinator):
    enter(visit, "laboratory", coordinator, collected_on="2026-02-03")
    answer = client.post(f"{address}lab-result/1.1/value/", {"value": "11.9"}).content.decode()
    assert shown(answer, "flag") == "Low"
    assert '<data value="LOW">' in answer


def test_answer_to_the_day_of_the_sample_brings_the_ranges_of_every_test(visit, address, client):
    answer = client.post(f"{address}laboratory/1/collected_on/", {"value": "2026-02-03"}).content.decode()
    assert shown(answer, "reference_range") == "12–16"
    assert "No range of this site covers 2026-02-03 for White cells, Platelets" in answer
    assert 'href="/sites/01/ranges/#add"' in answer


def test_answer_to_the_sex_brings_the_ranges_of_the_sex(visit, address, client, site, coordinator):
    add_ranges(
        site=site,
        given=[NewRange("IGA", "mg/dL", None, Decimal("90"), "F", date(2026, 1, 1))],
        by=coordinator,
    )
    enter(visit, "laboratory", coordinator, collected_on="2026-02-03")
    answer = client.post(f"{address}demographics/1/sex/", {"value": "F"}).content.decode()
    assert shown(answer, "reference_range", 13) == "at most 90"


def test_range_of_one_sex_says_that_the_sex_is_not_known(visit, address, client, site, coordinator):
    given = NewRange("IGA", "mg/dL", None, Decimal("90"), "F", date(2026, 1, 1))
    add_ranges(site=site, given=[given], by=coordinator)
    enter(visit, "laboratory", coordinator, collected_on="2026-02-03")
    page = client.get(address).content.decode()
    assert "The range for IgA depends on the patient's sex" in page
    assert "IgG, Haptoglobin" in page


def test_page_without_a_day_of_the_sample_asks_for_it(visit, address, client):
    assert "Enter the day of the sample first" in client.get(address).content.decode()


def test_last_result_stands_beside_with_its_sign_and_unit(visit, address, client, coordinator, at):
    enter(visit, "laboratory", coordinator, collected_on="2026-02-03")
    enter(visit, "lab-result", coordinator, parent=1, comparator="<", value="5")
    page = client.get(f"/patients/{at('W01').patient.number}/W01/").content.decode()
    assert "&lt;5 g/dL" in page


def test_results_typed_without_script_are_saved_by_one_save(visit, address, client):
    posted = {
        "action": "save",
        "laboratory:1:collected_on": "2026-02-03",
        "lab-result:1.1:value": "11",
        "lab-result:1.2:value": "5.5",
        "lab-result:1.2:unit": "/µL",
    }
    assert client.post(address, posted).status_code == 302
    rows = LabResult.objects.order_by("test").values_list("test", "value", "result_unit", "flag")
    assert list(rows) == [("HGB", Decimal("11"), "g/dL", "LOW"), ("WBC", Decimal("5.5"), "/µL", None)]


def test_result_that_is_missing_is_named_by_its_test(visit, address, client, coordinator):
    enter(visit, "laboratory", coordinator, collected_on="2026-02-03")
    told = client.post(address, {"action": "complete-form:laboratory-1"}).content.decode()
    assert "Haemoglobin: Result" in told
    assert "Not completed yet: 16 missing" in told


def test_whole_sample_not_done_takes_one_answer(visit, address, client):
    client.post(address, {"action": "not-done:laboratory-1:not-done"})
    assert client.post(address, {"action": "complete-form:laboratory-1"}).status_code == 302


def test_question_about_a_result_stands_on_the_page_when_it_is_opened_again(
    visit, address, client, coordinator
):
    enter(visit, "laboratory", coordinator, collected_on="2026-02-03")
    enter(visit, "lab-result", coordinator, parent=1, value="-1")
    assert "Haemoglobin -1 g/dL is negative." in client.get(address).content.decode()
