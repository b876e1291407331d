"""A burst of wrong passwords from many processes gets no more guesses than one after the other."""

import threading

import pytest
from django.db import connection
from django.db.models.functions import Now
from django.test import Client

from ecrf.access.login_log import LoginEvent, LoginTry, What
from ecrf.access.roles import Role
from ecrf.account.lockout import CHECKED_WITHIN, TRIES_AT_ONCE, WRONG_TRIES
from ecrf.audit.verifying.verify import verify
from tests.conftest import PASSWORD, make_user
from tests.ecrf.casebook.record.test_concurrency import _django_db_helper, at_once  # noqa: F401  (the first is a fixture)

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("R-054")]


@pytest.mark.parametrize("name", ["safety", "nobody-at-all"])
def test_burst_of_wrong_passwords_gets_eight_guesses(name):
    make_user("safety", Role.SAFETY)

    def guess() -> int:
        return Client().post("/login/", {"username": name, "password": "wrong"}).status_code

    assert set(at_once(*[guess] * 14)) == {200}
    whats = list(LoginEvent.objects.order_by("pk").values_list("what", flat=True))
    assert whats.count(What.WRONG) == WRONG_TRIES
    assert whats.count(What.LOCKED) == 1
    assert whats.count(What.REFUSED) + whats.count(What.SLOWED) > 0
    assert not LoginTry.objects.exists()
    assert verify().faults == []


def test_burst_from_one_address_has_few_passwords_checked_at_once(monkeypatch):
    """Whichever user names it tries: the others are sent away before anything is hashed."""
    hashed, gate = [], threading.Event()

    def slow(request, **given):
        assert not connection.in_atomic_block, "Nobody else waits for a transaction that a hash is made in."
        hashed.append(given["username"])
        gate.wait(10)

    monkeypatch.setattr("ecrf.account.lockout.authenticate", slow)
    answers = []

    def guess(number: int) -> None:
        answer = Client().post("/login/", {"username": f"nobody-{number}", "password": "wrong"})
        answers.append("many wrong tries from your network" in answer.content.decode())
        if len(answers) == 20 - TRIES_AT_ONCE:
            gate.set()

    at_once(*[lambda number=number: guess(number) for number in range(20)])
    assert len(hashed) == TRIES_AT_ONCE
    assert answers == [True] * (20 - TRIES_AT_ONCE) + [False] * TRIES_AT_ONCE


def test_try_of_a_killed_process_counts_for_a_minute_at_most():
    make_user("safety", Role.SAFETY)
    for _ in range(WRONG_TRIES):
        LoginTry.objects.create(username="safety")
    guess = {"username": "safety", "password": PASSWORD}
    assert Client().post("/login/", guess).status_code == 200
    LoginTry.objects.update(began_at=Now() - CHECKED_WITHIN)
    assert Client().post("/login/", guess).status_code == 302
