"""Login, the way back in when a session ended, and who is put out at once."""

from datetime import timedelta
from types import SimpleNamespace
from urllib.parse import urlencode

import pytest
from django.contrib.auth.hashers import PBKDF2PasswordHasher, make_password
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from ecrf.access.login_log import LoginTry
from ecrf.access.models import Membership, User
from ecrf.account.models import UserSession
from ecrf.audit.actor import SYSTEM, acting
from tests.builders import a_patient, a_visit
from tests.conftest import PASSWORD

pytestmark = pytest.mark.django_db

GOOD = {"username": "coordinator", "password": PASSWORD}
MINUTE = 60


@pytest.fixture
def clock(monkeypatch):
    """The server's clock as the idle logout reads it; set `clock.now`."""
    found = SimpleNamespace(now=1_800_000_000.0)
    monkeypatch.setattr("ecrf.account.idle.time", SimpleNamespace(time=lambda: found.now))
    return found


@pytest.fixture
def visit(site, coordinator):
    return a_visit(a_patient(site, coordinator), "W01", coordinator)


@pytest.fixture
def item(visit):
    return f"/patients/{visit.patient.number}/W01/reading/1/value_1/"


def is_out(response) -> bool:
    return response.status_code == 302 and response.headers["Location"].startswith("/login/?next=")


# --- the login page -------------------------------------------------------------------------------


def test_login_leads_to_the_page_that_was_asked_for(client, coordinator):
    response = client.get("/assumptions/?a=1")
    assert response.headers["Location"] == "/login/?next=/assumptions/%3Fa%3D1"
    answer = client.post("/login/", {**GOOD, "next": "/assumptions/?a=1"})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/assumptions/?a=1")


@pytest.mark.parametrize(
    "named", ["W01", "login", "2026", "a:b", "{}", "//evil.example", "https://evil.example/"]
)
def test_login_leads_to_the_first_page_where_no_page_of_ours_was_asked_for(client, coordinator, named):
    answer = client.post("/login/", {**GOOD, "next": named})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/")


@pytest.mark.parametrize(
    ("stood_on", "back"),
    [
        ("http://testserver/queries/?turn=mine#12", "/queries/?turn=mine"),
        ("", "/patients/01-001/W01/"),
        ("https://evil.example/", "/patients/01-001/W01/"),
    ],
)
def test_what_was_pressed_after_the_session_ended_leads_back_to_its_page_in_words(
    stood_on, back, client, coordinator
):
    """The address of an act shows nothing: nobody is led there."""
    answer = client.post("/patients/01-001/W01/open/", headers={"Referer": stood_on})
    assert answer.headers["Location"] == f"/login/?{urlencode({'next': back}, safe='/')}"
    assert "what you pressed was not done" in client.get(answer.headers["Location"]).content.decode()


def test_login_leads_to_today_without_a_page_asked_for(client, coordinator):
    assert client.post("/login/", GOOD).headers["Location"] == "/"


@pytest.mark.parametrize(
    "away", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", "/\\evil.example"]
)
def test_login_never_leads_to_another_server(away, client, coordinator):
    assert client.post("/login/", {**GOOD, "next": away}).headers["Location"] == "/"


@pytest.mark.requirement("R-054")
def test_wrong_password_and_unknown_user_get_the_same_answer(client, coordinator):
    wrong = client.post("/login/", {**GOOD, "password": "wrong"}).content.decode()
    unknown = client.post("/login/", {"username": "nobody-at-all", "password": "wrong"}).content.decode()
    assert without_names(wrong) == without_names(unknown)
    assert "do not fit together" in wrong


def without_names(page: str) -> str:
    import re

    page = re.sub(r'name="csrfmiddlewaretoken" value="[^"]*"', "", page)
    return page.replace("nobody-at-all", "").replace("coordinator", "")


def test_closed_account_gets_the_answer_of_a_wrong_password(client, coordinator):
    close(coordinator)
    closed = client.post("/login/", GOOD)
    wrong = client.post("/login/", {**GOOD, "password": "wrong"})
    assert closed.status_code == wrong.status_code == 200
    assert without_names(closed.content.decode()) == without_names(wrong.content.decode())


@pytest.mark.parametrize(
    "data", [{}, {"username": "coordinator"}, {"password": "x"}, {"username": "\x00", "password": "x"},
             {"username": "a" * 10_000, "password": "x"}, {"username": "coordinator", "password": "\x00"},
             {"username": "💥", "password": "💥"}]
)  # fmt: skip
def test_odd_login_is_refused_not_a_crash(data, client, coordinator):
    assert client.post("/login/", data).status_code == 200
    assert client.post("/login/again/", data).status_code == 422


def test_user_name_is_exact(client, coordinator):
    assert client.post("/login/", {**GOOD, "username": "COORDINATOR"}).status_code == 200


@pytest.mark.requirement("R-056")
def test_session_has_a_new_id_after_the_login(client, coordinator):
    client.get("/login/")
    client.cookies["sessionid"] = "fixed-by-somebody"
    client.post("/login/", GOOD)
    assert client.cookies["sessionid"].value != "fixed-by-somebody"


@pytest.mark.requirement("R-056")
def test_cookie_of_a_session_that_was_logged_out_opens_nothing(client, coordinator):
    client.post("/login/", GOOD)
    old = client.cookies["sessionid"].value
    client.post("/logout/")
    client.cookies["sessionid"] = old
    assert is_out(client.get("/"))
    assert not UserSession.objects.exists()


def test_login_needs_the_key_of_its_page(coordinator):
    from django.test import Client

    strict = Client(enforce_csrf_checks=True)
    response = strict.post("/login/", GOOD)
    assert response.status_code == 403
    assert "This was not saved" in response.content.decode()


# --- while somebody types -------------------------------------------------------------------------


def test_fragment_without_a_session_gets_401_and_no_page(client, item):
    response = client.post(item, {"value": "31.5"}, headers={"HX-Request": "true"})
    assert response.status_code == 401
    assert b"<html" not in response.content


def test_logging_in_again_in_place_says_who_came_back(client, item):
    assert b"Your session has ended" in client.get("/login/again/").content
    response = client.post("/login/again/", GOOD)
    assert (response.status_code, response.headers["X-User"]) == (204, "coordinator")
    assert client.post(item, {"value": "31.5"}).status_code == 200


def test_wrong_password_in_place_shows_the_form_again_with_the_name(client, coordinator):
    response = client.post("/login/again/", {**GOOD, "password": "wrong"})
    assert response.status_code == 422
    assert b'value="coordinator"' in response.content
    assert b"wrong" not in response.content


def test_another_persons_login_in_place_is_told_to_the_page(client, coordinator, investigator):
    client.post("/login/", GOOD)
    response = client.post("/login/again/", {"username": "investigator", "password": PASSWORD})
    assert response.headers["X-User"] == "investigator"
    assert client.session["_auth_user_id"] == str(investigator.pk)


# --- idle -----------------------------------------------------------------------------------------


@pytest.mark.requirement("R-055")
def test_session_ends_after_the_idle_minutes(client, coordinator, clock, settings):
    client.post("/login/", GOOD)
    client.get("/")
    clock.now += settings.IDLE_MINUTES * MINUTE
    assert client.get("/").status_code == 200
    clock.now += settings.IDLE_MINUTES * MINUTE + 1
    assert is_out(client.get("/"))
    assert not UserSession.objects.exists()


@pytest.mark.requirement("R-055")
def test_page_that_looks_by_itself_does_not_keep_the_session(client, coordinator, clock, settings):
    client.post("/login/", GOOD)
    for _ in range(3):
        clock.now += settings.IDLE_MINUTES * MINUTE / 3
        assert client.get("/", headers={"X-Unattended": "yes"}).status_code == 200
    clock.now += 1
    assert is_out(client.get("/", headers={"X-Unattended": "yes"}))


@pytest.mark.requirement("R-055")
def test_session_that_is_used_goes_on(client, coordinator, clock, settings):
    client.post("/login/", GOOD)
    for _ in range(5):
        clock.now += (settings.IDLE_MINUTES - 1) * MINUTE
        assert client.get("/").status_code == 200


@pytest.mark.requirement("R-055")
def test_idle_minutes_count_from_the_login_even_if_no_page_was_asked_for(
    client, coordinator, clock, settings
):
    client.post("/login/", GOOD)
    clock.now += settings.IDLE_MINUTES * MINUTE + 1
    assert is_out(client.get("/"))


@pytest.mark.requirement("R-055")
def test_session_in_use_ends_after_its_longest_time_all_the_same(
    client, coordinator, clock, settings, monkeypatch
):
    from datetime import timedelta

    from django.utils import timezone

    client.post("/login/", GOOD)
    start, now = clock.now, timezone.now
    monkeypatch.setattr(timezone, "now", lambda: now() + timedelta(seconds=clock.now - start))
    while clock.now < start + settings.SESSION_COOKIE_AGE + MINUTE:
        clock.now += (settings.IDLE_MINUTES - 1) * MINUTE
        last = client.get("/account/mail/")
    assert is_out(last)


def test_item_after_the_idle_minutes_is_not_saved_and_asks_for_the_login(client, item, clock, settings):
    client.post("/login/", GOOD)
    client.get("/")
    clock.now += settings.IDLE_MINUTES * MINUTE + 1
    assert client.post(item, {"value": "31.5"}, headers={"HX-Request": "true"}).status_code == 401


def writes(client, url: str) -> list[str]:
    with CaptureQueriesContext(
        connection,
    ) as found:
        client.get(url)
    return [
        q["sql"]
        for q in found
        if not q["sql"].lstrip().upper().startswith(("SELECT", "WITH", "SAVEPOINT", "RELEASE"))
    ]


def test_get_writes_nothing_but_the_time_of_use_once_a_minute(client, visit, clock):
    client.post("/login/", GOOD)
    pages = [
        "/",
        f"/patients/{visit.patient.number}/",
        f"/patients/{visit.patient.number}/W01/",
        "/assumptions/",
    ]
    client.get("/")
    assert [writes(client, page) for page in pages] == [[]] * 4
    clock.now += MINUTE
    assert all("account_usersession" in sql for sql in writes(client, "/"))
    assert [writes(client, page) for page in pages] == [[]] * 4


# --- put out at once ------------------------------------------------------------------------------


def close(user: User) -> None:
    with acting(SYSTEM):
        User.objects.filter(pk=user.pk).update(is_active=False)


@pytest.mark.requirement("R-057")
def test_closed_account_is_out_at_once(client, coordinator, item):
    client.force_login(coordinator)
    assert client.get("/").status_code == 200
    close(coordinator)
    assert is_out(client.get("/"))
    assert client.post(item, {"value": "31.5"}, headers={"HX-Request": "true"}).status_code == 401


@pytest.mark.requirement("R-057")
def test_ended_membership_loses_the_site_at_once(client, coordinator, visit, item):
    client.force_login(coordinator)
    page = f"/patients/{visit.patient.number}/"
    assert client.get(page).status_code == 200
    with acting(SYSTEM):
        Membership.objects.filter(user=coordinator).update(is_current=False)
    assert client.get(page).status_code == 404
    assert client.post(item, {"value": "31.5"}).status_code == 404
    assert b"01-001" not in client.get("/").content


@pytest.mark.requirement("R-059")
def test_changed_password_ends_the_sessions_of_the_old_one(client, coordinator):
    client.post("/login/", GOOD)
    with acting(SYSTEM):
        coordinator.set_password("another long password")
        coordinator.save(update_fields=["password"])
    assert is_out(client.get("/"))


@pytest.mark.requirement("R-036")
def test_account_cannot_be_removed_and_its_name_not_used_again(coordinator):
    from django.core.exceptions import ValidationError
    from django.db import DatabaseError, transaction

    with pytest.raises(DatabaseError), transaction.atomic(), acting(SYSTEM):
        User.objects.filter(pk=coordinator.pk).delete()
    close(coordinator)
    with pytest.raises(ValidationError, match="already exists"):
        User.objects.create_user("coordinator", "Somebody else", PASSWORD)


def test_hash_of_an_older_strength_is_renewed_at_the_login(client, coordinator, settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]
    old = make_password(PASSWORD).replace("pbkdf2_sha256$", "")
    iterations, salt, _ = old.split("$")
    weak = PBKDF2PasswordHasher().encode(PASSWORD, salt, int(iterations) // 2)
    with acting(SYSTEM):
        type(coordinator).objects.filter(pk=coordinator.pk).update(password=weak)
    answer = client.post("/login/", {"username": coordinator.username, "password": PASSWORD})
    assert answer.status_code == 302
    coordinator.refresh_from_db()
    assert coordinator.password != weak


@pytest.mark.requirement("R-055")
def test_expired_sessions_of_anybody_go_at_the_next_login(client, coordinator, monitor):
    Client().force_login(monitor)
    UserSession.objects.update(expire_date=timezone.now() - timedelta(seconds=1))
    LoginTry.objects.create(username="left behind")
    LoginTry.objects.update(began_at=timezone.now() - timedelta(hours=1))
    client.post("/login/", GOOD)
    assert UserSession.objects.count() == 1
    assert not LoginTry.objects.exists()


def test_what_one_person_typed_is_not_saved_as_another(client, coordinator, investigator, site):
    visit = a_visit(a_patient(site, coordinator), "W01", coordinator)
    client.force_login(investigator)
    url = f"/patients/{visit.patient.number}/W01/vital-signs/1/pulse/"
    answer = client.post(
        url, {"value": "70"}, headers={"X-Page-User": str(coordinator.pk), "HX-Request": "true"}
    )
    assert answer.status_code == 401
    assert not visit.entries.exists()
