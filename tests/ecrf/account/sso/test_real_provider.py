"""The whole way through a real provider: log in, link, second factor, log out, and a provider that is down."""

from urllib.parse import urlsplit

import pytest
from django.core.cache import cache

from ecrf.access.login_log import LoginEvent, What
from ecrf.access.roles import Role
from ecrf.account.invitations import invite, state_of, withdraw
from ecrf.account.links import address_of
from ecrf.account.models import UserSession
from ecrf.account.session_store import row_key
from ecrf.account.sso.models import ExternalIdentity
from ecrf.audit.actor import SYSTEM, acting
from tests.conftest import PASSWORD, make_user
from tests.ecrf.account.sso.conftest import NAME, leads_to, linked, said, sent, turn_on
from tests.ecrf.account.sso.real_provider import CLIENT_ID, CLIENT_SECRET, Browser, running_provider

pytestmark = [pytest.mark.django_db]


def log_of(username: str) -> list[str]:
    return list(LoginEvent.objects.filter(username=username).order_by("pk").values_list("what", flat=True))


def log_in(client, browser, login="hospital-7", next_page="", **claims: str):
    there = leads_to(client.post("/login/sso/", {"next": next_page}))
    return client.get(browser.log_in(there, login, **claims))


def path_of(invitation) -> str:
    """Of the link that was sent, without the product's own address."""
    return urlsplit(address_of(invitation)).path


def is_in(client) -> bool:
    return "_auth_user_id" in client.session


# --- logging in -----------------------------------------------------------------------------------------------------


def test_login_page_offers_the_hospitals_login_only_where_there_is_one(client, db, settings):
    assert "/login/sso/" not in client.get("/login/").content.decode()
    settings.OIDC_ISSUER, settings.OIDC_NAME = "https://idp.example", NAME
    assert f"Log in with {NAME}" in client.get("/login/").content.decode()


@pytest.mark.parametrize("path", ["/login/sso/", "/login/sso/back-channel/", "/login/sso/confirm/"])
def test_without_a_provider_there_is_nothing_at_its_addresses(client, coordinator, path):
    client.force_login(coordinator)
    assert client.post(path).status_code == 404
    assert client.get("/login/sso/callback/").status_code == 404


def test_linked_person_logs_in_at_the_hospital_and_comes_to_the_page_asked_for(
    client, coordinator, provider, browser
):
    linked(coordinator, "hospital-7")
    answer = log_in(client, browser, next_page="/assumptions/?a=1")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/assumptions/?a=1")
    assert client.session["_auth_user_id"] == str(coordinator.pk)
    assert log_of("coordinator") == [What.LOGGED_IN_ELSEWHERE]


def test_who_was_typing_comes_back_by_another_tab(client, coordinator, provider, browser):
    again = "/login/again/"
    assert f"log in with {NAME} in another tab" in client.get(again).content.decode()
    waiting = client.get(f"{again}?elsewhere=yes")
    assert waiting.status_code == 200
    assert "You are not logged in yet" in waiting.content.decode()
    linked(coordinator, "hospital-7")
    log_in(client, browser)
    back = client.get(f"{again}?elsewhere=yes")
    assert (back.status_code, back.headers["X-User"]) == (204, "coordinator")


def test_session_id_is_another_one_after_the_login(client, coordinator, provider, browser):
    linked(coordinator, "hospital-7")
    there = leads_to(client.post("/login/sso/"))
    before = client.session.session_key
    client.get(browser.log_in(there, "hospital-7"))
    assert before
    assert client.session.session_key != before
    assert not UserSession.objects.filter(session_key=row_key(before)).exists()


def test_cancelled_at_the_provider_nobody_is_logged_in(client, coordinator, provider, browser):
    linked(coordinator, "hospital-7")
    answer = log_in(client, browser, cancel="yes")
    assert not is_in(client)
    assert f"{NAME} did not let you in, or you did not log in there" in said(client, answer)


def test_stranger_is_not_let_in(client, coordinator, provider, browser):
    linked(coordinator, "hospital-7")
    answer = log_in(client, browser, login="coordinator")
    assert not is_in(client)
    assert "does not belong to an account" in said(client, answer)


def test_code_is_taken_once(client, coordinator, provider, browser):
    """A code that leaked, with the state that belongs to it put back into the session."""
    linked(coordinator, "hospital-7")
    there = leads_to(client.post("/login/sso/"))
    kept = client.session["sso_asked"]
    back = browser.log_in(there, "hospital-7")
    client.get(back)
    other = type(client)()
    other.post("/login/sso/")
    session = other.session
    session["sso_asked"] = kept
    session.save()
    answer = other.get(back)
    assert not is_in(other)
    assert "did not let you in" in said(other, answer)


# --- the second factor ------------------------------------------------------------------------------------------------


@pytest.mark.requirement("R-053")
@pytest.mark.parametrize(
    ("setting", "claims", "is_proved"),
    [
        ("amr=mfa", {"amr": "pwd mfa"}, True),
        ("amr=mfa", {"amr": "pwd"}, False),
        ("amr=mfa", {}, False),
        ("acr=urn:two", {"acr": "urn:two"}, True),
        ("acr=urn:two", {"acr": "urn:two:not"}, False),
        ("", {"amr": "pwd mfa", "acr": "urn:two"}, False),
    ],
)
def test_second_factor_of_the_provider_counts_by_the_claim_that_the_settings_name(
    client, coordinator, provider, browser, settings, setting, claims, is_proved
):
    settings.OIDC_SECOND_FACTOR = setting
    linked(coordinator, "hospital-7")
    log_in(client, browser, **claims)
    assert is_in(client)
    assert client.session["second_factor_done"] is is_proved


# --- linking ----------------------------------------------------------------------------------------------------------

OWN = "/account/single-sign-on/"


def link_by_page(client, browser, login: str, password: str = PASSWORD):
    answer = client.post(OWN, {"current_password": password})
    if answer.status_code == 422:
        return answer
    return client.get(browser.log_in(leads_to(answer), login))


@pytest.fixture
def own_client(client, coordinator, provider):
    client.force_login(coordinator)
    return client


def test_person_links_the_own_account_after_the_password(own_client, coordinator, browser):
    answer = link_by_page(own_client, browser, "hospital-7")
    assert f"From now on you can log in with {NAME}" in said(own_client, answer)
    identity = ExternalIdentity.objects.get()
    assert (identity.user, identity.subject, identity.linked_by) == (coordinator, "hospital-7", coordinator)
    own_client.post("/logout/")
    log_in(own_client, browser)
    assert is_in(own_client)


def test_nothing_is_linked_with_a_wrong_password(own_client, browser):
    answer = link_by_page(own_client, browser, "hospital-7", password="wrong")
    assert answer.status_code == 422
    assert "This is not your password" in answer.content.decode()
    assert log_of("coordinator") == [What.WRONG_HERE]
    assert not ExternalIdentity.objects.exists()


def test_linking_asks_to_log_in_anew_whoever_is_logged_in_there(own_client, browser):
    """At a shared computer the provider may still know a colleague."""
    link_by_page(own_client, browser, "hospital-7")
    assert browser.asked_to_log_in


def test_login_of_another_account_is_not_linked(own_client, outsider, browser):
    linked(outsider, "hospital-9")
    answer = link_by_page(own_client, browser, "hospital-9")
    assert "belongs to another account here already. Nothing was linked" in said(own_client, answer)
    assert ExternalIdentity.objects.get().user == outsider
    assert log_of("coordinator")[-1] == What.SSO_TAKEN


def test_link_begun_by_one_person_does_not_link_the_next_one(own_client, outsider, browser):
    back = browser.log_in(leads_to(own_client.post(OWN, {"current_password": PASSWORD})), "hospital-7")
    kept = own_client.session["sso_asked"]
    own_client.force_login(outsider)
    session = own_client.session
    session["sso_asked"] = kept
    session.save()
    own_client.get(back)
    assert not ExternalIdentity.objects.exists()


# --- invitations ------------------------------------------------------------------------------------------------------


@pytest.fixture
def invited(site):
    """A person who waits for an account, without a password."""
    user = make_user("newcomer", Role.COORDINATOR, site)
    user.set_unusable_password()
    user.email = "newcomer@synthetic.example"
    with acting(SYSTEM, source="test"):
        user.save(update_fields=["password", "email"])
    return user


@pytest.fixture
def invitation(invited):
    return invite(user=invited, by=SYSTEM, invited_by=None)


def accept_there(client, browser, invitation, login="hospital-7", **more: str):
    page = path_of(invitation)
    assert f"Use {NAME}" in client.get(page).content.decode()
    there = leads_to(client.post(f"/login/sso{page}"))
    return client.get(browser.log_in(there, login, **more))


def test_invited_person_uses_the_hospitals_login_in_place_of_a_password(
    client, invited, invitation, provider, browser
):
    answer = accept_there(client, browser, invitation)
    assert answer.headers["Location"] == "/account/welcome/"
    assert client.session["_auth_user_id"] == str(invited.pk)
    identity = ExternalIdentity.objects.get()
    assert (identity.user, identity.subject, identity.linked_by) == (invited, "hospital-7", invited)
    assert state_of(invited).key == "accepted"
    invited.refresh_from_db()
    assert not invited.has_usable_password()
    client.post("/logout/")
    log_in(client, browser)
    assert client.session["_auth_user_id"] == str(invited.pk)


def test_invitation_is_used_once_that_way_too(client, invited, invitation, provider, browser):
    accept_there(client, browser, invitation)
    other = type(client)()
    answer = other.post(f"/login/sso{path_of(invitation)}")
    assert other.get(answer.headers["Location"]).status_code == 410


def test_invitation_that_is_withdrawn_on_the_way_links_nothing(
    client, invited, invitation, provider, browser
):
    there = leads_to(client.post(f"/login/sso{path_of(invitation)}"))
    back = browser.log_in(there, "hospital-7")
    withdraw(user=invited, by=SYSTEM, withdrawn_by=None)
    answer = client.get(back)
    assert client.get(answer.headers["Location"]).status_code == 410
    assert not is_in(client)
    assert not ExternalIdentity.objects.exists()


@pytest.mark.parametrize("more", [{"login": "hospital-9"}, {"cancel": "yes"}])
def test_invitation_stays_open_when_nothing_can_be_linked(
    client, invited, invitation, outsider, provider, browser, more
):
    linked(outsider, "hospital-9")
    answer = accept_there(client, browser, invitation, **more)
    assert answer.headers["Location"] == path_of(invitation)
    assert "Nothing was linked" in said(client, answer)
    assert not is_in(client)
    assert state_of(invited).key == "waiting"


def test_invited_person_who_must_have_a_second_factor_is_led_to_one(
    client, invited, invitation, provider, browser, settings
):
    settings.SECOND_FACTOR_FOR, settings.OIDC_SECOND_FACTOR = "all", "amr=mfa"
    accept_there(client, browser, invitation)
    assert client.get("/account/welcome/").headers["Location"] == "/account/second-factor/"
    client.post("/logout/")
    log_in(client, Browser(), amr="mfa")
    assert client.get("/account/welcome/").headers["Location"] == "/"


# --- unlinking --------------------------------------------------------------------------------------------------------


def test_administrator_unlinks_with_a_reason_and_the_sessions_end(
    client, coordinator, administrator, provider, browser
):
    identity = linked(coordinator, "hospital-7").external_identities.get()
    log_in(client, browser)
    admin = type(client)()
    admin.force_login(administrator)
    page = f"/account/single-sign-on/of/{coordinator.pk}/"
    assert admin.post(page, {"reason": " "}).status_code == 422
    admin.post(page, {"reason": "Has left the hospital"})
    identity.refresh_from_db()
    assert (identity.unlinked_by, identity.unlink_reason) == (administrator, "Has left the hospital")
    assert client.get("/").headers["Location"].startswith("/login/")
    log_in(client, browser)
    assert not is_in(client)


def test_only_administrators_unlink(client, coordinator, data_manager, provider):
    linked(coordinator, "hospital-7")
    client.force_login(data_manager)
    page = f"/account/single-sign-on/of/{coordinator.pk}/"
    assert {client.get(page).status_code, client.post(page, {"reason": "Why not"}).status_code} == {403}


# --- logging out ------------------------------------------------------------------------------------------------------


@pytest.mark.requirement("R-056")
def test_log_out_here_logs_out_there(client, coordinator, provider, browser):
    linked(coordinator, "hospital-7")
    log_in(client, browser)
    there = leads_to(client.post("/logout/"))
    assert not is_in(client)
    assert sent(there)["post_logout_redirect_uri"] == "http://testserver/login/"
    assert browser.log_out(there).startswith("http://testserver/login/")
    log_in(client, browser)
    assert browser.asked_to_log_in


def test_log_out_of_a_session_that_a_password_began_leaves_the_provider_alone(client, coordinator, provider):
    linked(coordinator, "hospital-7")
    client.post("/login/", {"username": "coordinator", "password": PASSWORD})
    assert client.post("/logout/").headers["Location"] == "/login/"


def test_log_out_there_ends_the_sessions_here(client, coordinator, provider, browser):
    linked(coordinator, "hospital-7")
    log_in(client, browser)
    here = type(client)()
    log_in(here, browser)
    browser.log_out(f"{provider.issuer}/session/end?client_id={CLIENT_ID}")
    (token,) = provider.logout_tokens
    back_channel = type(client)(enforce_csrf_checks=True)
    assert back_channel.post("/login/sso/back-channel/", {"logout_token": token}).status_code == 200
    assert client.get("/").headers["Location"].startswith("/login/")
    assert here.get("/").headers["Location"].startswith("/login/")
    assert back_channel.post("/login/sso/back-channel/", {"logout_token": token}).status_code == 400


# --- a provider that is down ------------------------------------------------------------------------------------------


def test_provider_that_is_down_leaves_the_local_way_in(client, coordinator, settings):
    turn_on(settings, "http://127.0.0.1:9", CLIENT_ID, CLIENT_SECRET)
    page = client.get("/login/")
    assert page.status_code == 200
    answer = client.post("/login/sso/", {"next": "/assumptions/"})
    words = said(client, answer)
    assert f"{NAME} does not answer at the moment. Whoever has a user name and a password" in words
    assert 'name="password"' in words
    typed = {"username": "coordinator", "password": PASSWORD, "next": "/assumptions/"}
    assert client.post("/login/", typed).headers["Location"] == "/assumptions/"


def test_provider_that_goes_down_on_the_way_lets_nobody_in(client, coordinator, settings, browser):
    with running_provider() as short_lived:
        turn_on(settings, short_lived.issuer, CLIENT_ID, CLIENT_SECRET)
        linked(coordinator, "hospital-7")
        back = browser.log_in(leads_to(client.post("/login/sso/")), "hospital-7")
    answer = client.get(back)
    assert not is_in(client)
    assert f"{NAME} does not answer" in said(client, answer)


def test_log_out_here_works_while_the_provider_is_down(client, coordinator, provider, browser, settings):
    linked(coordinator, "hospital-7")
    log_in(client, browser)
    cache.clear()
    settings.OIDC_ISSUER = "http://127.0.0.1:9"
    answer = client.post("/logout/")
    assert not is_in(client)
    assert "log out there too" in said(client, answer)
