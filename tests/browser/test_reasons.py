"""Several changes of a complete form, one reason."""

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.requirement("R-005")]


def test_one_reason_serves_several_changes_by_keyboard(sit_down):
    person = sit_down("coordinator01")
    person.complete_visit("01-004", "Week 7")
    person.type_in("visit-1-visited_on", "2026-01-02")
    person.says("Date of visit change from")
    person.page.locator("#f-visit-1-contact input").nth(1).check()
    person.says("2 changes wait for a reason")
    person.page.keyboard.press("Alt+R")
    person.page.keyboard.type("Source was corrected")
    person.page.keyboard.press("Enter")
    person.saved()
    person.says("changed after completion")
    assert not person.page.locator("#reason-bar").is_visible()
    person.page.reload()
    assert person.value("visit-1-visited_on") == "2026-01-02"
    assert person.page.locator(".changed-mark").count() == 2


def test_key_leads_to_the_reason_of_one_waiting_change_however_soon_it_is_pressed(sit_down):
    person = sit_down("coordinator01")
    person.complete_visit("01-006", "Week 22")
    for day, is_waited_for in (("2026-01-02", True), ("2026-01-03", False)):
        person.type_in("visit-1-visited_on", day)
        if is_waited_for:
            person.says("Date of visit change from")
        person.page.keyboard.press("Alt+R")
        person.page.locator("#r-visit-1-visited_on:focus").wait_for()
        person.page.keyboard.type("Source was corrected")
        person.page.keyboard.press("Enter")
        person.saved()
    person.page.reload()
    assert person.value("visit-1-visited_on") == "2026-01-03"
    assert person.page.locator("#f-visit-1-contact input:checked").count() == 1


@pytest.mark.requirement("R-093")
def test_changes_with_one_reason_that_meet_an_import_are_sent_again_by_themselves(sit_down):
    person = sit_down("coordinator01")
    person.complete_visit("01-004", "Week 13")
    asked = person.meets_an_import("**/reasons/")
    person.type_in("visit-1-visited_on", "2026-01-02")
    person.says("Date of visit change from")
    person.page.locator("#f-visit-1-contact input").nth(1).check()
    person.says("2 changes wait for a reason")
    person.page.keyboard.press("Alt+R")
    person.page.keyboard.type("Source was corrected")
    person.page.keyboard.press("Enter")
    person.says("Synthetic manager is importing")
    person.saved(within=20000)
    assert len(asked) == 2
    person.page.reload()
    assert person.value("visit-1-visited_on") == "2026-01-02"


def test_change_taken_back_no_longer_waits(sit_down):
    person = sit_down("coordinator01")
    person.complete_visit("01-004", "Week 10")
    person.type_in("visit-1-visited_on", "2026-01-02")
    person.says("Date of visit change from")
    person.page.locator("#f-visit-1-contact input").nth(1).check()
    person.says("2 changes wait for a reason")
    person.page.get_by_role("button", name="Leave it as it was").first.click()
    person.page.locator("#reason-bar").wait_for(state="hidden")


@pytest.mark.parametrize("width", [390, 1366])
def test_head_of_the_visit_fits_the_screen_while_something_is_not_saved(sit_down, width):
    person = sit_down("coordinator01", viewport={"width": width, "height": 844})
    person.open_visit("01-004", "Week 7" if width == 390 else "Week 10")
    person.type_in("visit-1-visited_on", "2026-01-03")
    person.says("Date of visit change from")
    person.says("1 not saved")
    # As it stands once somebody has signed, and the signature broke.
    person.page.locator(".whose-state").evaluate(
        "state => state.append(...['\u2713 complete', '\u2717 signature broken 2026-11-23'].map((words) =>"
        " Object.assign(document.createElement('span'), {className: 'state state-overdue', textContent: words})))"
    )
    assert person.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    person.page.get_by_role("button", name="Leave it as it was").first.click()
    person.saved()
