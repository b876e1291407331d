"""The grid of all patients by the keyboard, as one scrolls, and without a script."""

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

FOCUSED = "document.activeElement.closest('tr').id"
COLUMN = "document.activeElement.closest('th, td').cellIndex"


def test_arrows_move_and_enter_opens_the_visit(sit_down):
    person = sit_down("coordinator01")
    page = person.page
    person.go("/grid/")
    page.focus(".patients-grid tbody th a")
    for key in ("ArrowDown", "ArrowDown", "ArrowRight", "ArrowUp"):
        page.keyboard.press(key)
    assert (page.evaluate(FOCUSED), page.evaluate(COLUMN)) == ("p-01-002", 1)
    stops = ".patients-grid tbody [tabindex='0'], .patients-grid tbody a:not([tabindex])"
    assert page.locator(stops).count() == 1, "one cell is in the order of Tab"
    assert page.locator(".patients-grid").get_attribute("role") == "grid"
    baseline = page.locator(".patients-grid thead th", has_text="baseline").evaluate("each => each.cellIndex")
    for _ in range(baseline - 1):
        page.keyboard.press("ArrowRight")
    assert "01-002 · Week 1 (baseline)" in page.inner_text("[data-grid-said]")
    page.keyboard.press("Enter")
    page.wait_for_url("**/patients/01-002/W01/")


@pytest.mark.parametrize("typed", ["01-005", "01005", "5"])
def test_digits_go_to_the_patient_in_the_same_column(sit_down, typed):
    person = sit_down("monitor")
    page = person.page
    person.go("/grid/")
    page.focus(".patients-grid tbody th a")
    page.keyboard.press("ArrowRight")
    page.keyboard.type(typed)
    assert (page.evaluate(FOCUSED), page.evaluate(COLUMN)) == ("p-01-005", 1)
    page.keyboard.press("Enter")
    page.wait_for_url("**/monitor/casebook/patient/*/change/")


def test_only_the_box_of_the_grid_scrolls_and_its_first_column_stays(sit_down):
    person = sit_down("monitor")
    page = person.page
    person.go("/grid/")
    assert page.evaluate("document.documentElement.scrollWidth") <= 1366
    box, first = page.locator(".grid-box"), page.locator(".patients-grid tbody th").first
    left = first.bounding_box()["x"]
    box.evaluate("each => each.scrollTo(500, 0)")
    assert box.evaluate("each => each.scrollLeft") > 0
    assert first.bounding_box()["x"] == pytest.approx(left, abs=2)


def test_next_rows_come_as_one_scrolls_each_patient_once(sit_down):
    person = sit_down("monitor")
    page = person.page
    person.go("/grid/")
    whole = page.locator(".patients-grid tbody th").all_inner_texts()
    _choose_columns(page, "form")
    try:
        page.locator(".grid-box").evaluate("each => each.scrollTo(0, each.scrollHeight)")
        expect(page.locator(".patients-grid tbody th")).to_have_text(whole)
        assert page.locator(".grid-more").count() == 0
    finally:
        _choose_columns(page, "visit")


def _choose_columns(page, by):
    page.locator(".grid-columns summary").click()
    page.check(f"input[name=by][value={by}]")
    page.get_by_role("button", name="Keep these columns").click()
    page.wait_for_load_state()


def test_without_a_script_it_is_a_table_of_links(sit_down):
    person = sit_down("coordinator01", java_script_enabled=False)
    page = person.page
    person.go("/grid/")
    page.select_option("#id_state", "begun")
    page.get_by_role("button", name="Show", exact=True).click()
    page.wait_for_url("**/grid/?*state=begun*")
    page.locator(".patients-grid td.hit a").first.click()
    page.wait_for_url("**/patients/01-*/*/")
