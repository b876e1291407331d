"""The menu "Other acts": by the keyboard, by the mouse, on a phone, without a script; it moves nothing."""

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

PATIENT, VISIT = "/patients/01-006/", "/patients/01-006/W01/"
OPEN = ".acts-menu[open]"
PHONE = {"width": 390, "height": 844}


@pytest.mark.parametrize("path", [PATIENT, VISIT])
def test_keyboard_opens_walks_and_closes_it(sit_down, path):
    person = sit_down("coordinator01")
    page = person.page
    person.go(path)
    page.focus(".acts-menu summary")
    page.keyboard.press("ArrowDown")
    first = page.locator(".acts-menu a").first
    expect(first).to_be_focused()
    page.keyboard.press("End")
    expect(page.locator(".acts-menu a").last).to_be_focused()
    page.keyboard.press("Home")
    expect(first).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator(".acts-menu summary")).to_be_focused()
    assert page.locator(OPEN).count() == 0
    page.keyboard.press("Enter")
    assert page.locator(OPEN).count() == 1
    page.keyboard.press("End")
    page.keyboard.press("Enter")
    page.wait_for_url("**/trail/**")


def test_going_on_with_tab_or_clicking_elsewhere_closes_it(sit_down):
    person = sit_down("coordinator01")
    page = person.page
    person.go(VISIT)
    page.click(".acts-menu summary")
    page.click("h1")
    assert page.locator(OPEN).count() == 0
    page.click(".acts-menu summary")
    for _ in range(page.locator(".acts-menu a").count() + 1):
        page.keyboard.press("Tab")
    assert page.locator(OPEN).count() == 0
    page.click(".acts-menu summary")
    page.get_by_text("More", exact=True).first.click()
    assert page.locator("details.menu[open]").count() == 1


@pytest.mark.parametrize("viewport", [PHONE, {"width": 1366, "height": 768}])
@pytest.mark.parametrize("path", [PATIENT, VISIT])
def test_it_opens_over_the_page_and_inside_the_window(sit_down, path, viewport):
    person = sit_down("coordinator01", viewport=viewport)
    page = person.page
    person.go(path)
    below = page.locator(".card-plain, .panel").first
    before = below.bounding_box()
    page.click(".acts-menu summary")
    assert below.bounding_box() == before
    lines = page.locator(".acts-menu a")
    for box in [line.bounding_box() for line in lines.all()]:
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= viewport["width"]
    button, first = page.locator(".acts-menu summary").bounding_box(), lines.first.bounding_box()
    assert button["y"] + button["height"] <= first["y"]
    assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"]


def test_it_opens_without_a_script(sit_down):
    person = sit_down("coordinator01", java_script_enabled=False)
    person.go(PATIENT)
    person.page.click(".acts-menu summary")
    person.page.get_by_role("link", name="Last invented act on this patient…").click()
    assert "/trail/" in person.page.url
