"""`make pictures`: the pictures of the manuals in each language, taken from the demo as it runs beside (PORT)."""

import base64
import os
import sys
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from ecrf.demo import DEFAULT_PASSWORD, ROOT
from ecrf.upkeep.languages.catalogues import LOCALES
from tests.browser.chromium import launch

MASTER = "en"
SIZE = {"width": 1120, "height": 630}
ENGINES, TRIALS = ROOT / "ecrf/help/static/help", ROOT / "trial/static/trial/help"
PATIENT, VISIT = "/patients/90-001/", "/patients/90-001/W25/"

AS_WEBP = """async ([png, most]) => {
    const picture = await createImageBitmap(await (await fetch(`data:image/png;base64,${png}`)).blob());
    const canvas = Object.assign(document.createElement("canvas"), {width: picture.width, height: picture.height});
    canvas.getContext("2d").drawImage(picture, 0, 0);
    let content = "";
    for (const quality of [0.55, 0.5, 0.45, 0.4, 0.35, 0.3]) {
        content = canvas.toDataURL("image/webp", quality).split(",")[1];
        if (content.length * 3 / 4 < most) break;
    }
    return content;
}"""
"""The browser itself makes the small file: the finest that is small enough."""
MOST = 58_000
"""Bytes: a little less than the test of the manuals allows."""
DRAWN = "() => new Promise(drawn => requestAnimationFrame(() => requestAnimationFrame(drawn)))"
LEAST = 10_000
"""Bytes: a picture with fewer shows nothing, as of a page that was not drawn yet."""


def nothing(page: Page) -> None:
    """The page as it opens."""


def open_help(page: Page) -> None:
    page.keyboard.press("F1")
    page.locator("#page-help[open]").wait_for()


def open_acts(page: Page) -> None:
    page.click(".acts-menu summary")


def go_on_verifying(page: Page) -> None:
    page.locator(".page-head a.btn-primary").click()
    page.locator("#review-bar").wait_for()


def to_strength(page: Page) -> None:
    page.evaluate("document.querySelector('.grid-and-figure').scrollIntoView({block: 'center'})")


PICTURES: list[tuple[Path, str, str, Callable[[Page], None]]] = [
    (ENGINES / "today.webp", "coordinator01", "/", nothing),
    (ENGINES / "page-help.webp", "coordinator01", PATIENT, open_help),
    (ENGINES / "other-acts.webp", "coordinator01", VISIT, open_acts),
    (ENGINES / "queries.webp", "coordinator01", "/queries/", nothing),
    (ENGINES / "review.webp", "monitor", "/monitor/", go_on_verifying),
    (TRIALS / "strength.webp", "coordinator01", VISIT, to_strength),
]
"""Where the English one goes, who looks, the page, and what is done there first."""


def log_in(browser: Browser, url: str, user: str, language: str) -> Page:
    context = browser.new_context(viewport=SIZE, reduced_motion="reduce", locale=language)
    context.add_cookies([{"name": "language", "value": language, "url": url}])  # as chosen at the login
    page = context.new_page()
    page.goto(f"{url}/login/")
    page.fill("#id_username", user)
    page.fill("#id_password", os.environ.get("DEMO_PASSWORD", DEFAULT_PASSWORD))
    page.keyboard.press("Enter")
    page.wait_for_url(lambda address: "/login/" not in address)
    return page


def take_all(url: str) -> None:
    with sync_playwright() as playwright:
        browser = launch(playwright)
        for language in (MASTER, *LOCALES.values()):
            take(browser, url, language)


def take(browser: Browser, url: str, language: str) -> None:
    """Of this language: beside the English ones, in a folder of its own."""
    blank, pages = browser.new_page(), {}
    for master, user, address, act in PICTURES:
        path = master if language == MASTER else master.parent / language / master.name
        page = pages[user] = pages.get(user) or log_in(browser, url, user, language)
        page.goto(url + address)
        page.wait_for_load_state("networkidle")
        act(page)
        page.wait_for_load_state("networkidle")
        page.evaluate(DRAWN)
        small = blank.evaluate(AS_WEBP, [base64.b64encode(page.screenshot()).decode(), MOST])
        content = base64.b64decode(small)
        assert len(content) > LEAST, f"{path.relative_to(ROOT)}: nothing is in the picture. Take it again."
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        sys.stdout.write(f"{path.relative_to(ROOT)}: {path.stat().st_size // 1000} kB\n")


if __name__ == "__main__":
    take_all(f"http://127.0.0.1:{os.environ.get('PORT', '8000')}")
