"""A real Chromium against a real gunicorn with a database of its own, committed and thrown away."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect, sync_playwright
from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import TimeoutError as PlaywrightTimeout

from ecrf.demo import ROOT, gunicorn, manage
from tests.browser.chromium import launch
from tests.conftest import PASSWORD
from tests.postgres import TEST_SETTINGS, fresh_database

PATIENCE_MS = 30_000
"""What is seen at once on a quiet machine may take long where all else is tested beside it."""
expect.set_options(timeout=PATIENCE_MS)


class Server:
    """The product as it is served; it can be killed and started again."""

    def __init__(self, env: dict[str, str], port: int) -> None:
        self.env, self.port, self.process = env, port, None
        self.url = f"http://127.0.0.1:{port}"

    def start(self) -> None:
        command = gunicorn(str(self.port))
        self.process = subprocess.Popen(command, cwd=ROOT, env=self.env, start_new_session=True)
        for _ in range(200):
            if self._answers():
                return
            time.sleep(0.1)
        raise AssertionError("The server did not start within 20 s.")

    def _answers(self) -> bool:
        try:
            return urllib.request.urlopen(f"{self.url}/healthz", timeout=2).status == 200
        except (urllib.error.URLError, OSError):
            return False

    def kill(self) -> None:
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def manage(self, *command: str) -> str:
        done = subprocess.run(
            [sys.executable, "manage.py", *command], cwd=ROOT, env=self.env, capture_output=True, text=True
        )
        return done.stdout + done.stderr


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture(scope="package")
def server() -> Iterator[Server]:
    with fresh_database() as url, tempfile.TemporaryDirectory(prefix="ecrf-browser-") as static:
        env = {
            **os.environ,
            **TEST_SETTINGS,
            "DATABASE_URL": url,
            "DJANGO_SETTINGS_MODULE": "tests.browser.settings",
            "BROWSER_STATIC_ROOT": static,
        }
        manage(env, "collectstatic", "--no-input", "--verbosity", "0")
        subprocess.run([sys.executable, "-m", "tests.browser.prepare"], cwd=ROOT, env=env, check=True)
        running = Server(env, _free_port())
        running.start()
        yield running
        running.kill()


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """Closed after the journeys: the event loop that drives it keeps other tests from the database."""
    with sync_playwright() as playwright:
        browser = launch(playwright)
        yield browser
        browser.close()


@pytest.fixture(scope="package")
def kept_contexts() -> dict[str, BrowserContext]:
    """{who sits at it, and its settings: a browser}: logged in once, and with the static files at hand.

    The product keeps what was typed in the storage of a tab, and each test opens tabs of its own.
    """
    return {}


class Person:
    """One person at one browser."""

    def __init__(
        self,
        context: BrowserContext,
        server: Server,
        user: str,
        has_script: bool,
    ) -> None:
        self.context, self.server, self.user, self.has_script = context, server, user, has_script
        self.complaints: list[str] = []
        self.page = self.tab()
        self.page.goto(self.server.url)
        if "/login/" in self.page.url:
            self.log_in()

    def tab(self) -> Page:
        page = self.context.new_page()
        page.on("console", lambda m: self.complaints.append(m.text) if "Security Policy" in m.text else None)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("dialog", lambda dialog: dialog.accept())
        return page

    def log_in(self) -> None:
        self.page.locator("#id_username:focus").wait_for()
        self.page.keyboard.type(self.user)
        self.page.keyboard.press("Tab")
        self.page.keyboard.type(PASSWORD)
        self.page.keyboard.press("Enter")
        self.page.wait_for_url(lambda url: "/login/" not in url)

    def go(self, path: str) -> None:
        self.page.goto(self.server.url + path)

    def open_visit(self, number: str, label: str) -> None:
        self.go(f"/patients/{number}/")
        self.page.get_by_role("button", name=label, exact=True).or_(
            self.page.get_by_role("link", name=label, exact=True)
        ).first.click()
        self.page.locator("#page-form").wait_for()
        if self.has_script:
            self.saved()

    def meets_an_import(self, pattern: str) -> list[str]:
        """The first request to such an address is answered as while a file is imported; what was asked for."""
        asked: list[str] = []

        def first_in_vain(route: Route) -> None:
            asked.append(route.request.url)
            if len(asked) > 1:
                return route.continue_()
            words = "Synthetic manager is importing a file with data of this patient. It has just begun."
            return route.fulfill(status=423, content_type="text/plain; charset=utf-8", body=words)

        self.page.route(pattern, first_in_vain)
        return asked

    def type_in(self, item: str, text: str) -> None:
        self.page.focus(f"#f-{item}")
        self.page.keyboard.press("Control+a")
        self.page.keyboard.type(text)
        self.page.keyboard.press("Enter")

    def saved(self, within: int = PATIENCE_MS) -> None:
        try:
            self.page.locator("#saving", has_text="All saved").wait_for(timeout=within)
        except PlaywrightTimeout:
            says = self.page.inner_text("#saving"), self.page.locator(".note").all_inner_texts()
            raise AssertionError(f"Not all is saved: {says}") from None

    def complete_visit(self, number: str, label: str) -> None:
        """Open a visit and complete the form of the visit itself, as of one that took place today."""
        self.open_visit(number, label)
        self.page.keyboard.press("Space")
        self.type_in("visit-1-visited_on", "t")
        self.page.keyboard.press("Space")
        self.saved()
        self.page.keyboard.press("Alt+Enter")
        self.says("The form is complete")

    def says(self, words: str, within: int = PATIENCE_MS) -> None:
        self.page.get_by_text(words).first.wait_for(timeout=within)

    def value(self, item: str) -> str:
        return self.page.input_value(f"#f-{item}")


EVIDENCE = os.environ.get("EVIDENCE_FOLDER", "")
"""Where `make validate` wants a picture of what each journey came to."""


@pytest.fixture
def sit_down(
    request: pytest.FixtureRequest,
    server: Server,
    chromium: Browser,
    kept_contexts: dict[str, BrowserContext],
) -> Iterator:
    """Seats a person: `person = sit_down("coordinator01")`. Nobody may see a script error or a CSP refusal."""
    people: list[Person] = []

    def seat(user: str, **context) -> Person:
        # Nothing moves: a browser that draws sixty pictures a second while it waits takes a core for itself.
        settings = {"viewport": {"width": 1366, "height": 768}, "reduced_motion": "reduce", **context}
        key = f"{user} {settings}"
        if key not in kept_contexts:
            kept_contexts[key] = chromium.new_context(**settings)
            kept_contexts[key].set_default_timeout(PATIENCE_MS)
        has_script = context.get("java_script_enabled", True)
        people.append(Person(kept_contexts[key], server, user, has_script))
        return people[-1]

    yield seat
    for number, person in enumerate(people if EVIDENCE else ()):
        place = request.node.nodeid.replace("/", ".").replace("::", "--")
        with contextlib.suppress(PlaywrightError):  # a journey may end with its page closed
            person.page.screenshot(path=Path(EVIDENCE) / f"{place}--{number + 1}.png")
    for person in people:
        for page in person.context.pages:
            page.close()
    assert [complaint for person in people for complaint in person.complaints] == []


@pytest.fixture
def speak() -> Callable[[Person, str], AbstractContextManager[None]]:
    """`with speak(person, "ja"):` the person's account has this language for a while."""

    @contextlib.contextmanager
    def spoken(person: Person, language: str) -> Iterator[None]:
        _choose_language(person, language)
        yield
        _choose_language(person, "")

    return spoken


def _choose_language(person: Person, language: str) -> None:
    person.go("/account/")
    person.page.select_option("#id_language", language)
    with person.page.expect_navigation():
        person.page.locator(".own-language", has=person.page.locator("#id_language")).get_by_role(
            "button"
        ).click()


@pytest.fixture
def shots() -> Path:
    folder = ROOT / ".screenshots"
    folder.mkdir(exist_ok=True)
    return folder
