"""An input method: the Enter that commits a conversion sends nothing and moves nowhere, and its digits count."""

import pytest

pytestmark = pytest.mark.browser
ENTER = {"key": "Enter", "code": "Enter", "windowsVirtualKeyCode": 13}
ESCAPE = {"key": "Escape", "code": "Escape", "windowsVirtualKeyCode": 27}
PROCESSED = {"key": "Process", "code": "Enter", "windowsVirtualKeyCode": 229}


class InputMethod:
    """What a keyboard for Japanese does, as Chromium is told by an input method of the machine."""

    def __init__(self, person) -> None:
        self.page = person.page
        self.session = person.page.context.new_cdp_session(person.page)

    def compose(self, text: str) -> None:
        """Typed, underlined, not yet taken."""
        place = {"selectionStart": len(text), "selectionEnd": len(text)}
        self.session.send("Input.imeSetComposition", {"text": text, **place})

    def press(self, key: dict) -> None:
        for kind in ("rawKeyDown", "keyUp"):
            self.session.send("Input.dispatchKeyEvent", {"type": kind, **key})

    def commit(self, text: str) -> None:
        self.session.send("Input.insertText", {"text": text})


def focused(person) -> str:
    return person.page.evaluate("document.activeElement.id")


def test_enter_that_commits_a_conversion_does_not_send_the_reason(sit_down):
    person = sit_down("coordinator01")
    person.complete_visit("01-003", "Week 13")
    person.type_in("visit-1-visited_on", "2026-01-02")
    field = person.page.locator("#r-visit-1-visited_on")
    field.focus()
    method = InputMethod(person)
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
    method, first = InputMethod(person), focused(person)
    method.compose("４")
    assert focused(person) == first
    method.press(PROCESSED)
    assert focused(person) == first
    method.commit("４")
    person.page.wait_for_function("first => document.activeElement.id !== first", arg=first)
    assert cells.first.input_value() == "4"
