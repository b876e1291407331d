"""Providers of single sign-on, and people who are linked with them."""

import html
import re
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
from django.conf import LazySettings
from django.test import Client

from ecrf.access.models import User
from ecrf.account.sso.services import link
from ecrf.audit.actor import SYSTEM, acting
from tests.ecrf.account.sso import fake_provider, real_provider
from tests.ecrf.account.sso.fake_provider import FakeProvider
from tests.ecrf.account.sso.real_provider import Browser, RealProvider

NAME = "Hospital login"


def turn_on(settings: LazySettings, issuer: str, client_id: str, secret: str) -> None:
    settings.OIDC_ISSUER, settings.OIDC_NAME = issuer, NAME
    settings.OIDC_CLIENT_ID, settings.OIDC_CLIENT_SECRET = client_id, secret
    settings.ALLOWED_HOSTS = ["testserver"]


@pytest.fixture(scope="session")
def _running() -> Iterator[RealProvider]:
    with real_provider.running_provider() as provider:
        yield provider


@pytest.fixture
def provider(_running: RealProvider, settings: LazySettings) -> RealProvider:
    """A real one, on."""
    turn_on(settings, _running.issuer, real_provider.CLIENT_ID, real_provider.CLIENT_SECRET)
    _running.logout_tokens.clear()
    return _running


@pytest.fixture
def browser() -> Browser:
    return Browser()


@pytest.fixture
def fake(settings: LazySettings) -> Iterator[FakeProvider]:
    """One that forges, on."""
    with fake_provider.fake_provider() as provider:
        turn_on(settings, provider.issuer, fake_provider.CLIENT_ID, fake_provider.CLIENT_SECRET)
        yield provider


def linked(user: User, subject: str, *, with_password: bool = True) -> User:
    """The account with this login at the provider; without a password, as after an invitation that was accepted so."""
    if not with_password:
        user.set_unusable_password()
        with acting(SYSTEM, source="test"):
            user.save(update_fields=["password"])
    link(user=user, subject=subject)
    return user


def leads_to(response) -> str:
    """Where the page that hands over to the provider leads."""
    assert response.status_code == 200, response
    found = re.search(r'http-equiv="refresh" content="0; url=([^"]+)"', response.content.decode())
    assert found, response.content.decode()
    return html.unescape(found[1])


def sent(url: str) -> dict[str, str]:
    """What an address carries."""
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}


def start(client: Client, fake: FakeProvider, path: str = "/login/sso/", **data: str) -> str:
    """Begin at our button; the fake provider learns the nonce. The state to come back with."""
    asked = sent(leads_to(client.post(path, data)))
    fake.nonce = asked["nonce"]
    return asked["state"]


def come_back(client: Client, state: str, **more: str):
    return client.get("/login/sso/callback/", {"state": state, "code": "a-code", **more})


def said(client: Client, response) -> str:
    """The words of the page that follows."""
    if response.status_code in (301, 302):
        response = client.get(response.headers["Location"])
    return html.unescape(response.content.decode())
