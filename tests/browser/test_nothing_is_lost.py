"""What goes wrong on a ward: the server dies, the session ends, two people, Back, reload, a double click."""

import time

import pytest

from tests.conftest import PASSWORD

pytestmark = pytest.mark.browser


@pytest.mark.requirement("R-093")
def test_typed_text_waits_for_a_killed_server_and_is_saved_when_it_is_back(sit_down, server):
    desk = sit_down("coordinator01")
    desk.open_visit("01-002", "Week 4")
    server.kill()
    desk.type_in("vital-signs-1-weight_kg", "61.5")
    desk.says("Not saved: the server cannot be reached")
    desk.type_in("vital-signs-1-pulse", "70")
    assert desk.value("vital-signs-1-weight_kg") == "61.5"
    server.start()
    desk.saved(within=20000)
    desk.page.reload()
    assert desk.value("vital-signs-1-weight_kg") == "61.5"
    assert desk.value("vital-signs-1-pulse") == "70"


@pytest.mark.requirement("R-055")
def test_ended_session_asks_for_the_login_in_place_and_saves_what_was_typed(sit_down):
    desk = sit_down("coordinator01")
    desk.open_visit("01-002", "Week 7")
    desk.context.clear_cookies()
    desk.type_in("vital-signs-1-weight_kg", "62.5")
    desk.says("Your session has ended")
    assert desk.value("vital-signs-1-weight_kg") == "62.5"
    desk.page.fill("#again-password", PASSWORD)
    desk.page.keyboard.press("Enter")
    desk.saved()
    desk.page.keyboard.press("Control+Enter")
    desk.says("Not completed yet")
    assert desk.value("vital-signs-1-weight_kg") == "62.5"


@pytest.mark.requirement("R-054")
def test_locked_in_place_says_so_and_keeps_what_was_typed_until_unlocked(sit_down, server):
    desk = sit_down("investigator01")
    desk.open_visit("01-002", "Week 7")
    desk.context.clear_cookies()
    desk.type_in("vital-signs-1-pulse", "66")
    desk.says("Your session has ended")
    for _ in range(8):
        desk.page.fill("#again-password", "wrong")
        with desk.page.expect_response("**/login/again/"):
            desk.page.keyboard.press("Enter")
    desk.says("nobody can log in with it for 15 minutes")
    assert desk.value("vital-signs-1-pulse") == "66"
    assert "is unlocked" in server.manage("unlock_user", "investigator01")
    desk.page.fill("#again-password", PASSWORD)
    desk.page.keyboard.press("Enter")
    desk.saved()
    desk.page.reload()
    assert desk.value("vital-signs-1-pulse") == "66"


def test_text_still_being_typed_survives_reload_and_back(sit_down):
    desk = sit_down("coordinator01")
    desk.open_visit("01-002", "Week 10")
    desk.page.focus("#f-vital-signs-1-weight_kg")
    desk.page.keyboard.type("63.5")
    desk.page.reload()
    desk.saved()
    assert desk.value("vital-signs-1-weight_kg") == "63.5"
    desk.page.focus("#f-vital-signs-1-pulse")
    desk.page.keyboard.type("72")
    desk.go("/patients/01-002/")
    desk.page.go_back()
    desk.saved()
    assert desk.value("vital-signs-1-pulse") == "72"


def test_refused_text_stays_at_the_field_even_after_a_reload(sit_down):
    desk = sit_down("coordinator01")
    desk.open_visit("01-002", "Week 13")
    desk.type_in("grip-strength-1-right_1", "999")
    desk.says("The value must lie between 0 and 200")
    assert desk.value("grip-strength-1-right_1") == "999"
    desk.page.reload()
    desk.says("The value must lie between 0 and 200")
    assert desk.value("grip-strength-1-right_1") == "999"
    desk.type_in("grip-strength-1-right_1", "99.9")
    desk.saved()
    assert desk.page.get_by_text("The value must lie between 0 and 200").count() == 0


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
    desk = sit_down("coordinator01")
    desk.open_visit("01-003", "Week 7")
    second = desk.tab()
    second.goto(desk.page.url)
    desk.type_in("vital-signs-1-weight_kg", "64.5")
    desk.saved()
    second.fill("#f-vital-signs-1-weight_kg", "65.5")
    second.keyboard.press("Enter")
    second.get_by_text("somebody changed this meanwhile").wait_for()
    desk.page.reload()
    assert desk.value("vital-signs-1-weight_kg") == "64.5"


def test_double_click_adds_one_patient(sit_down):
    desk = sit_down("coordinator02")
    desk.page.get_by_role("button", name="Add patient").dblclick()
    desk.says("is added")
    desk.go("/")
    assert desk.page.locator("tbody tr").count() == 1


def test_change_after_completion_asks_for_a_reason_in_place(sit_down):
    desk = sit_down("coordinator01")
    desk.open_visit("01-004", "Week 4")
    desk.page.keyboard.press("Space")
    desk.type_in("visit-1-visited_on", "t")
    desk.page.keyboard.press("Space")
    desk.saved()
    desk.page.keyboard.press("Alt+Enter")
    desk.says("The form is complete")
    desk.type_in("visit-1-visited_on", "2026-01-02")
    desk.says("why does Date of visit change")
    desk.page.get_by_role("button", name="Transcription error").click()
    desk.page.get_by_role("button", name="Save with this reason").click()
    desk.saved()
    desk.page.reload()
    assert desk.value("visit-1-visited_on") == "2026-01-02"


def test_question_is_answered_at_the_field_and_stays_answered(sit_down):
    desk = sit_down("coordinator01")
    desk.open_visit("01-005", "Week 4")
    desk.type_in("vital-signs-1-weight_kg", "80")
    desk.says("Weight rose from 60.0 to 80.0 kg")
    desk.page.get_by_role("button", name="Confirm against the source").first.click()
    desk.says("Confirmed against the source by coordinator01")
    desk.page.reload()
    desk.says("Confirmed against the source by coordinator01")


def test_history_of_a_value_is_one_click_away_for_the_site(sit_down):
    desk = sit_down("coordinator01")
    desk.open_visit("01-005", "Week 7")
    desk.type_in("vital-signs-1-pulse", "70")
    desk.saved()
    desk.type_in("vital-signs-1-pulse", "72")
    desk.saved()
    desk.page.focus("#f-vital-signs-1-pulse")
    desk.page.keyboard.press("F2")
    desk.page.get_by_role("button", name="History").click()
    desk.page.locator(".history tbody tr").nth(1).wait_for()
    assert "72" in desk.page.inner_text(".history")


def test_correction_typed_while_the_save_is_under_way_is_what_is_stored(sit_down):
    desk = sit_down("coordinator01")
    desk.open_visit("01-005", "Week 10")
    desk.type_in("vital-signs-1-systolic", "120")
    desk.saved()
    slow = "**/systolic/"
    desk.page.route(slow, lambda route: (time.sleep(1), route.continue_()))
    desk.type_in("vital-signs-1-systolic", "180")
    desk.type_in("vital-signs-1-systolic", "120")
    desk.page.wait_for_timeout(3500)
    desk.page.unroute(slow)
    desk.saved()
    desk.page.reload()
    assert desk.value("vital-signs-1-systolic") == "120"


def test_trail_holds_after_all_of_this(server):
    assert "The audit trail holds" in server.manage("verify_audit")
