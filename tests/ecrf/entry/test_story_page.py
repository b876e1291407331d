"""The story on the pages: its table for site and monitor, its cost, the small line on the list of patients."""

import re
from datetime import date, timedelta

import pytest
from django.urls import reverse

from ecrf.casebook.models import Patient
from tests.bench.counting import client_of, statements
from tests.builders import a_patient, a_visit, enter

PATIENT_PAGE_AT_MOST = 13
BASELINE = date(2026, 3, 2)
EMPTY = "The story begins once the baseline visit has its date"


@pytest.fixture(autouse=True)
def _known_host(settings):
    settings.ALLOWED_HOSTS = ["127.0.0.1"]


@pytest.fixture
def patient(site, coordinator) -> Patient:
    """Screened, at baseline and at week 4, with a dose from a lot."""
    patient = a_patient(site, coordinator)
    for code, day, weight in (("SCR", -9, "80"), ("W01", 0, "80"), ("W04", 21, "60")):
        assess(patient, code, day, weight, coordinator)
    baseline = patient.visits.get(code="W01")
    enter(baseline, "dose", coordinator, given_on=str(BASELINE), given_g="25.5")
    enter(baseline, "dose-lot", coordinator, parent=1, lot_number="L<1>")
    return patient


def assess(patient: Patient, code: str, day: int, weight: str, by) -> None:
    visit = a_visit(patient, code, by)
    on = str(BASELINE + timedelta(days=day))
    enter(visit, "visit", by, occurrence="done", visited_on=on, contact="on-site")
    enter(visit, "vital-signs", by, weight_kg=weight)


def read(client, path: str) -> str:
    """The page's text with its white space drawn together."""
    answer = client.get(path)
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", answer.content.decode())


def monitor_path(patient: Patient) -> str:
    return reverse("monitor:casebook_patient_change", args=[patient.pk])


def test_table_behind_the_figure_holds_every_moment_in_words(client, coordinator, patient):
    client = client_of(coordinator)
    page = read(client, f"/patients/{patient.number}/")
    rows = re.findall(r'<tr data-kind="(\w+)" data-day="(-?\d+)"', page)
    assert rows == [
        ("assessment", "-9"),
        ("assessment", "0"),
        ("dose", "0"),
        ("assessment", "21"),
        ("next", "42"),
    ]
    assert 'data-value="60.0" data-change="-20.0" data-fell>60.0</span>' in page
    assert 'fell by 20.0<span class="visually-hidden">, to review</span>' in page
    assert "21 days after the last dose" in page
    assert "lot L&lt;1&gt;" in page
    assert f'<a href="/patients/{patient.number}/W04/">Week 4</a>' in page


def test_monitor_sees_the_same_figure_with_links_of_the_monitor(client, coordinator, monitor, patient):
    site_page = read(client_of(coordinator), f"/patients/{patient.number}/")
    page = read(client_of(monitor), monitor_path(patient))
    figures = [re.findall(r'data-(?:day|value|kind|given|lots)="[^"]*"', text) for text in (site_page, page)]
    assert figures[0] == figures[1] != []
    address = reverse("monitor:casebook_visit_change", args=[patient.visits.get(code="W04").pk])
    assert re.search(rf'<th scope="row"><a href="{address}">Week 4</a>', page)
    assert f"/patients/{patient.number}/W04/" not in page


def test_patient_without_a_story_gets_one_sentence_and_no_figure(coordinator, monitor, site):
    patient = a_patient(site, coordinator)
    for user, path in ((coordinator, f"/patients/{patient.number}/"), (monitor, monitor_path(patient))):
        page = read(client_of(user), path)
        assert EMPTY in page
        assert "data-story" not in page
        assert "d3.min.js" not in page


def test_patient_page_with_the_figure_takes_few_statements_for_site_and_monitor(
    coordinator, monitor, patient
):
    pages = ((coordinator, f"/patients/{patient.number}/"), (monitor, monitor_path(patient)))
    for user, path in pages:
        client = client_of(user)
        found = statements(lambda client=client, path=path: client.get(path))
        assert found.count <= PATIENT_PAGE_AT_MOST, "\n".join(found.sql)
        assert found.writes == []


def test_story_of_another_site_is_not_told(outsider, patient):
    assert client_of(outsider).get(f"/patients/{patient.number}/").status_code == 404
    assert "Weight" not in read(client_of(outsider), "/")


def test_list_of_patients_draws_the_sums_by_date_and_says_them(coordinator, patient):
    assess(patient, "UNS-1", 10, "100", coordinator)
    page = read(client_of(coordinator), "/")
    assert 'aria-label="Weight 80.0 to 60.0, 4 values"' in page
    (points,) = re.findall(r'<polyline points="([^"]+)"', page)
    places = [tuple(map(float, point.split(","))) for point in points.split()]
    across, down = zip(*places, strict=True)
    assert list(across) == sorted(across)
    assert down[2] == min(down)
    assert down[3] == max(down)


def test_list_of_patients_draws_nothing_without_a_value(coordinator, site):
    a_patient(site, coordinator)
    page = read(client_of(coordinator), "/")
    assert "<polyline" not in page
    assert "Story" in page


def test_steady_values_are_a_level_line_in_the_middle(coordinator, site):
    patient = a_patient(site, coordinator)
    for code, day in (("W01", 0), ("W04", 21)):
        assess(patient, code, day, "80", coordinator)
    (points,) = re.findall(r'<polyline points="([^"]+)"', read(client_of(coordinator), "/"))
    assert {point.split(",")[1] for point in points.split()} == {"10.0"}
