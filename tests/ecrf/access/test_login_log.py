"""The log of logins: who, when, from where; kept like the audit trail; no typed secret in it."""

import logging
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError
from django.test import Client, RequestFactory
from django.utils import timezone

from ecrf.access.address import client_address, neighbours
from ecrf.access.login_log import LoginEvent, What, note
from ecrf.account.lockout import WRONG_TRIES, name_in_log
from ecrf.audit.actor import SYSTEM, acting
from ecrf.audit.models import AuditEvent
from ecrf.audit.verifying.verify import verify
from tests.conftest import PASSWORD
from tests.database import sql, tamper

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("R-016")]

GOOD = {"username": "coordinator", "password": PASSWORD}
SECRET = "Typed-in-the-wrong-field-2026"
MINUTE = 60


def rows() -> list[tuple[str, str, str | None]]:
    return list(LoginEvent.objects.order_by("pk").values_list("what", "username", "address"))


# --- what stands in it ----------------------------------------------------------------------------


@pytest.mark.parametrize("url", ["/login/", "/login/again/"])
def test_login_wrong_try_and_log_out_are_logged_with_who_and_where(url, client, coordinator):
    client.post(url, {**GOOD, "password": "wrong"})
    client.post(url, GOOD)
    client.post("/logout/")
    assert rows() == [
        (What.WRONG, "coordinator", "127.0.0.1"),
        (What.LOGGED_IN, "coordinator", "127.0.0.1"),
        (What.LOGGED_OUT, "coordinator", "127.0.0.1"),
    ]


def test_time_is_the_database_servers(client, coordinator, monkeypatch):
    before = timezone.now()
    monkeypatch.setattr(timezone, "now", lambda: before + timedelta(days=9000))
    note(What.WRONG, "coordinator", None)
    assert abs(LoginEvent.objects.get().at - before) < timedelta(minutes=1)


def test_end_of_an_idle_session_is_logged_and_that_of_a_long_one(client, coordinator, monkeypatch, settings):
    clock = SimpleNamespace(now=1_800_000_000.0)
    monkeypatch.setattr("ecrf.account.idle.time", SimpleNamespace(time=lambda: clock.now))
    client.post("/login/", GOOD)
    clock.now += settings.IDLE_MINUTES * MINUTE + 1
    client.get("/")
    assert rows()[-1] == (What.IDLE, "coordinator", "127.0.0.1")
    client.post("/login/", GOOD)
    settings.SESSION_COOKIE_AGE = 10 * MINUTE
    clock.now += 11 * MINUTE
    client.get("/")
    client.get("/")
    assert rows()[-1] == (What.TOO_LONG, "coordinator", "127.0.0.1")
    assert len(rows()) == 4


def test_pages_log_nothing(client, coordinator):
    client.get("/login/")
    client.get("/login/again/")
    client.get("/logout/")
    client.force_login(coordinator)
    client.get("/")
    assert rows() == []


def test_closed_account_is_a_wrong_try(client, coordinator):
    with acting(SYSTEM):
        type(coordinator).objects.update(is_active=False)
    client.post("/login/", GOOD)
    assert rows() == [(What.WRONG, "coordinator", "127.0.0.1")]


def test_what_was_typed_as_an_unknown_user_name_is_stored_nowhere(client, coordinator, caplog):
    caplog.set_level(logging.DEBUG)
    for _ in range(WRONG_TRIES + 1):
        client.post("/login/", {"username": SECRET, "password": "wrong"})
    [name] = {username for _what, username, _address in rows()}
    assert name.startswith("unknown ")
    assert name != name_in_log(SECRET + "x")
    assert SECRET not in str(list(AuditEvent.objects.values()))
    logged = "\n".join(str(record.__dict__) for record in caplog.records if record.name.startswith("ecrf"))
    assert SECRET not in logged


def test_hash_of_an_unknown_name_depends_on_the_secret_key(settings):
    before = name_in_log(SECRET)
    settings.SECRET_KEY = "another " * 10
    assert name_in_log(SECRET) != before


# --- from where -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("behind_proxy", "forwarded", "remote", "found"),
    [
        (False, None, "192.0.2.7", "192.0.2.7"),
        (False, "198.51.100.1", "192.0.2.7", "192.0.2.7"),
        (True, "198.51.100.1", "10.0.0.2", "198.51.100.1"),
        (True, "203.0.113.99, 198.51.100.1", "10.0.0.2", "198.51.100.1"),
        (True, "2001:db8::1", "10.0.0.2", "2001:db8::1"),
        (True, "::ffff:198.51.100.1", "10.0.0.2", "198.51.100.1"),
        (True, None, "192.0.2.7", "192.0.2.7"),
        (True, "<script>", "10.0.0.2", None),
        (False, None, "", None),
    ],
)
def test_address_is_the_one_the_own_proxy_saw(behind_proxy, forwarded, remote, found, settings):
    settings.BEHIND_PROXY = behind_proxy
    headers = {"X-Forwarded-For": forwarded} if forwarded else {}
    assert client_address(RequestFactory().get("/", headers=headers, REMOTE_ADDR=remote)) == found


def test_one_caller_has_one_ipv4_address_or_a_64_network():
    assert neighbours("192.0.2.7") == ("192.0.2.7", "192.0.2.7")
    assert neighbours("2001:db8::7") == ("2001:db8::", "2001:db8::ffff:ffff:ffff:ffff")


def test_login_from_an_address_that_cannot_be_read_works(coordinator):
    assert Client(REMOTE_ADDR="").post("/login/", GOOD).status_code == 302
    assert rows() == [(What.LOGGED_IN, "coordinator", None)]


# --- kept -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE access_loginevent SET what = 'logged-in'",
        "DELETE FROM access_loginevent",
        "TRUNCATE access_loginevent",
    ],
)
def test_log_cannot_be_changed_or_emptied(statement, coordinator):
    note(What.WRONG, "coordinator", "192.0.2.1")
    sql("SET CONSTRAINTS ALL IMMEDIATE")
    with pytest.raises(DatabaseError, match=r"never (changed|deleted)"), acting(SYSTEM):
        sql(statement)


@pytest.mark.parametrize(
    "statement", ["DELETE FROM access_loginevent", "UPDATE access_loginevent SET username = 'investigator'"]
)
def test_row_changed_or_removed_below_the_product_is_found(statement, coordinator):
    note(What.WRONG, "coordinator", "192.0.2.1")
    assert verify().faults == []
    tamper(statement)
    assert any("access_loginevent" in fault.what for fault in verify().faults)


# --- read -----------------------------------------------------------------------------------------


def shown(capsys, *options: str) -> list[list[str]]:
    call_command("show_logins", *options)
    return [line.split() for line in capsys.readouterr().out.splitlines()]


def test_command_shows_when_who_where_and_what_the_oldest_first(coordinator, capsys):
    note(What.WRONG, "coordinator", "192.0.2.1")
    note(What.LOGGED_IN, "investigator", None)
    first, second = shown(capsys)
    assert first[2:] == ["coordinator", "192.0.2.1", "wrong", "user", "name", "or", "password"]
    assert second[2:] == ["investigator", "-", "logged", "in"]
    assert first[0] == f"{LoginEvent.objects.first().at:%Y-%m-%d}"


def test_command_narrows_to_a_user_name_and_a_time(client, coordinator, capsys):
    client.post("/login/", {"username": SECRET, "password": "x"})
    note(What.LOGGED_IN, "coordinator", None)
    assert [line[2] for line in shown(capsys, "--user", "coordinator")] == ["coordinator"]
    assert [line[2] for line in shown(capsys, "--user", SECRET)] == ["unknown"]
    today = timezone.now().date()
    assert len(shown(capsys, "--since", str(today))) == 2
    assert shown(capsys, "--since", str(today + timedelta(days=1))) == []
    with pytest.raises(CommandError, match="yesterday is no date"):
        call_command("show_logins", "--since", "yesterday")
