"""What becomes of appointments when their patient leaves, is struck out, or moves to another site."""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse
from icalendar import Calendar

from ecrf.access.roles import Right
from ecrf.appointments.soon import is_anybody_expected_tomorrow, soon
from ecrf.audit.refusals import Locked
from ecrf.calendar.feed import calendar_of
from ecrf.casebook.models import Patient
from ecrf.casebook.page_acts import FALLS_AWAY, acts_on
from ecrf.casebook.record.record import record
from ecrf.casebook.services import open_visit
from ecrf.casebook.striking import strike_patient
from tests.builders import a_place
from tests.ecrf.appointments.conftest import book, in_days

pytestmark = pytest.mark.django_db


def leave(patient: Patient, by) -> None:
    values = {"reason": "DEATH", "ended_on": str(in_days(patient, 0))}
    actor = by.acting_at(patient.site, Right.ENTER)
    assert record(place=a_place(patient, "end-of-study"), values=values, by=actor).is_clean


def statuses(user) -> list[str]:
    events = Calendar.from_ical(calendar_of(user)).walk("VEVENT")
    return [str(event["status"]) for event in events if str(event["uid"]).startswith("appointment")]


def test_end_names_the_appointments_after_its_day(patient, coordinator):
    book(patient, coordinator, days=1)
    assert [words for step in FALLS_AWAY for words in step(patient, in_days(patient, 0))] == [
        f"The appointment for Week 4 on {in_days(patient, 1)} falls away."
    ]
    assert [words for step in FALLS_AWAY for words in step(patient, in_days(patient, 1))] == []


def test_after_the_end_nobody_is_reminded_of_a_later_appointment(patient, coordinator, client):
    row = book(patient, coordinator, days=1)
    assert is_anybody_expected_tomorrow(patient.site)
    assert statuses(coordinator) == ["CONFIRMED"]
    leave(patient, coordinator)
    assert not is_anybody_expected_tomorrow(patient.site)
    assert not soon([patient.site])
    assert statuses(coordinator) == ["CANCELLED"]
    client.force_login(coordinator)
    day = reverse("calendar-day", args=[in_days(patient, 1).isoformat()])
    assert reverse("appointment", args=[row.pk]) not in client.get(day).content.decode()
    assert "the patient left the study" in client.get(reverse("appointment", args=[row.pk])).content.decode()


def test_appointment_before_the_end_stands(patient, coordinator):
    row = book(patient, coordinator, days=1)
    with time_machine.travel(patient.site.now() + timedelta(days=1)):
        leave(patient, coordinator)
        assert [line.row for line in soon([patient.site]).today] == [row]


def test_of_a_struck_out_patient_nothing_is_offered_but_to_restore(patient, coordinator, client):
    strike_patient(patient=patient, by=coordinator, reason="Added twice")
    labels = [act.label for act in acts_on(coordinator, Patient.objects.get(pk=patient.pk))]
    assert labels == ["Restore this patient…"]
    client.force_login(coordinator)
    assert client.get(reverse("end-patient", args=[patient.number, "death"])).status_code == 404
    seen_before = Patient.objects.get(pk=patient.pk)
    seen_before.struck_at = None
    with pytest.raises(Locked, match="was struck out"):
        open_visit(patient=seen_before, code="W04", by=coordinator)


def test_page_of_a_transfer_names_the_appointments(
    patient, coordinator, other_site, outsider, data_manager, client
):
    book(patient, coordinator, days=1)
    client.force_login(data_manager)
    page = client.get(reverse("transfer-patient", args=[patient.number]), {"to": "02"}).content.decode()
    assert f"The appointment for Week 4 on {in_days(patient, 1)}" in page
