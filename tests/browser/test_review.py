"""A monitor's work by keyboard: V verifies, Q asks, U undoes, N skips, Enter goes on to the next visit."""

import re

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

CURRENT = "[data-line].current"


@pytest.fixture
def person(sit_down):
    """The review of the patient that is ready for it, at whichever visit has something left."""
    found = sit_down("monitor")
    found.go("/monitor/casebook/visit/?q=01-011")
    found.page.get_by_role("link", name="Week 1 (baseline)").click()
    found.page.locator(f"{CURRENT}, #end.current").first.wait_for()
    return found


def label(person) -> str:
    return person.page.locator(CURRENT).get_attribute("data-label")


def verified(person) -> int:
    return int(person.page.locator("[data-verified]").inner_text())


def settled(person, count: int) -> None:
    person.page.wait_for_function(
        "n => !document.querySelector('[data-pending]')"
        " && document.querySelectorAll('[data-planned][data-state=verified]').length === n",
        arg=count,
    )


def server_says(person) -> int:
    """What stands after the page is loaded again."""
    person.page.reload()
    return verified(person)


def test_fast_keys_lose_nothing_and_double_nothing(person, shots):
    before, first = verified(person), label(person)
    for _ in range(6):
        person.page.keyboard.press("v")
    settled(person, before + 6)
    assert label(person) != first
    assert server_says(person) == before + 6
    for _ in range(2):
        person.page.keyboard.press("v")
    person.page.keyboard.press("u")
    settled(person, before + 7)
    person.says("the verification is taken back")
    person.page.screenshot(path=shots / "review.png")
    assert server_says(person) == before + 7


def test_held_key_verifies_one_item_only(person):
    before = verified(person)
    person.page.keyboard.down("v")
    for _ in range(5):
        person.page.keyboard.down("v")
    person.page.keyboard.up("v")
    settled(person, before + 1)
    person.page.keyboard.press("u")
    settled(person, before)


def test_query_is_asked_in_place_and_keys_are_letters_in_its_text(person, shots):
    before, asked = verified(person), label(person)
    person.page.keyboard.press("q")
    person.page.locator(".ask-form textarea:focus").wait_for()
    person.page.keyboard.type("v q n u: very sure?")
    person.page.keyboard.press("Escape")
    assert person.page.locator(".ask-form").count() == 0
    person.page.keyboard.press("q")
    assert person.page.input_value(".ask-form textarea") == "v q n u: very sure?"
    person.page.keyboard.press("Enter")
    person.says("The query is sent")
    assert label(person) == asked
    person.page.keyboard.press("v")
    person.says("press V again")
    assert (label(person), verified(person)) == (asked, before)
    person.page.screenshot(path=shots / "review_query.png")
    person.page.wait_for_timeout(800)
    person.page.keyboard.press("v")
    settled(person, before + 1)
    assert label(person) != asked


def test_empty_query_is_refused_where_it_was_typed(person):
    person.page.keyboard.press("q")
    person.page.keyboard.type("   ")
    person.page.locator(".ask-form").evaluate("form => form.noValidate = true")
    person.page.keyboard.press("Enter")
    person.page.locator(".ask-form [data-refused]", has_text="Nothing was sent").wait_for()
    person.page.keyboard.press("Escape")


def test_skipping_moving_and_help(person):
    first = label(person)
    person.page.keyboard.press("n")
    second = label(person)
    person.page.keyboard.press("Shift+N")
    assert label(person) == first != second
    person.page.keyboard.press("j")
    person.page.keyboard.press("k")
    assert label(person) == first
    person.page.keyboard.press("?")
    person.page.locator("#review-help").wait_for()
    person.page.keyboard.press("h")
    person.page.locator(".past .history").first.wait_for()
    top = person.page.evaluate("document.querySelector('.whose').getBoundingClientRect().bottom")
    assert person.page.evaluate(f"document.querySelector('{CURRENT}').getBoundingClientRect().top") >= top


def test_whole_visit_then_the_next_without_a_list(person):
    left = int(person.page.locator("[data-planned-count]").inner_text()) - verified(person)
    for _ in range(left + 2):
        if person.page.locator("#end.current").count():
            break
        person.page.keyboard.press("v")
    person.page.locator("#end.current").wait_for()
    settled(person, int(person.page.locator("[data-planned-count]").inner_text()))
    person.says("Next: 01-011 Week 4")
    person.page.keyboard.press("Enter")
    person.page.wait_for_url(re.compile(r"/casebook/visit/\d+/change/$"))
    person.page.locator("h1", has_text="Week 4").wait_for()
    person.page.locator(CURRENT).wait_for()


def test_all_of_a_form_with_the_count_typed_back(sit_down):
    person = sit_down("monitor")
    person.go("/monitor/casebook/visit/?q=01-011")
    person.page.get_by_role("link", name="Week 4", exact=True).click()
    form_input = person.page.locator("#grip-strength-1")
    form_input.locator("summary", has_text="Verify all").click()
    form_input.locator("[name=count]").fill("8")
    form_input.get_by_role("button", name="Verify them").click()
    person.says("8 items verified.")


def test_review_works_without_javascript(sit_down):
    person = sit_down("monitor", java_script_enabled=False)
    person.go("/monitor/casebook/visit/?q=01-011")
    person.page.get_by_role("link", name="Week 4", exact=True).click()
    before = verified(person)
    person.page.locator("#visit-1-visited_on").get_by_role("button", name="Verify").first.click()
    assert verified(person) == before + 1
    assert "#mrc-strength-1" in person.page.url
    person.page.get_by_role("button", name="Take back").first.click()
    assert verified(person) == before


def test_key_that_is_meant_for_an_item_asks_for_one_where_none_is_chosen(sit_down):
    """Who verifies nothing, as safety, has no item that is next: Q must not do nothing, without a word."""
    reader = sit_down("safety05")
    reader.go("/monitor/trial/seriousadverseevent/")
    reader.page.locator(".review-list .field-the_form a").first.click()
    reader.page.locator("[data-review]").wait_for()
    said = reader.page.locator("#review-said")
    for key in ("q", "h"):
        assert reader.page.locator(CURRENT).count() == 0
        reader.page.keyboard.press(key)
        expect(said).to_contain_text("Choose an item first")
    reader.page.keyboard.press("ArrowDown")
    reader.page.keyboard.press("q")
    reader.page.locator(".ask-form textarea:focus").wait_for()
    expect(said).to_be_empty()
