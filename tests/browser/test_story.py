"""The patient's story in the browser: drawn from its table, moved through by keyboard, on paper, without a script."""

import re

import pytest

pytestmark = pytest.mark.browser

PATIENT = "/patients/01-009/"
FIGURE = ".story-figure svg"


def now(person) -> str:
    return person.page.inner_text("[data-story-now]")


def press(person, *keys: str) -> str:
    for key in keys:
        person.page.keyboard.press(key)
    return now(person)


@pytest.fixture
def person(sit_down):
    person = sit_down("coordinator01")
    person.go(PATIENT)
    person.page.focus(FIGURE)
    return person


def test_figure_is_drawn_with_every_value_dose_and_event(person):
    count = {
        name: person.page.locator(f".story-{name}").count() for name in ("point", "dose", "event", "window")
    }
    assert count == {"point": 9, "dose": 2, "event": 1, "window": 1}
    assert person.page.locator(".has-fallen").count() == 1
    assert person.page.locator(".story-fell").text_content() == "−20"


def test_figure_says_in_one_breath_what_it_shows(person):
    said = person.page.get_attribute(FIGURE, "aria-label")
    assert said.startswith("MRC sum from 80 at Week 1 (baseline) to 60 of 100 at Week 7;")
    assert "Deterioration to review: Week 7" in said


def test_arrows_move_along_and_between_the_rows_and_the_words_follow(person):
    assert "arrow keys" in now(person)
    assert press(person, "ArrowRight").startswith("Week 1 (baseline), ")
    assert "MRC sum 80 of 100 · before the first infusion" in now(person)
    assert "Week 4" in press(person, "ArrowRight")
    assert "Grip right 31.0 kPa, unchanged · Grip left 30.0 kPa" in press(person, "ArrowDown")
    assert "Infusion, 60.0 g" in press(person, "ArrowDown")
    assert "lot B2" in now(person)
    assert press(person, "ArrowDown").startswith("Headache")
    assert press(person, "Home", "ArrowUp", "Home").startswith("Infusion, 24.0 g")


def test_key_f_leads_to_the_fall_and_says_how_long_after_the_infusion(person):
    said = press(person, "f")
    assert said.startswith("Week 7, ")
    assert "fell by 20, to review · 21 days after the last infusion" in said


def test_enter_opens_the_visit_and_escape_leaves(person):
    press(person, "End", "Escape")
    assert "arrow keys" in now(person)
    assert person.page.evaluate("document.activeElement.tagName") == "BODY"
    person.page.focus(FIGURE)
    press(person, "f")
    person.page.keyboard.press("Enter")
    person.page.wait_for_url(re.compile(r"/patients/01-009/W07/$"))


def test_tab_passes_the_figure_in_one_step(person):
    person.page.keyboard.press("Tab")
    assert person.page.evaluate("document.activeElement.tagName") == "SUMMARY"


def test_pointer_finds_the_nearest_moment(person):
    box = person.page.locator(".has-fallen").bounding_box()
    person.page.mouse.move(box["x"] + 5, box["y"] + 5)
    assert now(person).startswith("Week 7, ")


def test_printed_figure_is_drawn_for_the_width_of_the_paper(person):
    width = person.page.get_attribute(FIGURE, "width")
    person.page.emulate_media(media="print")
    person.page.locator(f"{FIGURE}[width='680']").wait_for()
    assert person.page.locator("[data-story-now]").is_hidden()
    person.page.emulate_media(media="screen")
    person.page.locator(f"{FIGURE}[width='{width}']").wait_for()


def test_monitor_has_the_same_figure(sit_down):
    person = sit_down("monitor")
    person.go("/monitor/casebook/patient/?q=01-009")
    person.page.get_by_role("link", name="01-009").first.click()
    person.page.locator(f"{FIGURE} .has-fallen").wait_for(state="attached")
    person.page.focus(FIGURE)
    assert press(person, "f").startswith("Week 7, ")


def test_figure_fits_a_phone(sit_down):
    person = sit_down("coordinator01", viewport={"width": 390, "height": 844})
    person.go(PATIENT)
    person.page.locator(FIGURE).wait_for()
    assert person.page.evaluate("document.documentElement.scrollWidth") <= 390
    right = person.page.evaluate(
        "Math.max(...[...document.querySelectorAll('.story-figure text')].map((t) => t.getBoundingClientRect().right))"
    )
    assert right <= 390


def test_table_stands_open_without_javascript(sit_down):
    person = sit_down("coordinator01", java_script_enabled=False)
    person.go(PATIENT)
    assert person.page.locator(".story-table tbody tr").first.is_visible()
    assert person.page.locator(FIGURE).count() == 0
