"""What becomes of appointments when their patient leaves, is struck out, or moves to another site."""

from datetime import time, timedelta

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.urls import reverse
from icalendar import Calendar

from ecrf.access.roles import Right
from ecrf.appointments.calendar.days import lines_between
from ecrf.appointments.lines import at_the_same_time
from ecrf.appointments.models import AppointmentEnding
from ecrf.appointments.services import Wanted, end_appointment, move_appointment
from ecrf.appointments.soon import is_anybody_expected_tomorrow, soon
from ecrf.audit.refusals import Locked
from ecrf.calendar.feed import calendar_of
from ecrf.casebook.models import Patient
from ecrf.casebook.page_acts import FALLS_AWAY, acts_on
from ecrf.casebook.record.record import record
from ecrf.casebook.schedule.ended import may_be_seen_again
from ecrf.casebook.services import open_visit
from ecrf.casebook.striking import strike_patient, strike_visit
from ecrf.forms.protocol import protocol
from tests.builders import a_place, a_visit
from tests.ecrf.appointments.conftest import book, in_days, treated

pytestmark = pytest.mark.django_db

DEATH, WITHDRAWAL = (
    next(ending for ending in protocol().endings if ending.key == key) for key in ("death", "withdrawal")
)


def leave(patient: Patient, by, reason: str = "DEATH", **more: str) -> None:
    values = {"reason": reason, "ended_on": str(in_days(patient, 0)), **more}
    actor = by.acting_at(patient.site, Right.ENTER)
    assert record(place=a_place(patient, "end-of-study"), values=values, by=actor).is_clean


def statuses(user) -> list[str]:
    events = Calendar.from_ical(calendar_of(user)).walk("VEVENT")
    return [str(event["status"]) for event in events if str(event["uid"]).startswith("appointment")]


def test_end_names_the_appointments_after_its_day(patient, coordinator):
    book(patient, coordinator, days=1)
    assert [words for step in FALLS_AWAY for words in step(patient, in_days(patient, 0), DEATH)] == [
        f"The appointment for Week 4 on {in_days(patient, 1)} falls away."
    ]
    assert [words for step in FALLS_AWAY for words in step(patient, in_days(patient, 1), DEATH)] == []


@pytest.mark.parametrize(("ending", "falls"), [(DEATH, True), (WITHDRAWAL, False)])
def test_end_names_that_for_an_unscheduled_visit_where_none_may_follow(patient, coordinator, ending, falls):
    """Of who withdraws consent, what is allowed decides, and is not asked yet."""
    book(patient, coordinator, days=1, code="UNS-1")
    named = [words for step in FALLS_AWAY for words in step(patient, in_days(patient, 0), ending)]
    assert bool(named) is falls


AFTER = [
    ("DEATH", None, False),
    ("SCREEN FAILURE", None, False),
    ("COMPLETED", None, False),
    ("WITHDRAWAL BY SUBJECT", None, False),
    ("WITHDRAWAL BY SUBJECT", "records", False),
    ("WITHDRAWAL BY SUBJECT", "contact", True),
]


@pytest.mark.parametrize(("reason", "allowed", "is_seen"), AFTER)
def test_who_left_is_expected_again_only_where_the_ending_allows_it(
    patient, coordinator, client, reason, allowed, is_seen
):
    """An appointment that was made before falls away, none is made or offered, and no visit is opened at one click."""
    book(patient, coordinator, days=1, code="UNS-1")
    leave(patient, coordinator, reason, **({"allowed": allowed} if allowed else {}))
    assert bool(soon([patient.site])) is is_seen
    client.force_login(coordinator)
    page = client.get(reverse("patient", args=[patient.number])).text
    assert ("Make an appointment…" in page) is is_seen
    assert ("Enter a visit from before the end" in page) is not is_seen
    assert "Open unscheduled visit 1" in page  # what took place before the end is still entered
    asking = client.get(reverse("make-appointment", args=[patient.number])).text
    assert ("any more: there is nothing to make an appointment" in " ".join(asking.split())) is not is_seen
    if is_seen:
        assert book(patient, coordinator, code="ET").pk
    else:
        with pytest.raises(ValidationError, match=r"not expected of the patient\. None is any more"):
            book(patient, coordinator, code="ET")


def test_who_left_early_for_another_reason_may_be_seen_again():
    assert may_be_seen_again("LOST TO FOLLOW-UP")


def test_appointment_of_a_struck_out_unscheduled_visit_is_asked_about_no_more(patient, coordinator, client):
    """Its number is never given again. That of a planned visit stands again: the visit is still to come."""
    rows = {code: book(patient, coordinator, days=1, code=code) for code in ("UNS-1", "W04")}
    for code in rows:
        strike_visit(visit=a_visit(patient, code, coordinator), by=coordinator, reason="Opened by mistake")
    assert [line.row for line in soon([patient.site]).tomorrow] == [rows["W04"]]
    with time_machine.travel(patient.site.now() + timedelta(days=3)):
        assert [line.row for line in soon([patient.site]).passed] == [rows["W04"]]
    client.force_login(coordinator)
    page = client.get(reverse("appointment", args=[rows["UNS-1"].pk])).text
    assert "the visit was struck out" in page


def test_who_is_gone_is_not_named_at_the_same_time(patient, site, coordinator):
    other = treated(site, coordinator)
    row = book(patient, coordinator, days=1, at=time(9, 30))
    book(other, coordinator, days=1, at=time(9, 30))
    assert at_the_same_time(row) == [other.number]
    leave(other, coordinator)
    assert at_the_same_time(row) == []


def test_calendar_fills_up_with_those_who_come(patient, site, coordinator, monkeypatch):
    """Those who are gone take nobody's place."""
    monkeypatch.setattr("ecrf.appointments.calendar.days.MOST", 2)
    gone = [treated(site, coordinator) for _ in range(4)]
    for other in gone:
        book(other, coordinator, days=1, at=time(9))
        leave(other, coordinator)
    rows = [book(patient, coordinator, days=1, at=time(10)), book(treated(site, coordinator), coordinator)]
    day = in_days(patient, 1)
    assert {line.row for line in lines_between([site], day, day)} == set(rows)


def test_struck_out_meanwhile_nothing_is_booked_moved_or_ended(patient, coordinator):
    row = book(patient, coordinator, days=1)
    seen = Patient.objects.select_related("site").get(pk=patient.pk)
    strike_patient(patient=patient, by=coordinator, reason="Added twice")
    row.patient = seen
    wanted = Wanted(in_days(patient, 2))
    for act in (
        lambda: book(seen, coordinator, code="W07"),
        lambda: move_appointment(appointment=row, wanted=wanted, seen=row.agreed, by=coordinator),
        lambda: end_appointment(
            appointment=row, ending=AppointmentEnding.CANCELLED, reason="Snow", by=coordinator
        ),
    ):
        with pytest.raises(ValidationError, match="is struck out"):
            act()


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
