"""Links that come by mail: an invitation, a forgotten password, a new address. Each opens once, and in time."""

import re
import time
from datetime import timedelta

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from ecrf.access.login_log import LoginEvent, What
from ecrf.access.models import Membership, User
from ecrf.access.roles import Role
from ecrf.account import invitations
from ecrf.account.factors import has_second_factor
from ecrf.account.links import address_of
from ecrf.account.lockout import LINKS_FOR_A_NAME, LINKS_FROM_AN_ADDRESS
from ecrf.account.models import LinkKind, SecretLink
from ecrf.audit.actor import SYSTEM, acting
from ecrf.audit.models import AuditEvent
from ecrf.mail.models import Mail
from ecrf.signatures.signers import has_declared
from tests.conftest import PASSWORD, make_user
from tests.ecrf.account.conftest import Phone, give_address, give_phone, is_in, link_in

pytestmark = pytest.mark.django_db

NEW = "violet harbour seventeen kettles"
CHOSEN = {"password": NEW, "again": NEW}


@pytest.fixture
def invited(site) -> User:
    """An account without a password, as an administrator makes it."""
    with acting(SYSTEM, source="test"):
        user = User(username="newcomer", full_name="Synthetic Newcomer", email="newcomer@example.org")
        user.set_unusable_password()
        user.save()
        Membership.objects.create(user=user, role=Role.INVESTIGATOR, site=site)
    return user


def invite(user: User, by: User) -> SecretLink:
    return invitations.invite(user=user, by=by.acting_at(None, None), invited_by=by)


def later(link: SecretLink, **by: float) -> None:
    with acting(SYSTEM, source="test"):
        SecretLink.objects.filter(pk=link.pk).update(valid_until=timezone.now() - timedelta(**by))


# --- an invitation --------------------------------------------------------------------------------


@pytest.mark.requirement("R-059")
def test_invitation_leads_by_mail_to_password_second_factor_and_declaration(
    client, invited, administrator, mails, everybody_needs_one
):
    invite(invited, administrator)
    path = link_in(mails()[-1])
    assert "Synthetic Newcomer" in client.get(path).content.decode()
    assert client.post(path, CHOSEN).headers["Location"] == reverse("welcome")
    setup = reverse("second-factor-setup")
    assert client.get(reverse("welcome")).headers["Location"] == setup
    page = client.get(reverse("add-authenticator")).content.decode()
    phone = Phone(page.split('class="secret"')[1].split(">")[1].split("<")[0].replace(" ", ""))
    client.post(reverse("add-authenticator"), {"code": phone.code()})
    client.post(reverse("recovery-codes-kept"))
    invited = User.objects.get(pk=invited.pk)
    assert has_second_factor(invited)
    assert client.get(reverse("welcome")).headers["Location"] == reverse("declaration")
    assert client.post(reverse("declaration"), {}).status_code == 422
    assert client.post(reverse("declaration"), {"declares": "yes"}).headers["Location"] == reverse("welcome")
    assert has_declared(invited)
    assert client.get(client.get(reverse("welcome")).headers["Location"]).status_code == 200
    assert is_in(client)


@pytest.mark.parametrize("asked", ["ko-KR", "en-GB"])
def test_page_behind_a_mailed_link_is_in_the_language_of_the_mail(
    client, invited, administrator, site, asked
):
    """The browser of a hospital asks for what its machine was set up in."""
    with acting(SYSTEM, source="test"):
        site.language = "ja"
        site.save(update_fields=["language"])
    address, browser = address_of(invite(invited, administrator)), {"accept-language": asked}
    assert '<html lang="ja">' in client.get(address, headers=browser).content.decode()
    refused = client.post(address, {"password": "short", "again": "short"}, headers=browser)
    assert '<html lang="ja">' in refused.content.decode()
    welcomed = client.post(address, CHOSEN, headers=browser, follow=True).content.decode()
    assert "newcomer" in welcomed
    assert "Welcome" not in welcomed
    with acting(SYSTEM, source="test"):
        invited.language = "zh-hans"
        invited.save(update_fields=["language"])
    assert '<html lang="zh-hans">' in Client().get(address, headers=browser).content.decode()


def lives_in(owner, language: str) -> None:
    with acting(SYSTEM, source="test"):
        owner.language = language
        owner.save(update_fields=["language"])


@pytest.mark.parametrize("language", ["", "ja"])
def test_what_was_chosen_in_the_browser_does_not_go_before_the_language_of_the_mail(
    client, invited, administrator, site, mails, settings, language
):
    """Where neither the person nor the site has chosen one, the mail is English."""
    if language:
        lives_in(site, language)
    link, chosen = invite(invited, administrator), "zh-hans"
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = chosen
    assert ("Welcome. An account was made" in mails()[-1].body) is not bool(language)
    page = f'<html lang="{language or "en"}">'
    asks = {"accept-language": chosen}
    opened = client.get(address_of(link), headers=asks).content.decode()
    assert page in opened
    assert reverse("choose-language") not in opened  # it would change nothing here
    later(link, seconds=1)
    expired = client.get(address_of(link), headers=asks)
    assert expired.status_code == 410
    assert page in expired.content.decode()


def test_who_opens_somebody_elses_link_is_told_in_the_own_language(
    client, invited, administrator, coordinator
):
    lives_in(invited, "zh-hans")
    lives_in(coordinator, "ja")
    link = invite(invited, administrator)
    client.force_login(coordinator)
    for status in (409, 410):
        for answer in (client.get(address_of(link)), client.post(address_of(link), CHOSEN)):
            assert answer.status_code == status
            assert '<html lang="ja">' in answer.content.decode()
        later(link, seconds=1)


def test_password_of_an_invitation_is_nobodys_but_the_owners(client, invited, administrator):
    link = invite(invited, administrator)
    client.post(address_of(link), CHOSEN)
    event = AuditEvent.objects.filter(table="access_user").latest("position")
    assert event.actor == "newcomer"
    assert NEW not in str(list(AuditEvent.objects.values()))


def test_what_the_database_holds_opens_nothing(client, invited, administrator, settings):
    link = invite(invited, administrator)
    opened = address_of(link).split("/")[-2]
    assert opened not in str(list(SecretLink.objects.values())) + str(list(Mail.objects.values()))
    assert link.nonce not in str(list(AuditEvent.objects.values()))
    settings.SECRET_KEY = "another " * 10
    assert address_of(link).split("/")[-2] != opened


def opens_nothing(client: Client, path: str) -> bool:
    answers = [client.get(path), client.post(path, CHOSEN)]
    return all(
        answer.status_code == 410 and "This link opens nothing" in answer.content.decode()
        for answer in answers
    )


@pytest.mark.parametrize(
    "fault", ["used", "late", "withdrawn", "replaced", "closed", "wrong code", "wrong kind"]
)
def test_link_used_twice_late_withdrawn_or_wrong_opens_nothing_and_says_the_same(
    client, invited, administrator, fault
):
    link = invite(invited, administrator)
    path, by = address_of(link), administrator.acting_at(None, None)
    match fault:
        case "used":
            Client().post(path, CHOSEN)
        case "late":
            later(link, seconds=1)
        case "withdrawn":
            assert invitations.withdraw(user=invited, by=by, withdrawn_by=administrator)
        case "replaced":
            invite(invited, administrator)
        case "closed":
            with acting(SYSTEM):
                User.objects.filter(pk=invited.pk).update(is_active=False)
        case "wrong code":
            path = path[:-2] + ("0/" if path[-2] != "0" else "1/")
        case "wrong kind":
            path = path.replace("/invitation/", "/reset/")
    before = User.objects.get(pk=invited.pk).password
    assert opens_nothing(client, path)
    assert User.objects.get(pk=invited.pk).password == before
    assert not is_in(client)


@pytest.mark.parametrize("token", ["x", "1", "1-", "-", "9" * 30 + "-a", "1-\ud7ff", "1-" + "a" * 2000])
def test_odd_link_opens_nothing(client, token, db):
    assert client.get(f"/invitation/{token}/").status_code == 410


def test_invitation_opened_while_somebody_is_logged_in_says_so_and_takes_nothing_over(
    client, invited, administrator, coordinator
):
    path = address_of(invite(invited, administrator))
    client.force_login(coordinator)
    for answer in (client.get(path), client.post(path, CHOSEN)):
        assert answer.status_code == 409
        assert "Synthetic coordinator" in answer.content.decode()
        assert "newcomer" not in answer.content.decode()
    assert not User.objects.get(pk=invited.pk).has_usable_password()
    assert client.session["_auth_user_id"] == str(coordinator.pk)


def test_who_looks_at_a_link_does_not_use_it(client, invited, administrator):
    path = address_of(invite(invited, administrator))
    for _ in range(3):
        assert client.get(path).status_code == 200
    assert client.post(path, CHOSEN).status_code == 302


def test_invitation_says_how_far_it_is(invited, administrator, client):
    assert invitations.state_of(invited).key == "none"
    link = invite(invited, administrator)
    assert invitations.state_of(invited).key == "waiting"
    later(link, hours=1)
    assert invitations.state_of(invited).key == "expired"
    link = invite(invited, administrator)
    client.post(address_of(link), CHOSEN)
    assert invitations.state_of(invited).key == "accepted"


def test_who_cannot_be_invited_is_said_in_words(coordinator, invited, administrator):
    with pytest.raises(ValidationError, match="no e-mail address"):
        invite(coordinator, administrator)
    give_address(coordinator)
    with pytest.raises(ValidationError, match="has chosen a password"):
        invite(coordinator, administrator)


def test_mail_of_an_invitation_that_was_withdrawn_is_not_sent(invited, administrator, mails):
    invite(invited, administrator)
    invitations.withdraw(user=invited, by=administrator.acting_at(None, None), withdrawn_by=administrator)
    assert mails() == []


# --- the rules of passwords -----------------------------------------------------------------------


@pytest.mark.requirement("R-051")
@pytest.mark.parametrize(
    ("password", "words"),
    [
        ("short words", "Too short: take at least 12 characters"),
        ("password1234", "Too common"),
        ("SyntheticNewcomer", "others would try first"),
        ("newcomer-2026", "others would try first"),
        ("newcomer@example.org", "Too similar"),
        ("Hospital 2026!", "others would try first"),
        ("x" * 4097, "more than 4096"),
        ("", "Choose a password"),
    ],
)
def test_password_that_others_would_guess_is_refused_in_words(
    client, invited, administrator, password, words
):
    path = address_of(invite(invited, administrator))
    answer = client.post(path, {"password": password, "again": password})
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert client.post(path, CHOSEN).status_code == 302


@pytest.mark.requirement("R-051")
@pytest.mark.parametrize(
    "password",
    [
        "hospital " + NEW,
        "くしゃみ と 猫 と 四つの 窓際",
        "x y" * 1365,
        "0123 rivers under moss",
        "  blank kept at ends  ",
    ],
)
def test_long_password_of_any_letters_is_taken_whole(client, invited, administrator, password):
    path = address_of(invite(invited, administrator))
    assert client.post(path, {"password": password, "again": password}).status_code == 302
    assert User.objects.get(pk=invited.pk).check_password(password)
    assert not User.objects.get(pk=invited.pk).check_password(password[:-1])


def test_two_passwords_that_differ_are_refused(client, invited, administrator):
    path = address_of(invite(invited, administrator))
    assert "do not agree" in client.post(path, {**CHOSEN, "again": NEW + "!"}).content.decode()


# --- a forgotten password -------------------------------------------------------------------------


def ask(client: Client, who: str):
    return client.post("/login/forgotten/", {"who": who})


@pytest.mark.requirement("R-059")
@pytest.mark.parametrize("who", ["coordinator", "coordinator@example.org", "Coordinator@Example.org"])
def test_forgotten_password_is_chosen_anew_by_the_link_in_a_mail(client, coordinator, mails, who):
    give_address(coordinator)
    other = Client()
    other.force_login(coordinator)
    assert ask(client, who).status_code == 200
    path = link_in(mails()[-1])
    assert client.post(path, CHOSEN).headers["Location"] == "/login/"
    assert not is_in(client)
    assert not is_in(other)
    assert client.post("/login/", {"username": "coordinator", "password": NEW}).status_code == 302
    assert "was changed by the link" in mails()[-1].body
    assert opens_nothing(Client(), path)


def test_second_factor_is_asked_for_after_a_reset_too(client, coordinator, mails):
    give_address(coordinator)
    give_phone(coordinator)
    ask(client, "coordinator")
    client.post(link_in(mails()[-1]), CHOSEN)
    answer = client.post("/login/", {"username": "coordinator", "password": NEW})
    assert answer.headers["Location"] == "/login/second-factor/"


@pytest.mark.requirement("R-054")
def test_answer_is_the_same_whether_or_not_there_is_an_account(client, coordinator, invited, mails):
    give_address(coordinator)

    def page(who: str) -> str:
        return re.sub(r'value="[^"]*"', "", ask(client, who).content.decode())

    assert page("coordinator") == page("nobody-at-all") == page("nobody@example.org") == page("newcomer")
    assert [message.to for message in mails()] == [["Synthetic coordinator <coordinator@example.org>"]]
    assert whats().count(What.RESET_ASKED) == 4


@pytest.mark.requirement("R-054")
def test_the_same_is_done_whether_or_not_there_is_an_account(client, coordinator, invited):
    """Statement by statement: the time that the page takes tells nobody which accounts there are."""
    give_address(coordinator)
    closed = give_address(make_user("closed", Role.SAFETY))
    with acting(SYSTEM, source="test"):
        User.objects.filter(pk=closed.pk).update(is_active=False)
    done = set()
    for who in (
        "coordinator",
        "coordinator@example.org",
        "nobody",
        "nobody@example.org",
        "newcomer",
        "closed",
    ):
        with CaptureQueriesContext(connection) as captured:
            assert ask(client, who).status_code == 200
        done.add(tuple(re.sub(r"'[^']*'|\d+", "?", query["sql"]) for query in captured))
    assert len(done) == 1
    assert not SecretLink.objects.exists()
    assert not Mail.objects.exists()


@pytest.mark.requirement("R-054")
def test_whoever_asks_many_times_before_the_worker_looks_gets_one_link(client, coordinator, mails):
    give_address(coordinator)
    for _ in range(LINKS_FOR_A_NAME + 2):
        ask(client, "coordinator")
    assert len(mails()) == 1
    assert len(mails()) == 1
    assert SecretLink.objects.filter(kind=LinkKind.RESET).count() == 1


def test_what_was_asked_for_while_no_worker_ran_for_hours_is_not_sent(client, coordinator, mails):
    give_address(coordinator)
    ask(client, "coordinator")
    with time_machine.travel(timezone.now() + timedelta(minutes=61)):
        assert mails() == []


def whats() -> list[str]:
    return list(LoginEvent.objects.order_by("pk").values_list("what", flat=True))


def test_newer_link_takes_the_place_of_the_older(client, coordinator, mails):
    give_address(coordinator)
    ask(client, "coordinator")
    first = link_in(mails()[-1])
    assert len(mails()) == 1
    ask(client, "coordinator")
    second = link_in(mails()[-1])
    assert opens_nothing(client, first)
    assert client.post(second, CHOSEN).status_code == 302


@pytest.mark.requirement("R-059")
def test_link_is_good_for_an_hour(client, coordinator, mails):
    give_address(coordinator)
    ask(client, "coordinator")
    assert mails()
    link = SecretLink.objects.get(kind=LinkKind.RESET)
    assert timedelta(minutes=59) < link.valid_until - timezone.now() <= timedelta(hours=1)


@pytest.mark.requirement("R-054")
def test_few_links_are_sent_for_one_account_and_few_asked_for_from_one_address(client, coordinator, mails):
    give_address(coordinator)
    for _ in range(LINKS_FROM_AN_ADDRESS):
        assert ask(client, "coordinator").status_code == 200
        assert mails()
    assert len(SecretLink.objects.all()) == LINKS_FOR_A_NAME
    refused = ask(client, "coordinator")
    assert refused.status_code == 422
    assert "Many links were asked for" in refused.content.decode()


@pytest.mark.parametrize("who", ["\x00", "x" * 300, "💥", "a@b\r\nBcc: c@d", " "])
def test_odd_name_is_nobodys(client, coordinator, mails, who):
    assert ask(client, who).status_code in (200, 422)
    assert mails() == []


def test_link_is_not_in_the_log_of_requests(client, invited, administrator, caplog):
    path = address_of(invite(invited, administrator)).removeprefix("http://testserver")
    with caplog.at_level("INFO", logger="ecrf.request"):
        client.get(path)
    logged = [str(record.__dict__) for record in caplog.records if record.name == "ecrf.request"]
    assert logged
    assert not [line for line in logged if path.split("/")[-2] in line]


# --- a new address --------------------------------------------------------------------------------


@pytest.fixture
def at_home(client, coordinator) -> Client:
    give_address(coordinator)
    client.post("/login/", {"username": "coordinator", "password": PASSWORD})
    return client


def change(client: Client, email: str, password: str = PASSWORD):
    return client.post(reverse("change-address"), {"email": email, "current_password": password})


@pytest.mark.requirement("R-059")
def test_new_address_counts_once_its_link_is_opened_and_the_old_one_is_told(at_home, coordinator, mails):
    assert change(at_home, "new@example.org").status_code == 302
    coordinator.refresh_from_db()
    assert coordinator.email == "coordinator@example.org"
    [link, told] = sorted(mails(), key=lambda message: message.subject)[-2:]
    by_address = {message.to[0].split("<")[-1].strip(">"): message for message in mails()}
    path = link_in(by_address["new@example.org"])
    assert "was asked for" in by_address["coordinator@example.org"].body
    assert at_home.post(path).headers["Location"] == "/account/"
    coordinator.refresh_from_db()
    assert coordinator.email == "new@example.org"
    assert {message.to[0].split("<")[-1].strip(">") for message in mails()[2:]} == {
        "coordinator@example.org",
        "new@example.org",
    }
    assert link
    assert told


@pytest.mark.requirement("R-059")
def test_address_is_not_changed_without_the_password_however_fresh_the_login(at_home, coordinator, mails):
    assert change(at_home, "new@example.org", "wrong").status_code == 422
    assert change(at_home, "new@example.org", "").status_code == 422
    assert mails() == []


@pytest.mark.parametrize(
    "email", ["no address", "a@b\r\nBcc: c@example.org", "coordinator@example.org", "x" * 300]
)
def test_what_is_no_new_address_is_refused_in_words_and_kept(at_home, mails, email):
    answer = change(at_home, email)
    assert answer.status_code == 422
    assert "address" in answer.content.decode()
    assert mails() == []


def test_address_that_another_account_has_by_then_is_refused_in_words(at_home, coordinator, invited, mails):
    change(at_home, "new@example.org")
    path = link_in(next(m for m in mails() if "new@example.org" in m.to[0]))
    with acting(SYSTEM):
        User.objects.filter(pk=invited.pk).update(email="New@example.org")
    answer = at_home.post(path)
    assert answer.status_code == 422
    assert "another account" in answer.content.decode()


@pytest.mark.requirement("R-059")
def test_link_that_went_to_the_old_address_sets_no_password_after_the_change(at_home, coordinator, mails):
    change(at_home, "new@example.org")
    path = link_in(next(m for m in mails() if "new@example.org" in m.to[0]))
    ask(Client(), "coordinator")
    old = link_in(mails()[-1])
    at_home.post(path)
    assert Client().get(old).status_code == 410


# --- one's password -------------------------------------------------------------------------------


@pytest.mark.requirement("R-059")
def test_password_is_changed_with_the_one_of_now_and_other_sessions_end(at_home, coordinator, mails):
    other = Client()
    other.force_login(coordinator)
    key = at_home.session.session_key
    answer = at_home.post(reverse("change-password"), {**CHOSEN, "current_password": PASSWORD})
    assert answer.headers["Location"] == "/account/"
    assert is_in(at_home)
    assert at_home.session.session_key != key
    assert not is_in(other)
    assert "The password was changed" in mails()[-1].body
    assert What.ENDED in whats()


@pytest.mark.requirement("R-059")
@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"current_password": "wrong", **CHOSEN}, "not your password"),
        ({**CHOSEN}, "not your password"),
        (
            {"current_password": PASSWORD, "password": PASSWORD, "again": PASSWORD},
            "the password that you have now",
        ),
        ({"current_password": PASSWORD, "password": "short", "again": "short"}, "at least 12"),
    ],
)
def test_password_is_not_changed_otherwise(at_home, coordinator, typed, words):
    answer = at_home.post(reverse("change-password"), typed)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert User.objects.get(pk=coordinator.pk).check_password(PASSWORD)


def test_password_was_given_a_moment_ago_and_still_has_to_be_given(at_home):
    assert 0 <= time.time() - at_home.session["proved_at"] < 60
    assert b'name="current_password"' in at_home.get(reverse("change-password")).content
