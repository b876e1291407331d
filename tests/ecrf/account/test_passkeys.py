"""Passkeys: added, used as second factor and alone, refused when they come from elsewhere, were copied or removed."""

import html
import json
import re

import pytest
from django.test import Client
from django.urls import reverse

from ecrf.access.login_log import LoginEvent, What
from ecrf.access.models import User
from ecrf.account.factors import factors_of
from ecrf.account.lockout import WRONG_TRIES
from ecrf.account.models import Passkey
from ecrf.account.second import passkeys
from ecrf.audit.actor import SYSTEM, acting
from tests.conftest import PASSWORD
from tests.ecrf.account.security_key import SecurityKey

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("R-053")]

GOOD = {"username": "coordinator", "password": PASSWORD}
ADD, SECOND, ALONE = "/account/passkeys/add/", "/login/second-factor/", "/login/passkey/"


def at_localhost(**more) -> Client:
    return Client(SERVER_NAME="localhost", **more)


def options_of(page) -> dict:
    """What the button of a page hands to the browser."""
    return json.loads(
        html.unescape(re.search(r'data-passkey-(?:make|ask)="([^"]+)"', page.content.decode())[1])
    )


@pytest.fixture
def key() -> SecurityKey:
    return SecurityKey()


@pytest.fixture
def person(coordinator) -> Client:
    client = at_localhost()
    client.post("/login/", GOOD)
    return client


def add(client: Client, key: SecurityKey, name: str = "Phone"):
    return client.post(ADD, {"passkey": key.make(options_of(client.get(ADD))), "name": name})


def half_way() -> Client:
    client = at_localhost()
    assert client.post("/login/", GOOD).headers["Location"] == SECOND
    return client


def prove(client: Client, key: SecurityKey, path: str = SECOND):
    return client.post(path, {"passkey": key.prove(options_of(client.get(path)))})


def words_of(answer) -> str:
    assert answer.status_code == 422
    return html.unescape(answer.content.decode())


def is_in(client: Client) -> bool:
    return client.get("/assumptions/").status_code == 200


def test_passkey_is_added_with_its_name_and_brings_recovery_codes(person, key, coordinator):
    assert add(person, key, " Phone in\nthe clinic ").headers["Location"] == reverse("recovery-codes")
    row = Passkey.objects.get()
    assert (row.user, row.name, row.rp_id) == (coordinator, "Phone in the clinic", "localhost")
    assert factors_of(coordinator).has_passkey


def test_passkey_is_a_second_factor(person, key):
    add(person, key)
    client = half_way()
    assert prove(client, key).headers["Location"] == "/"
    assert is_in(client)


def test_passkey_opens_alone_if_the_device_made_sure_who_holds_it(person, key):
    add(person, key)
    client = at_localhost()
    assert prove(client, key, ALONE).status_code == 302
    assert is_in(client)
    assert LoginEvent.objects.latest("pk").what == What.LOGGED_IN_BY_PASSKEY


def test_passkey_alone_without_that_opens_nothing(person, key):
    add(person, key)
    key.is_verified = False
    client = at_localhost()
    assert "did not prove who you are" in words_of(prove(client, key, ALONE))
    assert not is_in(client)


def test_login_by_passkey_leads_to_the_page_that_was_asked_for_and_to_no_other_server(person, key):
    add(person, key)
    for wanted, found in (("/assumptions/", "/assumptions/"), ("//evil.example/", "/")):
        client = at_localhost()
        proof = key.prove(options_of(client.get(f"{ALONE}?next={wanted}")))
        assert client.post(ALONE, {"passkey": proof, "next": wanted}).headers["Location"] == found


@pytest.mark.parametrize("path", [SECOND, ALONE])
def test_passkey_used_at_another_origin_is_refused_in_words(person, key, path):
    add(person, key)
    key.origin = "http://localhost.evil.example"
    client = half_way() if path == SECOND else at_localhost()
    words = words_of(prove(client, key, path))
    assert "by another address (http://localhost.evil.example)" in words
    assert not is_in(client)


def test_passkey_made_at_another_origin_is_refused_in_words(person, key):
    key.origin = "https://evil.example"
    assert "by another address" in words_of(add(person, key))
    assert not Passkey.objects.exists()


def test_passkey_made_for_another_host_is_refused(person, key):
    key.rp_id = "evil.example"
    assert "could not be checked" in words_of(add(person, key))
    assert not Passkey.objects.exists()


def test_passkey_of_another_host_is_not_offered_and_that_is_said(person, key, settings):
    add(person, key)
    settings.ALLOWED_HOSTS = ["localhost", "other.localhost"]
    client = Client(SERVER_NAME="other.localhost")
    client.post("/login/", GOOD)
    page = client.get(SECOND).content.decode()
    assert "data-passkey-ask" not in page
    assert "made for another address" in page


def test_challenge_is_answered_once(person, key):
    add(person, key)
    client = half_way()
    proof = key.prove(options_of(client.get(SECOND)))
    other = half_way()
    assert "did not prove" in words_of(other.post(SECOND, {"passkey": proof})) or not is_in(other)
    client.post(SECOND, {"passkey": proof})
    assert is_in(client)
    client.post("/logout/")
    assert "out of date" in words_of(client.post(ALONE, {"passkey": proof}))


def test_copy_of_a_passkey_is_noticed_by_its_counter(person, key):
    add(person, key)
    prove(half_way(), key)
    key.count = 0
    client = half_way()
    assert "may have been copied" in words_of(prove(client, key))
    assert not is_in(client)


def test_passkey_that_never_counts_is_taken(person, key):
    add(person, key)
    for _ in range(2):
        key.count = -1
        client = half_way()
        assert prove(client, key).status_code == 302


def test_signature_of_another_key_is_refused(person, key):
    add(person, key)
    thief = SecurityKey(credential_id=key.credential_id)
    client = half_way()
    assert "did not prove who you are" in words_of(prove(client, thief))


def test_passkey_of_somebody_else_is_no_second_factor(person, key, investigator):
    add(person, key)
    other = at_localhost()
    other.post("/login/", {**GOOD, "username": "investigator"})
    theirs = SecurityKey()
    add(other, theirs)
    client = half_way()
    assert "belongs to no account here" in words_of(prove(client, theirs))


def test_removed_passkey_opens_nothing(person, key, coordinator):
    add(person, key)
    pk = Passkey.objects.get().pk
    assert person.get(reverse("remove-passkey", args=[pk])).status_code == 200
    person.post(reverse("remove-passkey", args=[pk]))
    assert not factors_of(coordinator).has_passkey
    assert "belongs to no account here, or was removed" in words_of(prove(at_localhost(), key, ALONE))
    assert person.get(reverse("remove-passkey", args=[pk])).status_code == 404


def test_passkey_of_another_person_cannot_be_removed(person, key, investigator):
    add(person, key)
    other = at_localhost()
    other.force_login(investigator)
    assert other.post(reverse("remove-passkey", args=[Passkey.objects.get().pk])).status_code == 404


def test_passkey_of_a_closed_account_opens_nothing(person, key, coordinator):
    add(person, key)
    with acting(SYSTEM):
        User.objects.filter(pk=coordinator.pk).update(is_active=False)
    client = at_localhost()
    assert "belongs to no account here" in words_of(prove(client, key, ALONE))
    assert not is_in(client)


@pytest.mark.requirement("R-054")
def test_wrong_passkeys_count_like_wrong_passwords(person, key):
    add(person, key)
    thief = SecurityKey(credential_id=key.credential_id)
    for _ in range(WRONG_TRIES):
        prove(at_localhost(), thief, ALONE)
    assert "nobody can log in with it" in words_of(prove(at_localhost(), key, ALONE))


@pytest.mark.parametrize(
    "answer",
    ["", "x", "[]", "{}", "null", '{"id": 1}', '{"rawId": "AA", "response": {}}', "1" * 30_000, "\x00"],
)
def test_odd_answer_is_refused_in_words(person, key, answer):
    assert words_of(person.post(ADD, {"passkey": answer, "name": "x"}))
    add(person, key)
    assert words_of(at_localhost().post(ALONE, {"passkey": answer}))
    assert half_way().post(SECOND, {"passkey": answer}).status_code == 422


def test_address_without_a_name_says_that_passkeys_need_one(coordinator):
    client = Client(SERVER_NAME="127.0.0.1")
    client.post("/login/", GOOD)
    assert "need an address with a name" in client.get(ADD).content.decode()
    assert "need an address with a name" in words_of(Client(SERVER_NAME="127.0.0.1").post(ALONE))
    assert "begins with https" in Client(SERVER_NAME="testserver").get(ALONE).content.decode()


def test_question_of_the_second_step_opens_nothing_alone(person, key, investigator):
    """Who is half logged in was asked for no fingerprint: that answer must not stand for a login without a password."""
    add(person, key)
    own = SecurityKey()
    other = at_localhost()
    other.post("/login/", {**GOOD, "username": "investigator"})
    add(other, own)
    other.post("/logout/")
    other.post("/login/", {**GOOD, "username": "investigator"})
    asked = options_of(other.get(SECOND))
    key.is_verified = False  # found on a desk: nobody knows its PIN
    assert "out of date" in words_of(other.post(ALONE, {"passkey": key.prove(asked)}))
    assert not is_in(other)


def test_question_of_adding_a_passkey_proves_none(person, key):
    add(person, key)
    asked = options_of(person.get(ADD))
    state = person.session[passkeys.ADDING]
    client = half_way()
    session = client.session
    session[passkeys.ADDING] = state
    session.save()
    assert "out of date" in words_of(client.post(SECOND, {"passkey": key.prove(asked)}))
