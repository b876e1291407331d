"""At 320 px (1280 px at 400 %) and with wide spacing all is there; targets are large; the focus is in sight.

Every page is measured as it is shipped (tests/image), in English. Here: what the measuring finds, the pages of daily
work in the other languages, and the focus where something sticks to the edge of the window.
"""

import pytest
from playwright.sync_api import Browser

from tests.browser.measures import NARROW, hidden_focus, out_of_place, too_small

pytestmark = pytest.mark.browser

HEAD = "<!doctype html><html lang=en><meta name=viewport content='width=device-width'><title>Page</title>"
STYLE = "<style>body {margin: 0} .no-wrap {white-space: nowrap} a {display: inline-block}</style>"


@pytest.fixture
def blank(chromium: Browser):
    context = chromium.new_context()
    yield context.new_page()
    context.close()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("<p>words that break</p>", ""),
        ("<div style='width: 330px; height: 1px'></div>", "as wide as"),
        ("<p style='width: 300px' class=no-wrap>words that do not break, and go on and on</p>", "as wide as"),
        ("<div class=card-plain style='width: 200px'><p style='width: 210px'>words</p></div>", "of its card"),
        (
            "<div class=card-plain style='width: 200px; overflow: auto'><table width=210><td>a</table></div>",
            "",
        ),
        ("<p style='overflow: hidden' class=no-wrap>words that do not break, and go on and on</p>", "cut"),
        ("<p style='overflow: auto' class=no-wrap>words that do not break, and go on and on</p>", "sideways"),
        ("<div style='overflow: auto'><table><tr><td width=999>value</table></div>", ""),
        ("<p style='width: 1.2em; line-break: anywhere'>MMMMM</p>", "a letter a line"),
        ("<p style='width: 3.2em'>未入力項目</p>", ""),
        ("<p class=no-wrap style='overflow: hidden; width: 6.2em'>fifteen letters</p>", "with wide spacing"),
    ],
)
def test_what_does_not_fit_is_found(blank, content, said):
    blank.set_content(f"{HEAD}{STYLE}{content}")
    found = out_of_place(blank)
    assert bool(found) is bool(said)
    assert said in "".join(found)
    assert blank.viewport_size != NARROW


@pytest.mark.parametrize(
    ("content", "count"),
    [
        ("<a href=/>a</a> <a href=/>b</a>", 2),
        ("<a href=/>a</a><p style='margin: 24px'></p><a href=/>b</a>", 0),
        (
            "<p>See <a href=/ style='display: inline'>a</a> and <a href=/ style='display: inline'>b</a> here.</p>",
            0,
        ),
        ("<button style='width: 24px; height: 24px'>a</button>" * 2, 0),
        ("<label style='display: block; height: 26px'><input type=checkbox> text</label>" * 2, 0),
    ],
)
def test_small_targets_side_by_side_are_found(blank, content, count):
    blank.set_content(f"{HEAD}{STYLE}{content}")
    assert len(too_small(blank)) == count


@pytest.mark.parametrize(("padding", "is_hidden"), [("0", True), ("60px", False)])
def test_focus_behind_what_sticks_is_found(blank, padding, is_hidden):
    head = "<header style='position: sticky; top: 0; height: 50px; background: #fff'>head</header>"
    style = f"<style>html {{scroll-padding: {padding} 0 0}}</style>"
    links = "<p style='margin: 0'><a href=/>link</a></p>" * 60
    blank.set_viewport_size({"width": 600, "height": 400})
    blank.set_content(f"{HEAD}{STYLE}{style}{head}{links}")
    assert bool(hidden_focus(blank)) is is_hidden


BEYOND_EDGE = """() => [...document.querySelectorAll(".top, .top *")].filter(one =>
    one.checkVisibility() && !one.closest(".visually-hidden, .places") && !one.matches(".who > span *") &&
    one.getBoundingClientRect().right > innerWidth + 1).map(one => one.outerHTML)"""
"""A name that is too long ends with three dots."""

PAGES = {
    "coordinator01": (
        "/",
        "/account/",
        "/queries/",
        "/grid/",
        "/patients/01-009/",
        "/patients/01-009/W01/",
        "/patients/01-001/appointments/new/?visit=SCR",
        "/sites/01/ranges/",
        "/listings/choose/?main=visit",
        "/patients/01-001/trail/",
    ),
    "monitor": (
        "/monitor/",
        "/monitor/casebook/patient/",
        "/monitor/queries/query/",
        "/monitor/my-turn/",
        "/monitor/plan/",
    ),
    "administrator": ("/people/", "/people/invite/", "/people/roles/"),
}


@pytest.mark.parametrize("language", ["ja", "zh-hans"])
@pytest.mark.parametrize("user", PAGES)
def test_pages_of_the_other_languages_fit(sit_down, speak, user, language):
    person, found = sit_down(user), {}
    with speak(person, language):
        for address in PAGES[user]:
            person.go(address)
            assert person.page.locator(f"html[lang={language}]").count() == 1
            found[address] = out_of_place(person.page) + too_small(person.page)
    assert not any(found.values()), found


HEADS = {"coordinator01": "/", "monitor": "/monitor/", "administrator": "/people/"}


@pytest.mark.parametrize("language", ["en", "ja", "zh-hans"])
@pytest.mark.parametrize("user", HEADS)
def test_head_of_the_page_fits_at_each_width_between(sit_down, speak, user, language):
    """1366 px at 200 % are 683: wider than a phone, and narrower than a menu of many places."""
    person, found = sit_down(user), {}
    with speak(person, language):
        person.go(HEADS[user])
        for width in (641, 683, 768, 900, 1024, 1120, 1366):
            person.page.set_viewport_size({"width": width, "height": 640})
            found[width] = person.page.evaluate(BEYOND_EDGE)
    assert not any(found.values()), found


LINES = "() => new Set([...document.querySelectorAll('.top nav > *')].map(one => one.getBoundingClientRect().top)).size"


@pytest.mark.parametrize("user", ["coordinator01", "monitor", "datamanager", "administrator"])
def test_menu_stands_in_one_line_on_a_desk(sit_down, user):
    person, found = sit_down(user), {}
    person.go("/")
    for width in (1280, 1366, 1440, 1920):
        person.page.set_viewport_size({"width": width, "height": 640})
        found[width] = person.page.evaluate(LINES)
    assert set(found.values()) == {1}, found


HEAD_IS_KNOWN = """() => parseInt(document.documentElement.style.getPropertyValue("--head"))
    === document.querySelector(".whose").offsetHeight"""
"""The script tells the page how high it is: with neighbours, or something to answer, it takes more lines."""

STICKY = {
    "coordinator01": ("/patients/01-009/", "/patients/01-009/W01/", "/listings/choose/?main=visit", "/grid/"),
    "monitor": ("/monitor/queries/query/", "/monitor/casebook/patient/"),
}


@pytest.mark.parametrize("size", [(1280, 640), (320, 480)], ids=["desk", "phone"])
@pytest.mark.parametrize("user", STICKY)
def test_focus_is_never_behind_what_sticks(sit_down, user, size):
    person, found = sit_down(user), {}
    person.page.set_viewport_size({"width": size[0], "height": size[1]})
    for address in STICKY[user]:
        person.go(address)
        found[address] = hidden_focus(person.page)
    assert not any(found.values()), found


@pytest.mark.parametrize("size", [(1280, 640), (320, 480)], ids=["desk", "phone"])
def test_focus_in_the_review_is_never_behind_its_head(sit_down, size):
    person = sit_down("monitor")
    person.page.set_viewport_size({"width": size[0], "height": size[1]})
    person.go("/monitor/casebook/visit/")
    person.page.get_by_role("link", name="Week 1").first.click()
    person.page.wait_for_function(HEAD_IS_KNOWN)
    assert hidden_focus(person.page) == []
