"""Report and letter of a monitoring visit: nothing typed is lost, however long it is and however one leaves."""

import time
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

LONG = "Source seen, 確認済み. " * 5_000
"""More than 100,000 characters and 64 KB, which is more than a browser sends from a page that is left."""


@pytest.fixture
def sdv_page(sit_down):
    """The monitor, on a visit that was planned, held and ended just now; its report is still to write."""
    seat = sit_down("monitor")
    seat.go("/monitor/monitoring-visits/")
    for button in ("Plan the visit", "Start the visit"):
        seat.page.get_by_role("button", name=button).click()
    seat.page.locator("summary", has_text="End the visit").click()
    seat.page.get_by_role("button", name="End the visit now").click()
    report(seat).wait_for()
    return seat


def report(sdv_page):
    return sdv_page.page.locator("[data-text-of-visit] textarea[name=text]").first


def stored(sdv_page):
    """The report as the server has it, in a tab that remembers nothing."""
    tab = sdv_page.tab()
    tab.goto(sdv_page.page.url)
    text = tab.locator("[data-text-of-visit] textarea[name=text]").first.input_value()
    tab.close()
    return text


def until(is_so: Callable[[], bool], seconds: float = 12) -> None:
    """A page that is left sends its text while the next one is shown already."""
    end = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < end
        time.sleep(0.2)


@pytest.mark.parametrize("text", ["Short: one finding.", LONG], ids=["short", "long"])
def test_text_that_was_typed_and_not_saved_is_saved_after_leaving(sdv_page, text):
    report(sdv_page).fill(text)
    sdv_page.page.reload()
    expect(report(sdv_page)).to_have_value(text)
    until(lambda: stored(sdv_page) == text)


def test_text_that_cannot_be_sent_stays_until_it_can(sdv_page):
    sdv_page.page.route("**/save/", lambda route: route.abort())
    report(sdv_page).fill(LONG)
    report(sdv_page).blur()
    sdv_page.says("Not saved: the server cannot be reached")
    sdv_page.page.unroute_all()
    sdv_page.page.reload()
    until(lambda: stored(sdv_page) == LONG)
