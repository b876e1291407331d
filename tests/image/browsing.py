"""A person at a real Chromium, who opens page after page and notes whatever is wrong with one."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from urllib.parse import urlsplit

import pyotp
from django.urls import Resolver404, resolve
from playwright.sync_api import Browser, Page, Request, sync_playwright

from tests.browser.axe import LookedAt, violations
from tests.browser.chromium import launch
from tests.browser.measures import out_of_place, too_small

ADDRESSES = """() => [...new Set([...document.querySelectorAll("*")].flatMap(element => [...element.attributes])
    .filter(({name}) => /^(href|action|hx-)/.test(name))
    .map(({value}) => value).filter(value => /^\\/[^/]/.test(value)))]"""
"""Links, and what an element asks for by itself; what scripts put together is seen when they ask for it."""

OWN = "seventeen kettles in a violet harbour"
"""The password of those who had to choose another one."""


@cache
def name_of(path: str) -> str:
    """The name of the address in the product's table; "" where it has none."""
    try:
        return resolve(path).view_name
    except Resolver404:
        return ""


@contextmanager
def chromium(address: str, port: int) -> Iterator[Browser]:
    """One to which the site's address leads to this port; the certificate is nobody's."""
    host, _, shown = address.partition(":")
    rules = f"--host-resolver-rules=MAP {host}:{shown or 443} 127.0.0.1:{port}"
    with sync_playwright() as playwright:
        browser = launch(playwright, rules)
        yield browser
        browser.close()


class Person:
    """Logged in; `complaints` holds what a page did wrong, each with the address where."""

    def __init__(self, browser: Browser, url: str, username: str, password: str, looked_at: LookedAt) -> None:
        self.url, self.username, self.complaints, self.asked = url, username, [], {}
        context = browser.new_context(
            ignore_https_errors=True, viewport={"width": 800, "height": 600}, reduced_motion="reduce"
        )
        context.set_default_timeout(40_000)
        self.page: Page = context.new_page()
        self.page.on("console", lambda said: self._note(said.text) if said.type == "error" else None)
        self.page.on("pageerror", lambda error: self._note(str(error)))
        self.page.on("request", lambda request: self.asked.update(self._names([urlsplit(request.url).path])))
        self.page.on("requestfailed", self._lost)
        self.page.on(
            "response", lambda got: self._note(f"{got.status} {got.url}") if got.status >= 400 else None
        )
        self.page.on("dialog", lambda dialog: dialog.accept())
        self.go("/login/")
        self.look(looked_at)
        self.page.fill("#id_username", username)
        self.page.fill("#id_password", password)
        self.page.keyboard.press("Enter")
        self.page.wait_for_url(lambda address: "/login/" not in address)
        self._set_up_second_factor(password, looked_at)
        self._choose_own_password(password, looked_at)

    def _set_up_second_factor(self, password: str, looked_at: LookedAt) -> None:
        """As every account must, where nothing else is set: by an authenticator app."""
        self.page.get_by_role("heading", name="Set up your second factor").wait_for()
        self.look(looked_at)
        self.page.get_by_role("link", name="Use an app").click()
        self.page.locator(".secret").wait_for()
        self.look(looked_at)
        # By the browser's clock, which is the machine's as the installation's is: the tests' own may be moved.
        now = self.page.evaluate("Date.now() / 1000")
        code = pyotp.TOTP(self.page.inner_text(".secret").replace(" ", "")).at(now)
        self.page.fill("#id_code", code)
        if self.page.locator("[type=password]").count():
            self.page.fill("[type=password]", password)
        self.page.get_by_role("button", name="Add the app").click()
        self.page.locator(".codes").wait_for()
        self.look(looked_at)
        self.page.get_by_role("button", name="I have kept them").click()
        self.page.wait_for_url(lambda address: "recovery" not in address)

    def _choose_own_password(self, password: str, looked_at: LookedAt) -> None:
        """As whoever got one that somebody else has typed."""
        if not self.page.get_by_role("heading", name="Choose another password").count():
            return
        self.look(looked_at)
        for field, text in (("current_password", password), ("password", OWN), ("again", OWN)):
            self.page.fill(f"#id_{field}", text)
        self.page.get_by_role("button", name="Change the password").click()
        self.page.wait_for_url(lambda address: "/account/password/" not in address)

    def _note(self, what: str) -> None:
        self.complaints.append(f"{self.username}, {urlsplit(self.page.url).path}: {what}")

    def _lost(self, request: Request) -> None:
        if request.failure != "net::ERR_ABORTED":  # the next page was opened meanwhile
            self._note(f"{request.failure} {request.url}")

    def go(self, path: str) -> None:
        self.page.goto(self.url + path)

    def look(self, looked_at: LookedAt) -> None:
        """Note what axe finds on the page that is open, in what was not looked at yet, and what does not fit there."""
        name = name_of(urlsplit(self.page.url).path)
        known = len(looked_at.pages.get(name, ()))
        for found in violations(self.page, looked_at, name):
            self._note(found)
        if len(looked_at.pages.get(name, ())) > known:
            for found in out_of_place(self.page) + too_small(self.page):
                self._note(found)

    def fetch(self, path: str) -> None:
        """What is a file or a part of a page."""
        self.page.evaluate("async path => (await fetch(path)).text()", path)

    def press(self, name: str) -> None:
        """A button that leads to another page."""
        with self.page.expect_navigation():
            self.page.get_by_role("button", name=name, exact=True).click()

    def addresses(self) -> dict[str, str]:
        """What this page links to, and what scripts have asked for: by the name of each address, one of its kind."""
        return {**self.asked, **self._names(self.page.evaluate(ADDRESSES))}

    def _names(self, addresses: list[str]) -> dict[str, str]:
        found: dict[str, str] = {}
        for said in addresses:
            if not said.startswith("/static/"):
                if name := name_of(urlsplit(said).path):
                    found.setdefault(name, said)
                else:
                    self._note(f"{said} is said to be an address")
        return found
