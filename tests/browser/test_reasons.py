"""Several changes of a complete form, one reason."""

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.requirement("R-005")]


def test_one_reason_serves_several_changes_by_keyboard(sit_down):
    desk = sit_down("coordinator01")
    desk.open_visit("01-004", "Week 7")
    desk.page.keyboard.press("Space")
    desk.type_in("visit-1-visited_on", "t")
    desk.page.keyboard.press("Space")
    desk.saved()
    desk.page.keyboard.press("Alt+Enter")
    desk.says("The form is complete")
    desk.type_in("visit-1-visited_on", "2026-01-02")
    desk.says("Date of visit change from")
    desk.page.locator("#f-visit-1-contact input").nth(1).check()
    desk.says("2 changes wait for a reason")
    desk.page.keyboard.press("Alt+R")
    desk.page.keyboard.type("Source was corrected")
    desk.page.keyboard.press("Enter")
    desk.saved()
    desk.says("changed after completion")
    assert not desk.page.locator("#reason-bar").is_visible()
    desk.page.reload()
    assert desk.value("visit-1-visited_on") == "2026-01-02"
    assert desk.page.locator(".changed-mark").count() == 2


def test_change_taken_back_no_longer_waits(sit_down):
    desk = sit_down("coordinator01")
    desk.open_visit("01-004", "Week 10")
    desk.page.keyboard.press("Space")
    desk.type_in("visit-1-visited_on", "t")
    desk.page.keyboard.press("Space")
    desk.saved()
    desk.page.keyboard.press("Alt+Enter")
    desk.says("The form is complete")
    desk.type_in("visit-1-visited_on", "2026-01-02")
    desk.says("Date of visit change from")
    desk.page.locator("#f-visit-1-contact input").nth(1).check()
    desk.says("2 changes wait for a reason")
    desk.page.get_by_role("button", name="Leave it as it was").first.click()
    desk.page.locator("#reason-bar").wait_for(state="hidden")


@pytest.mark.parametrize("width", [390, 1366])
def test_head_of_the_visit_fits_the_screen_while_something_is_not_saved(sit_down, width):
    desk = sit_down("coordinator01", viewport={"width": width, "height": 844})
    desk.open_visit("01-004", "Week 7" if width == 390 else "Week 10")
    desk.type_in("visit-1-visited_on", "2026-01-03")
    desk.says("Date of visit change from")
    desk.says("1 not saved")
    # As it stands once somebody has signed, and the signature broke.
    desk.page.locator(".whose-state").evaluate(
        "state => state.append(...['\u2713 complete', '\u2717 signature broken 2026-11-23'].map((words) =>"
        " Object.assign(document.createElement('span'), {className: 'state state-overdue', textContent: words})))"
    )
    assert desk.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    desk.page.get_by_role("button", name="Leave it as it was").first.click()
    desk.saved()
