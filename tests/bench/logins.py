"""A login with the password alone, and one with a code of an authenticator after it: time, and statements."""

from collections.abc import Iterator

import pyotp
from django.test import Client

from ecrf.access.models import User
from ecrf.access.roles import Role
from ecrf.account.models import Authenticator
from ecrf.account.second.encryption import encrypt
from ecrf.audit.actor import SYSTEM, acting
from tests.bench.browsing import PASSWORD, Answer, Browser, medians
from tests.bench.counting import Statements, statements
from tests.bench.table import Line, at_most, told

LOGINS = 15
CODE_COSTS_AT_MOST = 1.25
"""Of the time of a login without it: what takes long, on purpose, is the password's hash."""
STATEMENTS_AT_MOST = 45


class Phone:
    """An authenticator whose code is always a new one, as if half a minute had gone by before each login."""

    def __init__(self, user: User) -> None:
        self.user, self.secret = user, pyotp.random_base32(32)
        with acting(SYSTEM, source="bench"):
            Authenticator.objects.create(user=user, secret=encrypt(self.secret), last_step=0)

    def code(self) -> str:
        with acting(SYSTEM, source="bench"):
            Authenticator.objects.filter(user=self.user).update(last_step=0)
        return pyotp.TOTP(self.secret).now()


def seed_people() -> tuple[User, User]:
    """Two people alike; who comes second has a second factor."""
    with acting(SYSTEM, source="bench"):
        people = [
            User.objects.create_user(name, f"Synthetic {name}", PASSWORD) for name in ("plain01", "phone01")
        ]
        for user in people:
            user.memberships.create(role=Role.SAFETY)
    return people[0], people[1]


def count_logins(plain: User, phone: Phone) -> Iterator[Line]:
    data = {"username": plain.username, "password": PASSWORD}
    found = statements(lambda: Client(SERVER_NAME="127.0.0.1").post("/login/", data), 302)
    yield _counted("statements of a login with the password", found)
    client = Client(SERVER_NAME="127.0.0.1")
    first = statements(lambda: client.post("/login/", {**data, "username": phone.user.username}), 302)
    code = phone.code()
    second = statements(lambda: client.post("/login/second-factor/", {"code": code}), 302)
    yield _counted("statements of the first step, with a second one to come", first)
    yield _counted("statements of the second step", second)


def _counted(what: str, found: Statements) -> Line:
    return at_most(what, found.count, STATEMENTS_AT_MOST, str(found.count))


def measure_logins(port: int, plain: User, phone: Phone) -> Iterator[Line]:
    """Each time a new browser; the page before the login is not part of it."""

    def with_password(username: str) -> tuple[Browser, Answer]:
        browser = Browser(port)
        browser.get("/login/")
        return browser, browser.post("/login/", {"username": username, "password": PASSWORD}, expected=302)

    def with_both() -> Answer:
        browser, first = with_password(phone.user.username)
        second = browser.post("/login/second-factor/", {"code": phone.code()}, expected=302)
        return Answer(second.status, second.headers, second.body, first.ms + second.ms)

    found = medians(LOGINS, {"password": lambda: with_password(plain.username)[1], "both": with_both})
    yield told("a login with the password, median", f"{found['password']:.0f} ms")
    ratio = found["both"] / found["password"]
    measured = f"{found['both']:.0f} ms, {ratio:.2f} ×"
    yield at_most("a login with password and code, both steps", ratio, CODE_COSTS_AT_MOST, measured)
