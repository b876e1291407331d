"""What goes wrong on a ward: the server dies, the session ends, two people, Back, reload, a double click."""

import time

import pytest
from playwright.sync_api import Route, expect

from tests.conftest import PASSWORD

pytestmark = pytest.mark.browser


@pytest.mark.requirement("R-093")
def test_typed_text_waits_for_a_killed_server_and_is_saved_when_it_is_back(sit_down, server):
    person = sit_down("coordinator01")
    person.open_visit("01-002", "Week 4")
    server.kill()
    person.type_in("vital-signs-1-weight_kg", "61.5")
    person.says("Not saved: the server cannot be reached")
    person.type_in("vital-signs-1-pulse", "70")
    assert person.value("vital-signs-1-weight_kg") == "61.5"
    server.start()
    person.saved(within=20000)
    person.page.reload()
    assert person.value("vital-signs-1-weight_kg") == "61.5"
    assert person.value("vital-signs-1-pulse") == "70"


@pytest.mark.requirement("R-093")
def test_save_that_meets_an_import_says_who_is_at_work_and_is_sent_again_by_itself(sit_down):
    person = sit_down("coordinator01")
    person.open_visit("01-002", "Week 16")
    asked = person.meets_an_import("**/vital-signs/1/pulse/")
    person.type_in("vital-signs-1-pulse", "71")
    person.says("Synthetic manager is importing")
    person.says("is sent again by itself")
    assert person.value("vital-signs-1-pulse") == "71"
    person.saved(within=20000)
    assert len(asked) == 2
    person.page.reload()
    assert person.value("vital-signs-1-pulse") == "71"


@pytest.mark.requirement("R-055")
def test_ended_session_asks_for_the_login_in_place_and_saves_what_was_typed(sit_down):
    person = sit_down("coordinator01")
    person.open_visit("01-002", "Week 7")
    person.context.clear_cookies()
    person.type_in("vital-signs-1-weight_kg", "62.5")
    person.says("Your session has ended")
    assert person.value("vital-signs-1-weight_kg") == "62.5"
    person.page.fill("#again-password", PASSWORD)
    person.page.keyboard.press("Enter")
    person.saved()
    person.page.keyboard.press("Control+Enter")
    person.says("Not completed yet")
    assert person.value("vital-signs-1-weight_kg") == "62.5"


@pytest.mark.requirement("R-054")
def test_locked_in_place_says_so_and_keeps_what_was_typed_until_unlocked(sit_down, server):
    person = sit_down("investigator01")
    person.open_visit("01-002", "Week 7")
    person.context.clear_cookies()
    person.type_in("vital-signs-1-pulse", "66")
    person.says("Your session has ended")
    for _ in range(8):
        person.page.fill("#again-password", "wrong")
        with person.page.expect_response("**/login/again/"):
            person.page.keyboard.press("Enter")
        expect(person.page.locator("#again-password")).to_have_value("")
    person.says("nobody can log in with it for 15 minutes")
    assert person.value("vital-signs-1-pulse") == "66"
    assert "is unlocked" in server.manage("unlock_user", "investigator01")
    person.page.fill("#again-password", PASSWORD)
    person.page.keyboard.press("Enter")
    person.saved()
    person.page.reload()
    assert person.value("vital-signs-1-pulse") == "66"


@pytest.mark.requirement("R-093")
def test_text_still_being_typed_survives_reload_and_back(sit_down):
    person = sit_down("coordinator01")
    person.open_visit("01-002", "Week 10")
    person.page.focus("#f-vital-signs-1-weight_kg")
    person.page.keyboard.type("63.5")
    person.page.reload()
    person.saved()
    assert person.value("vital-signs-1-weight_kg") == "63.5"
    person.page.focus("#f-vital-signs-1-pulse")
    person.page.keyboard.type("72")
    person.go("/patients/01-002/")
    person.page.go_back()
    person.saved()
    assert person.value("vital-signs-1-pulse") == "72"


GRIPS = {
    "grip-strength-1-right_1": "31.5",
    "grip-strength-1-right_2": "32.5",
    "grip-strength-1-left_1": "33.5",
}


def _reload_drawn_from_before_the_saves(person) -> None:
    """Typed while nothing gets through; the page is asked for anew, and the old one saves first."""
    page, asked, answered = person.page, [], []

    def hold_the_first(route: Route) -> None:
        if asked:
            return route.continue_()
        return asked.append(route)

    page.route("**/grip-strength/**", lambda route: route.abort())
    for item, text in GRIPS.items():
        person.type_in(item, text)
    person.says("Not saved: the server cannot be reached")
    page.route(page.url.partition("#")[0], hold_the_first)
    page.evaluate("() => void setTimeout(() => location.reload())")
    while not asked:
        page.wait_for_timeout(50)
    drawn = asked[0].fetch()
    page.on(
        "response", lambda answer: answered.append(answer.status) if "/grip-strength/" in answer.url else None
    )
    page.unroute("**/grip-strength/**")
    while len(answered) < len(GRIPS):
        page.wait_for_timeout(50)
    assert set(answered) == {200}
    with page.expect_event("framenavigated"):
        asked[0].fulfill(response=drawn)


@pytest.mark.requirement("R-093")
def test_page_drawn_before_the_old_one_had_saved_shows_what_is_stored_before_it_says_so(sit_down):
    person = sit_down("coordinator01")
    person.open_visit("01-006", "Week 4")
    _reload_drawn_from_before_the_saves(person)
    person.saved()
    assert {item: person.value(item) for item in GRIPS} == GRIPS


@pytest.mark.requirement("R-093")
def test_text_typed_before_the_page_is_ready_is_saved_and_not_overwritten(sit_down):
    person = sit_down("coordinator01")
    person.open_visit("01-006", "Week 7")
    scripts = []
    person.page.route("**/js/visit*.js", lambda route: scripts.append(route))
    _reload_drawn_from_before_the_saves(person)
    also_saved = "grip-strength-1-right_2"
    typed = {also_saved: "41.5", "vital-signs-1-pulse": "73"}
    for item, text in typed.items():
        person.page.fill(f"#f-{item}", text)
    assert "All saved" not in person.page.inner_text("#saving")
    person.page.unroute("**/js/visit*.js")
    for script in scripts:
        script.continue_()
    # Of a field that the old page saved as well, the person decides.
    person.says("somebody changed this meanwhile")
    person.says("1 not saved")
    assert {item: person.value(item) for item in GRIPS | typed} == GRIPS | typed
    person.page.get_by_role("button", name="Save mine").click()
    person.saved()
    person.page.reload()
    assert {item: person.value(item) for item in GRIPS | typed} == GRIPS | typed


def test_refused_text_stays_at_the_field_even_after_a_reload(sit_down):
    person = sit_down("coordinator01")
    person.open_visit("01-002", "Week 13")
    person.type_in("grip-strength-1-right_1", "999")
    person.says("The value must lie between 0 and 200")
    assert person.value("grip-strength-1-right_1") == "999"
    person.page.reload()
    person.says("The value must lie between 0 and 200")
    assert person.value("grip-strength-1-right_1") == "999"
    person.type_in("grip-strength-1-right_1", "99.9")
    person.saved()
    assert person.page.get_by_text("The value must lie between 0 and 200").count() == 0


@pytest.mark.requirement("R-099")
def test_two_people_see_both_values_and_choose(sit_down):
    one, other = sit_down("coordinator01"), sit_down("investigator01")
    one.open_visit("01-003", "Week 4")
    other.open_visit("01-003", "Week 4")
    one.type_in("grip-strength-1-right_1", "31.0")
    one.saved()
    other.type_in("grip-strength-1-right_1", "13.0")
    other.says("somebody changed this meanwhile")
    assert "31.0" in other.page.inner_text("#m-grip-strength-1-right_1")
    assert "13.0" in other.page.inner_text("#m-grip-strength-1-right_1")
    other.page.get_by_role("button", name="Keep the stored value").click()
    other.saved()
    assert other.value("grip-strength-1-right_1") == "31.0"
    one.type_in("grip-strength-1-right_2", "30.0")
    one.saved()
    other.type_in("grip-strength-1-right_2", "29.0")
    other.page.get_by_role("button", name="Save mine").click()
    other.saved()
    one.page.reload()
    assert one.value("grip-strength-1-right_2") == "29.0"


def test_second_tab_does_not_overwrite_the_first(sit_down):
    person = sit_down("coordinator01")
    person.open_visit("01-003", "Week 7")
    second = person.tab()
    second.goto(person.page.url)
    person.type_in("vital-signs-1-weight_kg", "64.5")
    person.saved()
    second.fill("#f-vital-signs-1-weight_kg", "65.5")
    second.keyboard.press("Enter")
    second.get_by_text("somebody changed this meanwhile").wait_for()
    person.page.reload()
    assert person.value("vital-signs-1-weight_kg") == "64.5"


def test_double_click_adds_one_patient(sit_down):
    person = sit_down("coordinator02")
    person.page.get_by_role("button", name="Add patient").dblclick()
    person.says("is added")
    person.go("/")
    assert person.page.locator("tbody tr").count() == 1


def test_change_after_completion_asks_for_a_reason_in_place(sit_down):
    person = sit_down("coordinator01")
    person.complete_visit("01-004", "Week 4")
    person.type_in("visit-1-visited_on", "2026-01-02")
    person.says("why does Date of visit change")
    person.page.get_by_role("button", name="Transcription error").click()
    person.page.get_by_role("button", name="Save with this reason").click()
    person.saved()
    person.page.reload()
    assert person.value("visit-1-visited_on") == "2026-01-02"


def test_question_is_answered_at_the_field_and_stays_answered(sit_down):
    person = sit_down("coordinator01")
    person.open_visit("01-005", "Week 4")
    person.type_in("vital-signs-1-weight_kg", "80")
    person.says("Weight rose from 60.0 to 80.0 kg")
    person.page.get_by_role("button", name="Confirm against the source").first.click()
    person.says("Confirmed against the source by coordinator01")
    person.page.reload()
    person.says("Confirmed against the source by coordinator01")


def test_history_of_a_value_is_one_click_away_for_the_site(sit_down):
    person = sit_down("coordinator01")
    person.open_visit("01-005", "Week 7")
    person.type_in("vital-signs-1-pulse", "70")
    person.saved()
    person.type_in("vital-signs-1-pulse", "72")
    person.saved()
    person.page.focus("#f-vital-signs-1-pulse")
    person.page.keyboard.press("F2")
    person.page.get_by_role("button", name="History").click()
    person.page.locator(".history tbody tr").nth(1).wait_for()
    assert "72" in person.page.inner_text(".history")


def test_correction_typed_while_the_save_is_under_way_is_what_is_stored(sit_down):
    person = sit_down("coordinator01")
    person.open_visit("01-005", "Week 10")
    person.type_in("vital-signs-1-systolic", "120")
    person.saved()
    slow = "**/systolic/"
    person.page.route(slow, lambda route: (time.sleep(1), route.continue_()))
    person.type_in("vital-signs-1-systolic", "180")
    person.type_in("vital-signs-1-systolic", "120")
    person.page.wait_for_timeout(3500)
    person.page.unroute(slow)
    person.saved()
    person.page.reload()
    assert person.value("vital-signs-1-systolic") == "120"


def test_trail_holds_after_all_of_this(server):
    assert "The audit trail holds" in server.manage("verify_audit")
