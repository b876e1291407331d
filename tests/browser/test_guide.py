"""The steps of a first visit: at the practice site, ticked off as they are done."""

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

STEPS = ["typed", "no-value", "asked", "history", "said", "complete", "changed"]
WEIGHT, PULSE = "vital-signs-1-weight_kg", "vital-signs-1-pulse"


@pytest.fixture
def person(sit_down):
    found = sit_down("coordinator08")
    found.open_visit("08-001", "Week 4")
    return found


def ticked(person) -> list[str]:
    return named(person, "#guide .is-done")


def named(person, lines: str) -> list[str]:
    return person.page.eval_on_selector_all(lines, "found => found.map((each) => each.dataset.guideStep)")


def comes_next(person, step: str) -> None:
    expect(person.page.locator("#guide [aria-current=step]")).to_have_attribute("data-guide-step", step)


def test_each_step_is_ticked_off_when_it_is_done_and_stays_so(person):
    assert named(person, "#guide li") == STEPS
    assert ticked(person) == []
    comes_next(person, "typed")
    person.type_in(WEIGHT, "60")
    person.saved()
    comes_next(person, "no-value")
    person.type_in(PULSE, "nd")
    person.page.keyboard.press("Enter")
    person.saved()
    comes_next(person, "asked")
    person.type_in(WEIGHT, "90")
    person.saved()
    person.page.focus(f"#f-{PULSE}")
    comes_next(person, "history")
    assert ticked(person) == STEPS[:3]
    person.type_in(WEIGHT, "60")
    person.saved()
    person.page.reload()
    assert ticked(person) == STEPS[:3]
    assert person.page.locator("#guide").get_attribute("open") is not None
    person.page.focus(f"#f-{PULSE}")
    person.page.keyboard.press("F2")
    person.page.locator("[data-show-history]").click()
    comes_next(person, "said")
    person.page.keyboard.press("Escape")
    person.page.focus(f"#f-{PULSE}")
    person.page.keyboard.press("Alt+q")
    person.page.locator("[data-ask-text]").fill("Which arm?")
    person.page.get_by_role("button", name="Leave as a note").click()
    comes_next(person, "complete")


def test_no_visit_of_the_study_is_guided(sit_down):
    person = sit_down("coordinator07")
    person.open_visit("07-001", "Week 4")
    assert person.page.locator("#guide").count() == 0


def test_newcomer_is_led_from_today_to_the_guide(sit_down):
    newcomer = sit_down("newcomer08")
    newcomer.page.evaluate("localStorage.clear()")
    newcomer.page.reload()
    newcomer.page.locator(".practice-start a").click()
    newcomer.page.locator("#guide li").first.wait_for()


def test_hint_for_newcomers_can_be_put_away_for_good(sit_down):
    newcomer = sit_down("newcomer08")
    newcomer.page.evaluate("localStorage.clear()")
    newcomer.page.reload()
    newcomer.page.get_by_role("button", name="Put away").click()
    expect(newcomer.page.locator(".practice-start")).to_have_count(0)
    assert newcomer.page.evaluate("document.activeElement.tagName") == "H1"
    newcomer.page.reload()
    newcomer.page.wait_for_load_state("networkidle")
    expect(newcomer.page.locator(".practice-start")).to_have_count(0)
