"""This trial's story on the pages: its table for site and monitor, and its cost."""

import re
from datetime import date, timedelta

import pytest
from django.urls import reverse

from ecrf.casebook.models import Patient
from tests.bench.counting import client_of, statements
from tests.builders import a_patient, a_visit, enter
from trial.crfs.mrc_strength import MUSCLES
from trial.outcomes import mrc_items

PATIENT_PAGE_AT_MOST = 12
BASELINE = date(2026, 3, 2)


@pytest.fixture(autouse=True)
def _known_host(settings):
    settings.ALLOWED_HOSTS = ["127.0.0.1"]


@pytest.fixture
def patient(site, coordinator) -> Patient:
    """Screened, at baseline and at week 4, with an infusion from a lot."""
    patient = a_patient(site, coordinator)
    for code, day, grade in (("SCR", -9, "4"), ("W01", 0, "4"), ("W04", 21, "3")):
        assess(patient, code, day, grade, coordinator)
    baseline = patient.visits.get(code="W01")
    enter(baseline, "infusion", coordinator, infused_on=str(BASELINE), given_g="25.5")
    enter(baseline, "infusion-lot", coordinator, parent=1, lot_number="L<1>")
    return patient


def assess(patient: Patient, code: str, day: int, grade: str, by) -> None:
    visit = a_visit(patient, code, by)
    on = str(BASELINE + timedelta(days=day))
    enter(visit, "visit", by, occurrence="done", visited_on=on, contact="on-site")
    enter(visit, "mrc-strength", by, **dict.fromkeys(mrc_items(MUSCLES), grade))
    enter(visit, "grip-strength", by, right_1="40.0", left_1="31.5")


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
    assert 'data-value="60" data-change="-20" data-fell>60</span>' in page
    assert 'fell by 20<span class="visually-hidden">, to review</span>' in page
    assert "21 days after the last infusion" in page
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


def test_patient_page_with_the_figure_takes_few_statements_for_site_and_monitor(
    coordinator, monitor, patient
):
    pages = ((coordinator, f"/patients/{patient.number}/"), (monitor, monitor_path(patient)))
    for user, path in pages:
        client = client_of(user)
        found = statements(lambda client=client, path=path: client.get(path))
        assert found.count <= PATIENT_PAGE_AT_MOST, "\n".join(found.sql)
        assert found.writes == []
