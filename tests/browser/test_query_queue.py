"""A monitor's queue of queries by keyboard: one key each, the next one by itself, and nothing typed is lost."""

import re

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


@pytest.fixture
def person(sit_down):
    found = sit_down("monitor")
    found.go("/monitor/queries/my-turn/")
    found.page.locator("[data-query-keys]").wait_for()
    return found


def shown(person) -> str:
    return person.page.locator("#query").get_attribute("data-query")


def waiting(person) -> int:
    return int(re.search(r"\d+", person.page.locator("[data-my-turn]").inner_text())[0])


def goes_on(person, before: str) -> None:
    expect(person.page.locator("#query")).not_to_have_attribute("data-query", before)


def test_one_key_closes_a_query_and_the_next_one_comes_without_a_load(person, shots):
    person.page.evaluate("window.isTheSamePage = true")
    before = waiting(person)
    for closed in (1, 2, 3):
        query = shown(person)
        person.page.keyboard.press("c")
        goes_on(person, query)
        person.says("is closed.")
        assert waiting(person) == before - closed
    assert person.page.evaluate("window.isTheSamePage") is True
    assert shown(person) in person.page.url
    person.page.screenshot(path=shots / "queue.png")
    person.page.reload()
    assert waiting(person) == before - 3


def test_held_key_closes_one_query_only(person):
    before, query = waiting(person), shown(person)
    for _ in range(5):
        person.page.keyboard.down("c")
    person.page.keyboard.up("c")
    goes_on(person, query)
    person.page.reload()
    assert waiting(person) == before - 1


def test_half_typed_question_survives_a_reload_and_is_asked_by_enter(person):
    query, text = shown(person), person.page.locator("#query textarea")
    person.page.keyboard.press("a")
    person.page.locator("#query textarea:focus").wait_for()
    person.page.keyboard.type("And the c, a, n of it?")
    person.page.reload()
    assert text.input_value() == "And the c, a, n of it?"
    person.page.keyboard.press("a")
    person.page.locator("#query textarea:focus").wait_for()
    person.page.keyboard.press("Enter")
    goes_on(person, query)
    person.says("is asked again")
    assert text.input_value() == ""


@pytest.mark.parametrize("key", ["a", "p", "c"])
def test_no_key_sends_a_draft_nor_reaches_the_next_query(person, key):
    """It leads into the text, where the letters that follow are written."""
    query, text = shown(person), person.page.locator("#query textarea")
    text.fill("Half a sentence")
    person.page.keyboard.press("Escape")
    person.page.reload()
    person.page.keyboard.press(key)
    person.page.locator("#query textarea:focus").wait_for()
    person.page.keyboard.press("End")
    person.page.keyboard.type(", a copy")
    assert (shown(person), text.input_value()) == (query, "Half a sentence, a copy")
    text.fill("")
    person.page.reload()
    assert person.page.locator("#query .messages-said li").count() == 2


def test_closed_query_is_reopened_by_key_and_enter(person):
    query = shown(person)
    person.page.keyboard.press("c")
    goes_on(person, query)
    person.go(f"/monitor/queries/query/{query}/change/?list=turn%3Dclosed")
    person.page.keyboard.press("r")
    person.page.locator("#query textarea:focus").wait_for()
    person.page.keyboard.type("One more thing")
    person.page.keyboard.press("Enter")
    person.says("is open again")


def test_next_skips_a_query_and_back_shows_it_again(person):
    query = shown(person)
    person.page.keyboard.press("n")
    goes_on(person, query)
    person.page.go_back()
    expect(person.page.locator("#query")).to_have_attribute("data-query", query)


def test_query_that_somebody_wrote_in_meanwhile_is_shown_anew_and_nothing_typed_is_lost(person):
    query = shown(person)
    tab = person.tab()
    tab.goto(person.page.url)
    tab.locator("#query textarea").fill("Is it plausible?")
    tab.get_by_label("or pass on to").select_option("data-manager")
    tab.get_by_role("button", name="Pass on").click()
    tab.locator("#query-said", has_text="is passed on").wait_for()
    person.page.locator("#query textarea").fill("Half a")
    person.page.keyboard.press("Escape")
    person.page.keyboard.press("c")
    person.page.keyboard.press("Enter")
    person.says("Somebody wrote in query")
    assert shown(person) == query
    assert "Is it plausible?" in person.page.locator("#query").inner_text()
    assert person.page.locator("#query textarea").input_value() == "Half a"


def test_keys_act_in_the_list_too_and_ticks_lead_to_a_preview(person, shots):
    person.go("/monitor/queries/query/?turn=mine")
    person.page.evaluate("window.isTheSamePage = true")
    rows = person.page.locator("tr[data-query]")
    person.page.keyboard.press("j")
    person.page.keyboard.press("c")
    expect(rows.first.locator("[data-turn-words]")).to_have_text("✓ closed")
    expect(rows.nth(1)).to_have_class(re.compile("current"))
    person.page.keyboard.press("a")
    person.page.keyboard.type("Really?")
    person.page.keyboard.press("Enter")
    expect(rows.nth(1).locator("[data-turn-words]")).to_have_text("site")
    assert person.page.evaluate("window.isTheSamePage") is True
    person.page.keyboard.press("x")
    person.page.screenshot(path=shots / "query-list.png")
    person.page.get_by_role("button", name="Close…").click()
    person.page.get_by_label("Type 1 to close 1 query").fill("1")
    person.page.get_by_role("button", name="Close").click()
    person.says("1 query closed.")
    assert person.page.url.endswith("?turn=mine")


def test_without_script_the_buttons_lead_to_the_next_query(sit_down):
    person = sit_down("monitor", java_script_enabled=False)
    person.go("/monitor/queries/my-turn/")
    query = shown(person)
    person.page.get_by_role("button", name="Close").click()
    person.says("is closed.")
    assert shown(person) != query
    assert "list=turn%3Dmine" in person.page.url
