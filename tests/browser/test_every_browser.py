"""Without JavaScript, on a phone, in the dark: the pages work everywhere."""

import pytest

from tests.browser.axe import violations

pytestmark = pytest.mark.browser

PAGES = (
    "/",
    "/patients/01-006/",
    "/patients/01-006/W01/",
    "/checks/",
    "/grid/",
    "/patients/01-006/casebook/end-of-study/1/",
)


def test_whole_page_is_saved_by_one_button_without_javascript(sit_down):
    person = sit_down("coordinator01", java_script_enabled=False)
    person.open_visit("01-006", "Week 4")
    person.page.fill("#f-vital-signs-1-weight_kg", "60,5")
    person.page.fill("#f-grip-strength-1-right_1", "999")
    person.page.locator("#f-visit-1-occurrence input").first.check()
    person.page.fill("#f-visit-1-visited_on", "2026-02-03")
    person.page.get_by_role("button", name="Save", exact=True).last.click()
    person.says("The value must lie between 0 and 200")
    refused = person.page.locator("#troubles li")
    assert refused.count() == 1
    assert refused.locator("a").get_attribute("href") == "#f-grip-strength-1-right_1"
    assert refused.bounding_box()["y"] < person.page.viewport_size["height"]
    assert person.value("grip-strength-1-right_1") == "999"
    person.page.fill("#f-grip-strength-1-right_1", "99")
    person.page.get_by_role("button", name="Save", exact=True).last.click()
    person.says("Saved.")
    assert person.value("vital-signs-1-weight_kg") == "60.5"
    assert person.value("grip-strength-1-right_1") == "99.0"


@pytest.mark.parametrize("path", PAGES)
def test_nothing_sticks_out_on_a_phone(sit_down, path):
    person = sit_down("coordinator01", viewport={"width": 390, "height": 844})
    person.go(path)
    wide = person.page.evaluate("document.documentElement.scrollWidth")
    assert wide <= 390, f"{path} is {wide} px wide"


def test_mrc_grades_take_twenty_keys_and_show_on_the_figure(sit_down):
    person = sit_down("coordinator01")
    person.open_visit("01-007", "Week 4")
    person.page.focus("#f-mrc-strength-1-right_shoulder_abduction")
    person.page.keyboard.type("44444444444444444443")
    person.saved()
    assert "79 of 100" in person.page.inner_text("#c-mrc-strength-1-sum_score")
    assert person.page.locator(".muscle[data-grade='4']").count() == 19
    assert (
        person.page.locator(".muscle[data-muscle='left_ankle_plantar_flexion']").get_attribute("data-grade")
        == "3"
    )


def test_arrows_move_in_the_grid(sit_down):
    person = sit_down("coordinator01")
    person.open_visit("01-007", "Week 7")
    person.page.focus("#f-mrc-strength-1-right_elbow_flexion")
    for key, arrives in (
        ("ArrowRight", "left_elbow_flexion"),
        ("ArrowDown", "left_elbow_extension"),
        ("ArrowLeft", "right_elbow_extension"),
        ("ArrowUp", "right_elbow_flexion"),
    ):
        person.page.keyboard.press(key)
        assert person.page.evaluate("document.activeElement.id") == f"f-mrc-strength-1-{arrives}"


def test_last_visit_stands_beside_the_cell_and_never_in_it(sit_down):
    person = sit_down("coordinator01")
    person.open_visit("01-008", "Week 4")
    assert person.value("mrc-strength-1-right_elbow_flexion") == ""
    assert person.page.locator("#mrc-strength-1 td.last").first.inner_text() == "4"


def test_day_of_an_assessment_waits_behind_its_name(sit_down):
    person = sit_down("coordinator01")
    person.open_visit("01-008", "Week 7")
    field = person.page.locator("#f-incat-1-assessed_on")
    assert field.is_hidden()
    person.page.locator("#incat-1").get_by_role("button", name="+ Assessed on another day").click()
    person.page.keyboard.type("2026-02-03")
    person.page.keyboard.press("Enter")
    person.saved()
    person.page.reload()
    assert field.input_value() == "2026-02-03"


def test_all_columns_of_the_visits_are_in_sight_and_come_before_the_story(sit_down):
    person = sit_down("coordinator01")
    person.go("/patients/01-009/")
    table = person.page.locator(".matrix")
    fits = "each => each.scrollWidth <= each.closest('.scroll').clientWidth"
    assert table.evaluate(fits)
    assert table.bounding_box()["y"] < person.page.locator(".story-card").bounding_box()["y"]


@pytest.mark.parametrize(("user", "paths"), [("coordinator01", PAGES), ("monitor", ("/monitor/", "/grid/"))])
def test_axe_finds_nothing_under_the_notes_that_every_page_may_bear(sit_down, user, paths):
    """Every other page is looked at as it is shipped (tests/image), without these notes."""
    person = sit_down(user)
    for path in paths:
        person.go(path)
        assert person.page.locator(".synthetic").count() == 1
        assert violations(person.page) == [], path
