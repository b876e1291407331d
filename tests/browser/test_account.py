"""A passkey made and used in a real browser; a session about to end, and one that has ended, while somebody types."""

import json
import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from tests.browser.conftest import Server
from tests.conftest import PASSWORD

pytestmark = pytest.mark.browser

AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}
MINUTES = 60 * 1000


@pytest.fixture
def at_localhost(chromium: Browser, server: Server) -> Iterator[Page]:
    """A page at an address with a name, with an authenticator in the browser; no script may fail."""
    context = chromium.new_context(base_url=f"http://localhost:{server.port}", reduced_motion="reduce")
    context.set_default_timeout(30_000)
    page, complaints = context.new_page(), []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda m: complaints.append(m.text) if "Security Policy" in m.text else None)
    devtools = context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
    yield page
    context.close()
    assert complaints == []


def log_in(page: Page, user: str) -> None:
    page.goto("/login/")
    page.fill("#id_username", user)
    page.fill("#id_password", PASSWORD)
    page.get_by_role("button", name="Log in", exact=True).click()


def log_out(page: Page) -> None:
    page.get_by_role("button", name="Log out").click()
    page.wait_for_url("**/login/")


@pytest.mark.requirement("R-053")
def test_passkey_is_made_and_opens_as_second_factor_and_alone(at_localhost):
    page = at_localhost
    log_in(page, "factor01")
    page.get_by_role("link", name="Synthetic factor01").click()
    page.get_by_role("link", name="Add a passkey").click()
    page.fill("#id_name", "Synthetic phone")
    page.get_by_role("button", name="Make the passkey").click()
    page.get_by_role("heading", name="Recovery codes").wait_for()
    assert page.locator(".codes li").count() == 10
    page.get_by_role("button", name="I have kept them").click()
    page.get_by_text("Passkey “Synthetic phone”").wait_for()
    log_out(page)

    log_in(page, "factor01")
    page.get_by_role("heading", name="Second step").wait_for()
    page.get_by_role("button", name="Use your passkey").click()
    page.get_by_role("button", name="Log out").wait_for()
    log_out(page)

    page.get_by_role("link", name="Log in with a passkey").click()
    page.get_by_role("button", name="Use your passkey").click()
    page.get_by_role("button", name="Log out").wait_for()


def answers(context: BrowserContext, left: dict[str, int]) -> None:
    """The server says that so many seconds are left; after "Stay logged in", half an hour. None: logged out."""

    def answer(route: Route) -> None:
        if route.request.method == "POST":
            left["idle"] = 1800
        else:
            assert route.request.headers["x-unattended"] == "yes"
        if left["idle"]:
            route.fulfill(body=json.dumps({**left, "longest": 40_000}), content_type="application/json")
        else:
            route.fulfill(status=401, body="You are logged out.")

    context.route("**/account/session/", answer)


@pytest.fixture
def calendar(sit_down) -> Iterator[Page]:
    """Somebody types a name for a calendar, on a page whose clock the test moves."""
    person = sit_down("coordinator02")
    page = person.tab()
    page.clock.install()
    page.goto(f"{person.server.url}/calendar/feed/")
    page.get_by_label("What is it for?").click()
    page.keyboard.type("Outlook at the de")
    yield page
    person.context.unroute("**/account/session/")


@pytest.mark.requirement("R-055")
def test_end_of_the_session_is_announced_and_counted_down_without_taking_the_focus(calendar):
    page, left = calendar, {"idle": 100}
    warning = page.locator("#session-warning")
    expect(warning).to_be_hidden()
    answers(page.context, left)
    page.clock.run_for(28 * MINUTES + 1000)
    expect(warning.get_by_role("alert")).to_contain_text("Your session ends in two minutes")
    expect(warning.locator(".count-down")).to_have_text(re.compile(r"1:\d\d"))
    page.keyboard.type("sk")
    assert page.input_value("#label") == "Outlook at the desk"
    warning.get_by_role("button", name="Stay logged in").click()
    expect(warning).to_be_hidden()


@pytest.mark.requirement("R-055")
def test_who_is_logged_out_meanwhile_logs_in_in_place_and_sends_what_was_typed(calendar):
    page = calendar
    answers(page.context, {"idle": 0})
    page.clock.run_for(28 * MINUTES + 1000)
    warning = page.locator("#session-warning")
    expect(warning).to_contain_text("Your session has ended. What you typed is still here.")
    page.context.clear_cookies(name="sessionid")
    page.context.unroute("**/account/session/")
    page.fill("#again-password", PASSWORD)
    page.get_by_role("button", name="Log in and save").click()
    expect(warning).to_be_hidden()
    assert page.input_value("#label") == "Outlook at the de"
    page.get_by_role("button", name="Make an address").click()
    expect(page.get_by_role("heading", name="Your new address")).to_be_visible()
