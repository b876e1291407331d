"""A log: rows entered and corrected by keyboard, one struck out and restored, an unscheduled visit opened."""

import re

import pytest

pytestmark = pytest.mark.browser


def _open_log(sdv_page) -> None:
    sdv_page.go("/patients/01-001/casebook/adverse-event/")
    sdv_page.page.locator("#page-form").wait_for()
    sdv_page.saved()


def _add_by_key(sdv_page) -> str:
    """A new row by Alt A; the focus is in its first field. Its number."""
    rows = sdv_page.page.locator(".log-row").count()
    sdv_page.page.keyboard.press("Alt+a")
    sdv_page.page.wait_for_function("n => document.querySelectorAll('.log-row').length > n", arg=rows)
    sdv_page.page.locator(".log-row input:focus").wait_for()
    return re.search(r"adverse-event-(\d+)-term", sdv_page.page.evaluate("document.activeElement.id"))[1]


def test_adverse_events_are_entered_by_keyboard_in_the_table(sit_down, shots):
    sdv_page = sit_down("coordinator01")
    _open_log(sdv_page)
    number = _add_by_key(sdv_page)
    for key in ("H", "e", "a", "d", "a", "c", "h", "e", "Enter"):
        sdv_page.page.keyboard.press(key)
    sdv_page.page.keyboard.type("2026-01")
    sdv_page.page.keyboard.press("Enter")
    sdv_page.saved()
    again = _add_by_key(sdv_page)
    assert int(again) == int(number) + 1
    sdv_page.page.keyboard.type("Nausea")
    sdv_page.page.keyboard.press("ArrowUp")
    assert sdv_page.page.evaluate("document.activeElement.id") == f"f-adverse-event-{number}-term"
    sdv_page.saved()
    assert sdv_page.value(f"adverse-event-{again}-term") == "Nausea"
    assert sdv_page.value(f"adverse-event-{number}-started_on") == "2026-01"
    sdv_page.page.screenshot(path=shots / "log.png", full_page=True)


def test_row_is_struck_out_and_restored_where_it_stands(sit_down):
    sdv_page = sit_down("coordinator01")
    _open_log(sdv_page)
    number = _add_by_key(sdv_page)
    sdv_page.page.keyboard.type("By mistake")
    row = sdv_page.page.locator(f"#adverse-event-{number}")
    row.get_by_text("Strike out…").click()
    sdv_page.page.fill(f"#note-adverse-event-{number}", "Entered twice")
    sdv_page.page.press(f"#note-adverse-event-{number}", "Enter")
    row.locator("s", has_text="By mistake").wait_for()
    row.get_by_text("Entered twice").wait_for()
    row.get_by_text("Restore…").click()
    sdv_page.page.fill(f"#note-adverse-event-{number}", "It was right")
    row.get_by_role("button", name="Restore adverse event").click()
    sdv_page.page.locator(f"#f-adverse-event-{number}-term").wait_for()
    assert sdv_page.value(f"adverse-event-{number}-term") == "By mistake"


def test_unscheduled_visit_takes_the_forms_that_are_chosen(sit_down):
    sdv_page = sit_down("coordinator01")
    sdv_page.go("/patients/01-001/")
    sdv_page.page.get_by_role("button", name=re.compile("Open unscheduled visit")).click()
    sdv_page.page.locator(".to-add").get_by_role("button", name="Grip strength").click()
    sdv_page.page.locator("#grip-strength-1 input:focus").wait_for()
    sdv_page.type_in("grip-strength-1-right_1", "31.5")
    sdv_page.saved()
    assert sdv_page.page.locator("#vital-signs-1").count() == 0


def test_enter_in_the_comment_sets_the_reason_and_stays_at_the_field(sit_down):
    sdv_page = sit_down("coordinator01")
    _open_log(sdv_page)
    _add_by_key(sdv_page)
    number = _add_by_key(sdv_page)
    sdv_page.page.keyboard.press("F2")
    sdv_page.page.locator(".more-box select").select_option("unknown")
    sdv_page.page.locator("[data-comment]").press_sequentially("Not in the notes")
    sdv_page.page.keyboard.press("Enter")
    sdv_page.saved()
    assert sdv_page.page.evaluate("document.activeElement.id") == f"f-adverse-event-{number}-term"
    assert sdv_page.page.locator(f"#t-adverse-event-{number}-term").inner_text() == "Unknown"
