"""A block from a spreadsheet: cells go to cells, in a grid, in a log and in rows, and come back out again."""

import pytest

pytestmark = pytest.mark.browser

PASTE = """([id, text]) => {
  const data = new DataTransfer();
  data.setData("text/plain", text);
  document.getElementById(id).focus();
  const event = new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true });
  return document.activeElement.dispatchEvent(event);
}"""


def _paste(person, field: str, text: str) -> bool:
    """Whether the browser is left to paste as it does."""
    return person.page.evaluate(PASTE, [field, text])


def test_block_fills_the_grid_from_the_cell_on_and_can_be_taken_back(sit_down):
    person = sit_down("coordinator01")
    person.open_visit("01-003", "Week 10")
    person.type_in("mrc-strength-1-left_elbow_flexion", "2")
    person.saved()
    first = "f-mrc-strength-1-right_elbow_flexion"
    assert not _paste(person, first, "5\t4\r\n3\t\r\n")
    person.saved()
    cells = ("right_elbow_flexion", "left_elbow_flexion", "right_elbow_extension", "left_elbow_extension")
    assert [person.value(f"mrc-strength-1-{cell}") for cell in cells] == ["5", "4", "3", ""]
    person.says("Pasted into 3 fields.")
    person.page.get_by_role("button", name="Take it back").click()
    person.saved()
    person.page.reload()
    assert [person.value(f"mrc-strength-1-{cell}") for cell in cells] == ["", "2", "", ""]


def test_column_of_results_goes_down_and_what_does_not_fit_is_named(sit_down):
    person = sit_down("coordinator01")
    person.open_visit("01-003", "Week 10")
    last = person.page.locator("[data-down] tbody").last.get_attribute("id")
    _paste(person, f"f-{last}-value", "0.4\n0.5")
    person.says("Not put anywhere: “0.5”")
    assert person.value(f"{last}-value") == "0.4"


def test_line_goes_into_the_row_of_a_log(sit_down):
    person = sit_down("coordinator01")
    person.go("/patients/01-003/casebook/adverse-event/")
    person.page.keyboard.press("Alt+a")
    person.page.locator(".log-row input:focus").wait_for()
    row = person.page.locator(".log-row").last.get_attribute("id")
    _paste(person, f"f-{row}-term", "Headache\t2026-02-03\tyes")
    person.saved()
    assert person.value(f"{row}-term") == "Headache"
    assert person.value(f"{row}-started_on") == "2026-02-03"


def test_text_without_cells_is_pasted_as_ever(sit_down):
    person = sit_down("coordinator01")
    person.open_visit("01-003", "Week 10")
    assert _paste(person, "f-mrc-strength-1-right_elbow_flexion", "5")
