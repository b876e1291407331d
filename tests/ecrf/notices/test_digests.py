"""Digests: queries that wait, visits that are due; one of a kind a person and day, in the morning of the site."""

from datetime import UTC, datetime, time, timedelta

import pytest
import time_machine
from django.core.management import call_command
from django.urls import reverse

from ecrf.access.roles import Right, Role
from ecrf.audit.actor import SYSTEM, acting
from ecrf.audit.models import AuditEvent
from ecrf.casebook.models import PatientStatus
from ecrf.mail.models import Mail, MailState
from ecrf.mail.scheduled import JOBS
from ecrf.mail.sending import send_due
from ecrf.notices.models import HowOften, MailChoice
from ecrf.queries.conversations import open_here, reply
from ecrf.queries.models import Query, QueryKind
from ecrf.web.mail_server import MailServer
from tests.builders import a_patient, a_place, a_visit
from tests.conftest import make_site, make_user
from tests.ecrf.appointments.conftest import book
from tests.ecrf.mail.conftest import URL, with_address
from tests.ecrf.notices.conftest import browser, recipients, words, worker
from tests.ecrf.queries.builders import answered, asked, complete, vital_signs

pytestmark = pytest.mark.django_db

_TODAY = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
MONDAY = _TODAY + timedelta(days=7 - _TODAY.weekday())
"""The next one, at nine o'clock at a site in Tokyo."""
TEXT = "Please check this pulse"


def at(moment: datetime):
    return time_machine.travel(moment, tick=False)


@pytest.fixture
def query(patient, coordinator, monitor):
    """Asked ten days before Monday."""
    visit = a_visit(patient, "W01", coordinator)
    vital_signs(visit, coordinator)
    made = asked(complete(visit, "vital-signs", coordinator), monitor, TEXT)
    waits(made, 10)
    return made


def waits(query: Query, days: float) -> None:
    with acting(SYSTEM, patient_id=query.patient_id, source="test"):
        Query.objects.filter(pk=query.pk).update(turn_since=MONDAY - timedelta(days=days))


# --- queries --------------------------------------------------------------------------------------


def test_people_of_the_site_who_may_answer_are_told_by_count_and_link(query):
    with at(MONDAY):
        mails = worker("queries")
    assert recipients(mails) == ["coordinator@example.org", "investigator@example.org"]
    for text in (mails[0].body, mails[0].alternatives[0][0]):
        assert "Site 01: 1, the oldest for 10 days" in text
        assert URL + reverse("queries") in text
        assert TEXT not in text
        assert query.patient.number not in text


def test_mail_mentions_answered_questions_of_the_site_and_is_not_sent_for_them(query, coordinator, monitor):
    actor = coordinator.acting_at(query.site, Right.ANSWER)
    place = a_place(query.entry.visit, "vital-signs")
    for item, is_answered in (("pulse", True), ("weight_kg", True), ("systolic", False)):
        question = open_here(
            place=place, item=item, kind=QueryKind.QUESTION, text="Rounded?", by=coordinator, actor=actor
        )
        if is_answered:
            by = monitor.acting_at(query.site, Right.QUERY)
            reply(query=question, text="Yes, to the unit", by=monitor, actor=by)
    with at(MONDAY):
        mails = worker("queries")
    for text in (mails[0].body, mails[0].alternatives[0][0]):
        assert "and 2 of your own questions answered" in " ".join(text.split())
    answered(query, coordinator)
    with at(MONDAY + timedelta(days=8)):
        assert not worker("queries")


@pytest.mark.parametrize("days", [0, 6.9])
def test_query_that_waits_shorter_is_told_to_nobody(query, days):
    waits(query, days)
    with at(MONDAY):
        assert worker("queries") == []


def test_one_mail_a_day_and_the_same_again_only_after_a_week(query, coordinator):
    sent = {}
    for hours in range(0, 24 * 9, 6):
        with at(MONDAY + timedelta(hours=hours)):
            sent[hours] = recipients(worker("queries")).count(coordinator.email)
    assert [hours for hours, count in sent.items() if count] == [0, 24 * 7]


def test_query_that_has_come_to_wait_too_long_is_told_the_same_day(query, patient, coordinator, monitor):
    with at(MONDAY):
        worker("queries")
    visit = a_visit(patient, "W04", coordinator)
    vital_signs(visit, coordinator)
    waits(asked(complete(visit, "vital-signs", coordinator), monitor), 5.5)
    with at(MONDAY + timedelta(days=1)):
        assert worker("queries") == []
    with at(MONDAY + timedelta(days=2)):
        assert "Site 01: 2" in worker("queries")[0].body


def test_nothing_comes_before_the_morning_at_the_site(query):
    with at(MONDAY - timedelta(hours=3)):  # six o'clock there
        assert worker("queries") == []
    with at(MONDAY - timedelta(hours=2)):
        assert len(worker("queries")) == 2


def test_digest_of_several_sites_is_one_mail(query, coordinator, monitor):
    site = make_site("03")
    both = with_address(make_user("both", Role.COORDINATOR, query.site, site))
    reader = make_user("monitor3", Role.MONITOR, site)
    visit = a_visit(a_patient(site, both), "W01", both)
    vital_signs(visit, both)
    waits(asked(complete(visit, "vital-signs", both), reader), 8)
    with at(MONDAY):
        (mail,) = [mail for mail in worker("queries") if both.email in mail.to[0]]
    assert "Site 01: 1" in mail.body
    assert "Site 03: 1" in mail.body


def test_query_answered_while_the_mail_waits_is_not_told(query, coordinator, settings):
    with at(MONDAY):
        JOBS["queries"].run()
        answered(query, coordinator)
        send_due()
    assert set(Mail.objects.values_list("state", flat=True)) == {MailState.CANCELLED}


def test_practice_sites_send_nothing(monitor):
    practice = make_site("PX", is_practice=True)
    learner = with_address(make_user("learner", Role.COORDINATOR, practice))
    reader = make_user("teacher", Role.MONITOR, practice)
    visit = a_visit(a_patient(practice, learner), "W01", learner)
    vital_signs(visit, learner)
    waits(asked(complete(visit, "vital-signs", learner), reader), 30)
    with at(MONDAY):
        assert worker("queries") == []


def test_people_whose_right_something_is_in_the_way_of_are_not_told(query, site):
    with acting(SYSTEM, source="test"):
        site.closed_on = MONDAY.date()
        site.save(update_fields=["closed_on"])
    with at(MONDAY):
        assert worker("queries") == []


# --- visits ---------------------------------------------------------------------------------------


@pytest.fixture
def overdue(patient) -> PatientStatus:
    """A visit whose window closed two days before Monday."""
    day = MONDAY.date() - timedelta(days=2)
    PatientStatus.objects.filter(patient=patient).update(
        next_code="W04", due_on=day - timedelta(days=7), opens_on=day - timedelta(days=14), closes_on=day
    )
    return PatientStatus.objects.get(patient=patient)


def days_with_mail(user, days: int = 15) -> list[int]:
    found = []
    for day in range(days):
        with at(MONDAY + timedelta(days=day)):
            if user.email in recipients(worker("visits")):
                found.append(day)
    return found


@pytest.mark.parametrize(
    ("chosen", "expected"),
    [
        (None, [0, 7, 14]),
        (HowOften.WEEKLY, [0, 7, 14]),
        (HowOften.DAILY, list(range(15))),
        (HowOften.NONE, []),
    ],
)
def test_list_comes_as_often_as_its_reader_chose(overdue, coordinator, chosen, expected):
    if chosen:
        assert browser(coordinator).post(reverse("mail-choices"), {"visits": chosen}).status_code == 302
    assert days_with_mail(coordinator) == expected


def test_list_names_patient_visit_and_day_and_is_stored_nowhere(overdue, patient):
    with at(MONDAY):
        mails = worker("visits")
    assert recipients(mails) == ["coordinator@example.org", "investigator@example.org"]
    for text in (mails[0].body, mails[0].alternatives[0][0]):
        assert f"{patient.number}" in text
        assert f"Week 4, due {overdue.due_on}" in text
        assert "overdue" in text
        assert URL + reverse("mail-choices") in text
    assert patient.number not in mails[0].subject
    assert patient.number not in str(list(Mail.objects.values()))


def test_no_list_comes_where_no_visit_is_due(patient):
    with at(MONDAY):
        PatientStatus.objects.update(closes_on=None, due_on=None, next_code="")
        assert worker("visits") == []


def test_list_of_the_week_missed_on_monday_comes_later_in_the_week(overdue, coordinator):
    with at(MONDAY + timedelta(days=2)):
        assert coordinator.email in recipients(worker("visits"))
    with at(MONDAY + timedelta(days=3)):
        assert worker("visits") == []


def test_person_without_address_gets_nothing_queued(overdue, site):
    make_user("silent", Role.COORDINATOR, site)
    with at(MONDAY):
        worker("visits")
    assert not Mail.objects.filter(to_user__username="silent").exists()


def test_nothing_is_queued_where_mail_is_off(overdue, query, settings):
    settings.MAIL = MailServer()
    with at(MONDAY):
        assert worker("visits") == worker("queries") == []
    assert not Mail.objects.exists()


def test_operator_may_look_at_once_and_as_often_as_wanted(overdue, query, capsys):
    with at(MONDAY):
        call_command("send_notices")
        count = Mail.objects.count()
        call_command("send_notices")
    assert Mail.objects.count() == count == 4
    assert set(Mail.objects.values_list("state", flat=True)) == {MailState.SENT}
    assert "queries: 0 queued" in capsys.readouterr().out


# --- the choice -----------------------------------------------------------------------------------


def test_choice_is_kept_shown_and_stands_in_the_trail(coordinator):
    client = browser(coordinator)
    page = client.post(reverse("mail-choices"), {"visits": "daily"}, follow=True)
    assert "Your choice is kept" in words(page)
    assert 'value="daily" checked' in page.content.decode()
    found = AuditEvent.objects.filter(table="notices_mailchoice").latest("pk")
    assert (found.actor, found.changes["visits"]) == ("coordinator", [None, "daily"])
    client.post(reverse("mail-choices"), {"visits": "none"})
    assert MailChoice.objects.get().visits == "none"


@pytest.mark.parametrize("typed", [{}, {"visits": "hourly"}])
def test_what_is_no_choice_is_refused_in_words(coordinator, typed):
    page = browser(coordinator).post(reverse("mail-choices"), typed)
    assert page.status_code == 422
    assert "Choose one" in words(page)
    assert not MailChoice.objects.exists()


def test_page_says_where_mail_goes_and_that_without_an_address_none_comes(coordinator, data_manager):
    assert "coordinator@example.org" in words(browser(coordinator).get(reverse("mail-choices")))
    page = words(browser(data_manager).get(reverse("mail-choices")))
    assert "no e-mail address" in page
    assert "Each week" not in page


# --- appointments ---------------------------------------------------------------------------------


def test_tomorrows_appointments_are_in_the_mail_by_number_and_visit_alone(patient, coordinator):
    with at(MONDAY):
        book(patient, coordinator, 1, time(9, 30), code="UNS-1", note="Synthetic note")
        mails = worker("visits")
    (mail,) = [mail for mail in mails if coordinator.email in mail.to[0]]
    for text in (mail.body, mail.alternatives[0][0]):
        assert f"Tomorrow’s appointments: {patient.number} Unscheduled visit 1" in text
        assert "Synthetic note" not in text
        assert "09:30" not in text


def test_appointment_alone_is_told_to_who_reads_daily_and_uses_up_no_weekly_mail(
    patient, coordinator, investigator
):
    PatientStatus.objects.update(due_on=None, opens_on=None, closes_on=None)
    with acting(SYSTEM, source="test"):
        MailChoice.objects.create(user=investigator, visits=HowOften.DAILY)
    with at(MONDAY):
        book(patient, coordinator, 2, code="UNS-1")
        PatientStatus.objects.update(due_on=None, opens_on=None, closes_on=None)
        assert worker("visits") == []
    with at(MONDAY + timedelta(days=1)):
        assert recipients(worker("visits")) == [investigator.email]
    PatientStatus.objects.update(due_on=MONDAY.date(), opens_on=MONDAY.date(), closes_on=MONDAY.date())
    with at(MONDAY + timedelta(days=2)):
        assert recipients(worker("visits")) == [coordinator.email, investigator.email]
