"""What the tests of accounts share: who needs a second factor, an authenticator on a phone, mails with their links."""

import re
import time
from collections.abc import Callable
from types import SimpleNamespace

import pyotp
import pytest
from django.core import mail
from django.test import Client

from ecrf.access.models import User
from ecrf.account.arriving.reset_links import send_reset_links
from ecrf.account.models import Authenticator
from ecrf.account.second import authenticator
from ecrf.account.second.encryption import encrypt
from ecrf.audit.actor import SYSTEM, acting
from ecrf.mail.sending import send_due
from ecrf.web.mail_server import MailServer
from tests.conftest import PASSWORD

STEP = 30


class Phone:
    """An authenticator app with the secret of one person; its clock may be off."""

    def __init__(self, secret: str) -> None:
        self.totp = pyotp.TOTP(secret)

    def code(self, seconds_off: int = 0) -> str:
        return self.totp.at(int(authenticator.time.time()) + seconds_off)


@pytest.fixture
def everybody_needs_one(settings) -> None:
    settings.SECOND_FACTOR_FOR = "all"


@pytest.fixture(autouse=True)
def _no_step_ends_meanwhile(monkeypatch) -> None:
    """The authenticator's clock, and the phone's, stand still in the middle of a half minute."""
    now = int(time.time()) // STEP * STEP + STEP // 2
    monkeypatch.setattr(authenticator, "time", SimpleNamespace(time=lambda: now))


@pytest.fixture(autouse=True)
def _mail_goes_out(settings) -> None:
    settings.MAIL = MailServer(is_on=True, public_url="http://testserver")


def give_phone(user: User) -> Phone:
    """As if the person had added an authenticator long ago."""
    secret = pyotp.random_base32(32)
    with acting(SYSTEM, source="test"):
        Authenticator.objects.create(user=user, secret=encrypt(secret), last_step=0)
    return Phone(secret)


def give_address(user: User) -> User:
    with acting(SYSTEM, source="test"):
        user.email = f"{user.username}@example.org"
        user.save(update_fields=["email"])
    return user


@pytest.fixture
def phone(coordinator) -> Phone:
    return give_phone(coordinator)


def half_logged_in(client: Client, username: str = "coordinator", **more: str) -> None:
    answer = client.post("/login/", {"username": username, "password": PASSWORD, **more})
    assert answer.headers["Location"] == "/login/second-factor/"


@pytest.fixture
def mails() -> Callable[[], list]:
    """Let the worker look for links that were asked for, and send what waits; the mails that have gone out so far."""

    def sent() -> list:
        send_reset_links()
        assert send_due()
        return mail.outbox

    return sent


def link_in(message) -> str:
    """The path of the link that a mail carries."""
    return re.search(r"http://testserver(/\S+-[0-9a-f]{48}/)", message.body)[1]


def is_in(client: Client) -> bool:
    return client.get("/assumptions/").status_code == 200
