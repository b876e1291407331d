"""An input method: the Enter that commits a conversion sends nothing and moves nowhere, and its digits count."""

import pytest
from playwright.sync_api import Browser

from tests.browser.composing import ENTER, ESCAPE, PROCESSED, InputMethod, taken_by_the_page

pytestmark = pytest.mark.browser


def focused(person) -> str:
    return person.page.evaluate("document.activeElement.id")


def test_enter_that_commits_a_conversion_does_not_send_the_reason(sit_down):
    person = sit_down("coordinator01")
    person.complete_visit("01-003", "Week 13")
    person.type_in("visit-1-visited_on", "2026-01-02")
    field = person.page.locator("#r-visit-1-visited_on")
    field.focus()
    method = InputMethod(person.page)
    for key in (ENTER, PROCESSED, ESCAPE):
        method.compose("よみちがえていた")
        method.press(key)
        assert focused(person) == "r-visit-1-visited_on"
        assert field.input_value() == "よみちがえていた"
    method.commit("読み違えていた")
    assert field.input_value() == "読み違えていた"
    person.page.keyboard.press("Enter")
    person.saved()
    person.says("changed after completion")
    assert "読み違えていた" in person.page.inner_text("#m-visit-1-visited_on")


def test_digits_of_an_input_method_answer_a_grade_and_go_on(sit_down):
    person = sit_down("coordinator01")
    person.open_visit("01-003", "Week 16")
    cells = person.page.locator("[data-grid] input[data-digits]")
    cells.first.focus()
    method, first = InputMethod(person.page), focused(person)
    method.compose("４")
    assert focused(person) == first
    method.press(PROCESSED)
    assert focused(person) == first
    method.commit("４")
    person.page.wait_for_function("first => document.activeElement.id !== first", arg=first)
    assert cells.first.input_value() == "4"


HEAD = "<!doctype html><html lang=en><title>Page</title><input name=one><input name=two>"
ON_KEY = "document.addEventListener('keydown', (event) => event.key === '{}' && {})".format
FAULTS = {
    ON_KEY("Enter", "fetch('/sent', {method: 'POST'})"): "sent",
    ON_KEY("Escape", "document.activeElement.blur()"): "moved",
    "document.addEventListener('input', ({ target }) => (target.value = target.value.replace('よ', '')))": "changed",
    "document.addEventListener('input', ({ target, isComposing }) => isComposing || (target.value = ''))": "",
}


@pytest.mark.parametrize("script", FAULTS)
def test_page_that_takes_the_keys_of_an_input_method_is_found(chromium: Browser, script):
    context = chromium.new_context()
    page = context.new_page()
    page.route(
        "**/*",
        lambda route: route.fulfill(
            body=f"{HEAD}<script>{script}</script>", content_type="text/html; charset=utf-8"
        ),
    )
    page.goto("http://127.0.0.1:1/")
    found = taken_by_the_page(page)
    context.close()
    assert bool(found) is bool(FAULTS[script])
    assert FAULTS[script] in " ".join(found)
