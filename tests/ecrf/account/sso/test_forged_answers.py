"""What no honest provider answers, and what an attacker's browser brings: nobody is let in, and it is logged."""

import base64
import hashlib
import hmac
import json
import time

import pytest
from joserfc import jwt

from ecrf.access.login_log import LoginEvent, What
from ecrf.audit.actor import SYSTEM, acting
from tests.ecrf.account.sso.conftest import come_back, leads_to, linked, said, sent, start
from tests.ecrf.account.sso.fake_provider import CLIENT_ID, KEYS

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("R-053")]

SUBJECT = "person-1"


@pytest.fixture
def person(coordinator, fake):
    return linked(coordinator, SUBJECT)


def is_in(client) -> bool:
    return "_auth_user_id" in client.session


def log_of(what: What) -> list[str]:
    return list(LoginEvent.objects.filter(what=what).values_list("username", flat=True))


def test_honest_answer_lets_the_person_in(client, person, fake):
    answer = come_back(client, start(client, fake, next="/assumptions/"))
    assert (answer.status_code, answer.headers["Location"]) == (302, "/assumptions/")
    assert client.session["_auth_user_id"] == str(person.pk)
    assert log_of(What.LOGGED_IN_ELSEWHERE) == [person.username]


def base64url(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


def unsigned(claims: dict) -> str:
    return ".".join([*(base64url(json.dumps(part).encode()) for part in ({"alg": "none"}, claims)), ""])


def signed_with_the_public_key(claims: dict) -> str:
    """What is public is taken for a shared secret: an old mistake of libraries. By hand, as ours refuses to."""
    header = {"alg": "HS256", "kid": KEYS[0].kid}
    content = ".".join(base64url(json.dumps(part).encode()) for part in (header, claims))
    code = hmac.new(KEYS[0].as_pem(private=False), content.encode(), hashlib.sha256).digest()
    return f"{content}.{base64url(code)}"


def signed_by_another(claims: dict) -> str:
    return jwt.encode({"alg": "RS256", "kid": KEYS[0].kid}, claims, KEYS[1], algorithms=["RS256"])


NOW = int(time.time())
FORGED = {
    "wrong nonce": {"nonce": "of-another-login"},
    "no nonce": {"nonce": None},
    "wrong issuer": {"iss": "https://elsewhere.example"},
    "no issuer": {"iss": None},
    "wrong audience": {"aud": "another-client"},
    "wrong audience, with us as authorized party": {"aud": "another-client", "azp": CLIENT_ID},
    "no audience": {"aud": None},
    "several audiences without an authorized party": {"aud": [CLIENT_ID, "another-client"]},
    "another authorized party": {"aud": [CLIENT_ID, "another-client"], "azp": "another-client"},
    "expired": {"exp": NOW - 3600, "iat": NOW - 7200},
    "never expires": {"exp": None},
    "made long ago": {"iat": NOW - 86_400},
    "made in the future": {"iat": NOW + 86_400},
    "not valid yet": {"nbf": NOW + 86_400},
    "no subject": {"sub": None},
    "subject that is no text": {"sub": 1},
    "subject that is too long": {"sub": "p" * 256},
    "hash of another access token": {"at_hash": "bm90LW9mLXRoaXMtb25l"},
}


@pytest.mark.parametrize("claims", FORGED.values(), ids=FORGED.keys())
def test_forged_claim_lets_nobody_in(client, person, fake, claims):
    fake.claims = claims
    answer = come_back(client, start(client, fake))
    assert not is_in(client)
    assert answer.headers["Location"] == "/login/"
    assert "could not be trusted. Nobody was logged in" in said(client, answer)
    assert log_of(What.SSO_REFUSED) == ["unknown at the provider"]


@pytest.mark.parametrize(
    "sign", [unsigned, signed_with_the_public_key, signed_by_another, lambda _claims: "no token"]
)
def test_forged_signature_lets_nobody_in(client, person, fake, sign):
    fake.sign = sign
    come_back(client, start(client, fake))
    assert not is_in(client)
    assert log_of(What.SSO_REFUSED)


def test_new_key_of_the_provider_is_fetched_once(client, person, fake):
    come_back(client, start(client, fake))
    client.logout()
    fake.key = KEYS[1]
    come_back(client, start(client, fake))
    assert is_in(client)
    assert fake.asked.count("/jwks") == 2
    client.logout()
    fake.sign = lambda claims: jwt.encode(
        {"alg": "RS256", "kid": "unknown"}, claims, KEYS[1], algorithms=["RS256"]
    )
    come_back(client, start(client, fake))
    assert not is_in(client)
    assert fake.asked.count("/jwks") == 2, "whoever sends unknown keys must not make us ask again and again"


@pytest.mark.parametrize("state", ["", "of-nobody", "x" * 5000])
def test_state_that_was_not_asked_lets_nobody_in(client, person, fake, state):
    start(client, fake)
    answer = come_back(client, state)
    assert not is_in(client)
    assert "could not be trusted" in said(client, answer)
    assert not fake.given, "the code is not even sent on"


def test_state_of_another_browser_lets_nobody_in(client, person, fake):
    """A page that makes somebody's browser come back with the attacker's own code (login CSRF)."""
    other = type(client)()
    state = start(other, fake)
    come_back(client, state)
    assert not is_in(client)


def test_answer_that_comes_again_lets_nobody_in(client, person, fake):
    state = start(client, fake)
    come_back(client, state)
    answer = come_back(client, state)
    assert "could not be trusted" in said(client, answer)
    assert len(fake.given) == 1
    client.post("/logout/")
    come_back(client, state)
    assert not is_in(client)
    assert len(fake.given) == 1


def test_answer_after_a_quarter_of_an_hour_lets_nobody_in(client, person, fake, monkeypatch):
    state = start(client, fake)
    monkeypatch.setattr("ecrf.account.sso.flow.time.time", lambda: time.monotonic() + NOW + 16 * 60)
    come_back(client, state)
    assert not is_in(client)


def test_answer_of_another_provider_lets_nobody_in(client, person, fake):
    """The mix-up of two providers (RFC 9207)."""
    come_back(client, start(client, fake), iss="https://elsewhere.example")
    assert not is_in(client)
    assert not fake.given


def test_code_that_the_provider_does_not_know_lets_nobody_in(client, person, fake):
    fake.answers["/token"] = (400, {"Content-Type": "application/json"}, b'{"error": "invalid_grant"}')
    answer = come_back(client, start(client, fake))
    assert not is_in(client)
    assert "did not let you in" in said(client, answer)


def test_login_that_belongs_to_no_account_is_refused_calmly_and_logged(client, person, fake):
    fake.claims = {"sub": "a-stranger", "email": person.email, "preferred_username": person.username}
    answer = come_back(client, start(client, fake))
    assert not is_in(client)
    assert "does not belong to an account of the eCRF" in said(client, answer)
    (name,) = log_of(What.SSO_UNKNOWN)
    assert name.startswith("unknown ")
    assert "stranger" not in name


def test_closed_account_is_refused_and_logged(client, person, fake):
    person.is_active = False
    with acting(SYSTEM, source="test"):
        person.save(update_fields=["is_active"])
    answer = come_back(client, start(client, fake))
    assert not is_in(client)
    assert "Your account of the eCRF is closed" in said(client, answer)
    assert log_of(What.SSO_CLOSED) == [person.username]


def test_login_leads_to_no_other_server(client, person, fake):
    answer = come_back(client, start(client, fake, next="https://elsewhere.example/"))
    assert answer.headers["Location"] == "/"


def test_what_is_asked_is_bound_to_this_login(client, person, fake):
    asked = sent(leads_to(client.post("/login/sso/")))
    assert (asked["code_challenge_method"], asked["response_mode"]) == ("S256", "query")
    assert (asked["scope"], asked["redirect_uri"]) == ("openid", "http://testserver/login/sso/callback/")
    assert all(len(asked[name]) >= 32 for name in ("state", "nonce", "code_challenge"))
    again = sent(leads_to(client.post("/login/sso/")))
    assert not {asked[name] for name in ("state", "nonce", "code_challenge")} & set(again.values())
