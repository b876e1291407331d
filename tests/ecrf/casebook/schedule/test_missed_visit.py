"""A missed visit asks for its own form alone; what was entered into others stays in sight and is asked about."""

import re

import pytest
from django.urls import reverse

from ecrf.casebook.schedule.matrix import matrix
from tests.builders import a_patient, a_visit, enter

NOTE = re.compile(r'id="missed-note"[^>]*>')


@pytest.fixture
def visit(site, coordinator):
    return a_visit(a_patient(site, coordinator), "W04", coordinator)


@pytest.fixture
def page(client, visit, coordinator):
    """The visit's page as the server writes it."""
    client.force_login(coordinator)
    url = reverse("visit", args=[visit.patient.number, "W04"])
    return lambda: client.get(url).content.decode()


def _folded(html: str) -> set[str]:
    """The forms that are folded away."""
    tags = re.findall(r'<section class="panel [^>]*>', html)
    return {re.search(r'id="([a-z-]+)-1"', tag)[1] for tag in tags if tag.endswith(" hidden>")}


def test_forms_of_a_missed_visit_are_folded_away_and_the_page_says_so(page, visit, coordinator):
    assert _folded(page()) == set()
    assert NOTE.search(page())[0].endswith(" hidden>")
    enter(visit, "visit", coordinator, occurrence="missed")
    assert _folded(page()) == {"vital-signs", "scale", "reading", "dose"}
    assert not NOTE.search(page())[0].endswith(" hidden>")
    assert page().count("not asked: missed") == 4


def test_form_with_a_value_stays_in_sight_with_its_question(page, visit, coordinator):
    enter(visit, "vital-signs", coordinator, pulse="70")
    enter(visit, "visit", coordinator, occurrence="missed")
    assert "vital-signs" not in _folded(page())
    assert "reading" in _folded(page())
    assert "Week 4 was missed, but “Vital signs and weight” has values." in page()


def test_forms_are_asked_for_again_when_the_visit_was_done_after_all(page, visit, coordinator):
    enter(visit, "visit", coordinator, occurrence="missed")
    enter(visit, "visit", coordinator, occurrence="done")
    assert _folded(page()) == set()


def test_patients_table_has_nothing_to_do_at_a_missed_visit_but_its_own_form(visit, coordinator):
    enter(visit, "visit", coordinator, occurrence="missed")
    row = next(row for row in matrix(visit.patient).rows if row.due.plan.code == "W04")
    assert {cell.key: cell.words for cell in row.cells if cell.form} == {"visit": "1 left"}
