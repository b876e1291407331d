"""A log: rows entered and corrected by keyboard, one struck out and restored, an unscheduled visit opened."""

import re

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


def _open_log(person) -> None:
    person.go("/patients/01-001/casebook/adverse-event/")
    person.page.locator("#page-form").wait_for()
    person.saved()


def _add_by_key(person) -> str:
    """A new row by Alt A; the focus is in its first field. Its number."""
    rows = person.page.locator(".log-row").count()
    person.page.keyboard.press("Alt+a")
    person.page.wait_for_function("n => document.querySelectorAll('.log-row').length > n", arg=rows)
    person.page.locator(".log-row input:focus").wait_for()
    return re.search(r"adverse-event-(\d+)-term", person.page.evaluate("document.activeElement.id"))[1]


def test_adverse_events_are_entered_by_keyboard_in_the_table(sit_down, shots):
    person = sit_down("coordinator01")
    _open_log(person)
    number = _add_by_key(person)
    for key in ("H", "e", "a", "d", "a", "c", "h", "e", "Enter"):
        person.page.keyboard.press(key)
    person.page.keyboard.type("2026-01")
    person.page.keyboard.press("Enter")
    person.saved()
    again = _add_by_key(person)
    assert int(again) == int(number) + 1
    person.page.keyboard.type("Nausea")
    person.page.keyboard.press("ArrowUp")
    assert person.page.evaluate("document.activeElement.id") == f"f-adverse-event-{number}-term"
    person.saved()
    assert person.value(f"adverse-event-{again}-term") == "Nausea"
    assert person.value(f"adverse-event-{number}-started_on") == "2026-01"
    person.page.screenshot(path=shots / "log.png", full_page=True)


def test_row_is_struck_out_and_restored_where_it_stands(sit_down):
    person = sit_down("coordinator01")
    _open_log(person)
    number = _add_by_key(person)
    person.page.keyboard.type("By mistake")
    row = person.page.locator(f"#adverse-event-{number}")
    row.get_by_text("Strike out…").click()
    person.page.fill(f"#note-adverse-event-{number}", "Entered twice")
    person.page.press(f"#note-adverse-event-{number}", "Enter")
    row.locator("s", has_text="By mistake").wait_for()
    row.get_by_text("Entered twice").wait_for()
    row.get_by_text("Restore…").click()
    person.page.fill(f"#note-adverse-event-{number}", "It was right")
    row.get_by_role("button", name="Restore adverse event").click()
    person.page.locator(f"#f-adverse-event-{number}-term").wait_for()
    assert person.value(f"adverse-event-{number}-term") == "By mistake"


def test_unscheduled_visit_takes_the_forms_that_are_chosen(sit_down):
    person = sit_down("coordinator01")
    person.go("/patients/01-001/")
    person.page.get_by_role("button", name=re.compile("Open unscheduled visit")).click()
    person.page.locator(".to-add").get_by_role("button", name="Grip strength").click()
    person.page.locator("#grip-strength-1 input:focus").wait_for()
    person.type_in("grip-strength-1-right_1", "31.5")
    person.saved()
    assert person.page.locator("#vital-signs-1").count() == 0


def test_enter_in_the_comment_sets_the_reason_and_stays_at_the_field(sit_down):
    person = sit_down("coordinator01")
    _open_log(person)
    _add_by_key(person)
    number = _add_by_key(person)
    person.page.keyboard.press("F2")
    person.page.locator(".more-box select").select_option("unknown")
    person.page.locator("[data-comment]").press_sequentially("Not in the notes")
    person.page.keyboard.press("Enter")
    person.saved()
    assert person.page.evaluate("document.activeElement.id") == f"f-adverse-event-{number}-term"
    assert person.page.locator(f"#t-adverse-event-{number}-term").inner_text() == "Unknown · Not in the notes"


def test_comment_that_stands_is_offered_to_be_changed_and_stays_when_the_reason_is_typed_anew(sit_down):
    person = sit_down("coordinator01")
    _open_log(person)
    number = _add_by_key(person)
    tag = person.page.locator(f"#t-adverse-event-{number}-started_on")
    box = person.page.locator(".more-box")
    field = person.page.locator(f"#f-adverse-event-{number}-started_on")
    field.press("F2")
    box.locator("select").select_option("unknown")
    box.locator("[data-comment]").fill("Not in the notes")
    box.locator("[data-set-missing]").click()
    person.saved()
    for _drawn in ("by the script", "by the server"):
        field.fill("uk")
        field.press("Enter")
        person.saved()
        expect(tag).to_have_text("Unknown · Not in the notes")
        field.press("F2")
        assert box.locator("select").input_value() == "unknown"
        assert box.locator("[data-comment]").input_value() == "Not in the notes"
        person.page.reload()
    field.press("F2")
    box.locator("[data-comment]").fill("")
    box.locator("[data-set-missing]").click()
    person.saved()
    expect(tag).to_have_text("Unknown")


@pytest.mark.parametrize("width", [390, 1366])
def test_choices_have_room_for_their_arrow_and_texts_of_rows_a_line(sit_down, width):
    person = sit_down("coordinator01", viewport={"width": width, "height": 844})
    person.go("/patients/01-006/casebook/serious-adverse-event/")
    person.page.locator("button[value^='add:serious-adverse-event']:visible").last.click()
    person.page.locator("button[value^='add:sae-follow-up']").first.click()
    text = person.page.locator(".rows textarea").first
    text.wait_for()
    assert text.bounding_box()["width"] > min(width / 2, 400)
    selects = person.page.evaluate(
        """() => [...document.querySelectorAll("select.form-select")].filter((one) => one.offsetParent).map(
            (one) => ({
                room: parseFloat(getComputedStyle(one).paddingRight), right: one.getBoundingClientRect().right,
            }))"""
    )
    assert selects
    for select in selects:
        assert select["room"] >= 30
        assert select["right"] <= width


def test_offer_that_is_drawn_anew_while_a_change_is_saved_is_taken_all_the_same(sit_down):
    person = sit_down("coordinator01")
    _open_log(person)
    number = _add_by_key(person)
    person.page.keyboard.type("Chest pain")
    row = person.page.locator(f"#adverse-event-{number}")
    row.locator("[name$=':serious'][value=yes]").check(force=True)
    offer = row.get_by_role("button", name="Fill in the serious adverse event form")
    offer.wait_for()
    person.page.focus(f"#f-adverse-event-{number}-term")
    person.page.keyboard.type(" at rest")
    with person.page.expect_navigation(url="**/casebook/serious-adverse-event/**"):
        offer.click()


def test_letter_in_a_list_of_answers_is_no_error_at_its_empty_one(sit_down):
    person = sit_down("coordinator01")
    _open_log(person)
    number = _add_by_key(person)
    person.page.keyboard.type("Headache")
    person.page.focus(f"#f-adverse-event-{number}-severity")
    person.page.keyboard.press("m")
    person.page.wait_for_function(
        "id => document.getElementById(id).value", arg=f"f-adverse-event-{number}-severity"
    )
    person.saved()


def test_trail_is_read_from_old_to_new_where_both_are_written_from_right_to_left(sit_down):
    person = sit_down("coordinator01")
    _open_log(person)
    number = _add_by_key(person)
    for words in ("\u05e9\u05dc\u05d5\u05dd", "\u05e2\u05d5\u05dc\u05dd"):
        person.type_in(f"adverse-event-{number}-term", words)
        person.saved()
    person.go("/patients/01-001/trail/")
    line = person.page.locator(
        ".line-words", has=person.page.locator("s", has_text="\u05e9\u05dc\u05d5\u05dd")
    ).first
    old, new = (line.locator(name).last.bounding_box() for name in ("s", "strong"))
    assert old["x"] + old["width"] < new["x"]
