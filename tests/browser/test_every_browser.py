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
    sdv_page = sit_down("coordinator01", java_script_enabled=False)
    sdv_page.open_visit("01-006", "Week 4")
    sdv_page.page.fill("#f-vital-signs-1-weight_kg", "60,5")
    sdv_page.page.fill("#f-grip-strength-1-right_1", "999")
    sdv_page.page.get_by_role("button", name="Save", exact=True).last.click()
    sdv_page.says("The value must lie between 0 and 200")
    assert sdv_page.value("grip-strength-1-right_1") == "999"
    sdv_page.page.fill("#f-grip-strength-1-right_1", "99")
    sdv_page.page.get_by_role("button", name="Save", exact=True).last.click()
    sdv_page.says("Saved.")
    assert sdv_page.value("vital-signs-1-weight_kg") == "60.5"
    assert sdv_page.value("grip-strength-1-right_1") == "99.0"


@pytest.mark.parametrize("path", PAGES)
def test_nothing_sticks_out_on_a_phone(sit_down, path):
    sdv_page = sit_down("coordinator01", viewport={"width": 390, "height": 844})
    sdv_page.go(path)
    wide = sdv_page.page.evaluate("document.documentElement.scrollWidth")
    assert wide <= 390, f"{path} is {wide} px wide"


def test_mrc_grades_take_twenty_keys_and_show_on_the_figure(sit_down):
    sdv_page = sit_down("coordinator01")
    sdv_page.open_visit("01-007", "Week 4")
    sdv_page.page.focus("#f-mrc-strength-1-right_shoulder_abduction")
    sdv_page.page.keyboard.type("44444444444444444443")
    sdv_page.saved()
    assert "79 of 100" in sdv_page.page.inner_text("#c-mrc-strength-1-sum_score")
    assert sdv_page.page.locator(".muscle[data-grade='4']").count() == 19
    assert (
        sdv_page.page.locator(".muscle[data-muscle='left_ankle_plantar_flexion']").get_attribute("data-grade")
        == "3"
    )


def test_arrows_move_in_the_grid(sit_down):
    sdv_page = sit_down("coordinator01")
    sdv_page.open_visit("01-007", "Week 7")
    sdv_page.page.focus("#f-mrc-strength-1-right_elbow_flexion")
    for key, arrives in (
        ("ArrowRight", "left_elbow_flexion"),
        ("ArrowDown", "left_elbow_extension"),
        ("ArrowLeft", "right_elbow_extension"),
        ("ArrowUp", "right_elbow_flexion"),
    ):
        sdv_page.page.keyboard.press(key)
        assert sdv_page.page.evaluate("document.activeElement.id") == f"f-mrc-strength-1-{arrives}"


def test_last_visit_stands_beside_the_cell_and_never_in_it(sit_down):
    sdv_page = sit_down("coordinator01")
    sdv_page.open_visit("01-008", "Week 4")
    assert sdv_page.value("mrc-strength-1-right_elbow_flexion") == ""
    assert sdv_page.page.locator("#mrc-strength-1 td.last").first.inner_text() == "4"
