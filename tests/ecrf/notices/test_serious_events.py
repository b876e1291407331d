"""Serious adverse events: safety and the sponsor are told at once, and again until somebody has seen each."""

from datetime import timedelta

import pytest
import time_machine
from django.core import mail as outbox
from django.urls import reverse
from django.utils import timezone

from ecrf.access.models import Membership
from ecrf.access.roles import Right, Role
from ecrf.audit.actor import SYSTEM, acting
from ecrf.audit.models import AuditEvent
from ecrf.casebook.striking import strike_out
from ecrf.locks.models import Lock
from ecrf.mail.models import Mail, MailState
from ecrf.mail.scheduled import JOBS
from ecrf.mail.sending import send_due
from ecrf.notices.models import SeriousNotice
from ecrf.notices.serious_events import AT_MOST, confirm_seen
from ecrf.web.mail_server import MailServer
from tests.builders import a_patient, enter
from tests.conftest import make_site, make_user
from tests.ecrf.mail.conftest import URL, with_address
from tests.ecrf.notices.conftest import an_event, browser, recipients, words, worker

pytestmark = [pytest.mark.django_db]

TERM = "Synthetic headache"
JOB = "serious-events"


@pytest.fixture
def event(patient, coordinator):
    return an_event(patient, coordinator, term=TERM, serious="yes")


def strike(entry, by) -> None:
    strike_out(entry=entry, by=by, actor=by.acting_at(entry.site, Right.ENTER), reason="Typed twice")


def in_days(days: float):
    return time_machine.travel(timezone.now() + timedelta(days=days), tick=False)


def test_safety_and_the_sponsor_are_told_by_number_and_link_and_nothing_else(event, settings):
    settings.SPONSOR_SAFETY_MAIL = ["sponsor@example.org"]
    mails = worker(JOB)
    assert recipients(mails) == ["safety@example.org", "sponsor@example.org"]
    link = URL + reverse("serious-event", args=[SeriousNotice.objects.get().pk])
    for mail in mails:
        for text in (mail.body, mail.alternatives[0][0]):
            assert event.patient.number in text
            assert link in text
            assert TERM not in text
        assert event.patient.number not in mail.subject
    assert event.patient.number not in str(list(Mail.objects.values()))


def test_the_same_event_is_told_once_a_day_until_it_was_seen(event, safety):
    assert len(worker(JOB)) == 1
    assert worker(JOB) == []
    with in_days(0.9):
        assert worker(JOB) == []
    with in_days(1.01):
        (mail,) = worker(JOB)
        assert "mail 2 of it" in mail.body
    assert confirm_seen(SeriousNotice.objects.get(), safety)
    with in_days(5):
        assert worker(JOB) == []


def test_reminders_end_after_a_week_and_the_page_goes_on_listing_it(event, safety):
    sent = 0
    for day in range(AT_MOST + 5):
        with in_days(day * 1.01):
            sent += len(worker(JOB))
    assert sent == AT_MOST
    assert event.patient.number in words(browser(safety).get(reverse("serious-events")))


def test_mail_that_waits_when_the_event_is_seen_is_not_sent(event, safety, settings):
    settings.SPONSOR_SAFETY_MAIL = ["sponsor@example.org"]
    JOBS[JOB].run()
    confirm_seen(SeriousNotice.objects.get(), safety)
    send_due()
    assert outbox.outbox == []
    assert set(Mail.objects.values_list("state", flat=True)) == {MailState.CANCELLED}


def test_empty_event_struck_one_and_one_of_the_practice_site_are_told_to_nobody(
    patient, coordinator, investigator
):
    an_event(patient, coordinator)
    struck = an_event(patient, coordinator, term=TERM)
    strike(struck, coordinator)
    practice = make_site("PX", is_practice=True)
    learner = make_user("learner", Role.COORDINATOR, practice)
    an_event(a_patient(practice, learner), learner, term=TERM)
    assert worker(JOB) == []


def test_event_is_told_once_something_is_entered(patient, coordinator):
    event = an_event(patient, coordinator)
    assert worker(JOB) == []
    enter(patient, "adverse-event", coordinator, number=event.number, term=TERM)
    assert len(worker(JOB)) == 1


def test_event_that_is_struck_out_afterwards_is_told_no_more(event, coordinator):
    assert len(worker(JOB)) == 1
    strike(event, coordinator)
    with in_days(2):
        assert worker(JOB) == []


def test_whoever_got_or_lost_the_role_is_told_or_not(event, safety):
    second = with_address(make_user("safety2", Role.SAFETY))
    with acting(SYSTEM, source="test"):
        Membership.objects.filter(user=safety).update(is_current=False)
    assert recipients(worker(JOB)) == [second.email]


def test_mail_that_waits_when_the_role_ends_is_not_sent(event, safety):
    JOBS[JOB].run()
    with acting(SYSTEM, source="test"):
        Membership.objects.filter(user=safety).update(is_current=False)
    send_due()
    assert outbox.outbox == []
    assert Mail.objects.get(to_user=safety).state == MailState.CANCELLED


def test_where_nobody_is_told_the_page_says_so_and_the_first_who_gets_the_role_is_told(
    event, safety, data_manager
):
    with acting(SYSTEM, source="test"):
        Membership.objects.filter(user=safety).update(is_current=False)
    assert worker(JOB) == []
    assert "Nobody has the role safety" in words(browser(data_manager).get(reverse("serious-events")))
    second = with_address(make_user("safety2", Role.SAFETY))
    assert recipients(worker(JOB)) == [second.email]


def test_a_person_with_the_role_confirms_on_the_page_and_the_trail_keeps_it(event, safety, monitor):
    worker(JOB)
    notice = SeriousNotice.objects.get()
    page, seen = (reverse(name, args=[notice.pk]) for name in ("serious-event", "confirm-serious-event"))
    assert "I have seen this" in words(browser(safety).get(page))
    assert (
        reverse("monitor:casebook_entry_change", args=[event.pk])
        in browser(safety).get(page).content.decode()
    )
    assert "I have seen this" not in words(browser(monitor).get(page))
    assert browser(monitor).post(seen).status_code == 403
    assert "has seen this" in words(browser(safety).post(seen, follow=True))
    found = AuditEvent.objects.filter(table="notices_seriousnotice", operation="UPDATE").latest("pk")
    assert (found.actor, found.role, found.chain) == ("safety", "safety", 0)
    before = SeriousNotice.objects.get().confirmed_at
    browser(safety).post(seen)
    assert SeriousNotice.objects.get().confirmed_at == before


def test_event_of_a_locked_patient_can_be_confirmed(event, safety, data_manager):
    worker(JOB)
    with acting(SYSTEM, patient_id=event.patient_id, source="test"):
        Lock.objects.create(
            kind="lock", scope="patient", site=event.site, patient=event.patient,
            set_at=timezone.now(), set_by=data_manager, reason="Closed",
        )  # fmt: skip
    assert confirm_seen(SeriousNotice.objects.get(), safety)


def test_page_says_where_mail_is_off(event, safety, settings):
    worker(JOB)
    settings.MAIL = MailServer()
    assert "Mail is off" in words(browser(safety).get(reverse("serious-events")))
