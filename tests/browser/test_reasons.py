"""Several changes of a complete form, one reason."""

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.requirement("R-005")]


def test_one_reason_serves_several_changes_by_keyboard(sit_down):
    sdv_page = sit_down("coordinator01")
    sdv_page.open_visit("01-004", "Week 7")
    sdv_page.page.keyboard.press("Space")
    sdv_page.type_in("visit-1-visited_on", "t")
    sdv_page.page.keyboard.press("Space")
    sdv_page.saved()
    sdv_page.page.keyboard.press("Alt+Enter")
    sdv_page.says("The form is complete")
    sdv_page.type_in("visit-1-visited_on", "2026-01-02")
    sdv_page.says("Date of visit change from")
    sdv_page.page.locator("#f-visit-1-contact input").nth(1).check()
    sdv_page.says("2 changes wait for a reason")
    sdv_page.page.keyboard.press("Alt+R")
    sdv_page.page.keyboard.type("Source was corrected")
    sdv_page.page.keyboard.press("Enter")
    sdv_page.saved()
    sdv_page.says("changed after completion")
    assert not sdv_page.page.locator("#reason-bar").is_visible()
    sdv_page.page.reload()
    assert sdv_page.value("visit-1-visited_on") == "2026-01-02"
    assert sdv_page.page.locator(".changed-mark").count() == 2


def test_change_taken_back_no_longer_waits(sit_down):
    sdv_page = sit_down("coordinator01")
    sdv_page.open_visit("01-004", "Week 10")
    sdv_page.page.keyboard.press("Space")
    sdv_page.type_in("visit-1-visited_on", "t")
    sdv_page.page.keyboard.press("Space")
    sdv_page.saved()
    sdv_page.page.keyboard.press("Alt+Enter")
    sdv_page.says("The form is complete")
    sdv_page.type_in("visit-1-visited_on", "2026-01-02")
    sdv_page.says("Date of visit change from")
    sdv_page.page.locator("#f-visit-1-contact input").nth(1).check()
    sdv_page.says("2 changes wait for a reason")
    sdv_page.page.get_by_role("button", name="Leave it as it was").first.click()
    sdv_page.page.locator("#reason-bar").wait_for(state="hidden")


@pytest.mark.parametrize("width", [390, 1366])
def test_head_of_the_visit_fits_the_screen_while_something_is_not_saved(sit_down, width):
    sdv_page = sit_down("coordinator01", viewport={"width": width, "height": 844})
    sdv_page.open_visit("01-004", "Week 7" if width == 390 else "Week 10")
    sdv_page.type_in("visit-1-visited_on", "2026-01-03")
    sdv_page.says("Date of visit change from")
    sdv_page.says("1 not saved")
    # As it stands once somebody has signed, and the signature broke.
    sdv_page.page.locator(".whose-state").evaluate(
        "state => state.append(...['\u2713 complete', '\u2717 signature broken 2026-11-23'].map((words) =>"
        " Object.assign(document.createElement('span'), {className: 'state state-overdue', textContent: words})))"
    )
    assert sdv_page.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    sdv_page.page.get_by_role("button", name="Leave it as it was").first.click()
    sdv_page.saved()
