"""Whatever a form holds, its reviewer sees all of it at once: no table of Review scrolls sideways on a usual screen."""

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

LISTS = (
    "adverseevent",
    "seriousadverseevent",
    "saefollowup",
    "concomitantmedication",
    "nervesegment",
    "protocoldeviation",
)
TOO_WIDE = """[...document.querySelectorAll(".scroll")]
    .filter((box) => box.offsetParent && box.scrollWidth > box.clientWidth)
    .map((box) => `${box.getAttribute("aria-label")}: ${box.scrollWidth} in ${box.clientWidth}`)"""


@pytest.fixture(params=[1366, 1440])
def reviewer(sit_down, request):
    return sit_down("monitor05", viewport={"width": request.param, "height": 768})


def test_no_table_of_a_visit_or_a_log_scrolls_sideways(reviewer, shots):
    page, found = reviewer.page, {}
    reviewer.go("/monitor/casebook/visit/")
    page.get_by_role("link", name="Week 1").click()
    page.locator("#nerve-segment-1_1").wait_for()
    page.locator("#nerve-segment-1_1").scroll_into_view_if_needed()
    page.screenshot(path=shots / "nerve-segments.png")
    found["visit"] = page.evaluate(TOO_WIDE)
    reviewer.go("/monitor/trial/saefollowup/")
    page.locator(".review-list tbody th a").first.click()
    page.locator("[data-review]").wait_for()
    found["serious event"] = page.evaluate(TOO_WIDE)
    page.locator(".whose-number").click()
    found["patient"] = page.evaluate(TOO_WIDE)
    assert not any(found.values()), found


def test_no_list_of_a_log_scrolls_sideways(reviewer):
    found = {}
    for name in LISTS:
        reviewer.go(f"/monitor/trial/{name}/")
        found[name] = reviewer.page.evaluate(TOO_WIDE)
    assert not any(found.values()), found


def test_no_list_scrolls_sideways_where_patients_are_marked_as_practice(sit_down):
    reviewer = sit_down("monitor08", viewport={"width": 1366, "height": 768})
    reviewer.go("/monitor/trial/adverseevent/")
    assert reviewer.page.locator(".review-list .tag-practice").count() == 1
    assert reviewer.page.evaluate(TOO_WIDE) == []


CUT = """[...document.querySelectorAll(".top .study, .top .who > span")]
    .filter((each) => !each.offsetParent || each.scrollWidth > each.clientWidth).map((each) => each.textContent)"""


@pytest.mark.parametrize("user", ["coordinator01", "monitor", "datamanager", "administrator"])
def test_head_names_study_and_role_in_full(sit_down, user):
    """The data manager has most places in the menu."""
    person = sit_down(user, viewport={"width": 1366, "height": 768})
    person.go("/")
    assert person.page.locator(".top .who .role").count() == 1
    assert person.page.evaluate(CUT) == []


def test_what_can_be_done_with_ticked_queries_is_in_sight_wherever_the_tick_is(sit_down):
    reviewer = sit_down("monitor", viewport={"width": 1366, "height": 500})
    reviewer.go("/monitor/queries/query/")
    tick, act = (
        reviewer.page.locator(".query-tick input").first,
        reviewer.page.locator(".bulk-acts button").first,
    )
    tick.scroll_into_view_if_needed()
    expect(act).not_to_be_in_viewport()
    tick.check()
    expect(act).to_be_in_viewport()
    act.click()
    reviewer.page.locator("input[name=count]").wait_for()


def test_values_of_a_wide_row_stand_under_their_heads(reviewer):
    reviewer.go("/monitor/casebook/visit/")
    reviewer.page.get_by_role("link", name="Week 1").click()
    cell = reviewer.page.locator("#nerve-segment-1_1-velocity")
    assert cell.evaluate("(cell) => getComputedStyle(cell, '::before').content") == '"Velocity (m/s)"'
