"""A site is told of monitoring visits, and receives the letters of its monitor in the product."""

import uuid
from datetime import timedelta

import pytest
from django.core import mail as outbox
from django.db import IntegrityError
from django.urls import reverse

from ecrf.access.delegation import Delegation
from ecrf.access.models import Membership
from ecrf.access.people import receivers_of_letters
from ecrf.access.roles import Role
from ecrf.audit.actor import SYSTEM, acting
from ecrf.audit.models import AuditEvent
from ecrf.mail.models import Mail, MailState
from ecrf.mail.sending import send_due
from ecrf.monitoring.models import MonitoringVisit
from ecrf.monitoring.visits import services
from ecrf.monitoring.visits.services import TEXTS, fingerprint
from ecrf.notices.letters import confirm_read
from ecrf.notices.models import LetterReceipt
from tests.conftest import make_user
from tests.ecrf.delegation.builders import given, keeps_log
from tests.ecrf.mail.conftest import URL, with_address
from tests.ecrf.notices.conftest import browser, recipients, words

pytestmark = pytest.mark.django_db

PEOPLE = ["coordinator@example.org", "investigator@example.org"]


def a_plan(site, monitor, days: int = 10) -> MonitoringVisit:
    return services.plan_visit(
        site=site,
        planned_on=site.today() + timedelta(days=days),
        how="on-site",
        purpose="Secret purpose",
        by=monitor,
        request_key=uuid.uuid4(),
    )


def mails():
    outbox.outbox.clear()
    send_due()
    return list(outbox.outbox)


@pytest.fixture
def letter(site, monitor) -> MonitoringVisit:
    """Of a visit that is finished."""
    visit = a_plan(site, monitor, days=-1)
    services.start_visit(visit=visit, by=monitor)
    services.end_visit(visit=visit, by=monitor)
    visit.refresh_from_db()
    for kind in TEXTS:
        seen, text = fingerprint(getattr(visit, kind)), "## Found\nAll is <b>well</b>."
        services.save_text(visit=visit, kind=kind, text=text, seen=seen, by=monitor)
    visit.refresh_from_db()
    seen = {kind: fingerprint(getattr(visit, kind)) for kind in TEXTS}
    services.finish_visit(visit=visit, seen=seen, by=monitor)
    visit.refresh_from_db()
    return visit


def test_monitor_sees_on_the_visits_page_who_has_read_its_letter(letter, site, monitor, coordinator):
    page = reverse("monitor:monitoring-visit", args=[letter.pk])
    assert "Nobody at the site has confirmed yet to have read the letter." in words(
        browser(monitor).get(page)
    )
    assert reverse("site-monitoring", args=["01"]) in browser(monitor).get(page).content.decode()
    confirm_read(letter, coordinator)
    assert "The letter was read at the site by Synthetic coordinator (" in words(browser(monitor).get(page))
    assert reverse("site-monitoring", args=["01"]) in browser(monitor).get("/places/").content.decode()


# --- announced ------------------------------------------------------------------------------------


def test_planned_visit_is_announced_to_the_people_of_the_site(site, monitor):
    visit = a_plan(site, monitor)
    sent = mails()
    assert recipients(sent) == PEOPLE
    assert sent[0].subject == "[eCRF] Site 01: a monitoring visit is planned"
    assert f"{visit.planned_on}, on site, by {monitor.name}" in sent[0].body
    assert URL + reverse("site-monitoring", args=["01"]) in sent[0].body
    assert "Secret purpose" not in sent[0].body


def test_moved_and_called_off_visit_is_announced_and_what_is_over_is_not(site, monitor):
    visit = a_plan(site, monitor)
    new_day = visit.planned_on + timedelta(days=1)
    services.change_plan(visit=visit, planned_on=new_day, how="remote", purpose="x", by=monitor)
    sent = mails()
    subjects = {f"[eCRF] Site 01: a monitoring visit is {what}" for what in ("planned", "moved")}
    assert {mail.subject for mail in sent} == subjects
    assert all(f"{new_day}, remote" in mail.body for mail in sent)
    services.change_plan(visit=visit, planned_on=new_day, how="remote", purpose="another", by=monitor)
    assert mails() == []
    services.call_off_visit(visit=visit, reason="Ill", by=monitor)
    assert {mail.subject for mail in mails()} == {"[eCRF] Site 01: a monitoring visit is called off"}


def test_visit_called_off_before_its_mail_went_out_is_announced_as_called_off_alone(site, monitor):
    visit = a_plan(site, monitor)
    services.call_off_visit(visit=visit, reason="Ill", by=monitor)
    assert {mail.subject for mail in mails()} == {"[eCRF] Site 01: a monitoring visit is called off"}
    assert Mail.objects.filter(state=MailState.CANCELLED).count() == len(PEOPLE)


def test_visit_of_a_day_that_is_past_is_announced_to_nobody(site, monitor):
    a_plan(site, monitor, days=-3)
    assert not Mail.objects.exists()


def test_who_left_the_site_before_the_mail_went_out_is_told_of_no_visit_and_no_letter(
    site, monitor, letter, coordinator
):
    a_plan(site, monitor)
    with acting(SYSTEM, source="test"):
        Membership.objects.filter(user=coordinator).update(is_current=False)
    assert recipients(mails()) == [PEOPLE[1]] * 2


def test_planned_visits_stand_on_the_sites_page(site, monitor, coordinator):
    visit = a_plan(site, monitor)
    page = words(browser(coordinator).get(reverse("site-monitoring", args=["01"])))
    assert f"{visit.planned_on}, on site" in page
    assert "Secret purpose" not in page


# --- delivered ------------------------------------------------------------------------------------


def test_letter_is_delivered_by_mail_with_a_link_and_without_its_text(letter):
    sent = mails()
    assert recipients(sent) == PEOPLE
    link = URL + reverse("site-letter", args=["01", letter.pk])
    for text in (sent[0].body, sent[0].alternatives[0][0]):
        assert link in text
        assert "All is" not in text


def test_site_reads_the_letter_and_not_the_report_and_confirms_it(letter, coordinator, monitor):
    client = browser(coordinator)
    assert "nobody has confirmed yet" in words(client.get(reverse("site-monitoring", args=["01"])))
    address = reverse("site-letter", args=["01", letter.pk])
    page = client.get(address).content.decode()
    assert "All is &lt;b&gt;well&lt;/b&gt;." in page
    read = reverse("confirm-letter", args=["01", letter.pk])
    for _ in range(2):
        assert client.post(read).status_code == 302
    receipt = LetterReceipt.objects.get()
    assert (receipt.read_by, receipt.visit) == (coordinator, letter)
    assert "I have read this letter" not in words(client.get(address))
    assert "read by coordinator" in words(browser(monitor).get(reverse("site-monitoring", args=["01"])))
    found = AuditEvent.objects.filter(table="notices_letterreceipt").latest("pk")
    assert (found.actor, found.role, found.site) == ("coordinator", "coordinator", "01")


def test_draft_is_the_monitors_and_not_shown_to_the_site(site, monitor, coordinator):
    visit = a_plan(site, monitor, days=0)
    services.start_visit(visit=visit, by=monitor)
    services.end_visit(visit=visit, by=monitor)
    assert browser(coordinator).get(reverse("site-letter", args=["01", visit.pk])).status_code == 404
    assert "None yet" in words(browser(coordinator).get(reverse("site-monitoring", args=["01"])))


def test_letter_of_another_site_is_not_shown_under_the_own_one(letter, outsider):
    assert browser(outsider).get(reverse("site-letter", args=["02", letter.pk])).status_code == 404


# --- who receives them ----------------------------------------------------------------------------


@pytest.fixture
def deputy(site):
    return with_address(make_user("deputy", Role.SUB_INVESTIGATOR, site))


def test_where_the_log_is_on_paper_everybody_of_the_site_receives_letters(site, deputy, letter):
    assert recipients(mails()) == [
        "coordinator@example.org",
        "deputy@example.org",
        "investigator@example.org",
    ]


def test_where_the_log_is_kept_here_the_investigator_and_whom_it_names_receive_letters(
    site, other_site, coordinator, investigator, monitor, deputy
):
    keeps_log(site)
    second = make_user("second", Role.COORDINATOR, site)
    assert receivers_of_letters(site) == [investigator]
    given(site, coordinator, "safety-letters", investigator)
    given(site, second, "safety-letters", investigator, starts_on=site.today() + timedelta(days=1))
    given(site, deputy, "enter", investigator)
    given(other_site, deputy, "safety-letters", investigator)
    assert receivers_of_letters(site) == [coordinator, investigator]


@pytest.mark.requirement("R-035")
def test_letter_is_sent_to_and_confirmed_by_those_alone_and_read_by_all_of_the_site(
    site, deputy, coordinator, investigator, request
):
    keeps_log(site)
    given(site, deputy, "safety-letters", investigator)
    letter = request.getfixturevalue("letter")
    assert recipients(mails()) == ["deputy@example.org", "investigator@example.org"]
    read, confirm = (reverse(name, args=["01", letter.pk]) for name in ("site-letter", "confirm-letter"))
    page = words(browser(coordinator).get(read))
    assert "All is" in page
    assert "I have read this letter" not in page
    assert "Receive safety letters" in page
    refused = browser(coordinator).post(confirm)
    assert refused.status_code == 403
    assert "Receive safety letters" in words(refused)
    assert browser(deputy).post(confirm).status_code == 302
    assert [receipt.read_by for receipt in LetterReceipt.objects.all()] == [deputy]


def test_task_that_ended_before_the_mail_went_out_stops_it(site, deputy, investigator, request):
    keeps_log(site)
    task = given(site, deputy, "safety-letters", investigator)
    request.getfixturevalue("letter")
    with acting(SYSTEM, source="test"):
        Delegation.objects.filter(pk=task.pk).update(
            ended_at=site.now(), ended_by=investigator, end_reason="Left"
        )
    assert recipients(mails()) == ["investigator@example.org"]


# --- at the letter's own site ---------------------------------------------------------------------


@pytest.mark.requirement("R-071")
def test_letters_of_a_site_are_read_by_the_right_that_one_has_there(site, other_site, letter):
    """Who enters at one site and monitors another reads the letters of both; who has no right there reads none."""
    both = make_user("both", Role.COORDINATOR, other_site)
    with acting(SYSTEM, source="test"):
        Membership.objects.create(user=both, role=Role.MONITOR, site=site)
    assert browser(both).get(reverse("site-letter", args=["01", letter.pk])).status_code == 200
    assert browser(both).get(reverse("site-monitoring", args=["02"])).status_code == 200
    with acting(SYSTEM, source="test"):
        Membership.objects.filter(user=both, role=Role.MONITOR).update(is_current=False)
        Membership.objects.create(user=both, role=Role.SAFETY, site=None)
    assert browser(both).get(reverse("site-letter", args=["01", letter.pk])).status_code == 403


def test_database_keeps_one_receipt_a_person(letter, coordinator):
    def receipt() -> None:
        with acting(SYSTEM, source="test"):
            LetterReceipt.objects.create(visit=letter, read_by=coordinator)

    receipt()
    with pytest.raises(IntegrityError):
        receipt()
