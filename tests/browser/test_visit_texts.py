"""Report and letter of a monitoring visit: nothing typed is lost, however long it is and however one leaves."""

import time
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

LONG = "Source seen, 確認済み. " * 5_000
"""More than 100,000 characters and 64 KB, which is more than a browser sends from a page that is left."""
PATIENT = 60_000
"""Milliseconds: a busy machine lays out so long a text slowly."""


@pytest.fixture
def seat(sit_down):
    """The monitor, on a visit that was planned, held and ended just now; its report is still to write."""
    seat = sit_down("monitor")
    seat.go("/monitor/monitoring-visits/")
    seat.page.get_by_label("Planned for").fill("2099-11-30")
    seat.page.get_by_role("button", name="Plan the visit").click()
    seat.page.locator("summary", has_text="Start the visit").click()
    seat.page.get_by_role("button", name="Start the visit now").click()
    seat.page.locator("summary", has_text="End the visit").click()
    seat.page.get_by_role("button", name="End the visit now").click()
    write(seat.page)
    report(seat).wait_for()
    return seat


def write(page):
    page.locator("summary", has_text="Write the report").click()


def report(seat):
    return seat.page.locator("[data-text-of-visit] textarea[name=text]").first


def stored(seat):
    """The report as the server has it, in a tab that remembers nothing."""
    tab = seat.tab()
    tab.goto(seat.page.url)
    text = tab.locator("[data-text-of-visit] textarea[name=text]").first.input_value()
    tab.close()
    return text


def until(is_so: Callable[[], bool], seconds: float = 30) -> None:
    """A page that is left sends its text while the next one is shown already."""
    end = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < end
        time.sleep(0.2)


@pytest.mark.parametrize("text", ["Short: one finding.", LONG], ids=["short", "long"])
def test_text_that_was_typed_and_not_saved_is_saved_after_leaving(seat, text):
    report(seat).fill(text, timeout=PATIENT)
    seat.page.reload()
    expect(report(seat)).to_have_value(text)
    until(lambda: stored(seat) == text)


def test_text_that_cannot_be_sent_stays_until_it_can(seat):
    seat.page.route("**/save/", lambda route: route.abort())
    report(seat).fill(LONG, timeout=PATIENT)
    report(seat).blur()
    seat.says("Not saved: the server cannot be reached")
    seat.page.unroute_all()
    seat.page.reload()
    until(lambda: stored(seat) == LONG)


@pytest.fixture
def written_elsewhere(seat):
    """Another window saved the report since this one was loaded."""
    tab = seat.tab()
    tab.goto(seat.page.url)
    write(tab)
    other = tab.locator("[data-text-of-visit] textarea[name=text]").first
    other.fill("Written in the other window")
    other.blur()
    tab.locator("[data-saved]").first.wait_for()
    return seat


@pytest.fixture
def conflict(written_elsewhere):
    """What was written here is refused, since another window saved meanwhile."""
    report(written_elsewhere).fill("Written here")
    report(written_elsewhere).blur()
    written_elsewhere.page.get_by_text("was saved in another window meanwhile").first.wait_for()
    return written_elsewhere


@pytest.mark.parametrize("presses", [1, 2])
def test_save_pressed_before_the_conflict_stood_on_the_page_overwrites_nothing(written_elsewhere, presses):
    """Leaving the field sends the text; Save, pressed before that was answered, waits in the queue."""
    page, sent = written_elsewhere.page, []
    page.route("**/save/", lambda route: sent.append(route))
    report(written_elsewhere).fill("Written here")
    page.keyboard.press("Tab")
    for _ in range(presses):
        page.keyboard.press("Enter")
    until(lambda: page.wait_for_timeout(50) or sent)
    sent[0].continue_()
    written_elsewhere.says("was saved in another window meanwhile")
    page.keyboard.press("Enter")
    assert stored(written_elsewhere) == "Written in the other window"
    assert len(sent) == 1
    expect(report(written_elsewhere)).to_have_value("Written here")


def test_writing_on_after_a_conflict_overwrites_nothing_until_save_is_pressed(conflict):
    report(conflict).fill("Written here, and on")
    report(conflict).blur()
    conflict.page.wait_for_timeout(300)
    assert stored(conflict) == "Written in the other window"
    conflict.page.locator("[data-text-of-visit]").first.get_by_role("button", name="Save").click()
    until(lambda: stored(conflict) == "Written here, and on")


def test_text_refused_for_a_conflict_survives_a_reload(conflict):
    conflict.page.reload()
    expect(report(conflict)).to_have_value("Written here")
    conflict.says("was saved in another window meanwhile")


def test_text_refused_for_a_conflict_survives_pressing_finish(conflict):
    conflict.page.locator("summary", has_text="Finish the visit").click()
    for name in ("Your user name", "Your password"):
        conflict.page.get_by_label(name).fill("as asked for")
    conflict.page.get_by_role("button", name="Sign and finish the visit").click()
    conflict.says("was saved in another window meanwhile")
    expect(report(conflict)).to_have_value("Written here")


def test_text_refused_for_a_conflict_is_saved_once_its_author_presses_save(conflict):
    conflict.page.locator("[data-text-of-visit]").first.get_by_role("button", name="Save").click()
    until(lambda: stored(conflict) == "Written here")


def test_text_that_is_too_long_survives_a_reload(seat):
    text = "Seen. " * 40_000
    report(seat).fill(text, timeout=PATIENT)
    report(seat).blur()
    seat.says("Not saved:")
    seat.page.reload()
    expect(report(seat)).to_have_value(text)


def test_log_out_leaves_nothing_typed_in_the_tab(seat):
    seat.page.route("**/save/", lambda route: route.abort())
    report(seat).fill("Told to the monitor in confidence")
    seat.page.get_by_role("button", name="Log out").click()
    seat.page.wait_for_url(lambda url: "monitoring-visits" not in url)
    assert "in confidence" not in seat.page.evaluate("JSON.stringify({...sessionStorage})")
