"""What the entry pages say and do at the keyboard: what is left, refused grades, reasons, where the focus goes."""

import unicodedata

import pytest

pytestmark = pytest.mark.browser

MRC = "mrc-strength-1"


def _focused(person) -> str:
    return person.page.evaluate("document.activeElement.id || document.activeElement.tagName")


def _index(person, form_input: str) -> str:
    return person.page.locator(f"[data-index-of={form_input}] .index-state").inner_text()


def _cells(person, count: int) -> list[str]:
    cells = person.page.locator("#mrc-strength-1 .grid input[data-row]")
    return [cells.nth(n).input_value() for n in range(count)]


def test_refused_value_counts_as_left_until_it_is_saved(sit_down):
    person = sit_down("coordinator01")
    person.open_visit("01-006", "Week 7")
    number = int(_index(person, "vital-signs-1").split()[0])
    person.type_in("vital-signs-1-weight_kg", "9999")
    person.says("The value must lie between")
    assert _index(person, "vital-signs-1") == f"{number} to enter"
    person.type_in("vital-signs-1-weight_kg", "60.5")
    person.saved()
    assert _index(person, "vital-signs-1") == f"{number - 1} left"


def test_key_that_is_no_grade_is_refused_and_swallows_nothing(sit_down):
    person = sit_down("coordinator01")
    person.open_visit("01-006", "Week 7")
    person.page.locator("#mrc-strength-1 .grid input[data-row]").first.focus()
    first = _focused(person)
    person.page.keyboard.type("6")
    person.says("6 is no answer here. Type 0 to 5")
    assert _focused(person) == first
    assert _cells(person, 1) == [""]
    person.page.keyboard.type("2253nd4")
    assert person.page.get_by_text("is no answer here").count() == 0
    person.saved()
    assert _cells(person, 6) == ["2", "2", "5", "3", "", "4"]
    assert person.page.locator(f"#{MRC} .grid [id^=t-]", has_text="Not done").count() == 1


def test_digit_that_is_a_whole_answer_goes_on_in_every_form(sit_down):
    person = sit_down("coordinator01")
    person.open_visit("01-006", "Week 40")
    fields = person.page.locator("#page-form input[data-digits]:not([data-row])")
    seen = dict(fields.evaluate_all("all => all.map((f) => [f.id, f.dataset.digits])"))
    assert {"f-incat-1-arm", "f-incat-1-leg", "f-infusion-1-split_days"} <= set(seen)
    for field, digits in seen.items():
        person.page.focus(f"#{field}")
        person.page.keyboard.type(digits[0])
        assert _focused(person) not in (field, "BODY")
        assert person.page.input_value(f"#{field}") == digits[0]
    person.saved()
    person.page.focus("#f-incat-1-arm")
    person.page.keyboard.type("nd3")
    assert _focused(person) != "f-incat-1-leg"
    person.saved()
    assert person.value("incat-1-leg") == "3"
    assert person.page.locator("#t-incat-1-arm", has_text="Not done").count() == 1
    person.page.focus("#f-incat-1-leg")
    person.page.keyboard.type("9")
    person.says("9 is no answer here. Type 0 to 5")
    assert _focused(person) == "f-incat-1-leg"


def test_enter_behind_a_digit_that_moved_on_passes_over_nothing(sit_down):
    """Whoever presses Enter behind every value must not enter each second grade a field too far."""
    person = sit_down("coordinator01")
    person.open_visit("01-007", "Week 10")
    cells = person.page.locator("#mrc-strength-1 .grid input[data-row]")
    cells.first.focus()
    for digit in "5432":
        person.page.keyboard.press(digit)
        person.page.keyboard.press("Enter")
    assert [cells.nth(at).input_value() for at in range(5)] == ["5", "4", "3", "2", ""]
    fifth = cells.nth(4).get_attribute("id")
    assert _focused(person) == fifth
    person.page.keyboard.press("Enter")
    assert _focused(person) != fifth, "Enter alone goes on, as everywhere"
    cells.nth(6).focus()
    person.page.keyboard.press("1")
    person.page.wait_for_timeout(1100)
    person.page.keyboard.press("Enter")
    assert _focused(person) == cells.nth(8).get_attribute("id"), (
        "some time later it is meant for the field itself"
    )
    person.saved()


def test_digit_behind_a_reason_takes_no_place_in_which_something_stands(sit_down):
    person = sit_down("coordinator01")
    person.open_visit("01-006", "Week 40")
    keyboard = person.page.keyboard
    person.page.focus("#f-incat-1-leg")
    keyboard.press("Enter")
    following = f"#{_focused(person)}"
    assert person.page.locator(following).evaluate("each => each.type + each.value") == "text"
    keyboard.type("2024")
    typed = person.page.input_value(following)
    person.page.focus("#f-incat-1-leg")
    keyboard.type("nd3")
    person.says("3 was not entered")
    assert _focused(person) == "f-incat-1-leg"
    assert (person.value("incat-1-leg"), person.page.input_value(following)) == ("nd", typed)
    person.page.fill(following, "")
    person.page.focus("#f-incat-1-leg")
    keyboard.press("Control+a")
    keyboard.type("nd3")
    assert person.page.get_by_text("3 was not entered").count() == 0
    assert (f"#{_focused(person)}", person.page.input_value(following)) == (following, "3")
    person.page.fill(following, "")
    keyboard.press("Enter")
    person.saved()


def test_digit_behind_a_reason_is_told_where_answers_are_chosen(sit_down):
    person = sit_down("coordinator01")
    person.open_visit("01-006", "Week 40")
    person.page.focus("#f-infusion-1-split_days")
    person.page.keyboard.press("Enter")
    assert person.page.evaluate("document.activeElement.type") == "radio"
    person.page.focus("#f-infusion-1-split_days")
    person.page.keyboard.type("nd1")
    person.says("1 was not entered")
    assert _focused(person) == "f-infusion-1-split_days"
    person.page.keyboard.press("Enter")
    assert person.page.evaluate("document.activeElement.type") == "radio"
    assert person.page.locator("#f-infusion-1-premedicated input:checked").count() == 0
    person.saved()
    assert person.page.locator("#t-infusion-1-split_days", has_text="Not done").count() == 1
    assert person.page.get_by_text("1 was not entered").count() == 0


def test_no_other_sign_becomes_a_grade(sit_down):
    person = sit_down("coordinator01")
    person.open_visit("01-006", "Week 7")
    cell = person.page.locator("#mrc-strength-1 .grid input[data-row]").nth(6)
    cell.focus()
    first = _focused(person)
    for sign in ("④", "²"):
        person.page.keyboard.insert_text(sign)
        assert _focused(person) == first
        assert cell.input_value() != str(unicodedata.digit(sign))
    cell.fill("")
    cell.focus()
    person.page.keyboard.insert_text("４")
    assert cell.input_value() == "4"
    assert _focused(person) != first


def test_grade_typed_into_a_filled_cell_replaces_it(sit_down):
    person = sit_down("coordinator01")
    person.open_visit("01-006", "Week 10")
    cell = person.page.locator("#mrc-strength-1 .grid input[data-row]").first
    cell.focus()
    person.page.keyboard.type("4")
    cell.focus()
    person.page.keyboard.press("End")
    person.page.keyboard.type("3")
    assert _cells(person, 2) == ["3", ""]
    person.saved()


def test_two_letters_at_a_choice_set_the_missing_reason(sit_down):
    person = sit_down("coordinator01")
    person.open_visit("01-006", "Week 10")
    person.page.locator("#f-visit-1-contact, #f-visit-1-occurrence").first.locator("input").first.focus()
    person.page.keyboard.press("Space")
    person.saved()
    person.page.keyboard.type("rf")
    person.page.locator("#t-visit-1-occurrence", has_text="Refused").wait_for()
    person.saved()
    assert person.page.locator("#f-visit-1-occurrence input:checked").count() == 0
    assert person.page.evaluate("document.activeElement.type") == "radio"
    person.page.reload()
    assert person.page.locator("#t-visit-1-occurrence", has_text="Refused").count() == 1


def test_failed_completion_is_told_in_the_header_and_counts_down(sit_down):
    person = sit_down("coordinator01")
    person.open_visit("01-006", "Week 13")
    person.page.keyboard.press("Control+Enter")
    link = person.page.locator(".whose a[href='#gaps']")
    link.wait_for()
    count = person.page.locator("#gaps li").count()
    assert link.inner_text() == f"Not completed: {count} missing"
    person.type_in("vital-signs-1-pulse", "70")
    person.saved()
    assert link.inner_text() == f"Not completed: {count - 1} missing"
    person.page.keyboard.press("Control+Enter")
    person.page.wait_for_load_state()
    link.wait_for()


def test_header_tells_the_date_as_soon_as_it_is_saved(sit_down):
    person = sit_down("coordinator01")
    person.open_visit("01-006", "Week 16")
    header = person.page.locator("#visit-due")
    assert "due " in header.inner_text()
    person.page.locator("#f-visit-1-occurrence input").first.check()
    person.type_in("visit-1-visited_on", "t")
    person.saved()
    person.page.locator("#visit-due", has_text="outside its window").wait_for()
    assert person.value("visit-1-visited_on") in header.inner_text()
    person.page.locator("#f-visit-1-occurrence input").last.check()
    person.saved()


def test_confirming_leaves_the_focus_at_the_field(sit_down):
    person = sit_down("coordinator01")
    person.open_visit("01-006", "Week 19")
    person.type_in("vital-signs-1-weight_kg", "90")
    button = person.page.get_by_role("button", name="Confirm against the source").first
    button.focus()
    person.page.keyboard.press("Enter")
    person.says("Confirmed against the source by coordinator01")
    person.page.wait_for_function("document.activeElement.id === 'f-vital-signs-1-weight_kg'")


def test_striking_a_row_out_leaves_the_focus_at_its_place(sit_down):
    person = sit_down("coordinator01")
    person.go("/patients/01-006/casebook/adverse-event/")
    person.page.keyboard.press("Alt+a")
    person.page.locator(".log-row input:focus").wait_for()
    person.page.keyboard.type("By mistake")
    person.page.keyboard.press("Enter")
    person.saved()
    row = person.page.locator(".log-row").last
    row.locator(".strike summary").click()
    row.locator(".strike input").fill("Entered by mistake")
    row.locator(".strike input").press("Enter")
    person.page.locator("tr.struck").first.wait_for()
    person.page.wait_for_function("document.activeElement.tagName === 'SUMMARY'")


def test_text_that_is_too_long_is_told_how_long_it_may_be(sit_down):
    person = sit_down("coordinator01")
    person.open_visit("01-006", "Week 19")
    person.page.fill("#f-grip-strength-1-device", "a" * 300)
    person.page.keyboard.press("Enter")
    person.says("characters (300). Shorten it.")


def test_keys_that_lead_to_a_filled_field_select_it(sit_down):
    """As Tab does: what is typed then takes the old value's place, and is not glued to it."""
    person = sit_down("coordinator01")
    person.open_visit("01-006", "Week 7")
    keyboard = person.page.keyboard
    first, second = (f"#f-vital-signs-1-{item}" for item in ("systolic", "diastolic"))
    person.page.fill(second, "80")
    person.page.focus(first)
    keyboard.press("Enter")
    assert f"#{_focused(person)}" == second
    keyboard.type("81")
    assert person.page.input_value(second) == "81"
    with person.page.expect_response(lambda got: got.request.method == "POST"):
        keyboard.press("F2")  # while what was typed is being saved
    person.saved()
    keyboard.press("Escape")
    keyboard.type("82")
    assert person.page.input_value(second) == "82"
    keyboard.press("Enter")
    person.saved()


def test_letter_of_a_word_inside_gives_the_answer_where_none_begins_with_it(sit_down):
    person = sit_down("coordinator01")
    person.open_visit("01-006", "Week 7")
    person.page.locator("#f-visit-1-occurrence input[value=done]").check()
    contact = person.page.locator("#f-visit-1-contact input")
    contact.first.wait_for()
    for letter, value in (("s", "on-site"), ("h", "home"), ("v", "phone"), ("s", "on-site")):
        contact.first.focus()
        person.page.keyboard.press(letter)
        assert person.page.locator("#f-visit-1-contact input:checked").input_value() == value
    person.saved()


def test_next_form_is_entered_with_its_first_value_selected(sit_down):
    person = sit_down("coordinator01")
    person.open_visit("01-006", "Week 7")
    first = person.page.locator("#vital-signs-1 input[inputmode=decimal]").first
    first.fill("99")
    first.press("Enter")
    person.saved()
    person.page.locator("#mrc-strength-1 .grid input[data-row]").first.focus()
    person.page.keyboard.press("Alt+p")
    selected = "document.activeElement.value && getSelection().toString() === document.activeElement.value"
    assert person.page.evaluate(selected)
