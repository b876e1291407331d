"""The patient's story in the browser: drawn from its table, moved through by keyboard, on paper, without a script."""

import re

import pytest

pytestmark = pytest.mark.browser

PATIENT = "/patients/01-009/"
FIGURE = ".story-figure svg"


def now(sdv_page) -> str:
    return sdv_page.page.inner_text("[data-story-now]")


def press(sdv_page, *keys: str) -> str:
    for key in keys:
        sdv_page.page.keyboard.press(key)
    return now(sdv_page)


@pytest.fixture
def sdv_page(sit_down):
    sdv_page = sit_down("coordinator01")
    sdv_page.go(PATIENT)
    sdv_page.page.focus(FIGURE)
    return sdv_page


def test_figure_is_drawn_with_every_value_dose_and_event(sdv_page):
    count = {
        name: sdv_page.page.locator(f".story-{name}").count() for name in ("point", "dose", "event", "window")
    }
    assert count == {"point": 9, "dose": 2, "event": 1, "window": 1}
    assert sdv_page.page.locator(".has-fallen").count() == 1
    assert sdv_page.page.locator(".story-fell").text_content() == "−20"


def test_figure_says_in_one_breath_what_it_shows(sdv_page):
    said = sdv_page.page.get_attribute(FIGURE, "aria-label")
    assert said.startswith("MRC sum from 80 at Week 1 (baseline) to 60 of 100 at Week 7;")
    assert "Deterioration to review: Week 7" in said


def test_arrows_move_along_and_between_the_rows_and_the_words_follow(sdv_page):
    assert "arrow keys" in now(sdv_page)
    assert press(sdv_page, "ArrowRight").startswith("Week 1 (baseline), ")
    assert "MRC sum 80 of 100 · before the first infusion" in now(sdv_page)
    assert "Week 4" in press(sdv_page, "ArrowRight")
    assert "Grip right 31.0 kPa, unchanged · Grip left 30.0 kPa" in press(sdv_page, "ArrowDown")
    assert "Infusion, 60.0 g" in press(sdv_page, "ArrowDown")
    assert "lot B2" in now(sdv_page)
    assert press(sdv_page, "ArrowDown").startswith("Headache")
    assert press(sdv_page, "Home", "ArrowUp", "Home").startswith("Infusion, 24.0 g")


def test_key_f_leads_to_the_fall_and_says_how_long_after_the_infusion(sdv_page):
    said = press(sdv_page, "f")
    assert said.startswith("Week 7, ")
    assert "fell by 20, to review · 21 days after the last infusion" in said


def test_enter_opens_the_visit_and_escape_leaves(sdv_page):
    press(sdv_page, "End", "Escape")
    assert "arrow keys" in now(sdv_page)
    assert sdv_page.page.evaluate("document.activeElement.tagName") == "BODY"
    sdv_page.page.focus(FIGURE)
    press(sdv_page, "f")
    sdv_page.page.keyboard.press("Enter")
    sdv_page.page.wait_for_url(re.compile(r"/patients/01-009/W07/$"))


def test_tab_passes_the_figure_in_one_step(sdv_page):
    sdv_page.page.keyboard.press("Tab")
    assert sdv_page.page.evaluate("document.activeElement.tagName") == "SUMMARY"


def test_pointer_finds_the_nearest_moment(sdv_page):
    box = sdv_page.page.locator(".has-fallen").bounding_box()
    sdv_page.page.mouse.move(box["x"] + 5, box["y"] + 5)
    assert now(sdv_page).startswith("Week 7, ")


def test_printed_figure_is_drawn_for_the_width_of_the_paper(sdv_page):
    width = sdv_page.page.get_attribute(FIGURE, "width")
    sdv_page.page.emulate_media(media="print")
    sdv_page.page.locator(f"{FIGURE}[width='680']").wait_for()
    assert sdv_page.page.locator("[data-story-now]").is_hidden()
    sdv_page.page.emulate_media(media="screen")
    sdv_page.page.locator(f"{FIGURE}[width='{width}']").wait_for()


def test_monitor_has_the_same_figure(sit_down):
    sdv_page = sit_down("monitor")
    sdv_page.go("/monitor/casebook/patient/?q=01-009")
    sdv_page.page.get_by_role("link", name="01-009").first.click()
    sdv_page.page.locator(f"{FIGURE} .has-fallen").wait_for(state="attached")
    sdv_page.page.focus(FIGURE)
    assert press(sdv_page, "f").startswith("Week 7, ")


def test_figure_fits_a_phone(sit_down):
    sdv_page = sit_down("coordinator01", viewport={"width": 390, "height": 844})
    sdv_page.go(PATIENT)
    sdv_page.page.locator(FIGURE).wait_for()
    assert sdv_page.page.evaluate("document.documentElement.scrollWidth") <= 390
    right = sdv_page.page.evaluate(
        "Math.max(...[...document.querySelectorAll('.story-figure text')].map((t) => t.getBoundingClientRect().right))"
    )
    assert right <= 390


def test_table_stands_open_without_javascript(sit_down):
    sdv_page = sit_down("coordinator01", java_script_enabled=False)
    sdv_page.go(PATIENT)
    assert sdv_page.page.locator(".story-table tbody tr").first.is_visible()
    assert sdv_page.page.locator(FIGURE).count() == 0
