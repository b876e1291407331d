"""Help beside the page: by F1 and by its link, on a desk and on a phone; what was typed stays."""

import pytest
from playwright.sync_api import expect

from tests.browser.axe import violations

pytestmark = pytest.mark.browser

VISIT = "/patients/01-006/W01/"
OPEN = "#page-help[open]"
PHONE = {"width": 390, "height": 844}


@pytest.fixture
def person(sit_down):
    person = sit_down("coordinator01")
    person.go(VISIT)
    person.page.locator("#saving").wait_for()
    return person


def test_f1_opens_it_over_a_field_and_what_was_typed_stays(person):
    page = person.page
    field = page.locator("#page-form input[type=text]:visible, #page-form input:not([type]):visible").first
    field.focus()
    typed = "2026-1"
    page.keyboard.press("Control+a")
    page.keyboard.type(typed)
    page.keyboard.press("F1")
    page.locator(OPEN).wait_for()
    expect(page.locator("#page-help h2")).to_be_focused()
    assert field.input_value() == typed
    page.keyboard.press("Escape")
    assert page.locator(OPEN).count() == 0
    expect(field).to_be_focused()
    assert field.input_value() == typed


def test_link_opens_it_and_its_button_closes_it(person):
    page = person.page
    page.click("[data-page-help]")
    page.locator(OPEN).wait_for()
    assert person.server.url + VISIT == page.url
    assert page.locator("#page-help li").count() >= 3
    page.get_by_role("button", name="Close").click()
    assert page.locator(OPEN).count() == 0
    expect(page.locator("[data-page-help]")).to_be_focused()


def test_it_is_named_and_axe_finds_nothing_while_it_is_open(person):
    page = person.page
    page.keyboard.press("F1")
    page.locator(OPEN).wait_for()
    expect(page.get_by_role("dialog", name="Enter a visit")).to_be_visible()
    assert violations(page) == []


def test_who_goes_on_typing_keeps_the_place_when_it_closes(person):
    page = person.page
    page.keyboard.press("F1")
    page.locator(OPEN).wait_for()
    field = page.locator("#page-form input:visible").first
    field.focus()
    page.keyboard.press("F1")
    assert page.locator(OPEN).count() == 0
    expect(field).to_be_focused()


def test_on_a_phone_it_stands_at_the_foot_and_nothing_is_wider_than_the_page(sit_down):
    person = sit_down("coordinator01", viewport=PHONE)
    page = person.page
    person.go(VISIT)
    page.click("[data-page-help]")
    page.locator(OPEN).wait_for()
    box = page.locator("#page-help").bounding_box()
    assert box["x"] == 0
    assert box["width"] == PHONE["width"]
    assert box["y"] > 200
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_without_network_it_says_so_and_the_page_stays(person):
    page = person.page
    person.context.set_offline(True)
    try:
        page.keyboard.press("F1")
        page.locator(OPEN).wait_for()
        assert "What you typed stays" in page.inner_text("#page-help")
        page.keyboard.press("Escape")
        assert page.url.endswith(VISIT)
    finally:
        person.context.set_offline(False)


def test_without_a_script_the_link_leads_to_the_same_words(sit_down):
    person = sit_down("coordinator01", java_script_enabled=False)
    person.go(VISIT)
    person.page.click("[data-page-help]")
    assert person.page.url.endswith("/help/page/visit/")
    assert person.page.inner_text("h1") == "Enter a visit"


@pytest.mark.parametrize("path", ["/help/", "/help/?q=strike", "/help/first-day/", "/help/site/corrections/",
                                  "/help/site/endings/", "/help/page/visit/"])  # fmt: skip
def test_axe_finds_nothing_on_the_pages_of_help(sit_down, path):
    person = sit_down("coordinator01")
    person.go(path)
    assert violations(person.page) == []
