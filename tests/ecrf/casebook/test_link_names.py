"""Where a form names another entry, what is shown is that entry in words: `2 Headache`, not its number alone."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from ecrf.casebook.data import PatientData
from ecrf.casebook.labels import short_name
from ecrf.casebook.schedule.matrix import matrix
from tests.builders import a_patient, a_visit, enter
from tests.ecrf.monitoring.world import logged_in, page_of, text_of


@pytest.fixture
def patient(site, coordinator):
    patient = a_patient(site, coordinator)
    enter(patient, "adverse-event", coordinator, term="Rash")
    enter(patient, "adverse-event", coordinator, number=2, term="Headache", started_on="2024-05")
    enter(patient, "report", coordinator, adverse_event="2")
    return patient


def _log(patient, key: str) -> list[list[str]]:
    log = next(log for log in matrix(patient).logs if log.definition.key == key)
    return [line.cells for line in log.lines]


def test_patients_page_names_the_event_of_a_report(patient):
    assert _log(patient, "report")[0][0] == "2 · Headache"


def test_patients_page_names_the_visit_of_a_report(patient, coordinator):
    enter(a_visit(patient, "W04", coordinator), "visit", coordinator, occurrence="missed")
    enter(patient, "report", coordinator, number=2, visit_link="W04.1")
    assert "Week 4" in _log(patient, "report")[1]


def test_another_patients_event_with_the_same_number_is_not_shown(patient, site, coordinator, monitor):
    other = a_patient(site, coordinator)
    for number, term in enumerate(("Cough", "Fever"), 1):
        enter(other, "adverse-event", coordinator, number=number, term=term)
    enter(other, "report", coordinator, adverse_event="2")
    assert _log(other, "report")[0][0] == "2 · Fever"
    assert _log(patient, "report")[0][0] == "2 · Headache"


def test_event_without_a_term_is_named_by_its_number_and_a_dose_by_its_visit(patient, coordinator):
    visit = a_visit(patient, "W01", coordinator)
    enter(visit, "dose", coordinator, number=2, given_on="2024-04-02")
    enter(patient, "adverse-event", coordinator, number=2, term=None, started_on=None)
    data = PatientData(patient)
    assert [short_name(row) for row in data.rows("adverse-event")] == ["1 · Rash", "2"]
    assert [short_name(row) for row in data.rows("dose")] == ["Week 1 (baseline), Dose 2"]


def test_event_says_which_report_names_it(patient, client, coordinator):
    client.force_login(coordinator)
    page = client.get(reverse("log", args=[patient.number, "adverse-event"])).content.decode()
    assert "Report 1: 2 · Headache" in page


def test_monitors_list_of_reports_names_them_in_the_same_statements(patient, site, coordinator, monitor):
    client = logged_in(monitor)
    url = page_of(PatientData(patient).rows("report")[0], "changelist")
    assert "2 · Headache" in text_of(client, url)

    def statements() -> int:
        with CaptureQueriesContext(
            connection,
        ) as found:
            client.get(url)
        return len(found)

    before = statements()
    for _ in range(3):
        other = a_patient(site, coordinator)
        enter(other, "adverse-event", coordinator, term="Fever")
        enter(other, "report", coordinator, adverse_event="1")
    assert statements() == before
    assert text_of(client, url).count("1 · Fever") == 3
