"""Without JavaScript, on a phone, in the dark: the pages work everywhere."""

import pytest

pytestmark = pytest.mark.browser

PAGES = (
    "/",
    "/patients/01-006/",
    "/patients/01-006/W01/",
    "/checks/",
    "/patients/01-006/casebook/end-of-study/1/",
)


def test_whole_page_is_saved_by_one_button_without_javascript(sit_down):
    desk = sit_down("coordinator01", java_script_enabled=False)
    desk.open_visit("01-006", "Week 4")
    desk.page.fill("#f-vital-signs-1-weight_kg", "60,5")
    desk.page.fill("#f-grip-strength-1-right_1", "999")
    desk.page.get_by_role("button", name="Save", exact=True).last.click()
    desk.says("The value must lie between 0 and 200")
    assert desk.value("grip-strength-1-right_1") == "999"
    desk.page.fill("#f-grip-strength-1-right_1", "99")
    desk.page.get_by_role("button", name="Save", exact=True).last.click()
    desk.says("Saved.")
    assert desk.value("vital-signs-1-weight_kg") == "60.5"
    assert desk.value("grip-strength-1-right_1") == "99.0"


@pytest.mark.parametrize("path", PAGES)
def test_nothing_sticks_out_on_a_phone(sit_down, path):
    desk = sit_down("coordinator01", viewport={"width": 390, "height": 844})
    desk.go(path)
    wide = desk.page.evaluate("document.documentElement.scrollWidth")
    assert wide <= 390, f"{path} is {wide} px wide"


def test_mrc_grades_take_twenty_keys_and_show_on_the_figure(sit_down):
    desk = sit_down("coordinator01")
    desk.open_visit("01-007", "Week 4")
    desk.page.focus("#f-mrc-strength-1-right_shoulder_abduction")
    desk.page.keyboard.type("44444444444444444443")
    desk.saved()
    assert "79 of 100" in desk.page.inner_text("#c-mrc-strength-1-sum_score")
    assert desk.page.locator(".muscle[data-grade='4']").count() == 19
    assert (
        desk.page.locator(".muscle[data-muscle='left_ankle_plantar_flexion']").get_attribute("data-grade")
        == "3"
    )


def test_arrows_move_in_the_grid(sit_down):
    desk = sit_down("coordinator01")
    desk.open_visit("01-007", "Week 7")
    desk.page.focus("#f-mrc-strength-1-right_elbow_flexion")
    for key, arrives in (
        ("ArrowRight", "left_elbow_flexion"),
        ("ArrowDown", "left_elbow_extension"),
        ("ArrowLeft", "right_elbow_extension"),
        ("ArrowUp", "right_elbow_flexion"),
    ):
        desk.page.keyboard.press(key)
        assert desk.page.evaluate("document.activeElement.id") == f"f-mrc-strength-1-{arrives}"


def test_last_visit_stands_beside_the_cell_and_never_in_it(sit_down):
    desk = sit_down("coordinator01")
    desk.open_visit("01-008", "Week 4")
    assert desk.value("mrc-strength-1-right_elbow_flexion") == ""
    assert desk.page.locator("#mrc-strength-1 td.last").first.inner_text() == "4"
