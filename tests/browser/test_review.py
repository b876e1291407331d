"""A monitor's work by keyboard: V verifies, Q asks, U undoes, N skips, Enter goes on to the next visit."""

import re

import pytest

pytestmark = pytest.mark.browser

CURRENT = "[data-line].current"


@pytest.fixture
def desk(sit_down):
    """The review of the patient that is ready for it, at whichever visit has something left."""
    found = sit_down("monitor")
    found.go("/monitor/casebook/visit/?q=01-011")
    found.page.get_by_role("link", name="Week 1 (baseline)").click()
    found.page.locator(f"{CURRENT}, #end.current").first.wait_for()
    return found


def label(desk) -> str:
    return desk.page.locator(CURRENT).get_attribute("data-label")


def verified(desk) -> int:
    return int(desk.page.locator("[data-verified]").inner_text())


def settled(desk, count: int) -> None:
    desk.page.wait_for_function(
        "n => !document.querySelector('[data-pending]')"
        " && document.querySelectorAll('[data-planned][data-state=verified]').length === n",
        arg=count,
    )


def server_says(desk) -> int:
    """What stands after the page is loaded again."""
    desk.page.reload()
    return verified(desk)


def test_fast_keys_lose_nothing_and_double_nothing(desk, shots):
    before, first = verified(desk), label(desk)
    for _ in range(6):
        desk.page.keyboard.press("v")
    settled(desk, before + 6)
    assert label(desk) != first
    assert server_says(desk) == before + 6
    for _ in range(2):
        desk.page.keyboard.press("v")
    desk.page.keyboard.press("u")
    settled(desk, before + 7)
    desk.says("the verification is taken back")
    desk.page.screenshot(path=shots / "review.png")
    assert server_says(desk) == before + 7


def test_held_key_verifies_one_item_only(desk):
    before = verified(desk)
    desk.page.keyboard.down("v")
    for _ in range(5):
        desk.page.keyboard.down("v")
    desk.page.keyboard.up("v")
    settled(desk, before + 1)
    desk.page.keyboard.press("u")
    settled(desk, before)


def test_query_is_asked_in_place_and_keys_are_letters_in_its_text(desk, shots):
    before, asked = verified(desk), label(desk)
    desk.page.keyboard.press("q")
    desk.page.locator(".ask-form textarea:focus").wait_for()
    desk.page.keyboard.type("v q n u: very sure?")
    desk.page.keyboard.press("Escape")
    assert desk.page.locator(".ask-form").count() == 0
    desk.page.keyboard.press("q")
    assert desk.page.input_value(".ask-form textarea") == "v q n u: very sure?"
    desk.page.keyboard.press("Enter")
    desk.says("The query is sent")
    assert label(desk) == asked
    desk.page.keyboard.press("v")
    desk.says("press V again")
    assert (label(desk), verified(desk)) == (asked, before)
    desk.page.screenshot(path=shots / "review_query.png")
    desk.page.wait_for_timeout(800)
    desk.page.keyboard.press("v")
    settled(desk, before + 1)
    assert label(desk) != asked


def test_empty_query_is_refused_where_it_was_typed(desk):
    desk.page.keyboard.press("q")
    desk.page.keyboard.type("   ")
    desk.page.locator(".ask-form").evaluate("form => form.noValidate = true")
    desk.page.keyboard.press("Enter")
    desk.page.locator(".ask-form [data-refused]", has_text="Nothing was sent").wait_for()
    desk.page.keyboard.press("Escape")


def test_skipping_moving_and_help(desk):
    first = label(desk)
    desk.page.keyboard.press("n")
    second = label(desk)
    desk.page.keyboard.press("Shift+N")
    assert label(desk) == first != second
    desk.page.keyboard.press("j")
    desk.page.keyboard.press("k")
    assert label(desk) == first
    desk.page.keyboard.press("?")
    desk.page.locator("#review-help").wait_for()
    desk.page.keyboard.press("h")
    desk.page.locator(".past .history").first.wait_for()
    top = desk.page.evaluate("document.querySelector('.whose').getBoundingClientRect().bottom")
    assert desk.page.evaluate(f"document.querySelector('{CURRENT}').getBoundingClientRect().top") >= top


def test_whole_visit_then_the_next_without_a_list(desk):
    left = int(desk.page.locator("[data-planned-count]").inner_text()) - verified(desk)
    for _ in range(left + 2):
        if desk.page.locator("#end.current").count():
            break
        desk.page.keyboard.press("v")
    desk.page.locator("#end.current").wait_for()
    settled(desk, int(desk.page.locator("[data-planned-count]").inner_text()))
    desk.says("Next: 01-011 Week 4")
    desk.page.keyboard.press("Enter")
    desk.page.wait_for_url(re.compile(r"/casebook/visit/\d+/change/$"))
    desk.page.locator("h1", has_text="Week 4").wait_for()
    desk.page.locator(CURRENT).wait_for()


def test_all_of_a_form_with_the_count_typed_back(sit_down):
    desk = sit_down("monitor")
    desk.go("/monitor/casebook/visit/?q=01-011")
    desk.page.get_by_role("link", name="Week 4", exact=True).click()
    panel = desk.page.locator("#grip-strength-1")
    panel.locator("summary", has_text="Verify all").click()
    panel.locator("[name=count]").fill("8")
    panel.get_by_role("button", name="Verify them").click()
    desk.says("8 items verified.")


def test_review_works_without_javascript(sit_down):
    desk = sit_down("monitor", java_script_enabled=False)
    desk.go("/monitor/casebook/visit/?q=01-011")
    desk.page.get_by_role("link", name="Week 4", exact=True).click()
    before = verified(desk)
    desk.page.locator("#visit-1-visited_on").get_by_role("button", name="Verify").first.click()
    assert verified(desk) == before + 1
    assert "#mrc-strength-1" in desk.page.url
    desk.page.get_by_role("button", name="Take back").first.click()
    assert verified(desk) == before
