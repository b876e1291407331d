"""Queries at their items: answered in place, and corrected and answered in one act, by keyboard and without script."""

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

PULSE = "vital-signs-1-pulse"


@pytest.fixture
def query(sit_down):
    """A monitor asks about the pulse of a complete form; gives the coordinator's page at that item."""

    def ask(number, text, **context):
        person = sit_down("coordinator01")
        person.open_visit(number, "Week 1 (baseline)")
        if person.page.locator("#vital-signs-1.panel-complete").count() == 0:
            signs = {
                "systolic": "120",
                "diastolic": "80",
                "temperature": "36.5",
                "respiration": "14",
                "spo2": "98",
            }
            for item, value in {**signs, "pulse": "70"}.items():
                person.type_in(f"vital-signs-1-{item}", value)
            person.saved()
            person.page.locator("[value='complete-form:vital-signs-1']").click()
            person.page.locator("#vital-signs-1.panel-complete").wait_for()
        monitor = sit_down("monitor")
        monitor.go(f"/monitor/casebook/patient/?q={number}")
        # A click does not wait for the page it leads to, whose links may bear the same names.
        for name in (number, "Week 1 (baseline)"):
            monitor.go(monitor.page.get_by_role("link", name=name).first.get_attribute("href"))
        address = monitor.page.locator(f"#{PULSE} .toggle").first.get_attribute("href")
        entry = address.split("/entry/")[1].split("/")[0]
        monitor.go(f"/monitor/queries/query/open/{entry}/pulse/")
        monitor.page.get_by_label("What do you ask the site?").fill(text)
        monitor.page.get_by_role("button", name="Open the query").click()
        monitor.says("is open: it is the site's turn")
        person = sit_down("coordinator01", **context) if context else person
        person.go("/queries/")
        person.page.locator("tr", has_text=text).get_by_role("link", name="Pulse").click()
        person.page.locator(f"#y-{PULSE}", has_text=text).wait_for()
        if person.has_script:  # the page moves the focus when it is ready; what is typed before goes astray
            person.page.locator(f"#y-{PULSE} textarea:focus").wait_for()
        return person

    return ask


def said(person):
    return person.page.locator(f"#y-{PULSE}")


def test_query_is_answered_in_place_by_keyboard(query, shots):
    person = query("01-005", "Is that the pulse at rest?")
    person.page.locator(f"#y-{PULSE} textarea:focus").wait_for()
    person.page.keyboard.type("Yes, after ten minutes.")
    person.page.screenshot(path=shots / "query.png")
    person.page.keyboard.press("Control+Enter")
    said(person).get_by_text("monitor's turn").wait_for()
    assert "Yes, after ten minutes." in said(person).inner_text()
    person.page.locator(f"#f-{PULSE}:focus").wait_for()
    person.page.reload()
    assert "Yes, after ten minutes." in said(person).inner_text()


def test_value_is_corrected_and_the_query_answered_in_one_act(query):
    person = query("01-006", "Please compare with the source.")
    person.type_in(PULSE, "75")
    person.page.locator(f"#m-{PULSE} [data-reason-for]").wait_for()
    person.page.locator(f"#y-{PULSE} textarea").fill("Misread, it is 75")
    person.page.locator(f"#y-{PULSE}").get_by_role("button", name="Answer").click()
    said(person).get_by_text("monitor's turn").wait_for()
    person.saved()
    assert "value 75 /min" in said(person).inner_text()
    assert person.page.locator(f"#m-{PULSE} *").count() == 0
    person.page.reload()
    assert person.value(PULSE) == "75"


def test_reason_of_the_correction_answers_the_query(query):
    person = query("01-007", "Please look again.")
    person.type_in(PULSE, "76")
    box = person.page.locator(f"#m-{PULSE} [data-reason-for]")
    box.get_by_role("button", name="Transcription error").click()
    box.get_by_role("button", name="Save with this reason").click()
    said(person).get_by_text("monitor's turn").wait_for()
    assert "Transcription error" in said(person).inner_text()
    person.saved()


def test_answer_that_was_typed_and_not_sent_survives_a_reload(query):
    person = query("01-008", "Please look once more.")
    person.page.locator(f"#y-{PULSE} textarea").fill("It is")
    person.page.reload()
    assert person.page.locator(f"#y-{PULSE} textarea").input_value() == "It is"


def test_without_script_the_value_is_corrected_with_the_answer(query):
    person = query("01-004", "Is it 70?", java_script_enabled=False)
    person.page.fill(f"#f-{PULSE}", "77")
    person.page.fill(f"#y-{PULSE} textarea", "It was 77")
    person.page.locator(f"#y-{PULSE}").get_by_role("button", name="Answer").click()
    person.says("The query is answered.")
    assert person.value(PULSE) == "77"
    assert "It was 77" in said(person).inner_text()


def test_one_reason_answers_both_queries_and_the_number_in_the_head_follows(query, shots):
    query("01-005", "The first of two?")
    person = query("01-005", "The second of two?")
    before = int(person.page.inner_text("#queries-count").split()[0])
    person.type_in(PULSE, "79")
    box = person.page.locator(f"#m-{PULSE} [data-reason-for]")
    box.get_by_role("button", name="Transcription error").click()
    person.page.screenshot(path=shots / "two-queries.png")
    box.get_by_role("button", name="Save with this reason").click()
    for text in ("The first of two?", "The second of two?"):
        said(person).locator("section", has_text=text).get_by_text("monitor's turn").wait_for()
    assert said(person).inner_text().count("Transcription error") == 2
    person.page.wait_for_function(
        "(n) => (parseInt(document.getElementById('queries-count').innerText) || 0) === n", arg=before - 2
    )
    person.saved()


def test_own_words_at_a_query_are_not_replaced_by_the_reason(query):
    person = query("01-006", "The one with an answer begun?")
    said(person).locator("textarea").fill("I shall ask the nurse")
    person.type_in(PULSE, "81")
    box = person.page.locator(f"#m-{PULSE} [data-reason-for]")
    box.get_by_role("button", name="Transcription error").click()
    box.get_by_role("button", name="Save with this reason").click()
    person.saved()
    # The page draws the item anew before it puts back what was typed.
    expect(said(person).locator("textarea")).to_have_value("I shall ask the nurse")
    assert "for you to answer" in said(person).inner_text()
    assert not said(person).locator("[data-with-reason]").is_checked()


def test_site_asks_by_two_keys_at_an_empty_item_and_the_monitor_answers(sit_down, shots):
    person = sit_down("coordinator01")
    person.open_visit("01-006", "Week 1 (baseline)")
    page = person.page
    page.locator("#f-vital-signs-1-spo2").focus()
    page.keyboard.press("Alt+q")
    page.locator("#k-vital-signs-1-spo2 .ask-box textarea:focus").wait_for()
    page.keyboard.type("The probe was broken: leave it blank?")
    page.reload()  # what was typed stands open again
    text = page.locator("#ask-vital-signs-1-spo2")
    expect(text).to_have_value("The probe was broken: leave it blank?")
    text.focus()
    page.keyboard.press("Control+Enter")
    asked = page.locator("#k-vital-signs-1-spo2 .conversation")
    expect(asked).to_contain_text("monitor's turn since")
    expect(page.locator("#f-vital-signs-1-spo2")).to_be_focused()
    page.screenshot(path=shots / "question-of-the-site.png")
    monitor = sit_down("monitor")
    monitor.go("/monitor/queries/query/?turn=mine")
    monitor.go(
        monitor.page.locator("tr", has_text="The probe was broken").locator("a").first.get_attribute("href")
    )
    monitor.page.keyboard.press("a")
    monitor.page.locator("#text:focus").wait_for()
    monitor.page.keyboard.type("Yes, with the reason.")
    monitor.page.keyboard.press("Enter")
    monitor.says("what you wrote is sent to the site")
    person.go("/queries/?turn=answered")
    person.go(page.locator("tr", has_text="The probe was broken").locator("a").first.get_attribute("href"))
    expect(asked).to_contain_text("Yes, with the reason.")
    asked.get_by_role("button", name="Close").click()
    expect(page.locator("#k-vital-signs-1-spo2")).to_contain_text("closed")
