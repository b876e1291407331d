"""What the entry pages say and do at the keyboard: what is left, refused grades, reasons, where the focus goes."""

import pytest

pytestmark = pytest.mark.browser

MRC = "mrc-strength-1"


def _focused(desk) -> str:
    return desk.page.evaluate("document.activeElement.id || document.activeElement.tagName")


def _index(desk, panel: str) -> str:
    return desk.page.locator(f"[data-index-of={panel}] .index-state").inner_text()


def _cells(desk, count: int) -> list[str]:
    cells = desk.page.locator("#mrc-strength-1 .grid input[data-row]")
    return [cells.nth(n).input_value() for n in range(count)]


def test_refused_value_counts_as_left_until_it_is_saved(sit_down):
    desk = sit_down("coordinator01")
    desk.open_visit("01-006", "Week 7")
    number = int(_index(desk, "vital-signs-1").split()[0])
    desk.type_in("vital-signs-1-weight_kg", "9999")
    desk.says("The value must lie between")
    assert _index(desk, "vital-signs-1") == f"{number} to enter"
    desk.type_in("vital-signs-1-weight_kg", "60.5")
    desk.saved()
    assert _index(desk, "vital-signs-1") == f"{number - 1} left"


def test_key_that_is_no_grade_is_refused_and_swallows_nothing(sit_down):
    desk = sit_down("coordinator01")
    desk.open_visit("01-006", "Week 7")
    desk.page.locator("#mrc-strength-1 .grid input[data-row]").first.focus()
    first = _focused(desk)
    desk.page.keyboard.type("6")
    desk.says("6 is no grade. Type 0 to 5")
    assert _focused(desk) == first
    assert _cells(desk, 1) == [""]
    desk.page.keyboard.type("2253nd4")
    assert desk.page.get_by_text("is no grade").count() == 0
    desk.saved()
    assert _cells(desk, 6) == ["2", "2", "5", "3", "", "4"]
    assert desk.page.locator(f"#{MRC} .grid [id^=t-]", has_text="Not done").count() == 1


def test_grade_typed_into_a_filled_cell_replaces_it(sit_down):
    desk = sit_down("coordinator01")
    desk.open_visit("01-006", "Week 10")
    cell = desk.page.locator("#mrc-strength-1 .grid input[data-row]").first
    cell.focus()
    desk.page.keyboard.type("4")
    cell.focus()
    desk.page.keyboard.press("End")
    desk.page.keyboard.type("3")
    assert _cells(desk, 2) == ["3", ""]
    desk.saved()


def test_two_letters_at_a_choice_set_the_missing_reason(sit_down):
    desk = sit_down("coordinator01")
    desk.open_visit("01-006", "Week 10")
    desk.page.locator("#f-visit-1-contact, #f-visit-1-fate").first.locator("input").first.focus()
    desk.page.keyboard.press("Space")
    desk.saved()
    desk.page.keyboard.type("rf")
    desk.page.locator("#t-visit-1-fate", has_text="Refused").wait_for()
    desk.saved()
    assert desk.page.locator("#f-visit-1-fate input:checked").count() == 0
    assert desk.page.evaluate("document.activeElement.type") == "radio"
    desk.page.reload()
    assert desk.page.locator("#t-visit-1-fate", has_text="Refused").count() == 1


def test_failed_completion_is_told_in_the_header_and_counts_down(sit_down):
    desk = sit_down("coordinator01")
    desk.open_visit("01-006", "Week 13")
    desk.page.keyboard.press("Control+Enter")
    link = desk.page.locator(".whose a[href='#gaps']")
    link.wait_for()
    count = desk.page.locator("#gaps li").count()
    assert link.inner_text() == f"Not completed: {count} missing"
    desk.type_in("vital-signs-1-pulse", "70")
    desk.saved()
    assert link.inner_text() == f"Not completed: {count - 1} missing"
    desk.page.keyboard.press("Control+Enter")
    desk.page.wait_for_load_state()
    link.wait_for()


def test_header_tells_the_date_as_soon_as_it_is_saved(sit_down):
    desk = sit_down("coordinator01")
    desk.open_visit("01-006", "Week 16")
    header = desk.page.locator("#visit-due")
    assert "due " in header.inner_text()
    desk.page.locator("#f-visit-1-fate input").first.check()
    desk.type_in("visit-1-visited_on", "t")
    desk.saved()
    desk.page.locator("#visit-due", has_text="outside its window").wait_for()
    assert desk.value("visit-1-visited_on") in header.inner_text()
    desk.page.locator("#f-visit-1-fate input").last.check()
    desk.saved()


def test_confirming_leaves_the_focus_at_the_field(sit_down):
    desk = sit_down("coordinator01")
    desk.open_visit("01-006", "Week 19")
    desk.type_in("vital-signs-1-weight_kg", "90")
    button = desk.page.get_by_role("button", name="Confirm against the source").first
    button.focus()
    desk.page.keyboard.press("Enter")
    desk.says("Confirmed against the source by coordinator01")
    desk.page.wait_for_function("document.activeElement.id === 'f-vital-signs-1-weight_kg'")


def test_striking_a_row_out_leaves_the_focus_at_its_place(sit_down):
    desk = sit_down("coordinator01")
    desk.go("/patients/01-006/casebook/adverse-event/")
    desk.page.keyboard.press("Alt+a")
    desk.page.locator(".log-row input:focus").wait_for()
    desk.page.keyboard.type("By mistake")
    desk.page.keyboard.press("Enter")
    desk.saved()
    row = desk.page.locator(".log-row").last
    row.locator(".strike summary").click()
    row.locator(".strike input").fill("Entered by mistake")
    row.locator(".strike input").press("Enter")
    desk.page.locator("tr.struck").first.wait_for()
    desk.page.wait_for_function("document.activeElement.tagName === 'SUMMARY'")


def test_text_that_is_too_long_is_told_how_long_it_may_be(sit_down):
    desk = sit_down("coordinator01")
    desk.open_visit("01-006", "Week 19")
    desk.page.fill("#f-grip-strength-1-device", "a" * 300)
    desk.page.keyboard.press("Enter")
    desk.says("characters (300). Shorten it.")
