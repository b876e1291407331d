"""The password asked for again before a signature, and what wrong ones lead to."""

from datetime import timedelta

import pytest

from ecrf.access.login_log import LoginEvent, What
from ecrf.access.roles import Role
from ecrf.account.lockout import WRONG_TRIES
from ecrf.signatures.models import Declaration, Signature
from tests.conftest import PASSWORD, make_user
from tests.ecrf.account.test_lockout import later
from tests.ecrf.signatures.conftest import change, post, words

pytestmark = pytest.mark.django_db


@pytest.mark.requirement("R-033")
@pytest.mark.requirement("R-054")
def test_wrong_passwords_count_to_the_lockout_of_the_login(signing_client, url, client):
    answers = [post(signing_client, url, password="wrong", seen="1") for _ in range(WRONG_TRIES)]
    assert {answer.status_code for answer in answers} == {422}
    assert "Nothing was signed" in words(answers[0])
    assert "ask an administrator to unlock it" in words(answers[-1])
    assert "checked" in answers[-1].content.decode()
    assert list(LoginEvent.objects.order_by("pk").values_list("what", flat=True))[-2:] == [
        What.WRONG_TO_SIGN,
        What.LOCKED,
    ]
    assert post(signing_client, url).status_code == 422
    assert not Signature.objects.exists()
    assert not Declaration.objects.exists()
    login = client.post("/login/", {"username": "investigator", "password": PASSWORD})
    assert "nobody can log in with it" in login.content.decode()
    later(timedelta(minutes=20))
    assert post(signing_client, url).status_code == 302


def test_wrong_tries_at_the_login_and_at_a_signature_add_up(signing_client, url, client):
    for _ in range(WRONG_TRIES - 1):
        client.post("/login/", {"username": "investigator", "password": "wrong"})
    assert "ask an administrator" in words(post(signing_client, url, password="wrong"))


def test_right_password_ends_the_count_of_wrong_tries(signing_client, url):
    for _ in range(2):
        for _ in range(WRONG_TRIES - 1):
            post(signing_client, url, password="wrong", seen="1")
        post(signing_client, url, seen="1")
    assert not LoginEvent.objects.filter(what=What.LOCKED).exists()


@pytest.mark.requirement("R-038")
def test_nobody_signs_with_the_user_name_and_password_of_somebody_else(signing_client, url, site):
    make_user("second", Role.INVESTIGATOR, site)
    answer = post(signing_client, url, username="second")
    assert answer.status_code == 422
    assert "nobody can sign for somebody else" in words(answer)
    assert LoginEvent.objects.get().username == "investigator"
    assert not Signature.objects.exists()


@pytest.mark.requirement("R-032")
def test_first_signature_of_a_session_asks_for_both_and_later_ones_for_the_password(
    signing_client, url, visit, coordinator, client
):
    assert post(signing_client, url, username="").status_code == 422
    assert post(signing_client, url).status_code == 302
    change(visit, coordinator)
    assert 'name="username"' not in signing_client.get(url).content.decode()
    only = {"password": PASSWORD, "username": ""}
    assert post(signing_client, url, **{**only, "password": "wrong"}).status_code == 422
    assert post(signing_client, url, **only).status_code == 302
    change(visit, coordinator, "2")
    signing_client.post("/logout/")
    signing_client.post("/login/", {"username": "investigator", "password": PASSWORD})
    assert 'name="username"' in signing_client.get(url).content.decode()
    assert post(signing_client, url, **only).status_code == 422


@pytest.mark.requirement("R-032")
def test_login_in_place_asks_for_both_again(signing_client, url, visit, coordinator):
    post(signing_client, url)
    change(visit, coordinator)
    signing_client.post("/login/again/", {"username": "investigator", "password": PASSWORD})
    assert 'name="username"' in signing_client.get(url).content.decode()


def test_refused_signature_leaves_both_to_be_asked_for(signing_client, url):
    assert post(signing_client, url, seen="x").status_code == 409
    assert 'name="username"' in signing_client.get(url).content.decode()
