"""What a visit's page weighs, in bytes of HTML and elements, so that no page grows unseen. Its time is the bench's."""

import re

import pytest

from ecrf.casebook.models import Patient
from tests.builders import a_patient, a_visit, enter

pytestmark = [pytest.mark.django_db]

AT_MOST = {"SCR": (165_000, 2_400), "W01": (250_000, 3_600), "W04": (150_000, 2_300)}
"""{visit: bytes of HTML, elements}, of a page with one value in each form."""

START_OF_ELEMENT = re.compile(rb"<[a-z]")


@pytest.fixture
def patient(site, coordinator) -> Patient:
    return a_patient(site, coordinator)


@pytest.mark.parametrize("code", AT_MOST)
def test_page_of_a_visit_is_light(code, client, patient, coordinator):
    enter(a_visit(patient, code, coordinator), "vital-signs", coordinator, pulse="70")
    client.force_login(coordinator)
    page = client.get(f"/patients/{patient.number}/{code}/").content
    most_bytes, most_elements = AT_MOST[code]
    assert len(page) <= most_bytes
    assert len(START_OF_ELEMENT.findall(page)) <= most_elements


@pytest.mark.parametrize("code", AT_MOST)
def test_indentation_of_the_templates_is_not_sent(code, client, patient, coordinator):
    visit = a_visit(patient, code, coordinator)
    client.force_login(coordinator)
    page = client.get(f"/patients/{patient.number}/{visit.code}/").content
    assert not re.search(rb"\n[ \t]{2,}", page)


def test_what_is_the_same_for_every_item_is_said_once(client, patient, coordinator):
    visit = a_visit(patient, "W04", coordinator)
    client.force_login(coordinator)
    page = client.get(f"/patients/{patient.number}/{visit.code}/").content.decode()
    assert "hx-post" not in page
    assert 'class="messages"' not in page, "places for messages are made when there is one"
