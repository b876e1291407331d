"""As the day before, without a script: a page of its own that proposes, and goes back to the visit when confirmed."""

import pytest

from ecrf.casebook.data import stored_row
from tests.builders import a_patient, a_place, a_visit, enter

pytestmark = pytest.mark.django_db


@pytest.fixture
def visit(site, coordinator):
    visit = a_visit(a_patient(site, coordinator), "UNS-1", coordinator)
    enter(visit, "dose", coordinator, given_on="2024-04-01", given_g="24")
    enter(visit, "dose", coordinator, number=2, given_g="24")
    return visit


def test_second_form_of_a_kind_leads_to_the_proposal_and_the_first_does_not(client, visit, coordinator):
    client.force_login(coordinator)
    page = client.get(f"/patients/{visit.patient.number}/UNS-1/").content.decode()
    assert "UNS-1/dose/2/carry/" in page
    assert "UNS-1/dose/1/carry/" not in page


def test_what_is_ticked_is_taken_over(client, visit, coordinator):
    client.force_login(coordinator)
    address = f"/patients/{visit.patient.number}/UNS-1/dose/2/carry/"
    assert b"2024-04-02" in client.get(address).content
    answer = client.post(address, {"take": "dose:2:given_on"})
    assert answer.status_code == 302
    assert str(stored_row(a_place(visit, "dose", 2)).given_on) == "2024-04-02"
    assert b"Nothing to take over" in client.get(address).content


def test_nothing_ticked_is_said(client, visit, coordinator):
    client.force_login(coordinator)
    answer = client.post(f"/patients/{visit.patient.number}/UNS-1/dose/2/carry/", {"take": "1:2"})
    assert answer.status_code == 302
    answer = client.post(f"/patients/{visit.patient.number}/UNS-1/dose/2/carry/")
    assert b"Tick what is as it was" in answer.content
