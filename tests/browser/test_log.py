"""A log: rows entered and corrected by keyboard, one struck out and restored, an unscheduled visit opened."""

import re

import pytest

pytestmark = pytest.mark.browser


def _open_log(desk) -> None:
    desk.go("/patients/01-001/casebook/adverse-event/")
    desk.page.locator("#page-form").wait_for()
    desk.saved()


def _add_by_key(desk) -> str:
    """A new row by Alt A; the focus is in its first field. Its number."""
    rows = desk.page.locator(".log-row").count()
    desk.page.keyboard.press("Alt+a")
    desk.page.wait_for_function("n => document.querySelectorAll('.log-row').length > n", arg=rows)
    desk.page.locator(".log-row input:focus").wait_for()
    return re.search(r"adverse-event-(\d+)-term", desk.page.evaluate("document.activeElement.id"))[1]


def test_adverse_events_are_entered_by_keyboard_in_the_table(sit_down, shots):
    desk = sit_down("coordinator01")
    _open_log(desk)
    number = _add_by_key(desk)
    for key in ("H", "e", "a", "d", "a", "c", "h", "e", "Enter"):
        desk.page.keyboard.press(key)
    desk.page.keyboard.type("2026-01")
    desk.page.keyboard.press("Enter")
    desk.saved()
    again = _add_by_key(desk)
    assert int(again) == int(number) + 1
    desk.page.keyboard.type("Nausea")
    desk.page.keyboard.press("ArrowUp")
    assert desk.page.evaluate("document.activeElement.id") == f"f-adverse-event-{number}-term"
    desk.saved()
    assert desk.value(f"adverse-event-{again}-term") == "Nausea"
    assert desk.value(f"adverse-event-{number}-started_on") == "2026-01"
    desk.page.screenshot(path=shots / "log.png", full_page=True)


def test_row_is_struck_out_and_restored_where_it_stands(sit_down):
    desk = sit_down("coordinator01")
    _open_log(desk)
    number = _add_by_key(desk)
    desk.page.keyboard.type("By mistake")
    row = desk.page.locator(f"#adverse-event-{number}")
    row.get_by_text("Strike out…").click()
    desk.page.fill(f"#note-adverse-event-{number}", "Entered twice")
    desk.page.press(f"#note-adverse-event-{number}", "Enter")
    row.locator("s", has_text="By mistake").wait_for()
    row.get_by_text("Entered twice").wait_for()
    row.get_by_text("Restore…").click()
    desk.page.fill(f"#note-adverse-event-{number}", "It was right")
    row.get_by_role("button", name="Restore adverse event").click()
    desk.page.locator(f"#f-adverse-event-{number}-term").wait_for()
    assert desk.value(f"adverse-event-{number}-term") == "By mistake"


def test_unscheduled_visit_takes_the_forms_that_are_chosen(sit_down):
    desk = sit_down("coordinator01")
    desk.go("/patients/01-001/")
    desk.page.get_by_role("button", name=re.compile("Open unscheduled visit")).click()
    desk.page.locator(".to-add").get_by_role("button", name="Grip strength").click()
    desk.page.locator("#grip-strength-1 input:focus").wait_for()
    desk.type_in("grip-strength-1-right_1", "31.5")
    desk.saved()
    assert desk.page.locator("#vital-signs-1").count() == 0


def test_enter_in_the_comment_sets_the_reason_and_stays_at_the_field(sit_down):
    desk = sit_down("coordinator01")
    _open_log(desk)
    _add_by_key(desk)
    number = _add_by_key(desk)
    desk.page.keyboard.press("F2")
    desk.page.locator(".more-box select").select_option("unknown")
    desk.page.locator("[data-comment]").press_sequentially("Not in the notes")
    desk.page.keyboard.press("Enter")
    desk.saved()
    assert desk.page.evaluate("document.activeElement.id") == f"f-adverse-event-{number}-term"
    assert desk.page.locator(f"#t-adverse-event-{number}-term").inner_text() == "Unknown"
