"""One code and one link, each posted twice at the same moment: one gets in."""

import threading

import pytest
from django.test import Client

from ecrf.access.roles import Role
from ecrf.account.second.authenticator import CodeVerdict, take_code
from ecrf.account.second.recovery_codes import make_codes, take_recovery_code
from tests.conftest import PASSWORD, make_user
from tests.ecrf.account.conftest import give_phone
from tests.ecrf.casebook.record.test_concurrency import _django_db_helper, at_once  # noqa: F401  (the first is a fixture)

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("R-053")]


def test_one_code_posted_by_many_at_once_lets_one_in():
    user = make_user("safety", Role.SAFETY)
    code, gate = give_phone(user).code(), threading.Barrier(6)

    def post() -> CodeVerdict:
        gate.wait(10)
        return take_code(user, code).verdict

    found = at_once(*[post] * 6)
    assert sorted(verdict.value for verdict in found) == ["right", *["used"] * 5]


def test_one_recovery_code_posted_by_many_at_once_lets_one_in():
    user = make_user("safety", Role.SAFETY)
    code = make_codes(user)[0]
    assert sorted(at_once(*[lambda: take_recovery_code(user, code)] * 6)) == [False] * 5 + [True]


def test_one_code_at_the_pages_of_two_browsers_lets_one_in():
    user = make_user("safety", Role.SAFETY)
    code, browsers = give_phone(user).code(), [Client(), Client()]
    for browser in browsers:
        browser.post("/login/", {"username": "safety", "password": PASSWORD})
    posts = [
        lambda b=browser: b.post("/login/second-factor/", {"code": code}).status_code for browser in browsers
    ]
    assert sorted(at_once(*posts)) == [302, 422]
