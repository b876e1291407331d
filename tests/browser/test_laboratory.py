"""The laboratory: the site's ranges entered once, then sixteen results typed down the column."""

import pytest

pytestmark = pytest.mark.browser

RANGES = {"HGB-1": ("11.6", "14.8"), "HGB-2": ("13.7", "16.8"), "WBC-1": ("3.3", "8.6"), "AST-1": ("", "30")}


def _enter_ranges(sdv_page) -> None:
    sdv_page.go("/")
    sdv_page.page.get_by_role("link", name="Laboratory ranges").click()
    sdv_page.page.fill("#id_valid_from", "2020-01-01")
    for line, (low, high) in RANGES.items():
        sdv_page.page.fill(f"#id_{line}-low", low)
        sdv_page.page.fill(f"#id_{line}-high", high)
    sdv_page.page.get_by_role("button", name="Save the ranges").click()
    sdv_page.says("4 ranges are saved")


def test_every_field_of_a_result_has_its_label_on_a_phone(sit_down, shots):
    sdv_page = sit_down("coordinator01", viewport={"width": 390, "height": 844})
    sdv_page.open_visit("01-001", "Week 10")
    cells = sdv_page.page.locator("#lab-result-1_1 td[data-label]")
    said = "each => getComputedStyle(each, '::before').content.slice(1, -1)"
    labels = [cells.nth(n).evaluate(said) for n in range(cells.count())]
    assert labels == ["Sign", "Result", "Unit", "Range", "Flag", "Other unit", "Remark"]
    for n in range(cells.count()):
        box = cells.nth(n).bounding_box()
        assert box["x"] + box["width"] <= 390
        assert box["width"] >= 40
    sdv_page.page.screenshot(path=shots / "laboratory-phone.png")


def test_ranges_are_entered_and_results_typed_down_the_column(sit_down, shots):
    sdv_page = sit_down("coordinator01")
    _enter_ranges(sdv_page)
    sdv_page.open_visit("01-001", "Week 7")
    sdv_page.type_in("laboratory-1-collected_on", "2026-02-03")
    sdv_page.saved()
    sdv_page.page.locator("#c-lab-result-1_2-reference_range", has_text="3.3–8.6").wait_for()
    sdv_page.page.focus("#f-lab-result-1_1-value")
    for text in ("9.8", "2.1", "22", "<5"):
        sdv_page.page.keyboard.type(text)
        sdv_page.page.keyboard.press("Enter")
    assert sdv_page.page.evaluate("document.activeElement.id") == "f-lab-result-1_5-value"
    sdv_page.saved()
    assert sdv_page.value("lab-result-1_4-comparator") == "<"
    assert sdv_page.value("lab-result-1_4-value") == "5"
    assert sdv_page.page.inner_text("#c-lab-result-1_2-flag") == "Low"
    assert sdv_page.page.inner_text("#c-lab-result-1_4-flag") == "Normal"
    sdv_page.says("The range for Haemoglobin depends on the patient's sex")
    sdv_page.page.screenshot(path=shots / "laboratory.png", full_page=True)


def test_significance_is_asked_when_the_flag_comes_and_only_then(sit_down):
    sdv_page = sit_down("coordinator01")
    sdv_page.open_visit("01-001", "Week 10")
    sdv_page.type_in("laboratory-1-collected_on", "2026-02-24")
    sdv_page.type_in("lab-result-1_2-value", "5.5")
    sdv_page.saved()
    asked = sdv_page.page.locator("#i-lab-result-1_2-significant")
    assert asked.is_hidden()
    sdv_page.type_in("lab-result-1_2-value", "9.5")
    asked.wait_for()
    sdv_page.page.press("#f-lab-result-1_2-value", "ArrowDown")
    assert sdv_page.page.evaluate("document.activeElement.id") == "f-lab-result-1_3-value"
    sdv_page.type_in("lab-result-1_2-value", "5.5")
    asked.wait_for(state="hidden")
