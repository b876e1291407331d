"""A patient's worksheet of a visit still to come: there before anything is opened, led to from where it is planned."""

import re

import pytest
from django.urls import reverse

from ecrf.casebook.models import Visit
from ecrf.forms.protocol import protocol
from tests.builders import a_visit, enter
from tests.ecrf.appointments.conftest import book, in_days, treated

pytestmark = pytest.mark.django_db


@pytest.fixture
def patient(site, coordinator, client):
    client.force_login(coordinator)
    return treated(site, coordinator)


def words(client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def worksheet(patient, code: str) -> str:
    return reverse("patient-worksheet", args=[patient.number, code])


def test_every_visit_of_the_schedule_has_one_and_none_is_opened_by_it(client, patient):
    opened = Visit.objects.count()
    codes = [plan.code if not plan.repeats else plan.numbered(1).code for plan in protocol().visits]
    for code in codes:
        assert patient.number in words(client, worksheet(patient, code)), code
    assert Visit.objects.count() == opened


@pytest.mark.parametrize("code", ["W99", "UNS", "casebook"])
def test_what_the_schedule_does_not_have_has_none(code, client, patient):
    assert client.get(worksheet(patient, code)).status_code == 404


def test_it_has_the_window_and_the_last_values(client, patient, coordinator):
    enter(patient.visits.get(code="W01"), "vital-signs", coordinator, weight_kg="60.5")
    page = words(client, worksheet(patient, "W04"))
    assert f"window {in_days(patient, -7)} to {in_days(patient, 7)}" in page
    assert "last 60.5 kg" in page


def test_the_window_stays_once_the_visit_has_its_day(client, patient, coordinator):
    day = in_days(patient, 0)
    enter(a_visit(patient, "W04", coordinator), "visit", coordinator, occurrence="done", visited_on=str(day))
    assert f"window {in_days(patient, -7)} to {in_days(patient, 7)}" in words(
        client, worksheet(patient, "W04")
    )


def test_pages_that_plan_a_visit_lead_to_it(client, patient, coordinator):
    row = book(patient, coordinator, days=1)
    link = f'href="{worksheet(patient, "W04")}"'
    day = reverse("calendar-day", args=[in_days(patient, 1).isoformat()])
    for address in ("/", reverse("patient", args=[patient.number]), day, f"/appointments/{row.pk}/"):
        assert link in client.get(address).content.decode(), address
