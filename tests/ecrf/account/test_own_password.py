"""A password that has to be changed: typed by somebody else, or too old where an age is set."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.module_loading import import_string

from ecrf import settings as product
from ecrf.access.models import User
from ecrf.access.roles import Role
from ecrf.account.models import PasswordChange
from ecrf.account.own_password import NOT_YOURS, why_to_change
from ecrf.account.passwords import change_password, faults_of_password
from ecrf.audit.actor import SYSTEM, acting
from ecrf.audit.models import AuditEvent
from ecrf.signatures.models import Signature
from tests.builders import a_patient, a_visit
from tests.conftest import PASSWORD, make_user
from tests.ecrf.account.conftest import give_phone, half_logged_in

pytestmark = pytest.mark.django_db

TYPED = "seven grey herons at noon"
NEW = "violet harbour seventeen kettles"
PAGE = "/account/password/"


def make(monkeypatch, *more: str, role: str = "safety") -> User:
    monkeypatch.setenv("NEW_PASSWORD", TYPED)
    call_command("add_user", "newcomer", "--role", role, *more)
    return User.objects.get(username="newcomer")


def log_in(client: Client, password: str, username: str = "newcomer"):
    return client.post("/login/", {"username": username, "password": password}, follow=True)


def change(client: Client, old: str, new: str = NEW):
    return client.post(PAGE, {"current_password": old, "password": new, "again": new})


# --- typed by somebody else -----------------------------------------------------------------------


@pytest.mark.requirement("R-038")
@pytest.mark.requirement("R-059")
def test_password_typed_at_the_command_line_is_changed_before_anything_else(client, monkeypatch):
    user = make(monkeypatch)
    page = log_in(client, TYPED)
    assert page.redirect_chain[-1][0] == PAGE
    assert str(NOT_YOURS) in page.content.decode()
    for path in ("/", "/account/", "/serious-events/", "/monitor/", "/people/"):
        assert client.get(path).headers["Location"] == PAGE
    assert change(client, TYPED, TYPED).status_code == 422
    assert client.get("/serious-events/").headers["Location"] == PAGE
    assert change(client, TYPED).headers["Location"] == reverse("welcome")
    assert client.get("/serious-events/").status_code == 200
    assert not log_in(Client(), NEW).redirect_chain[-1][0].startswith(PAGE)
    assert [row.set_by for row in PasswordChange.objects.filter(user=user).order_by("pk")] == [None, user]


@pytest.mark.requirement("R-059")
def test_way_leads_on_to_the_page_that_was_asked_for(client, monkeypatch):
    make(monkeypatch)
    log_in(client, TYPED)
    assert client.get("/serious-events/").headers["Location"] == PAGE
    fresh = Client()
    fresh.post("/login/?next=/serious-events/", {"username": "newcomer", "password": TYPED})
    fresh.get("/serious-events/")
    change(fresh, TYPED)
    assert fresh.get(reverse("welcome")).headers["Location"] == "/serious-events/"


@pytest.mark.requirement("R-038")
def test_nobody_signs_or_writes_with_a_password_that_somebody_else_knows(client, monkeypatch, site):
    user = make(monkeypatch, "--site", "01", role="investigator")
    visit = a_visit(a_patient(site, user), "W01", user)
    log_in(client, TYPED)
    before = AuditEvent.objects.count()
    for path in (reverse("sign-visit", args=[visit.patient.number, "W01"]), reverse("add-patient")):
        assert client.post(path, {"username": "newcomer", "password": TYPED}).headers["Location"] == PAGE
        part = client.post(path, {}, headers={"HX-Request": "true"})
        assert part.status_code == 403
        assert "Nothing was saved" in part.content.decode()
    assert not Signature.objects.exists()
    assert AuditEvent.objects.count() == before


@pytest.mark.requirement("R-053")
def test_second_factor_is_set_up_first_and_the_two_do_not_send_each_other_around(
    client, monkeypatch, everybody_needs_one
):
    user = make(monkeypatch)
    assert log_in(client, TYPED).redirect_chain[-1][0] == reverse("second-factor-setup")
    phone = give_phone(user)
    client = Client()
    answer = client.post("/login/", {"username": "newcomer", "password": TYPED})
    assert answer.headers["Location"] == "/login/second-factor/"
    assert client.get(PAGE).status_code == 302
    answer = client.post("/login/second-factor/", {"code": phone.code()}, follow=True)
    assert answer.redirect_chain[-1][0] == PAGE


def test_owner_who_typed_it_keeps_it(client, monkeypatch):
    user = make(monkeypatch, "--owner-present")
    assert why_to_change(user) == ""
    assert not any(path.startswith(PAGE) for path, _status in log_in(client, TYPED).redirect_chain)


def test_log_out_is_open_and_the_next_login_asks_again(client, monkeypatch):
    make(monkeypatch)
    log_in(client, TYPED)
    assert client.post("/logout/").headers["Location"] == "/login/"
    assert log_in(client, TYPED).redirect_chain[-1][0] == PAGE


def test_login_in_place_is_told_in_words(client, monkeypatch):
    make(monkeypatch)
    assert client.post("/login/again/", {"username": "newcomer", "password": TYPED}).status_code == 204
    answer = client.get("/serious-events/", headers={"HX-Request": "true"})
    assert answer.status_code == 403
    assert "in another tab" in answer.content.decode()


# --- ageing ---------------------------------------------------------------------------------------


def aged(user: User, days: float) -> None:
    with acting(SYSTEM, source="test"):
        PasswordChange.objects.create(user=user, set_by=user, set_at=timezone.now() - timedelta(days=days))


@pytest.mark.requirement("R-052")
def test_passwords_do_not_age_where_nothing_is_set(settings, safety):
    assert (settings.PASSWORD_MAX_DAYS, settings.PASSWORD_HISTORY) == (0, 0)
    aged(safety, 5000)
    assert why_to_change(safety) == ""


@pytest.mark.requirement("R-052")
@pytest.mark.parametrize(("days", "is_too_old"), [(89.9, False), (90, True)])
def test_password_older_than_the_set_days_is_changed_at_the_next_login(
    client, settings, safety, days, is_too_old
):
    settings.PASSWORD_MAX_DAYS = 90
    aged(safety, days)
    page = log_in(client, PASSWORD, "safety")
    assert (page.redirect_chain[-1][0] == PAGE) is is_too_old
    if is_too_old:
        assert "older than 90 days" in page.content.decode()
        change(client, PASSWORD)
        assert client.get("/serious-events/").status_code == 200
        assert why_to_change(User.objects.get(pk=safety.pk)) == ""


@pytest.mark.requirement("R-052")
def test_password_of_unknown_age_is_changed_once_an_age_is_set(settings, safety):
    assert why_to_change(safety) == ""
    settings.PASSWORD_MAX_DAYS = 90
    assert "older than 90 days" in why_to_change(safety)


def test_who_has_no_password_has_none_that_ages(settings):
    settings.PASSWORD_MAX_DAYS = 1
    user = make_user("linked", Role.SAFETY)
    user.set_unusable_password()
    assert why_to_change(user) == ""


# --- history --------------------------------------------------------------------------------------

OTHERS = ["first yellow lighthouse keys", "second yellow lighthouse keys", "third yellow lighthouse keys"]


def had(user: User, *passwords: str) -> None:
    for password in passwords:
        change_password(user=user, password=password, but="")


@pytest.mark.requirement("R-052")
def test_passwords_of_before_are_not_taken_again(settings, safety):
    settings.PASSWORD_HISTORY = 3
    had(safety, *OTHERS)
    assert faults_of_password(safety, OTHERS[0]) == [
        "You had this password before: none of the last 3 is taken again."
    ]
    had(safety, NEW)
    assert faults_of_password(safety, OTHERS[0]) == []
    assert faults_of_password(safety, OTHERS[1])


@pytest.mark.requirement("R-052")
def test_hashes_are_kept_only_as_long_as_they_are_needed_and_are_in_no_trail(settings, safety):
    had(safety, OTHERS[0])
    assert not PasswordChange.objects.filter(password__isnull=False).exists()
    settings.PASSWORD_HISTORY = 2
    had(safety, *OTHERS)
    kept = PasswordChange.objects.filter(password__isnull=False)
    assert kept.count() == 2
    told = str(list(AuditEvent.objects.values()))
    assert all(password not in told for password in kept.values_list("password", flat=True))
    assert all(row.password not in OTHERS for row in kept)


@pytest.mark.requirement("R-052")
def test_history_is_asked_wherever_a_password_is_chosen(client, settings, safety):
    settings.PASSWORD_HISTORY = 2
    had(safety, OTHERS[0], NEW)
    log_in(client, NEW, "safety")
    answer = change(client, NEW, OTHERS[0])
    assert answer.status_code == 422
    assert "You had this password before" in answer.content.decode()


def test_half_a_login_opens_no_page_to_change_it(client, coordinator):
    give_phone(coordinator)
    half_logged_in(client)
    assert client.get(PAGE).headers["Location"].startswith("/login/")


# --- how they are kept ----------------------------------------------------------------------------


@pytest.mark.requirement("R-060")
def test_passwords_are_kept_by_pbkdf2_with_as_many_rounds_as_owasp_asks():
    """Of the product's own settings: the tests' are quick."""
    [hasher] = map(import_string, product.PASSWORD_HASHERS)
    algorithm, rounds, salt, _hash = hasher().encode(NEW, hasher().salt()).split("$")
    assert algorithm == "pbkdf2_sha256"
    assert int(rounds) >= 600_000
    assert len(salt) >= 22
