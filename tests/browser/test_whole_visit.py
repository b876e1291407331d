"""The main journey: a whole visit entered by keyboard alone, completed, and read back by the monitor."""

import pytest

pytestmark = pytest.mark.browser

GRADES = "44445544444455554444"


def _keys(person, *keys: str) -> None:
    for key in keys:
        person.page.keyboard.press(key)


def _tab_to(person, selector: str, most: int = 60) -> None:
    """Reach an element with the Tab key alone."""
    for _ in range(most):
        if person.page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
        person.page.keyboard.press("Tab")
    raise AssertionError(f"Tab does not reach {selector}.")


def _enter(person, *values: str) -> None:
    """Type each value into the field that has the focus, Enter after each."""
    for value in values:
        person.page.keyboard.type(value)
        person.page.keyboard.press("Enter")


def _fill_visit_and_vitals(person) -> None:
    _keys(person, "Space", "Enter")
    _enter(person, "t")
    _keys(person, "Space", "Enter")
    _enter(person, "60.2", "121", "76", "68", "36.5", "16", "98")


def _fill_strength(person) -> None:
    _enter(person, "A1", "0915")
    _keys(person, "Space", "Enter")
    person.page.keyboard.type(GRADES)
    _enter(person, "DYN-1", "A1", "31.2", "30,8", "３１．０", "0", "0.0", "nd")


def _fill_infusion(person) -> None:
    page = person.page
    for _form in ("INCAT", "laboratory", "nerve conduction", "infusion"):
        _keys(person, "Alt+n")
    for item, value in {
        "infusion-1-infused_on": "t",
        "infusion-1-dosing_weight_kg": "60",
        "infusion-1-given_g": "60",
        "infusion-1-given_ml": "1200",
        "infusion-1-started_at": "10:00",
        "infusion-1-ended_at": "14:30",
        "infusion-lot-1_1-lot_number": "SYN-0412",
        "infusion-lot-1_1-expires_on": "2031-01-31",
    }.items():
        _tab_to(person, f"#f-{item}", most=80)
        _enter(person, value)
    page.get_by_text("Planned 60.0 g = 1200 mL").wait_for()


def test_visit_is_entered_by_keyboard_and_read_by_the_monitor(sit_down, shots):
    person = sit_down("coordinator01")
    _tab_to(person, "a[href='/patients/01-001/']")
    _keys(person, "Enter")
    person.page.wait_for_url("**/patients/01-001/")
    # The page's one primary action has the focus: Enter opens the next visit.
    person.page.get_by_role("button", name="Week 4").first.wait_for()
    _tab_to(person, "form[action$='/W04/open/'] button")
    _keys(person, "Enter")
    person.page.wait_for_url("**/W04/")
    person.page.locator("input[type=radio]:focus").wait_for()
    _fill_visit_and_vitals(person)
    _fill_strength(person)
    _fill_infusion(person)
    person.saved()
    assert "86 of 100" in person.page.inner_text("#c-mrc-strength-1-sum_score")
    assert "31.2 kPa" in person.page.inner_text("#c-grip-strength-1-right_best")
    assert "0.0 kPa" in person.page.inner_text("#c-grip-strength-1-left_best")
    _keys(person, "Control+Enter")
    person.says("Not completed yet")
    _finish_what_is_missing(person)
    _keys(person, "Control+Enter")
    person.says("A change from now on asks for a reason")
    person.page.screenshot(path=shots / "visit_complete.png", full_page=True)
    _read_back(sit_down("monitor"))


def _finish_what_is_missing(person) -> None:
    """The list of what is missing leads to each item; what does not apply gets its reason."""
    for _ in range(12):
        person.page.wait_for_selector("#page-form")
        gaps = person.page.locator(".gaps a")
        if not gaps.count():
            return
        for href in [gap.get_attribute("href") for gap in gaps.all()]:
            _give_no(person, href.removeprefix("#f-"))
        person.saved()
        return


def _give_no(person, item: str) -> None:
    field = person.page.locator(f"#f-{item}")
    if field.get_attribute("role") == "radiogroup":
        field.locator("input").last.focus()
        _keys(person, "Space", "Enter")
    else:
        person.page.focus(f"#f-{item}")
        _keys(person, "F2")
        person.page.locator(".more-box select").select_option("not-done")
        person.page.get_by_role("button", name="Set the reason").press("Enter")


def _read_back(monitor) -> None:
    monitor.go("/monitor/")
    assert monitor.page.locator("input:not([type=hidden]):not([type=search])").count() == 0
    monitor.page.get_by_text("01-001").first.click() if monitor.page.get_by_text(
        "01-001"
    ).count() else monitor.go("/monitor/casebook/patient/")
    monitor.page.get_by_role("link", name="01-001").first.click()
    monitor.page.get_by_role("link", name="Week 4").first.click()
    for words in ("60.2 kg", "31.2 kPa", "SYN-0412", "Not done"):
        monitor.says(words)
    assert "86" in monitor.page.inner_text("main")
