"""A person links the own account with the hospital's login, logs out at both, and logs in by it, in a real browser."""

from collections.abc import Iterator

import pytest

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
    context.set_default_timeout(8000)
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
