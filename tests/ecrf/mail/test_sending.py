"""Mail by a real server: sent once, tried again when the server is away, given up when it refuses."""

from datetime import timedelta

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import transaction
from django.utils import timezone, translation

from ecrf.access.models import Site
from ecrf.access.roles import Role
from ecrf.audit.actor import SYSTEM, acting
from ecrf.mail.account_notice import tell_account_changed
from ecrf.mail.kinds import KINDS, MailKind, NotNeeded, register
from ecrf.mail.models import Mail, MailState
from ecrf.mail.queue import queue_mail, send_again
from ecrf.mail.sending import WAITS, send_due
from ecrf.web.mail_server import MailServer
from tests.conftest import make_site, make_user
from tests.ecrf.mail.conftest import URL, html_of, with_address
from tests.ecrf.mail.mail_server import certificate, free_port, serving

pytestmark = pytest.mark.django_db


def a_mail(to, what="Nothing", **more) -> Mail:
    return queue_mail(to=to, kind="account-changed", context={"what": what}, **more)


def after(mail: Mail) -> Mail:
    mail.refresh_from_db()
    return mail


def make_due(mail: Mail) -> None:
    Mail.objects.filter(pk=mail.pk).update(next_try_at=timezone.now())


# --- what arrives ---------------------------------------------------------------------------------


def test_mail_arrives_as_text_and_html_and_says_why(smtp, person, settings):
    mail = a_mail(person, "The password was changed")
    assert send_due()
    (got,) = smtp.mails
    assert smtp.recipients == ["coordinator@example.org"]
    assert got["Subject"] == "[eCRF] Your account was changed"
    assert got["Message-ID"] == f"<{mail.message_key}@ecrf.example.org>"
    assert got["Auto-Submitted"] == "auto-generated"
    text = got.get_body(("plain",)).get_content()
    for part in (text, html_of(got)):
        assert "The password was changed" in part
        assert "Synthetic coordinator" in part
        assert "Everybody is told of each change" in part
        assert URL in part
        assert "no real patient" in part
    assert 'name="color-scheme" content="light dark"' in html_of(got)
    assert (after(mail).state, mail.tries, mail.last_error) == (MailState.SENT, 1, "")
    assert mail.sent_at


def test_each_is_spoken_to_in_the_own_language_whoever_works_meanwhile(smtp, person, monitor):
    with acting(SYSTEM, source="test"):
        person.language = "ja"
        person.save(update_fields=["language"])
    for user in (person, with_address(monitor)):
        a_mail(user)
    with translation.override("zh-hans"):
        assert send_due()
        assert translation.get_language() == "zh-hans"
    languages = {got["To"].addresses[0].addr_spec: html_of(got)[:60] for got in smtp.mails}
    assert 'lang="ja"' in languages["coordinator@example.org"]
    assert 'lang="en"' in languages["monitor@example.org"]


def test_names_are_text_in_the_text_and_escaped_in_the_html(smtp, coordinator):
    with acting(SYSTEM, source="test"):
        coordinator.full_name = "O'Neill & <b>Söhne</b>"
        coordinator.save(update_fields=["full_name"])
    a_mail(with_address(coordinator))
    send_due()
    (got,) = smtp.mails
    assert "Dear O'Neill & <b>Söhne</b>," in got.get_body(("plain",)).get_content()
    assert "O&#x27;Neill &amp; &lt;b&gt;Söhne&lt;/b&gt;" in html_of(got)


@pytest.mark.parametrize("break_", ["\r\n", "\n", "\r", "\x0b", "\x85", "\u2028"])
def test_line_break_in_a_name_makes_no_header(smtp, coordinator, kind, break_):
    """Past the forms, which refuse one."""
    with acting(SYSTEM, source="test"):
        coordinator.full_name = f"Eve{break_}Bcc: eve@example.net"
        coordinator.save(update_fields=["full_name"])
    person = with_address(coordinator)
    queue_mail(to=person, kind=kind.key, context={"what": f"me{break_}X-Evil: 1"})
    send_due()
    (got,) = smtp.mails
    assert smtp.recipients == ["coordinator@example.org"]
    assert got["Bcc"] is None
    assert got["X-Evil"] is None
    assert got["Subject"] == "[eCRF] About me X-Evil: 1"


@pytest.mark.parametrize(
    "address", ["", "nobody", "a@example.org\nBcc: b@example.org", "a@example.org, b@example.org"]
)
def test_what_is_no_address_is_refused_in_words_and_nothing_is_queued(address):
    with pytest.raises(ValidationError, match="no e-mail address"):
        a_mail(address)
    assert not Mail.objects.exists()


def test_mail_goes_to_the_address_of_the_moment_or_to_one_that_was_named(smtp, person):
    a_mail(person)
    tell_account_changed(person, "The address was changed", address="old@example.org")
    with_address(person, "new@example.org")
    send_due()
    assert sorted(smtp.recipients) == ["new@example.org", "old@example.org"]


def test_mail_is_part_of_the_transaction_of_what_it_tells_of(person):
    with transaction.atomic():
        a_mail(person)
        transaction.set_rollback(True)
    assert not Mail.objects.exists()


def test_the_same_event_and_recipient_is_queued_once(person):
    assert a_mail(person, dedupe="event 1")
    assert a_mail(person, dedupe="event 1") is None
    assert Mail.objects.count() == 1


def test_newer_digest_takes_the_place_of_one_that_waits(smtp, person):
    first = queue_mail(to=person, kind="queries", dedupe="queries:1")
    second = queue_mail(to=person, kind="queries", dedupe="queries:2")
    assert (after(first).state, after(second).state) == (MailState.CANCELLED, MailState.WAITING)


def test_kind_is_registered_once():
    with pytest.raises(ValueError, match="already"):
        register(KINDS["account-changed"])


# --- links that give access -----------------------------------------------------------------------


def test_secret_is_made_at_the_sending_and_stored_nowhere(smtp, person, monkeypatch):
    made = MailKind("account-changed", "Test", "Test", why="", at_sending=lambda mail: {"what": "secret-123"})
    monkeypatch.setitem(KINDS, "account-changed", made)
    mail = a_mail(person)
    send_due()
    assert "secret-123" in html_of(smtp.mails[0])
    assert "secret-123" not in str(Mail.objects.filter(pk=mail.pk).values())


def test_what_is_written_for_a_link_is_undone_when_the_mail_is_not_taken(smtp, person, monkeypatch):
    def link(mail: Mail) -> dict[str, str]:
        with acting(SYSTEM, source="test"):
            make_site("LINK")
        return {}

    made = MailKind("account-changed", "Test", "Test", why="", at_sending=link)
    monkeypatch.setitem(KINDS, "account-changed", made)
    smtp.answers = {"DATA": "451 later"}
    mail = a_mail(person)
    send_due()
    assert not Site.objects.filter(code="LINK").exists()
    smtp.answers = {}
    make_due(mail)
    send_due()
    assert Site.objects.filter(code="LINK").exists()


def test_mail_that_nobody_needs_any_more_is_not_sent(smtp, person, monkeypatch):
    def gone(mail: Mail) -> dict[str, str]:
        raise NotNeeded("It was used.")

    made = MailKind("account-changed", "Test", "Test", why="", at_sending=gone)
    monkeypatch.setitem(KINDS, "account-changed", made)
    mail = a_mail(person)
    send_due()
    assert (after(mail).state, mail.last_error) == (MailState.CANCELLED, "It was used.")
    assert smtp.mails == []


# --- what goes wrong ------------------------------------------------------------------------------


@pytest.mark.parametrize("when", ["RCPT", "DATA"])
def test_server_that_says_later_is_tried_again_after_longer_and_longer_waits(smtp, person, when):
    smtp.answers = {when: "451 4.3.0 Try later"}
    mail, now = a_mail(person), timezone.now()
    for tries, wait in enumerate(WAITS, start=1):
        with time_machine.travel(now, tick=False):
            send_due()
            assert (after(mail).state, mail.tries) == (MailState.FAILED, tries)
            assert mail.next_try_at == now + wait
            assert mail.last_error == "The mail server answered 451 4.3.0 Try later"
            send_due()  # not due yet: not tried
            assert after(mail).tries == tries
        now += wait
    smtp.answers = {}
    with time_machine.travel(now, tick=False):
        send_due()
    assert after(mail).state == MailState.SENT
    assert len(smtp.mails) == 1


@pytest.mark.parametrize("when", ["RCPT", "DATA"])
def test_server_that_refuses_for_good_is_not_asked_again(smtp, person, when):
    smtp.answers = {when: "550 5.1.1 No such person"}
    mail = a_mail(person)
    send_due()
    assert (after(mail).state, mail.tries) == (MailState.GIVEN_UP, 1)
    assert "550 5.1.1 No such person" in mail.last_error


def test_mail_that_fails_for_two_days_is_given_up(smtp, person):
    smtp.answers = {"DATA": "451 later"}
    mail = a_mail(person)
    Mail.objects.update(tries=14)  # so many take 47 hours
    with time_machine.travel(timezone.now() + timedelta(hours=47), tick=False):
        send_due()
    assert after(mail).state == MailState.GIVEN_UP
    assert mail.last_error == "The mail server answered 451 later"


def test_server_down_for_a_day_loses_nothing_and_is_not_flooded(settings, smtp, person, other_site):
    people = [person, *(with_address(make_user(f"c{n}", Role.COORDINATOR, other_site)) for n in range(3))]
    mails = [a_mail(one) for one in people]
    up, settings.EMAIL_PORT = settings.EMAIL_PORT, free_port()
    begun, now = timezone.now(), timezone.now()
    while now < begun + timedelta(days=1):
        with time_machine.travel(now, tick=False):
            before = sum(Mail.objects.values_list("tries", flat=True))
            send_due()
            assert sum(Mail.objects.values_list("tries", flat=True)) - before <= 1, "the server is left alone"
        now += timedelta(minutes=30)
    assert "cannot be reached" in after(mails[0]).last_error
    settings.EMAIL_PORT = up
    with time_machine.travel(now, tick=False):
        assert send_due()
    assert sorted(smtp.recipients) == sorted(one.email for one in people)
    assert set(Mail.objects.values_list("state", flat=True)) == {MailState.SENT}


def test_refused_connection_leaves_the_others_untried(settings, smtp, person):
    settings.EMAIL_PORT = free_port()
    first, second = a_mail(person), a_mail(person)
    assert not send_due()
    assert (after(first).tries, after(second).tries) == (1, 0)


def test_slow_server_is_given_up_after_its_time(settings, smtp, person):
    settings.EMAIL_TIMEOUT, smtp.delay = 0.2, 1
    mail = a_mail(person)
    send_due()
    assert (after(mail).state, mail.tries) == (MailState.FAILED, 1)
    assert "did not answer in time" in mail.last_error


def test_mail_that_waited_until_nobody_has_use_of_it_is_not_sent(smtp, person):
    mail = a_mail(person)
    with time_machine.travel(timezone.now() + timedelta(days=3), tick=False):
        send_due()
    assert (after(mail).state, smtp.mails) == (MailState.GIVEN_UP, [])


def test_mail_waits_where_mail_is_off(settings, person):
    settings.MAIL = MailServer()
    mail = a_mail(person)
    send_due()
    assert (after(mail).state, mail.tries) == (MailState.WAITING, 0)


def test_account_without_address_or_closed_is_said_so(smtp, coordinator, investigator):
    without = a_mail(coordinator)
    with acting(SYSTEM, source="test"):
        investigator.is_active = False
        investigator.save(update_fields=["is_active"])
    closed = queue_mail(to=with_address(investigator), kind="queries")
    told = a_mail(investigator, "The account was closed")
    send_due()
    assert (after(without).state, without.last_error) == (
        MailState.GIVEN_UP,
        "The account has no e-mail address.",
    )
    assert (after(closed).state, closed.last_error) == (MailState.CANCELLED, "The account is closed.")
    assert after(told).state == MailState.SENT


def test_fault_of_the_software_holds_no_other_mail_up_and_shows_no_value(smtp, person, monkeypatch):
    def faulty(mail: Mail) -> dict[str, str]:
        raise RuntimeError("pulse 120")

    made = MailKind("faulty", "Test", "Test", why="", at_sending=faulty)
    monkeypatch.setitem(KINDS, "faulty", made)
    bad, good = queue_mail(to=person, kind="faulty"), a_mail(person)
    send_due()
    assert (after(bad).state, after(good).state) == (MailState.FAILED, MailState.SENT)
    assert "pulse" not in bad.last_error
    assert "RuntimeError" in bad.last_error


def test_kind_of_another_version_is_given_up(smtp, person):
    mail = a_mail(person)
    Mail.objects.update(kind="of-yore")
    send_due()
    assert (after(mail).state, smtp.mails) == (MailState.GIVEN_UP, [])


def test_mail_that_was_given_up_is_sent_again_on_demand_with_the_same_identity(smtp, person, administrator):
    smtp.answers = {"RCPT": "550 no"}
    mail = a_mail(person)
    send_due()
    smtp.answers = {}
    assert send_again(mail, administrator)
    send_due()
    assert (after(mail).state, mail.again_by) == (MailState.SENT, administrator)
    assert smtp.mails[0]["Message-ID"].startswith(f"<{mail.message_key}@")
    assert not send_again(mail, administrator)


# --- STARTTLS and the test mail -------------------------------------------------------------------


@pytest.fixture
def with_tls(settings, smtp, tmp_path):
    """The certificate's file, of a server that takes nothing in the clear."""
    cert_file, context = certificate(tmp_path)
    with serving(smtp, tls_context=context, require_starttls=True) as port:
        settings.EMAIL_PORT, settings.EMAIL_USE_TLS = port, True
        yield cert_file


def test_mail_goes_by_starttls_to_a_server_whose_certificate_is_known(smtp, with_tls, person, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(with_tls))
    a_mail(person)
    assert send_due()
    assert smtp.by_tls == [True]


def test_server_with_an_unknown_certificate_gets_nothing(smtp, with_tls, person):
    mail = a_mail(person)
    assert not send_due()
    assert (after(mail).state, smtp.mails) == (MailState.FAILED, [])
    assert "certificate" in mail.last_error.lower()


def test_test_mail_says_what_the_server_answers(smtp, capsys):
    call_command("send_test_mail", "operator@example.org")
    assert smtp.recipients == ["operator@example.org"]
    smtp.answers = {"RCPT": "550 Unknown"}
    with pytest.raises(CommandError, match="550 Unknown"):
        call_command("send_test_mail", "nobody@example.org")


def test_test_mail_says_that_mail_is_off():
    with pytest.raises(CommandError, match="MAIL_HOST"):
        call_command("send_test_mail", "operator@example.org")
