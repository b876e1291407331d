"""The laboratory: the site's ranges entered once, then sixteen results typed down the column."""

import pytest

pytestmark = pytest.mark.browser

RANGES = {"HGB-1": ("11.6", "14.8"), "HGB-2": ("13.7", "16.8"), "WBC-1": ("3.3", "8.6"), "AST-1": ("", "30")}


def _enter_ranges(person) -> None:
    person.go("/")
    person.page.locator(".menu summary").click()
    person.page.get_by_role("link", name="Laboratory ranges").first.click()
    if person.page.get_by_text("11.6").count():
        return  # another test of this file was here before, in the same database
    person.page.fill("#id_valid_from", "2020-01-01")
    for line, (low, high) in RANGES.items():
        person.page.fill(f"#id_{line}-low", low)
        person.page.fill(f"#id_{line}-high", high)
    person.page.get_by_role("button", name="Save the ranges").click()
    person.says("4 ranges are saved")


def test_every_field_of_a_result_has_its_label_on_a_phone(sit_down, shots):
    person = sit_down("coordinator01", viewport={"width": 390, "height": 844})
    person.open_visit("01-001", "Week 10")
    cells = person.page.locator("#lab-result-1_1 td[data-label]")
    said = "each => getComputedStyle(each, '::before').content.slice(1, -1)"
    labels = [cells.nth(n).evaluate(said) for n in range(cells.count())]
    assert labels == ["Sign", "Result", "Unit", "Range", "Flag", "Other unit", "Remark"]
    for n in range(cells.count()):
        box = cells.nth(n).bounding_box()
        assert box["x"] + box["width"] <= 390
        assert box["width"] >= 40
    person.page.screenshot(path=shots / "laboratory-phone.png")


def test_ranges_are_entered_and_results_typed_down_the_column(sit_down, shots):
    person = sit_down("coordinator01")
    _enter_ranges(person)
    person.open_visit("01-001", "Week 7")
    person.type_in("laboratory-1-collected_on", "2026-02-03")
    person.saved()
    person.page.locator("#c-lab-result-1_2-reference_range", has_text="3.3–8.6").wait_for()
    person.page.focus("#f-lab-result-1_1-value")
    for text in ("9.8", "2.1", "22", "<5"):
        person.page.keyboard.type(text)
        person.page.keyboard.press("Enter")
    assert person.page.evaluate("document.activeElement.id") == "f-lab-result-1_5-value"
    person.saved()
    assert person.value("lab-result-1_4-comparator") == "<"
    assert person.value("lab-result-1_4-value") == "5"
    assert person.page.inner_text("#c-lab-result-1_2-flag") == "Low"
    assert person.page.inner_text("#c-lab-result-1_4-flag") == "Normal"
    person.says("The range for Haemoglobin depends on the patient's sex")
    person.page.screenshot(path=shots / "laboratory.png", full_page=True)


def test_significance_is_asked_when_the_flag_comes_and_only_then(sit_down):
    person = sit_down("coordinator01")
    _enter_ranges(person)
    person.open_visit("01-001", "Week 10")
    person.type_in("laboratory-1-collected_on", "2026-02-24")
    person.type_in("lab-result-1_2-value", "5.5")
    person.saved()
    asked = person.page.locator("#i-lab-result-1_2-significant")
    assert asked.is_hidden()
    person.type_in("lab-result-1_2-value", "9.5")
    asked.wait_for()
    person.page.press("#f-lab-result-1_2-value", "ArrowDown")
    assert person.page.evaluate("document.activeElement.id") == "f-lab-result-1_3-value"
    person.type_in("lab-result-1_2-value", "5.5")
    asked.wait_for(state="hidden")


def test_enter_goes_through_the_open_questions_once_and_on_to_the_next_form(sit_down):
    person = sit_down("coordinator01")
    _enter_ranges(person)
    person.open_visit("01-002", "Week 4")
    person.type_in("laboratory-1-collected_on", "2026-02-24")
    for row, text in ((2, "9.5"), (4, "99")):
        person.type_in(f"lab-result-1_{row}-value", text)
        person.page.locator(f"#i-lab-result-1_{row}-significant").wait_for()
    person.saved()
    last = person.page.locator("[data-down] input[data-col='2']").last
    last.focus()
    walked = []
    for _ in range(3):
        person.page.keyboard.press("Enter")
        walked.append(person.page.evaluate("document.activeElement.name"))
    assert walked[:2] == ["lab-result:1.2:significant", "lab-result:1.4:significant"]
    assert not walked[2].startswith(("lab-result", "laboratory"))
    for row in (2, 4):
        person.page.locator(f"#f-lab-result-1_{row}-significant input").last.check()
    last.focus()
    person.page.keyboard.press("Enter")
    assert person.page.evaluate("document.activeElement.name") == walked[2]
