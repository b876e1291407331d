"""A monitor's work by keyboard: V verifies, Q asks, U undoes, N skips, Enter goes on to the next visit."""

import re

import pytest

pytestmark = pytest.mark.browser

CURRENT = "[data-line].current"


@pytest.fixture
def sdv_page(sit_down):
    """The review of the patient that is ready for it, at whichever visit has something left."""
    found = sit_down("monitor")
    found.go("/monitor/casebook/visit/?q=01-011")
    found.page.get_by_role("link", name="Week 1 (baseline)").click()
    found.page.locator(f"{CURRENT}, #end.current").first.wait_for()
    return found


def label(sdv_page) -> str:
    return sdv_page.page.locator(CURRENT).get_attribute("data-label")


def verified(sdv_page) -> int:
    return int(sdv_page.page.locator("[data-verified]").inner_text())


def settled(sdv_page, count: int) -> None:
    sdv_page.page.wait_for_function(
        "n => !document.querySelector('[data-pending]')"
        " && document.querySelectorAll('[data-planned][data-state=verified]').length === n",
        arg=count,
    )


def server_says(sdv_page) -> int:
    """What stands after the page is loaded again."""
    sdv_page.page.reload()
    return verified(sdv_page)


def test_fast_keys_lose_nothing_and_double_nothing(sdv_page, shots):
    before, first = verified(sdv_page), label(sdv_page)
    for _ in range(6):
        sdv_page.page.keyboard.press("v")
    settled(sdv_page, before + 6)
    assert label(sdv_page) != first
    assert server_says(sdv_page) == before + 6
    for _ in range(2):
        sdv_page.page.keyboard.press("v")
    sdv_page.page.keyboard.press("u")
    settled(sdv_page, before + 7)
    sdv_page.says("the verification is taken back")
    sdv_page.page.screenshot(path=shots / "review.png")
    assert server_says(sdv_page) == before + 7


def test_held_key_verifies_one_item_only(sdv_page):
    before = verified(sdv_page)
    sdv_page.page.keyboard.down("v")
    for _ in range(5):
        sdv_page.page.keyboard.down("v")
    sdv_page.page.keyboard.up("v")
    settled(sdv_page, before + 1)
    sdv_page.page.keyboard.press("u")
    settled(sdv_page, before)


def test_query_is_asked_in_place_and_keys_are_letters_in_its_text(sdv_page, shots):
    before, asked = verified(sdv_page), label(sdv_page)
    sdv_page.page.keyboard.press("q")
    sdv_page.page.locator(".ask-form textarea:focus").wait_for()
    sdv_page.page.keyboard.type("v q n u: very sure?")
    sdv_page.page.keyboard.press("Escape")
    assert sdv_page.page.locator(".ask-form").count() == 0
    sdv_page.page.keyboard.press("q")
    assert sdv_page.page.input_value(".ask-form textarea") == "v q n u: very sure?"
    sdv_page.page.keyboard.press("Enter")
    sdv_page.says("The query is sent")
    assert label(sdv_page) == asked
    sdv_page.page.keyboard.press("v")
    sdv_page.says("press V again")
    assert (label(sdv_page), verified(sdv_page)) == (asked, before)
    sdv_page.page.screenshot(path=shots / "review_query.png")
    sdv_page.page.wait_for_timeout(800)
    sdv_page.page.keyboard.press("v")
    settled(sdv_page, before + 1)
    assert label(sdv_page) != asked


def test_empty_query_is_refused_where_it_was_typed(sdv_page):
    sdv_page.page.keyboard.press("q")
    sdv_page.page.keyboard.type("   ")
    sdv_page.page.locator(".ask-form").evaluate("form => form.noValidate = true")
    sdv_page.page.keyboard.press("Enter")
    sdv_page.page.locator(".ask-form [data-refused]", has_text="Nothing was sent").wait_for()
    sdv_page.page.keyboard.press("Escape")


def test_skipping_moving_and_help(sdv_page):
    first = label(sdv_page)
    sdv_page.page.keyboard.press("n")
    second = label(sdv_page)
    sdv_page.page.keyboard.press("Shift+N")
    assert label(sdv_page) == first != second
    sdv_page.page.keyboard.press("j")
    sdv_page.page.keyboard.press("k")
    assert label(sdv_page) == first
    sdv_page.page.keyboard.press("?")
    sdv_page.page.locator("#review-help").wait_for()
    sdv_page.page.keyboard.press("h")
    sdv_page.page.locator(".past .history").first.wait_for()
    top = sdv_page.page.evaluate("document.querySelector('.whose').getBoundingClientRect().bottom")
    assert sdv_page.page.evaluate(f"document.querySelector('{CURRENT}').getBoundingClientRect().top") >= top


def test_whole_visit_then_the_next_without_a_list(sdv_page):
    left = int(sdv_page.page.locator("[data-planned-count]").inner_text()) - verified(sdv_page)
    for _ in range(left + 2):
        if sdv_page.page.locator("#end.current").count():
            break
        sdv_page.page.keyboard.press("v")
    sdv_page.page.locator("#end.current").wait_for()
    settled(sdv_page, int(sdv_page.page.locator("[data-planned-count]").inner_text()))
    sdv_page.says("Next: 01-011 Week 4")
    sdv_page.page.keyboard.press("Enter")
    sdv_page.page.wait_for_url(re.compile(r"/casebook/visit/\d+/change/$"))
    sdv_page.page.locator("h1", has_text="Week 4").wait_for()
    sdv_page.page.locator(CURRENT).wait_for()


def test_all_of_a_form_with_the_count_typed_back(sit_down):
    sdv_page = sit_down("monitor")
    sdv_page.go("/monitor/casebook/visit/?q=01-011")
    sdv_page.page.get_by_role("link", name="Week 4", exact=True).click()
    form_input = sdv_page.page.locator("#grip-strength-1")
    form_input.locator("summary", has_text="Verify all").click()
    form_input.locator("[name=count]").fill("8")
    form_input.get_by_role("button", name="Verify them").click()
    sdv_page.says("8 items verified.")


def test_review_works_without_javascript(sit_down):
    sdv_page = sit_down("monitor", java_script_enabled=False)
    sdv_page.go("/monitor/casebook/visit/?q=01-011")
    sdv_page.page.get_by_role("link", name="Week 4", exact=True).click()
    before = verified(sdv_page)
    sdv_page.page.locator("#visit-1-visited_on").get_by_role("button", name="Verify").first.click()
    assert verified(sdv_page) == before + 1
    assert "#mrc-strength-1" in sdv_page.page.url
    sdv_page.page.get_by_role("button", name="Take back").first.click()
    assert verified(sdv_page) == before
