"""Calls to the provider: to where they were meant to go, answered soon and briefly, or given up in words."""

import json
import time

import pytest
from django.core.cache import cache

from ecrf.account.sso import provider as module
from ecrf.account.sso.configuration import is_safe
from ecrf.account.sso.provider import CarefulSession, ProviderAway, keys, provider
from tests.ecrf.account.sso.conftest import NAME, come_back, leads_to, linked, said, start

pytestmark = pytest.mark.django_db
DISCOVERY = "/.well-known/openid-configuration"
JSON = {"Content-Type": "application/json"}


@pytest.mark.parametrize(
    ("url", "is_allowed"),
    [
        ("https://idp.example/realms/one", True),
        ("https://idp.example:8443/", True),
        ("http://127.0.0.1:4000/", True),
        ("http://[::1]:4000/", True),
        ("http://localhost:4000/", True),
        ("http://idp.example/", False),
        ("http://localhost.example/", False),
        ("http://127.0.0.1.example/", False),
        ("http://10.0.0.1/", False),
        ("https:///nowhere", False),
        ("https://idp.example:port/", False),
        ("https://[idp/", False),
        ("ftp://idp.example/", False),
        ("file:///etc/passwd", False),
        ("", False),
    ],
)
def test_calls_go_by_https_or_to_this_machine(url, is_allowed):
    assert is_safe(url) is is_allowed
    if not is_allowed:
        with CarefulSession() as session, pytest.raises((ProviderAway, ValueError, OSError)):
            session.get(url, withhold_token=True)


@pytest.mark.parametrize(
    "answer",
    [
        (302, {"Location": "/elsewhere"}, b""),
        (500, JSON, b"{}"),
        (200, JSON, b"[]"),
        (200, JSON, b"no json"),
        (200, JSON, b"\xff\xfe"),
        (200, JSON, b'{"issuer": "' + b"x" * module.LARGEST_ANSWER + b'"}'),
        (200, {**JSON, "Content-Length": "1000"}, b'{"cut": '),
        (200, {**JSON, "Content-Encoding": "gzip"}, b"not gzip"),
    ],
    ids=["redirect", "500", "list", "words", "bytes", "too long", "cut off", "encoded"],
)
def test_what_is_no_answer_of_a_provider_is_said_to_be_none(client, coordinator, fake, answer):
    fake.answers[DISCOVERY] = answer
    page = client.post("/login/sso/")
    assert f"{NAME} does not answer at the moment" in said(client, page)
    assert fake.asked == [DISCOVERY], "no redirect is followed"


@pytest.mark.parametrize(
    "changes",
    [
        {"issuer": "https://elsewhere.example"},
        {"issuer": None},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"token_endpoint": "http://elsewhere.example/token"},
        {"token_endpoint": None},
        {"jwks_uri": 1},
        {"end_session_endpoint": "http://elsewhere.example/"},
    ],
    ids=str,
)
def test_provider_that_describes_itself_wrongly_is_not_believed(fake, changes):
    fake.answers[DISCOVERY] = (200, JSON, json.dumps(fake.metadata() | changes).encode())
    with pytest.raises(ProviderAway):
        provider()


def test_provider_by_https_sends_nobody_to_http(settings, monkeypatch):
    settings.OIDC_ISSUER = "https://idp.example"
    metadata = {
        "issuer": "https://idp.example",
        "authorization_endpoint": "https://idp.example/auth",
        "token_endpoint": "http://127.0.0.1/token",
        "jwks_uri": "https://idp.example/jwks",
    }
    cache.set(module._key("discovery"), metadata)
    with pytest.raises(ProviderAway, match="token_endpoint"):
        provider()


def test_provider_that_goes_on_and_on_is_given_up(fake, monkeypatch):
    monkeypatch.setattr(module, "WHOLE_SECONDS", -1)
    with pytest.raises(ProviderAway, match="too slowly"):
        provider()


def test_provider_that_says_nothing_is_given_up(fake, monkeypatch):
    monkeypatch.setattr(module, "SILENT_SECONDS", 0.05)
    monkeypatch.setattr(fake, "answer", lambda path: (time.sleep(0.5), JSON, b"{}"))
    with pytest.raises(ProviderAway, match="Timeout"):
        provider()


def test_provider_that_is_away_is_not_waited_for_again_and_again(client, db, fake):
    fake.answers[DISCOVERY] = (503, {}, b"")
    for _ in range(3):
        client.post("/login/sso/")
    assert fake.asked == [DISCOVERY]
    cache.delete(module._key("away"))
    fake.answers.clear()
    assert leads_to(client.post("/login/sso/")).startswith(f"{fake.issuer}/auth?")


def test_what_the_provider_says_of_itself_is_kept_for_some_minutes(client, coordinator, fake):
    linked(coordinator, "person-1")
    for _ in range(2):
        come_back(client, start(client, fake))
        client.logout()
    assert (fake.asked.count(DISCOVERY), fake.asked.count("/jwks")) == (1, 1)


def test_page_of_the_login_asks_the_provider_nothing(client, db, fake):
    assert f"Log in with {NAME}" in client.get("/login/").content.decode()
    assert fake.asked == []


@pytest.mark.parametrize(
    ("ways", "is_in_body"),
    [(None, False), (["client_secret_basic", "client_secret_post"], False), (["client_secret_post"], True)],
)
def test_secret_is_given_as_the_provider_wants_it(client, coordinator, fake, settings, ways, is_in_body):
    settings.OIDC_CLIENT_SECRET = "a+b%c/d e"
    linked(coordinator, "person-1")
    changes = {"token_endpoint_auth_methods_supported": ways} if ways else {}
    fake.answers[DISCOVERY] = (200, JSON, json.dumps(fake.metadata() | changes).encode())
    come_back(client, start(client, fake))
    (given,) = fake.given
    assert given.get("client_secret") == (["a+b%c/d e"] if is_in_body else None)
    assert len(given["code_verifier"][0]) >= 43


@pytest.mark.parametrize(
    "found", [{}, {"keys": []}, {"keys": "no"}, {"keys": [{"kty": "RSA"}]}, {"keys": [1]}], ids=str
)
def test_keys_that_are_none_are_said_to_be_none(fake, found):
    fake.answers["/jwks"] = (200, JSON, json.dumps(found).encode())
    with pytest.raises(ProviderAway):
        keys(provider())
