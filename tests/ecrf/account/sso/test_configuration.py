"""The settings of single sign-on: off without an issuer; a wrong one stops the start and says what to do."""

import pytest
from django.core.exceptions import ImproperlyConfigured

from ecrf.account.sso.configuration import LONGEST_NAME, single_sign_on

GIVEN = {
    "OIDC_ISSUER": "https://idp.example/realms/one",
    "OIDC_CLIENT_ID": "ecrf",
    "OIDC_CLIENT_SECRET": "only for tests",
    "OIDC_NAME": "Hospital login",
    "OIDC_SECOND_FACTOR": "amr=mfa",
}


def read_with(monkeypatch, given: dict[str, str]) -> tuple[str, ...]:
    for name in GIVEN:
        monkeypatch.delenv(name, raising=False)
    for name, value in given.items():
        monkeypatch.setenv(name, value)

    def read(name: str, what_to_do: str) -> str:
        if name not in given:
            raise ImproperlyConfigured(f"{name} is not set. {what_to_do}")
        return given[name]

    return single_sign_on(read)


def test_all_of_them_turn_it_on(monkeypatch):
    assert read_with(monkeypatch, GIVEN) == tuple(GIVEN.values())


def test_without_an_issuer_it_is_off(monkeypatch):
    assert read_with(monkeypatch, {}) == ("", "", "", "", "")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"OIDC_ISSUER": "http://idp.example"}, "https address"),
        ({"OIDC_ISSUER": "idp.example"}, "https address"),
        ({"OIDC_ISSUER": "https://idp.example?realm=1"}, "https address"),
        ({"OIDC_ISSUER": "https://idp.example#one"}, "https address"),
        ({"OIDC_ISSUER": "https://user:password@idp.example"}, "https address"),
        ({"OIDC_ISSUER": ""}, "OIDC_ISSUER is not set, but OIDC_CLIENT_ID is"),
        ({"OIDC_CLIENT_ID": None}, "OIDC_CLIENT_ID is not set"),
        ({"OIDC_CLIENT_SECRET": None}, "OIDC_CLIENT_SECRET_FILE"),
        ({"OIDC_NAME": None}, "stand on the button"),
        ({"OIDC_NAME": "n" * (LONGEST_NAME + 1)}, "stand on the button"),
        ({"OIDC_NAME": "two\nlines"}, "stand on the button"),
        ({"OIDC_SECOND_FACTOR": "mfa"}, "amr=mfa"),
        ({"OIDC_SECOND_FACTOR": "amr="}, "amr=mfa"),
        ({"OIDC_SECOND_FACTOR": "email=x"}, "amr=mfa"),
        ({"OIDC_SECOND_FACTOR": "acr= 2"}, "amr=mfa"),
    ],
    ids=str,
)
def test_wrong_one_stops_the_start_in_words(monkeypatch, changes, words):
    given = {name: value for name, value in (GIVEN | changes).items() if value is not None}
    with pytest.raises(ImproperlyConfigured, match=words):
        read_with(monkeypatch, given)
