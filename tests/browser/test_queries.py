"""Queries at their items: answered in place, and corrected and answered in one act, by keyboard and without script."""

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

PULSE = "vital-signs-1-pulse"


@pytest.fixture
def query(sit_down):
    """A monitor asks about the pulse of a complete form; gives the coordinator's SDV page at that item."""

    def ask(number, text, **context):
        sdv_page = sit_down("coordinator01")
        sdv_page.open_visit(number, "Week 1 (baseline)")
        if sdv_page.page.locator("#vital-signs-1.panel-complete").count() == 0:
            signs = {
                "systolic": "120",
                "diastolic": "80",
                "temperature": "36.5",
                "respiration": "14",
                "spo2": "98",
            }
            for item, value in {**signs, "pulse": "70"}.items():
                sdv_page.type_in(f"vital-signs-1-{item}", value)
            sdv_page.saved()
            sdv_page.page.locator("[value='complete-form:vital-signs-1']").click()
            sdv_page.page.locator("#vital-signs-1.panel-complete").wait_for()
        monitor = sit_down("monitor")
        monitor.go(f"/monitor/casebook/patient/?q={number}")
        monitor.page.get_by_role("link", name=number).first.click()
        monitor.page.get_by_role("link", name="Week 1 (baseline)").first.click()
        address = monitor.page.locator(f"#{PULSE} .toggle").first.get_attribute("href")
        entry = address.split("/entry/")[1].split("/")[0]
        monitor.go(f"/monitor/queries/query/open/{entry}/pulse/")
        monitor.page.get_by_label("What do you ask the site?").fill(text)
        monitor.page.get_by_role("button", name="Open the query").click()
        monitor.says("is open: it is the site's turn")
        sdv_page = sit_down("coordinator01", **context) if context else sdv_page
        sdv_page.go("/queries/")
        sdv_page.page.locator("tr", has_text=text).get_by_role("link", name="Pulse").click()
        sdv_page.page.locator(f"#y-{PULSE}", has_text=text).wait_for()
        return sdv_page

    return ask


def said(sdv_page):
    return sdv_page.page.locator(f"#y-{PULSE}")


def test_query_is_answered_in_place_by_keyboard(query, shots):
    sdv_page = query("01-005", "Is that the pulse at rest?")
    sdv_page.page.locator(f"#y-{PULSE} textarea:focus").wait_for()
    sdv_page.page.keyboard.type("Yes, after ten minutes.")
    sdv_page.page.screenshot(path=shots / "query.png")
    sdv_page.page.keyboard.press("Control+Enter")
    said(sdv_page).get_by_text("monitor's turn").wait_for()
    assert "Yes, after ten minutes." in said(sdv_page).inner_text()
    sdv_page.page.locator(f"#f-{PULSE}:focus").wait_for()
    sdv_page.page.reload()
    assert "Yes, after ten minutes." in said(sdv_page).inner_text()


def test_value_is_corrected_and_the_query_answered_in_one_act(query):
    sdv_page = query("01-006", "Please compare with the source.")
    sdv_page.type_in(PULSE, "75")
    sdv_page.page.locator(f"#m-{PULSE} [data-reason-for]").wait_for()
    sdv_page.page.locator(f"#y-{PULSE} textarea").fill("Misread, it is 75")
    sdv_page.page.locator(f"#y-{PULSE}").get_by_role("button", name="Answer").click()
    said(sdv_page).get_by_text("monitor's turn").wait_for()
    sdv_page.saved()
    assert "value 75 /min" in said(sdv_page).inner_text()
    assert sdv_page.page.locator(f"#m-{PULSE} *").count() == 0
    sdv_page.page.reload()
    assert sdv_page.value(PULSE) == "75"


def test_reason_of_the_correction_answers_the_query(query):
    sdv_page = query("01-007", "Please look again.")
    sdv_page.type_in(PULSE, "76")
    box = sdv_page.page.locator(f"#m-{PULSE} [data-reason-for]")
    box.get_by_role("button", name="Transcription error").click()
    box.get_by_role("button", name="Save with this reason").click()
    said(sdv_page).get_by_text("monitor's turn").wait_for()
    assert "Transcription error" in said(sdv_page).inner_text()
    sdv_page.saved()


def test_answer_that_was_typed_and_not_sent_survives_a_reload(query):
    sdv_page = query("01-008", "Please look once more.")
    sdv_page.page.locator(f"#y-{PULSE} textarea").fill("It is")
    sdv_page.page.reload()
    assert sdv_page.page.locator(f"#y-{PULSE} textarea").input_value() == "It is"


def test_without_script_the_value_is_corrected_with_the_answer(query):
    sdv_page = query("01-004", "Is it 70?", java_script_enabled=False)
    sdv_page.page.fill(f"#f-{PULSE}", "77")
    sdv_page.page.fill(f"#y-{PULSE} textarea", "It was 77")
    sdv_page.page.locator(f"#y-{PULSE}").get_by_role("button", name="Answer").click()
    sdv_page.says("The query is answered.")
    assert sdv_page.value(PULSE) == "77"
    assert "It was 77" in said(sdv_page).inner_text()


def test_one_reason_answers_both_queries_and_the_number_in_the_head_follows(query, shots):
    query("01-005", "The first of two?")
    sdv_page = query("01-005", "The second of two?")
    before = int(sdv_page.page.inner_text("#queries-count").split()[0])
    sdv_page.type_in(PULSE, "79")
    box = sdv_page.page.locator(f"#m-{PULSE} [data-reason-for]")
    box.get_by_role("button", name="Transcription error").click()
    sdv_page.page.screenshot(path=shots / "two-queries.png")
    box.get_by_role("button", name="Save with this reason").click()
    for text in ("The first of two?", "The second of two?"):
        said(sdv_page).locator("section", has_text=text).get_by_text("monitor's turn").wait_for()
    assert said(sdv_page).inner_text().count("Transcription error") == 2
    sdv_page.page.wait_for_function(
        "(n) => (parseInt(document.getElementById('queries-count').innerText) || 0) === n", arg=before - 2
    )
    sdv_page.saved()


def test_own_words_at_a_query_are_not_replaced_by_the_reason(query):
    sdv_page = query("01-006", "The one with an answer begun?")
    said(sdv_page).locator("textarea").fill("I shall ask the nurse")
    sdv_page.type_in(PULSE, "81")
    box = sdv_page.page.locator(f"#m-{PULSE} [data-reason-for]")
    box.get_by_role("button", name="Transcription error").click()
    box.get_by_role("button", name="Save with this reason").click()
    sdv_page.saved()
    # The page draws the item anew before it puts back what was typed.
    expect(said(sdv_page).locator("textarea")).to_have_value("I shall ask the nurse")
    assert "for you to answer" in said(sdv_page).inner_text()
    assert not said(sdv_page).locator("[data-with-reason]").is_checked()
