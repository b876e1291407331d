"""Single sign-on in a real browser: linking, logging in, logging out at both, and signing without a password."""

import subprocess
import sys
from collections.abc import Iterator

import pytest

from ecrf.demo import ROOT
from tests.browser.conftest import Person, Server, _free_port
from tests.conftest import PASSWORD
from tests.ecrf.account.sso.conftest import NAME
from tests.ecrf.account.sso.real_provider import CLIENT_ID, CLIENT_SECRET, running_provider

pytestmark = pytest.mark.browser


@pytest.fixture
def linking_server(server) -> Iterator[Server]:
    """The same product, with a provider."""
    port = _free_port()
    ours = f"http://127.0.0.1:{port}"
    with running_provider(ours) as provider:
        of_provider = {"OIDC_ISSUER": provider.issuer, "OIDC_NAME": NAME}
        of_client = {"OIDC_CLIENT_ID": CLIENT_ID, "OIDC_CLIENT_SECRET": CLIENT_SECRET}
        running = Server({**server.env, **of_provider, **of_client}, port)
        running.start()
        yield running
        running.kill()


def log_in_there(page, login: str) -> None:
    page.locator("[name=login]").fill(login)
    page.locator("[name=login]").press("Enter")


def test_login_is_linked_and_used_without_a_refusal_by_the_browser(linking_server, chromium, shots):
    context = chromium.new_context(viewport={"width": 390, "height": 800})
    context.set_default_timeout(30_000)
    person = Person(context, linking_server, "coordinator02", True)
    page = person.page
    person.go("/account/")
    page.get_by_role("link", name=NAME).click()
    page.fill("#id_current_password", PASSWORD)
    page.get_by_role("button", name=f"Link with {NAME}").click()
    log_in_there(page, "hospital-2")
    page.get_by_text(f"From now on you can log in with {NAME}").wait_for()
    page.screenshot(path=shots / "sso-linked.png", full_page=True)
    page.get_by_role("button", name="Log out").click()
    page.locator("#id_username").wait_for()
    page.screenshot(path=shots / "sso-login.png", full_page=True)

    page.get_by_role("button", name=f"Log in with {NAME}").click()
    page.wait_for_url(lambda url: url == f"{linking_server.url}/")
    page.get_by_role("button", name="Log out").click()
    page.get_by_role("button", name="Yes").click()
    page.locator("#id_username").wait_for()
    page.get_by_role("button", name=f"Log in with {NAME}").click()
    log_in_there(page, "hospital-2")
    page.wait_for_url(lambda url: url == f"{linking_server.url}/")
    assert person.complaints == []
    context.close()


@pytest.mark.requirement("R-032")
def test_who_has_no_password_signs_by_a_fresh_login(linking_server, chromium, shots):
    command = [sys.executable, "-m", "tests.browser.prepare_signer"]
    subprocess.run(command, cwd=ROOT, env=linking_server.env, check=True)
    context = chromium.new_context(viewport={"width": 1366, "height": 768}, color_scheme="dark")
    context.set_default_timeout(30_000)
    page, refused = context.new_page(), []
    page.on("console", lambda m: refused.append(m.text) if "Security Policy" in m.text else None)
    page.goto(f"{linking_server.url}/patients/03-001/W04/sign/")
    page.get_by_role("button", name=f"Log in with {NAME}").click()
    log_in_there(page, "hospital-3")
    page.check("[name=declares]")
    page.screenshot(path=shots / "sso-sign.png", full_page=True)
    page.get_by_role("button", name=f"Confirm with {NAME}").click()
    page.get_by_role("button", name="Cancel").click()
    page.get_by_text("Nothing was signed, and what you filled in is kept").wait_for()
    page.screenshot(path=shots / "sso-not-confirmed.png", full_page=True)
    page.get_by_role("button", name=f"Confirm with {NAME} again").click()
    log_in_there(page, "hospital-3")
    page.get_by_text("has just checked it").wait_for()
    page.screenshot(path=shots / "sso-confirmed.png", full_page=True)
    page.get_by_role("button", name="Sign the visit").click()
    page.get_by_text("Signed by Synthetic investigator03").first.wait_for()
    assert refused == []
    context.close()
