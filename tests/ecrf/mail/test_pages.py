"""The administrator's page of mails, and the demo's mailbox."""

import re

import pytest
from django.core import mail as outbox
from django.test import Client
from django.urls import reverse

from ecrf.audit.actor import SYSTEM, acting
from ecrf.audit.models import AuditEvent
from ecrf.mail.mailbox import MailboxBackend
from ecrf.mail.models import Mail, MailboxMessage, MailState
from ecrf.mail.queue import queue_mail
from ecrf.mail.sending import send_due
from ecrf.web.mail_server import MailServer
from tests.bench.counting import client_of, statements
from tests.ecrf.mail.conftest import URL

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _known_host(settings):
    settings.ALLOWED_HOSTS = ["127.0.0.1", "testserver"]


def words(response) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def a_mail(to, **more) -> Mail:
    return queue_mail(to=to, kind="account-changed", context={"what": "hidden-content"}, **more)


# --- the administrator's page ---------------------------------------------------------------------


def test_page_shows_kind_recipient_state_and_answer_and_nothing_of_the_content(
    administrator, person, mail_on
):
    mail = a_mail(person)
    Mail.objects.update(state=MailState.FAILED, tries=2, last_error="The mail server answered 451 later")
    page = words(client_of(administrator).get(reverse("mails")))
    for shown in (
        "A change of the account",
        "coordinator",
        person.email,
        "Failed, is tried again",
        "451 later",
    ):
        assert shown in page
    assert "hidden-content" not in page
    assert "Mail is off" not in page
    assert str(mail.message_key) not in page


def test_page_says_that_mail_is_off(administrator):
    assert "Mail is off" in words(client_of(administrator).get(reverse("mails")))


def test_page_shows_one_state_alone(administrator, person):
    a_mail(person)
    a_mail("sponsor@example.org")
    Mail.objects.filter(to_user=None).update(state=MailState.GIVEN_UP)
    client = client_of(administrator)
    page = words(client.get(reverse("mails"), {"state": "given-up"}))
    assert "sponsor@example.org" in page
    assert person.email not in page
    assert client.get(reverse("mails"), {"state": "lost"}).status_code == 404


def test_mail_that_was_given_up_is_sent_again_by_a_button(administrator, person, mail_on):
    mail = a_mail(person)
    Mail.objects.update(state=MailState.GIVEN_UP, last_error="no")
    client = client_of(administrator)
    assert reverse("send-mail-again", args=[mail.pk]) in client.get(reverse("mails")).content.decode()
    assert "waits again" in words(client.post(reverse("send-mail-again", args=[mail.pk]), follow=True))
    send_due()
    assert len(outbox.outbox) == 1
    assert "Nothing was changed" in words(
        client.post(reverse("send-mail-again", args=[mail.pk]), follow=True)
    )


def test_page_takes_the_same_statements_for_any_number_of_mails_and_goes_on(administrator, person):
    client = client_of(administrator)
    a_mail(person)
    few = statements(lambda: client.get(reverse("mails")), 200).count
    for _ in range(60):
        a_mail(person)
    assert statements(lambda: client.get(reverse("mails")), 200).count == few
    page = client.get(reverse("mails")).content.decode()
    (address,) = re.findall(r'rel="next" href="([^"]+)"', page)
    older = client.get(reverse("mails") + address.replace("&amp;", "&")).content.decode()
    assert older.count("<tr>") == 1 + 11


# --- the demo's mailbox ---------------------------------------------------------------------------


@pytest.fixture
def mailbox(settings) -> None:
    settings.MAIL = MailServer(is_on=True, is_mailbox=True, public_url=URL)
    settings.EMAIL_BACKEND = f"{MailboxBackend.__module__}.{MailboxBackend.__name__}"


def test_mailbox_shows_to_anybody_what_would_have_been_sent(mailbox, person):
    before = AuditEvent.objects.count()
    a_mail(person)
    send_due()
    (kept,) = MailboxMessage.objects.all()
    client = Client()
    assert "Your account was changed" in words(client.get(reverse("mailbox")))
    page = client.get(reverse("mailbox-message", args=[kept.pk])).content.decode()
    assert "hidden-content" in page
    assert f'<a href="{URL}"' in page
    assert reverse("mailbox-html", args=[kept.pk]) in page
    assert AuditEvent.objects.count() == before
    assert "Mailbox of this demo" in words(client.get(reverse("login")))


def test_mailbox_writes_a_name_in_its_own_letters(mailbox, person):
    with acting(SYSTEM, source="test"):
        person.full_name = "合成 花子 🌸"
        person.save(update_fields=["full_name"])
    a_mail(person)
    send_due()
    for page in (reverse("mailbox"), reverse("mailbox-message", args=[MailboxMessage.objects.get().pk])):
        said = words(Client().get(page))
        assert "合成 花子 🌸" in said
        assert "=?utf-8" not in said


def test_html_of_a_mail_is_shown_without_scripts_in_a_frame_of_ours_alone(mailbox, person):
    a_mail(person)
    send_due()
    (kept,) = MailboxMessage.objects.all()
    answer = Client().get(reverse("mailbox-html", args=[kept.pk]))
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "sandbox" in policy
    assert "allow-scripts" not in policy
    assert "allow-same-origin" not in policy
    assert "frame-ancestors 'self'" in policy
    assert answer.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert '<base target="_top">' in answer.content.decode()
    page = Client().get(reverse("mailbox-message", args=[kept.pk]))
    assert "frame-src 'self'" in page.headers["Content-Security-Policy"]


@pytest.mark.parametrize("name", ["mailbox", "mailbox-message", "mailbox-html"])
def test_without_the_setting_there_is_no_mailbox(name, person):
    kept = MailboxMessage.objects.create(to="a@example.org", subject="s", text="t", html="h")
    args = [] if name == "mailbox" else [kept.pk]
    assert Client().get(reverse(name, args=args)).status_code == 404
    assert "Mailbox of this demo" not in words(Client().get(reverse("login")))
