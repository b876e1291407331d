"""A signature confirmed anew at the provider, by people without a password: once, for one form, by the signer."""

import html
import re
import time
from types import SimpleNamespace

import pytest
from django.urls import reverse

from ecrf.access.login_log import LoginEvent, What
from ecrf.locks.models import Lock
from ecrf.signatures.models import Signature
from tests.builders import a_patient, a_visit
from tests.ecrf.account.sso.conftest import NAME, come_back, leads_to, linked, said, sent
from tests.ecrf.signatures.conftest import change, checked, complete_scale

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("R-032")]

CONFIRM = "/login/sso/confirm/"
SUBJECT = "hospital-7"


@pytest.fixture
def visit(site, coordinator):
    visit = a_visit(a_patient(site, coordinator), "W04", coordinator)
    complete_scale(visit, coordinator)
    return visit


@pytest.fixture
def url(visit) -> str:
    return reverse("sign-visit", args=[visit.patient.number, visit.code])


@pytest.fixture
def signer(investigator):
    return checked(linked(investigator, SUBJECT, with_password=False))


def fields_of(response, button: str) -> tuple[str, dict[str, str]]:
    """Where the form with this button leads, and what it carries, as a browser reads it."""
    for form in re.findall(r"<form.*?</form>", response.content.decode(), re.DOTALL):
        if button in form:
            place = re.search(r'formaction="([^"]*)"', form) or re.search(r'action="([^"]*)"', form)
            inputs = re.findall(r'<input[^>]*\bname="([^"]*)"[^>]*\bvalue="([^"]*)"', form)
            assert place, form
            return place[1], {html.unescape(name): html.unescape(value) for name, value in inputs}
    pytest.fail(f"no form with {button!r}")


def press(client, response, button: str, **typed: str):
    place, fields = fields_of(response, button)
    return client.post(place, fields | typed)


def confirmed(client, browser, url: str, login: str = SUBJECT, **more: str):
    """From the signing page to the page on which the signature can be finished."""
    answer = press(client, client.get(url), f"Confirm with {NAME}", declares="yes")
    return client.get(browser.log_in(leads_to(answer), login, **more))


@pytest.fixture
def signing_client(client, provider, signer, browser):
    """The investigator's browser, logged in at the hospital."""
    client.get(browser.log_in(leads_to(client.post("/login/sso/")), SUBJECT))
    return client


def last_log() -> tuple[str, str]:
    return LoginEvent.objects.order_by("pk").values_list("what", "username").last()


def test_visit_is_signed_after_a_fresh_login_at_the_hospital(signing_client, signer, url, browser):
    page = confirmed(signing_client, browser, url)
    assert browser.asked_to_log_in, "prompt=login and max_age=0 ask whoever is logged in there"
    assert not Signature.objects.exists()
    assert last_log() == (What.CONFIRMED_ELSEWHERE, signer.username)
    answer = press(signing_client, page, "Sign the visit")
    assert answer.status_code == 302
    assert Signature.objects.get().signed_by == signer


def test_page_asks_for_no_password_that_there_is_not(signing_client, url):
    source = signing_client.get(url).content.decode()
    assert 'name="password"' not in source
    assert f"Confirm with {NAME}" in source


def test_who_has_a_password_confirms_with_it(client, investigator, fake, url):
    client.force_login(linked(checked(investigator), SUBJECT))
    source = client.get(url).content.decode()
    assert 'name="password"' in source
    assert "Confirm with" not in source
    assert client.post(CONFIRM, {"confirm-for": url, "confirm-back": url}).status_code == 404


def test_proof_counts_once(signing_client, url, visit, coordinator, browser):
    place, fields = fields_of(confirmed(signing_client, browser, url), "Sign the visit")
    kept = dict(signing_client.session["sso_proof"])
    signing_client.post(place, fields)
    change(visit, coordinator)
    session = signing_client.session
    session["sso_proof"] = kept  # as a request that came at the same moment would still have it
    session.save()
    answer = signing_client.post(place, fields)
    assert answer.status_code == 422
    assert "You have not confirmed yet" in said(signing_client, answer)
    assert Signature.objects.count() == 1


def test_proof_does_not_count_for_another_form(signing_client, url, visit, browser):
    _place, fields = fields_of(confirmed(signing_client, browser, url), "Sign the visit")
    casebook = reverse("sign-casebook", args=[visit.patient.number])
    assert signing_client.post(casebook, fields).status_code == 422
    assert signing_client.post(url, fields).status_code == 422, "and it is used up"
    assert not Signature.objects.exists()


@pytest.mark.parametrize("changed", [{"seen": "999999"}, {"declares": "no"}, {"more": "x"}])
def test_proof_counts_for_what_was_filled_in_alone(signing_client, url, browser, changed):
    place, fields = fields_of(confirmed(signing_client, browser, url), "Sign the visit")
    assert signing_client.post(place, fields | changed).status_code == 422
    assert not Signature.objects.exists()


def test_proof_counts_by_its_name_alone(signing_client, url, browser):
    place, fields = fields_of(confirmed(signing_client, browser, url), "Sign the visit")
    assert signing_client.post(place, fields | {"confirmed-at-provider": "another"}).status_code == 422
    assert not Signature.objects.exists()


def test_proof_counts_for_its_person_alone(signing_client, url, browser, outsider):
    place, fields = fields_of(confirmed(signing_client, browser, url), "Sign the visit")
    session = signing_client.session
    session["sso_proof"] = session["sso_proof"] | {"user": outsider.pk}
    session.save()
    assert signing_client.post(place, fields).status_code == 422
    assert not Signature.objects.exists()


def test_proof_counts_for_two_minutes(signing_client, url, browser, monkeypatch):
    page = confirmed(signing_client, browser, url)
    later = SimpleNamespace(time=lambda: time.time() + 121)
    monkeypatch.setattr("ecrf.account.sso.proof.time", later)
    assert press(signing_client, page, "Sign the visit").status_code == 422
    assert not Signature.objects.exists()


def test_nothing_is_signed_without_a_proof(signing_client, url):
    answer = press(signing_client, signing_client.get(url), f"Confirm with {NAME}", declares="yes")
    assert leads_to(answer)
    for more in ({}, {"confirmed-at-provider": ""}, {"username": "investigator", "password": ""}):
        assert signing_client.post(url, {"seen": "1", "declares": "yes", **more}).status_code == 422
    assert not Signature.objects.exists()


def test_somebody_else_at_the_hospital_cannot_confirm(signing_client, signer, url, browser):
    answer = confirmed(signing_client, browser, url, login="hospital-9")
    assert "You logged in at Hospital login as somebody else. Nothing was signed" in said(
        signing_client, answer
    )
    assert last_log() == (What.SSO_SWAPPED, signer.username)
    assert "sso_proof" not in signing_client.session


def test_cancelled_at_the_hospital_what_was_filled_in_is_kept(signing_client, url, browser):
    answer = confirmed(signing_client, browser, url, cancel="yes")
    assert answer.status_code == 422
    assert "Nothing was signed, and what you filled in is kept" in said(signing_client, answer)
    again = press(signing_client, answer, f"Confirm with {NAME} again")
    page = signing_client.get(browser.log_in(leads_to(again), SUBJECT))
    assert press(signing_client, page, "Sign the visit").status_code == 302
    assert Signature.objects.count() == 1


def test_while_the_provider_is_down_what_was_filled_in_is_kept(client, fake, signer, url):
    client.force_login(signer)
    fake.answers["/.well-known/openid-configuration"] = (503, {}, b"")
    answer = press(client, client.get(url), f"Confirm with {NAME}", declares="yes")
    assert answer.status_code == 422
    assert (
        f"{NAME} does not answer at the moment. Nothing was signed, and what you filled in is kept"
        in said(client, answer)
    )
    assert fields_of(answer, "again")[1]["declares"] == "yes"


def test_data_that_changed_meanwhile_are_not_signed(signing_client, url, visit, coordinator, browser):
    page = confirmed(signing_client, browser, url)
    change(visit, coordinator)
    assert press(signing_client, page, "Sign the visit").status_code == 409
    assert not Signature.objects.exists()


@pytest.mark.parametrize(
    "path", ["https://elsewhere.example/", "//elsewhere.example/", "/no/such/page/", "javascript:x", ""]
)
def test_confirmed_leads_to_pages_of_ours_only(signing_client, url, path):
    assert signing_client.post(CONFIRM, {"confirm-for": path, "confirm-back": url}).status_code == 404
    assert signing_client.post(CONFIRM, {"confirm-for": url, "confirm-back": path}).status_code == 404


def test_study_is_locked_after_a_fresh_login(client, data_manager, provider, browser, visit):
    client.force_login(linked(data_manager, SUBJECT, with_password=False))
    page = client.get(reverse("monitor:study-locks"))
    assert 'name="password"' not in page.content.decode()
    typed = {"reason": "Last patient out “100 %” <b>\r\nand more", "despite": "on"}
    _place, fields = fields_of(page, f"Confirm with {NAME}")
    answer = client.post(CONFIRM, fields | typed)
    done = client.get(browser.log_in(leads_to(answer), SUBJECT))
    assert press(client, done, "Lock the study").status_code == 302
    assert Lock.objects.get().reason.startswith("Last patient out “100 %” <b>")


# --- what no honest provider answers -----------------------------------------------------------------------


@pytest.fixture
def asking(client, fake, signer, url):
    """The investigator, just sent to the provider; `state` to come back with."""
    client.force_login(signer)
    answer = press(client, client.get(url), f"Confirm with {NAME}", declares="yes")
    asked = sent(leads_to(answer))
    fake.nonce, fake.claims = asked["nonce"], {"sub": SUBJECT}
    return SimpleNamespace(client=client, state=asked["state"], asked=asked)


def test_fresh_login_is_asked_for(asking):
    assert (asking.asked["prompt"], asking.asked["max_age"]) == ("login", "0")


def test_fresh_login_of_the_signer_is_taken(asking):
    assert press(asking.client, come_back(asking.client, asking.state), "Sign the visit").status_code == 302


@pytest.mark.parametrize(
    "auth_time",
    [int(time.time()) - 3600, None, "now", True, int(time.time()) + 86_400],
    ids=["an hour old", "not said", "words", "yes", "tomorrow"],
)
def test_login_that_is_not_fresh_confirms_nothing(asking, fake, auth_time):
    fake.claims |= {"auth_time": auth_time}
    answer = come_back(asking.client, asking.state)
    assert answer.status_code == 422
    assert "could not be trusted. Nothing was signed" in said(asking.client, answer)
    assert last_log()[0] == What.SSO_REFUSED
    assert "sso_proof" not in asking.client.session


def test_login_a_minute_before_we_asked_confirms_nothing(asking, fake):
    fake.claims |= {"auth_time": int(time.time()) - 60}
    assert come_back(asking.client, asking.state).status_code == 422


def test_answer_to_a_login_is_none_to_a_signature(client, fake, signer, url):
    """The purpose is kept here; no address of the provider or of the browser says it."""
    asked = sent(leads_to(client.post("/login/sso/")))
    fake.nonce, fake.claims = asked["nonce"], {"sub": SUBJECT}
    come_back(client, asked["state"])
    assert "_auth_user_id" in client.session
    assert "sso_proof" not in client.session


def test_proof_of_one_person_is_none_of_the_next_in_the_same_browser(asking, outsider):
    kept = asking.client.session["sso_asked"]
    asking.client.force_login(outsider)
    session = asking.client.session
    session["sso_asked"] = kept
    session.save()
    come_back(asking.client, asking.state)
    assert "sso_proof" not in asking.client.session
