"""Wrong passwords: they lock a user name, slow an address down, and every try stands in the log of logins."""

import re
from datetime import timedelta

import pytest
from django.contrib.auth.hashers import MD5PasswordHasher
from django.core.management import CommandError, call_command
from django.test import Client

from ecrf.access.login_log import LoginEvent, What, note
from ecrf.account.lockout import (
    LOCKED_FOR,
    SLOWED_TO,
    WINDOW,
    WRONG_TRIES,
    WRONG_TRIES_OF_AN_ADDRESS,
    name_in_log,
)
from ecrf.audit.models import AuditEvent
from tests.conftest import PASSWORD
from tests.database import tamper

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("R-054")]

GOOD = {"username": "coordinator", "password": PASSWORD}
LOCKED, SLOWED = "nobody can log in with it for 15 minutes", "many wrong tries from your network"


def page(username="coordinator", password: str | None = None, url: str = "/login/", **more) -> str:
    """The answer to one try (a wrong one), each from a browser of its own: nothing hangs on a cookie."""
    answer = Client().post(url, {"username": username, "password": password or "wrong"}, **more)
    return answer.content.decode() if answer.status_code in (200, 422) else "in"


def try_wrongly(times: int, username: str = "coordinator", **more) -> list[str]:
    return [page(username, **more) for _ in range(times)]


def later(by: timedelta) -> None:
    """As if everything in the log had happened earlier."""
    tamper("UPDATE access_loginevent SET at = at - %s", by)


def whats() -> list[str]:
    return list(LoginEvent.objects.order_by("pk").values_list("what", flat=True))


# --- a user name ----------------------------------------------------------------------------------


def test_eighth_wrong_password_locks_the_user_name(coordinator):
    answers = try_wrongly(WRONG_TRIES)
    assert [LOCKED in answer for answer in answers] == [False] * 7 + [True]
    assert whats() == [What.WRONG] * 8 + [What.LOCKED]


@pytest.mark.parametrize("url", ["/login/", "/login/again/"])
def test_locked_user_cannot_log_in_with_the_right_password_either(url, coordinator):
    try_wrongly(WRONG_TRIES)
    assert LOCKED in page(password=PASSWORD, url=url)
    assert whats()[-1] == What.REFUSED


def test_login_in_place_says_that_the_user_is_locked_and_that_nothing_is_lost(client, coordinator):
    try_wrongly(WRONG_TRIES)
    answer = client.post("/login/again/", GOOD)
    assert answer.status_code == 422
    assert LOCKED in answer.content.decode()
    assert "What you typed on the page is kept." in answer.content.decode()
    assert 'value="coordinator"' in answer.content.decode()


def test_lock_ends_by_itself_and_the_count_begins_anew(coordinator):
    try_wrongly(WRONG_TRIES)
    later(LOCKED_FOR - timedelta(seconds=20))
    assert LOCKED in page(password=PASSWORD)
    later(timedelta(seconds=21))
    assert LOCKED not in "".join(try_wrongly(WRONG_TRIES - 1))
    assert page(password=PASSWORD) == "in"


def test_tries_while_locked_do_not_make_the_lock_longer(coordinator):
    try_wrongly(WRONG_TRIES)
    later(LOCKED_FOR - timedelta(seconds=20))
    try_wrongly(WRONG_TRIES)
    later(timedelta(seconds=21))
    assert page(password=PASSWORD) == "in"


def test_right_password_starts_the_count_anew(coordinator):
    try_wrongly(WRONG_TRIES - 1)
    assert page(password=PASSWORD) == "in"
    assert LOCKED not in "".join(try_wrongly(WRONG_TRIES - 1))


def test_wrong_tries_are_forgotten_after_the_window(coordinator):
    try_wrongly(WRONG_TRIES - 1)
    later(WINDOW + timedelta(seconds=1))
    assert LOCKED not in "".join(try_wrongly(WRONG_TRIES - 1))


def test_lock_of_one_user_leaves_the_others_alone(coordinator, investigator):
    try_wrongly(WRONG_TRIES)
    assert page("investigator", PASSWORD) == "in"


def test_unknown_user_name_is_locked_in_the_same_words(coordinator):
    def told(name: str) -> list[str]:
        return [re.sub(rf"{name}|csrfmiddlewaretoken.*", "", one) for one in try_wrongly(9, name)]

    assert told("coordinator") == told("nobody-at-all")


def test_as_many_hashes_are_made_whether_or_not_the_user_exists(coordinator, monkeypatch):
    made: list[str] = []
    encode = MD5PasswordHasher.encode
    monkeypatch.setattr(
        MD5PasswordHasher,
        "encode",
        lambda self, password, salt: made.append(password) or encode(self, password, salt),
    )
    counts = []
    for name in ("coordinator", "nobody-at-all"):
        made.clear()
        try_wrongly(WRONG_TRIES + 2, name)
        counts.append(len(made))
    assert counts == [WRONG_TRIES, WRONG_TRIES]  # none once it is locked: there is nothing to find out


def test_empty_field_is_no_try(coordinator):
    for data in ({}, {"username": "coordinator"}, {"password": "x"}, {"username": "\x00", "password": "x"}):
        Client().post("/login/", data)
    assert whats() == []


# --- ending a lock early --------------------------------------------------------------------------


def test_lock_is_ended_early_by_the_command_and_the_trail_says_so(coordinator, capsys):
    try_wrongly(WRONG_TRIES)
    call_command("unlock_user", "coordinator")
    assert capsys.readouterr().out == "coordinator is unlocked.\n"
    event = AuditEvent.objects.filter(table="access_loginevent").order_by("position").last()
    assert event.actor.startswith("command line (")
    assert event.changes["what"] == [None, What.UNLOCKED]
    assert LOCKED not in "".join(try_wrongly(WRONG_TRIES - 1))
    assert page(password=PASSWORD) == "in"


def test_unlocking_says_when_there_is_nothing_to_unlock(coordinator, capsys):
    call_command("unlock_user", "coordinator")
    assert capsys.readouterr().out == "coordinator was not locked.\n"
    with pytest.raises(CommandError, match="no user nobody-at-all"):
        call_command("unlock_user", "nobody-at-all")
    assert whats() == []


# --- an address -----------------------------------------------------------------------------------


def many_wrong_tries_from(address: str, times: int = WRONG_TRIES_OF_AN_ADDRESS) -> None:
    for number in range(times):
        note(What.WRONG, name_in_log(f"guess {number}"), address)


@pytest.mark.requirement("R-141")
def test_address_with_many_wrong_tries_is_slowed_down_not_shut_out(coordinator):
    many_wrong_tries_from("127.0.0.1")
    assert SLOWED in page(password=PASSWORD)
    assert SLOWED in page(password=PASSWORD, url="/login/again/")
    later(SLOWED_TO + timedelta(seconds=1))
    assert page(password=PASSWORD) == "in"


def test_slowed_address_may_try_once_in_ten_seconds(coordinator):
    many_wrong_tries_from("127.0.0.1")
    later(SLOWED_TO + timedelta(seconds=1))
    assert SLOWED not in page()
    assert SLOWED in page(password=PASSWORD)


def test_one_wrong_try_less_slows_nobody_down(coordinator):
    many_wrong_tries_from("127.0.0.1", WRONG_TRIES_OF_AN_ADDRESS - 1)
    assert SLOWED not in page()
    assert SLOWED in page()


def test_wrong_tries_of_an_address_are_forgotten_after_the_window(coordinator):
    many_wrong_tries_from("127.0.0.1")
    later(WINDOW + timedelta(seconds=1))
    assert SLOWED not in "".join(try_wrongly(2))


def test_flood_from_a_slowed_address_does_not_fill_the_log(coordinator):
    many_wrong_tries_from("127.0.0.1")
    before = LoginEvent.objects.count()
    try_wrongly(20)
    assert LoginEvent.objects.count() == before + 1
    assert whats()[-1] == What.SLOWED


def test_logins_refused_to_a_locked_user_slow_the_address_down_too(coordinator):
    for number in range(WRONG_TRIES_OF_AN_ADDRESS):
        note(What.REFUSED, name_in_log(f"guess {number}"), "127.0.0.1")
    assert SLOWED in page(password=PASSWORD)


def test_other_addresses_go_on(coordinator):
    many_wrong_tries_from("192.0.2.1")
    assert page(password=PASSWORD) == "in"


def test_neighbours_in_an_ipv6_network_count_as_one(coordinator):
    many_wrong_tries_from("2001:db8::1")
    assert SLOWED in page(REMOTE_ADDR="2001:db8::ffff")
    assert page(password=PASSWORD, REMOTE_ADDR="2001:db8:0:1::1") == "in"
