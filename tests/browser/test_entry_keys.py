"""What the entry pages say and do at the keyboard: what is left, refused grades, reasons, where the focus goes."""

import pytest

pytestmark = pytest.mark.browser

MRC = "mrc-strength-1"


def _focused(sdv_page) -> str:
    return sdv_page.page.evaluate("document.activeElement.id || document.activeElement.tagName")


def _index(sdv_page, form_input: str) -> str:
    return sdv_page.page.locator(f"[data-index-of={form_input}] .index-state").inner_text()


def _cells(sdv_page, count: int) -> list[str]:
    cells = sdv_page.page.locator("#mrc-strength-1 .grid input[data-row]")
    return [cells.nth(n).input_value() for n in range(count)]


def test_refused_value_counts_as_left_until_it_is_saved(sit_down):
    sdv_page = sit_down("coordinator01")
    sdv_page.open_visit("01-006", "Week 7")
    number = int(_index(sdv_page, "vital-signs-1").split()[0])
    sdv_page.type_in("vital-signs-1-weight_kg", "9999")
    sdv_page.says("The value must lie between")
    assert _index(sdv_page, "vital-signs-1") == f"{number} to enter"
    sdv_page.type_in("vital-signs-1-weight_kg", "60.5")
    sdv_page.saved()
    assert _index(sdv_page, "vital-signs-1") == f"{number - 1} left"


def test_key_that_is_no_grade_is_refused_and_swallows_nothing(sit_down):
    sdv_page = sit_down("coordinator01")
    sdv_page.open_visit("01-006", "Week 7")
    sdv_page.page.locator("#mrc-strength-1 .grid input[data-row]").first.focus()
    first = _focused(sdv_page)
    sdv_page.page.keyboard.type("6")
    sdv_page.says("6 is no grade. Type 0 to 5")
    assert _focused(sdv_page) == first
    assert _cells(sdv_page, 1) == [""]
    sdv_page.page.keyboard.type("2253nd4")
    assert sdv_page.page.get_by_text("is no grade").count() == 0
    sdv_page.saved()
    assert _cells(sdv_page, 6) == ["2", "2", "5", "3", "", "4"]
    assert sdv_page.page.locator(f"#{MRC} .grid [id^=t-]", has_text="Not done").count() == 1


def test_grade_typed_into_a_filled_cell_replaces_it(sit_down):
    sdv_page = sit_down("coordinator01")
    sdv_page.open_visit("01-006", "Week 10")
    cell = sdv_page.page.locator("#mrc-strength-1 .grid input[data-row]").first
    cell.focus()
    sdv_page.page.keyboard.type("4")
    cell.focus()
    sdv_page.page.keyboard.press("End")
    sdv_page.page.keyboard.type("3")
    assert _cells(sdv_page, 2) == ["3", ""]
    sdv_page.saved()


def test_two_letters_at_a_choice_set_the_missing_reason(sit_down):
    sdv_page = sit_down("coordinator01")
    sdv_page.open_visit("01-006", "Week 10")
    sdv_page.page.locator("#f-visit-1-contact, #f-visit-1-occurrence").first.locator("input").first.focus()
    sdv_page.page.keyboard.press("Space")
    sdv_page.saved()
    sdv_page.page.keyboard.type("rf")
    sdv_page.page.locator("#t-visit-1-occurrence", has_text="Refused").wait_for()
    sdv_page.saved()
    assert sdv_page.page.locator("#f-visit-1-occurrence input:checked").count() == 0
    assert sdv_page.page.evaluate("document.activeElement.type") == "radio"
    sdv_page.page.reload()
    assert sdv_page.page.locator("#t-visit-1-occurrence", has_text="Refused").count() == 1


def test_failed_completion_is_told_in_the_header_and_counts_down(sit_down):
    sdv_page = sit_down("coordinator01")
    sdv_page.open_visit("01-006", "Week 13")
    sdv_page.page.keyboard.press("Control+Enter")
    link = sdv_page.page.locator(".whose a[href='#gaps']")
    link.wait_for()
    count = sdv_page.page.locator("#gaps li").count()
    assert link.inner_text() == f"Not completed: {count} missing"
    sdv_page.type_in("vital-signs-1-pulse", "70")
    sdv_page.saved()
    assert link.inner_text() == f"Not completed: {count - 1} missing"
    sdv_page.page.keyboard.press("Control+Enter")
    sdv_page.page.wait_for_load_state()
    link.wait_for()


def test_header_tells_the_date_as_soon_as_it_is_saved(sit_down):
    sdv_page = sit_down("coordinator01")
    sdv_page.open_visit("01-006", "Week 16")
    header = sdv_page.page.locator("#visit-due")
    assert "due " in header.inner_text()
    sdv_page.page.locator("#f-visit-1-occurrence input").first.check()
    sdv_page.type_in("visit-1-visited_on", "t")
    sdv_page.saved()
    sdv_page.page.locator("#visit-due", has_text="outside its window").wait_for()
    assert sdv_page.value("visit-1-visited_on") in header.inner_text()
    sdv_page.page.locator("#f-visit-1-occurrence input").last.check()
    sdv_page.saved()


def test_confirming_leaves_the_focus_at_the_field(sit_down):
    sdv_page = sit_down("coordinator01")
    sdv_page.open_visit("01-006", "Week 19")
    sdv_page.type_in("vital-signs-1-weight_kg", "90")
    button = sdv_page.page.get_by_role("button", name="Confirm against the source").first
    button.focus()
    sdv_page.page.keyboard.press("Enter")
    sdv_page.says("Confirmed against the source by coordinator01")
    sdv_page.page.wait_for_function("document.activeElement.id === 'f-vital-signs-1-weight_kg'")


def test_striking_a_row_out_leaves_the_focus_at_its_place(sit_down):
    sdv_page = sit_down("coordinator01")
    sdv_page.go("/patients/01-006/casebook/adverse-event/")
    sdv_page.page.keyboard.press("Alt+a")
    sdv_page.page.locator(".log-row input:focus").wait_for()
    sdv_page.page.keyboard.type("By mistake")
    sdv_page.page.keyboard.press("Enter")
    sdv_page.saved()
    row = sdv_page.page.locator(".log-row").last
    row.locator(".strike summary").click()
    row.locator(".strike input").fill("Entered by mistake")
    row.locator(".strike input").press("Enter")
    sdv_page.page.locator("tr.struck").first.wait_for()
    sdv_page.page.wait_for_function("document.activeElement.tagName === 'SUMMARY'")


def test_text_that_is_too_long_is_told_how_long_it_may_be(sit_down):
    sdv_page = sit_down("coordinator01")
    sdv_page.open_visit("01-006", "Week 19")
    sdv_page.page.fill("#f-grip-strength-1-device", "a" * 300)
    sdv_page.page.keyboard.press("Enter")
    sdv_page.says("characters (300). Shorten it.")
