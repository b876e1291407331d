"""Queries at their items: answered in place, and corrected and answered in one act, by keyboard and without script."""

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

PULSE = "vital-signs-1-pulse"


@pytest.fixture
def query(sit_down):
    """A monitor asks about the pulse of a complete form; gives the coordinator's desk at that item."""

    def ask(number, text, **context):
        desk = sit_down("coordinator01")
        desk.open_visit(number, "Week 1 (baseline)")
        if desk.page.locator("#vital-signs-1.panel-complete").count() == 0:
            signs = {
                "systolic": "120",
                "diastolic": "80",
                "temperature": "36.5",
                "respiration": "14",
                "spo2": "98",
            }
            for item, value in {**signs, "pulse": "70"}.items():
                desk.type_in(f"vital-signs-1-{item}", value)
            desk.saved()
            desk.page.locator("[value='complete-form:vital-signs-1']").click()
            desk.page.locator("#vital-signs-1.panel-complete").wait_for()
        monitor = sit_down("monitor")
        monitor.go(f"/monitor/casebook/patient/?q={number}")
        monitor.page.get_by_role("link", name=number).first.click()
        monitor.page.get_by_role("link", name="Week 1 (baseline)").first.click()
        address = monitor.page.locator(f"#{PULSE} [hx-get]").first.get_attribute("hx-get")
        entry = address.split("/entry/")[1].split("/")[0]
        monitor.go(f"/monitor/queries/query/open/{entry}/pulse/")
        monitor.page.get_by_label("What do you ask the site?").fill(text)
        monitor.page.get_by_role("button", name="Open the query").click()
        monitor.says("is open: it is the site's turn")
        desk = sit_down("coordinator01", **context) if context else desk
        desk.go("/queries/")
        desk.page.locator("tr", has_text=text).get_by_role("link", name="Pulse").click()
        desk.page.locator(f"#y-{PULSE}", has_text=text).wait_for()
        return desk

    return ask


def said(desk):
    return desk.page.locator(f"#y-{PULSE}")


def test_query_is_answered_in_place_by_keyboard(query, shots):
    desk = query("01-005", "Is that the pulse at rest?")
    desk.page.locator(f"#y-{PULSE} textarea:focus").wait_for()
    desk.page.keyboard.type("Yes, after ten minutes.")
    desk.page.screenshot(path=shots / "query.png")
    desk.page.keyboard.press("Control+Enter")
    said(desk).get_by_text("monitor's turn").wait_for()
    assert "Yes, after ten minutes." in said(desk).inner_text()
    desk.page.locator(f"#f-{PULSE}:focus").wait_for()
    desk.page.reload()
    assert "Yes, after ten minutes." in said(desk).inner_text()


def test_value_is_corrected_and_the_query_answered_in_one_act(query):
    desk = query("01-006", "Please compare with the source.")
    desk.type_in(PULSE, "75")
    desk.page.locator(f"#m-{PULSE} [data-reason-for]").wait_for()
    desk.page.locator(f"#y-{PULSE} textarea").fill("Misread, it is 75")
    desk.page.locator(f"#y-{PULSE}").get_by_role("button", name="Answer").click()
    said(desk).get_by_text("monitor's turn").wait_for()
    desk.saved()
    assert "value 75 /min" in said(desk).inner_text()
    assert desk.page.locator(f"#m-{PULSE} *").count() == 0
    desk.page.reload()
    assert desk.value(PULSE) == "75"


def test_reason_of_the_correction_answers_the_query(query):
    desk = query("01-007", "Please look again.")
    desk.type_in(PULSE, "76")
    box = desk.page.locator(f"#m-{PULSE} [data-reason-for]")
    box.get_by_role("button", name="Transcription error").click()
    box.get_by_role("button", name="Save with this reason").click()
    said(desk).get_by_text("monitor's turn").wait_for()
    assert "Transcription error" in said(desk).inner_text()
    desk.saved()


def test_answer_that_was_typed_and_not_sent_survives_a_reload(query):
    desk = query("01-008", "Please look once more.")
    desk.page.locator(f"#y-{PULSE} textarea").fill("It is")
    desk.page.reload()
    assert desk.page.locator(f"#y-{PULSE} textarea").input_value() == "It is"


def test_without_script_the_value_is_corrected_with_the_answer(query):
    desk = query("01-004", "Is it 70?", java_script_enabled=False)
    desk.page.fill(f"#f-{PULSE}", "77")
    desk.page.fill(f"#y-{PULSE} textarea", "It was 77")
    desk.page.locator(f"#y-{PULSE}").get_by_role("button", name="Answer").click()
    desk.says("The query is answered.")
    assert desk.value(PULSE) == "77"
    assert "It was 77" in said(desk).inner_text()


def test_one_reason_answers_both_queries_and_the_number_in_the_head_follows(query, shots):
    query("01-005", "The first of two?")
    desk = query("01-005", "The second of two?")
    before = int(desk.page.inner_text("#queries-count").split()[0])
    desk.type_in(PULSE, "79")
    box = desk.page.locator(f"#m-{PULSE} [data-reason-for]")
    box.get_by_role("button", name="Transcription error").click()
    desk.page.screenshot(path=shots / "two-queries.png")
    box.get_by_role("button", name="Save with this reason").click()
    for text in ("The first of two?", "The second of two?"):
        said(desk).locator("section", has_text=text).get_by_text("monitor's turn").wait_for()
    assert said(desk).inner_text().count("Transcription error") == 2
    desk.page.wait_for_function(
        "(n) => (parseInt(document.getElementById('queries-count').innerText) || 0) === n", arg=before - 2
    )
    desk.saved()


def test_own_words_at_a_query_are_not_replaced_by_the_reason(query):
    desk = query("01-006", "The one with an answer begun?")
    said(desk).locator("textarea").fill("I shall ask the nurse")
    desk.type_in(PULSE, "81")
    box = desk.page.locator(f"#m-{PULSE} [data-reason-for]")
    box.get_by_role("button", name="Transcription error").click()
    box.get_by_role("button", name="Save with this reason").click()
    desk.saved()
    # The page draws the item anew before it puts back what was typed.
    expect(said(desk).locator("textarea")).to_have_value("I shall ask the nurse")
    assert "for you to answer" in said(desk).inner_text()
    assert not said(desk).locator("[data-with-reason]").is_checked()
