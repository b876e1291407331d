"""Letters that act by themselves can be had with Alt or not at all, and the page says how it is (WCAG 2.1.4)."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

CURRENT = "[data-line].current"


@contextmanager
def keys_of(person, way: str) -> Iterator[None]:
    choose(person, way)
    yield
    choose(person, "")


def choose(person, way: str) -> None:
    person.go("/account/")
    person.page.select_option("#id_keys", way)
    person.page.get_by_role("button", name="Change the keys").click()
    person.page.locator(f"body[data-single-keys='{way}']").wait_for()


def current(person) -> str:
    return person.page.locator(CURRENT).get_attribute("id")


@pytest.fixture
def reviewer(sit_down):
    """Opens the review of a visit that nobody else reviews here."""

    def open_visit() -> None:
        person.go("/monitor/casebook/visit/?q=01-011")
        person.page.get_by_role("link", name="Week 4", exact=True).click()
        person.page.locator(CURRENT).wait_for()

    person = sit_down("monitor")
    person.open_review = open_visit
    return person


def test_letters_are_dead_when_off_and_buttons_and_arrows_do_the_same(reviewer):
    page = reviewer.page
    with keys_of(reviewer, "off"):
        reviewer.open_review()
        first = current(reviewer)
        for key in ("n", "j", "N", "q", "h", "?", "Alt+n"):
            page.keyboard.press(key)
        assert current(reviewer) == first
        assert page.locator(".ask-form, .history").count() == 0
        page.keyboard.press("ArrowDown")
        assert current(reviewer) != first
        page.keyboard.press("ArrowUp")
        assert current(reviewer) == first
        page.get_by_role("button", name="next", exact=True).click()
        assert current(reviewer) != first
        page.get_by_role("button", name="keys", exact=True).click()
        told = page.locator("#review-help")
        expect(told).to_contain_text("switched off")
        assert told.get_by_role("link").get_attribute("href").endswith("#keys")


def test_letters_act_with_alt_alone_when_so_chosen(reviewer):
    page = reviewer.page
    with keys_of(reviewer, "alt"):
        reviewer.open_review()
        first = current(reviewer)
        page.keyboard.press("n")
        assert current(reviewer) == first
        page.keyboard.press("Alt+n")
        second = current(reviewer)
        page.keyboard.press("Alt+Shift+N")
        assert current(reviewer) == first != second
        page.get_by_role("button", name="Alt ? keys").click()
        expect(page.locator("#review-help")).to_contain_text("together with Alt")
        expect(page.locator("#review-help")).to_contain_text("Alt Shift N")


def test_letters_act_at_once_for_whoever_has_chosen_nothing(reviewer):
    page = reviewer.page
    reviewer.open_review()
    first = current(reviewer)
    page.keyboard.press("Alt+n")
    assert current(reviewer) == first
    page.keyboard.press("n")
    assert current(reviewer) != first
    page.keyboard.press("?")
    expect(page.locator("#review-help")).to_contain_text("act at once")


def test_lists_of_queries_follow_the_same_choice(reviewer):
    page, marked = reviewer.page, "tr[data-query].current"
    with keys_of(reviewer, "off"):
        reviewer.go("/monitor/queries/query/")
        page.keyboard.press("j")
        assert page.locator(marked).count() == 0
        expect(page.locator("[data-query-keys]")).to_contain_text("switched off")
        page.keyboard.press("ArrowDown")
        assert page.locator(marked).count() == 1
    with keys_of(reviewer, "alt"):
        reviewer.go("/monitor/queries/query/")
        page.keyboard.press("j")
        assert page.locator(marked).count() == 0
        page.keyboard.press("Alt+j")
        assert page.locator(marked).count() == 1
