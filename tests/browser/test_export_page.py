"""The page of a file that is being made looks by itself how far it is, and says so calmly when it no longer can."""

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


@pytest.fixture
def person(sit_down):
    """Has asked for the copy of the site; no worker makes it."""
    found = sit_down("coordinator01")
    found.go("/sites/01/copies/")
    found.page.get_by_role("button", name="Make the copy").click()
    expect(found.page.locator("#state")).to_contain_text("No worker is running")
    return found


def test_session_that_ended_in_another_tab_is_said_and_the_page_looks_no_more(person, shots):
    page, asked = person.page, []
    other = person.tab()
    other.goto(person.server.url)
    other.get_by_role("button", name="Log out").click()
    expect(other.get_by_label("Password")).to_be_visible()
    words = page.locator('[data-cannot-look="logged-out"]')
    expect(words).to_be_visible()
    expect(page.locator("#state")).to_contain_text("waiting")  # what was seen last stays
    expect(page.locator("#state form")).to_have_count(0)  # and offers nothing that would be refused
    page.screenshot(path=shots / "logged-out.png")
    page.on("request", lambda request: asked.append(request.url))
    page.wait_for_timeout(5000)
    assert asked == []
    words.get_by_role("link").click()
    person.log_in()
    expect(page.locator("#state")).to_be_visible()


def test_server_that_does_not_answer_is_said_until_it_does(person):
    page = person.page
    words = page.locator('[data-cannot-look="unreachable"]')
    page.route("**/exports/**", lambda route: route.abort())
    expect(words).to_be_visible()
    page.unroute("**/exports/**")
    expect(words).to_be_hidden()


def test_file_that_is_out_of_reach_is_said(person):
    page = person.page
    page.route("**/exports/**", lambda route: route.fulfill(status=404, body=""))
    expect(page.locator('[data-cannot-look="out-of-reach"]')).to_be_visible()
    expect(page.locator("#state[hx-get]")).to_have_count(0)
