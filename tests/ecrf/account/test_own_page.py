"""One's own page: roles and what is in their way, sessions, and what is shown once after a login."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from ecrf.access.login_log import LoginEvent, What
from ecrf.access.models import Membership
from ecrf.access.roles import Role
from ecrf.account.browser_words import browser_words
from ecrf.account.models import UserSession
from ecrf.account.session_store import row_key
from ecrf.account.sessions import end_sessions, sessions_of
from ecrf.audit.actor import SYSTEM, acting
from tests.bench.counting import statements
from tests.conftest import PASSWORD
from tests.ecrf.account.conftest import give_phone, half_logged_in, is_in

pytestmark = pytest.mark.django_db

GOOD = {"username": "coordinator", "password": PASSWORD}
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:143.0) Gecko/20100101 Firefox/143.0"
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0"
    " Mobile/15E148 Safari/604.1"
)


def logged_in(**headers: str) -> Client:
    client = Client(headers=headers)
    assert client.post("/login/", GOOD).status_code == 302
    return client


# --- the page -------------------------------------------------------------------------------------


def test_role_is_there_from_the_day_on_which_it_was_given_or_is_to_begin(client, coordinator, site):
    given_on = Membership.objects.get(user=coordinator).granted_at.astimezone(site.zone).date()
    with acting(SYSTEM):
        Membership.objects.create(user=coordinator, role=Role.MONITOR, site=site, starts_on="2099-01-01")
    client.force_login(coordinator)
    body = client.get(reverse("account")).content.decode()
    assert re.findall(r'data-label="From">(\S+)<', body) == [str(given_on), "2099-01-01"]


def test_page_shows_roles_sites_and_what_is_in_the_way(client, coordinator, site):
    with acting(SYSTEM):
        site.active_from = None
        site.save()
        Membership.objects.create(
            user=coordinator, role=Role.INSPECTOR, starts_on="2099-01-01", ends_on="2099-12-31"
        )
    client.force_login(coordinator)
    page = client.get("/account/").content.decode()
    assert "01 · Synthetic hospital 01" in page
    assert "is not active yet" in page
    assert "Ask the administrator of this study" in page
    assert "not in force today" in page
    assert "2099-12-31" in page


def test_name_in_the_head_of_every_page_leads_there(client, coordinator):
    client.force_login(coordinator)
    assert '<a href="/account/">Synthetic coordinator</a>' in client.get("/").content.decode()


def test_role_stands_in_the_head_of_every_page(client, coordinator, monitor):
    client.force_login(coordinator)
    assert '<span class="role">Coordinator' in client.get("/").content.decode()
    client.force_login(monitor)
    assert '<span class="role">Monitor' in client.get("/monitor/").content.decode()


def test_page_takes_the_same_number_of_statements_whatever_there_is(client, coordinator, site, other_site):
    client.force_login(coordinator)
    client.get("/account/")
    few = statements(lambda: client.get("/account/"), 200).count
    with acting(SYSTEM):
        for role in (Role.INVESTIGATOR, Role.SUB_INVESTIGATOR):
            Membership.objects.create(user=coordinator, role=role, site=other_site)
    for _ in range(3):
        Client().force_login(coordinator)
    assert statements(lambda: client.get("/account/"), 200).count == few


# --- sessions -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("header", "words"),
    [(FIREFOX, "Firefox on Windows"), (IPHONE, "Safari on an iPhone"), ("curl/8", ""), ("", "")],
)
def test_browser_is_named_in_words(header, words):
    assert browser_words(header) == words


@pytest.mark.requirement("R-058")
def test_own_sessions_are_listed_and_ended_at_their_next_request(coordinator):
    here, phone = logged_in(User_Agent=FIREFOX), logged_in(User_Agent=IPHONE)
    page = here.get("/account/").content.decode()
    assert "Firefox on Windows" in page
    assert "Safari on an iPhone" in page
    assert "127.0.0.1" in page
    assert here.session.session_key not in page
    assert phone.session.session_key not in page
    [key] = [
        part.split('"')[0] for part in page.split('name="which" value="')[1:] if not part.startswith("others")
    ]
    here.post(reverse("end-session"), {"which": key})
    assert not is_in(phone)
    assert is_in(here)
    assert LoginEvent.objects.filter(what=What.ENDED, username="coordinator").count() == 1


@pytest.mark.requirement("R-058")
def test_all_others_are_ended_and_this_one_goes_on(coordinator):
    here, others = logged_in(), [logged_in(), logged_in()]
    here.post(reverse("end-session"), {"which": "others"})
    assert is_in(here)
    assert not any(is_in(other) for other in others)


@pytest.mark.parametrize("which", ["", "x", "0" * 20, "\x00"])
def test_session_that_there_is_not_or_somebody_elses_is_not_ended(coordinator, investigator, which):
    here, theirs = logged_in(), Client()
    theirs.force_login(investigator)
    here.post(reverse("end-session"), {"which": which})
    assert is_in(theirs)
    assert is_in(here)


@pytest.mark.requirement("R-058")
def test_administrator_ends_all_sessions_of_an_account(coordinator, administrator):
    clients = [logged_in(), logged_in()]
    assert sessions_of(coordinator).count() == 2
    by = administrator.acting_at(None, None)
    assert end_sessions(user=coordinator, by=by, reason="The phone is lost") == 2
    assert not any(is_in(client) for client in clients)


def test_session_row_says_whose_it_is_from_where_and_since_when(coordinator):
    client = logged_in(User_Agent=FIREFOX)
    row = UserSession.objects.get(session_key=row_key(client.session.session_key))
    assert (row.user, row.address, row.browser) == (coordinator, "127.0.0.1", "Firefox on Windows")
    assert row.began_at is not None


@pytest.mark.requirement("R-055")
def test_asking_how_long_the_session_lasts_does_not_extend_it_and_the_button_does(
    client, coordinator, monkeypatch
):
    client.post("/login/", GOOD)
    now = client.session["seen_at"] + 1700
    monkeypatch.setattr("ecrf.account.own.views.time.time", lambda: now)
    url = reverse("session")
    asked = {"X-Unattended": "yes"}
    assert (
        client.get(url, headers=asked).json()["idle"] == client.get(url, headers=asked).json()["idle"] == 100
    )
    assert client.post(url).json()["idle"] == 1800
    assert client.get(url, headers=asked).json()["idle"] == 1800
    client.post("/logout/")
    assert client.get(url, headers=asked).status_code == 401


# --- after a login --------------------------------------------------------------------------------


@pytest.mark.requirement("R-061")
def test_last_login_and_failed_tries_since_are_shown_once(coordinator):
    first = logged_in()
    assert "This is the first login" in first.get("/").content.decode()
    for _ in range(2):
        Client().post("/login/", {**GOOD, "password": "wrong"})
    second = logged_in()
    page = " ".join(second.get("/").content.decode().split())
    assert "Last login 20" in page
    assert "from 127.0.0.1" in page
    assert "2 failed tries" in page
    assert "JST" in page
    assert "Last login" not in second.get("/").content.decode()


@pytest.mark.requirement("R-061")
def test_fragment_does_not_use_the_note_up(coordinator):
    client = logged_in()
    client.get("/places/", headers={"HX-Request": "true"})
    assert "first login" in client.get("/").content.decode()


# --- what a login costs ---------------------------------------------------------------------------

LOGIN_AT_MOST = 45


def test_login_takes_a_bounded_number_of_statements_whatever_the_log_holds(coordinator, settings):
    settings.ALLOWED_HOSTS = ["testserver"]

    def login() -> int:
        return statements(lambda: Client().post("/login/", GOOD), 302).count

    login()
    few = login()
    assert few <= LOGIN_AT_MOST
    for _ in range(10):
        login()
    assert login() == few


def test_second_factor_takes_a_bounded_number_of_statements(client, coordinator):
    phone = give_phone(coordinator)
    half_logged_in(client)
    found = statements(lambda: client.post("/login/second-factor/", {"code": phone.code()}), 302)
    assert found.count <= LOGIN_AT_MOST, "\n".join(found.sql)
