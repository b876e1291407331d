"""Each page that the pages of a person lead to, with all that folds open: its keys, its names, and what axe finds.

The image's tests open every page of the table, as it comes; here, what an input method and a screen reader meet in it.
"""

import pytest

from tests.browser.axe import LookedAt, violations
from tests.browser.composing import taken_by_the_page
from tests.browser.tree import nameless
from tests.browser.walking import named, pages_of

pytestmark = pytest.mark.browser

OPEN_ALL = "() => document.querySelectorAll('main details').forEach(one => (one.open = true))"
FORGET = "() => (localStorage.clear(), sessionStorage.clear())"
FIRST_PAGES = {
    "coordinator01": "/",
    "investigator01": "/",
    "monitor": "/monitor/",
    "datamanager": "/monitor/",
    "administrator": "/people/",
}


@pytest.fixture(scope="module")
def looked_at():
    """By axe, page by page: most roles have the same ones, which are gone through and not looked at again."""
    return LookedAt()


@pytest.mark.parametrize("user", FIRST_PAGES)
def test_page_with_all_that_folds_open_is_for_everybody(sit_down, looked_at, user):
    person, found, opened = sit_down(user), {}, 0
    # Whatever a field does, nothing is stored: the study stays as the other tests want it.
    person.page.route(
        "**/*", lambda route: route.continue_() if route.request.method == "GET" else route.abort()
    )
    for address in pages_of(person, FIRST_PAGES[user]):
        opened += 1
        name = f"{named(address)}, open"
        if name in looked_at.pages:
            continue
        person.page.evaluate(OPEN_ALL)
        faults = violations(person.page, looked_at, name)
        # The empty choice of a list has no words, and is read as such.
        faults += [f"without a name: {role}" for role in nameless(person.page) if role != "option"]
        faults += taken_by_the_page(person.page)
        if faults:
            found[address] = faults
        person.page.evaluate(FORGET)
    assert opened > 8
    assert not found, found
