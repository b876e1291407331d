"""An appointment from the patient's page to the calendar, and the reason that is asked for outside the window only."""

import re
from datetime import date, timedelta

import pytest
from playwright.sync_api import expect
from pypdf import PdfReader

from tests.browser.axe import violations

pytestmark = pytest.mark.browser


def _due(page) -> date:
    """The due day of the visit that is chosen, as the form says it."""
    return date.fromisoformat(re.search(r"due (\S{10})", page.inner_text("[data-window]:not([hidden])"))[1])


def test_from_the_patient_to_the_calendar_and_off_it_again(sit_down):
    person = sit_down("coordinator01")
    page = person.page
    person.go("/patients/01-007/")
    page.click(".next-appointment a")
    page.select_option("#visit", "W10")
    assert violations(page) == []
    due, reason = _due(page), page.locator("[data-reason]")
    expect(reason).to_be_hidden()
    page.fill("#day", str(due + timedelta(days=30)))
    expect(reason).to_be_visible()
    page.fill("#day", str(due + timedelta(days=2)))
    expect(reason).to_be_hidden()
    assert page.locator(".strip:visible .marked").get_attribute("data-day") == str(due + timedelta(days=2))
    page.select_option("#visit", "W13")
    assert _due(page) == due + timedelta(days=21)
    expect(reason).to_be_visible()
    page.select_option("#visit", "W10")
    page.fill("#time", "930")
    page.press("#time", "Enter")
    expect(page.locator("h1")).to_contain_text("09:30")
    assert violations(page) == []
    person.go(f"/calendar/?day={due + timedelta(days=2)}")
    assert violations(page) == []
    entry = page.locator(".entry a", has_text="01-007")
    expect(entry).to_contain_text("09:30")
    entry.focus()
    page.keyboard.press("Enter")
    page.click("text=Cancelled…")
    page.fill("[id^=cancelled-]", "Snow")
    page.press("[id^=cancelled-]", "Enter")
    expect(page.locator(".appointment-facts")).to_contain_text("cancelled")


def test_without_a_script_the_refusal_brings_the_reason_and_keeps_what_was_typed(sit_down):
    person = sit_down("coordinator01", java_script_enabled=False)
    page = person.page
    person.go("/patients/01-008/appointments/new/")
    day = str(_due(page) + timedelta(days=30))
    page.fill("#day", day)
    page.fill("#note", "Synthetic: fasting")
    expect(page.locator("#reason")).to_be_hidden()
    page.click("text=Make the appointment")
    expect(page.locator("#reason-error")).to_contain_text("outside the window")
    assert (page.input_value("#day"), page.input_value("#note")) == (day, "Synthetic: fasting")
    page.fill("#reason", "Holiday")
    page.click("text=Make the appointment")
    expect(page.locator(".appointment-facts")).to_contain_text("Holiday")


@pytest.mark.parametrize("view", ["month", "week"])
def test_calendar_on_a_phone_is_a_list_no_wider_than_the_screen(view, sit_down):
    person = sit_down("coordinator01", viewport={"width": 390, "height": 844})
    person.go(f"/calendar/?view={view}")
    assert person.page.evaluate("document.documentElement.scrollWidth") <= 390
    expect(person.page.locator(".is-today")).to_be_visible()
    tops = [one.bounding_box()["y"] for one in person.page.locator(".calendar-week").all()]
    assert tops == sorted(tops)


@pytest.mark.parametrize(
    "path", ["/calendar/?day=2026-08-01", "/calendar/?view=week", "/calendar/day/2026-12-01/"]
)
def test_calendar_prints_on_one_sheet_in_ink_on_paper(sit_down, shots, path):
    """August 2026 has six weeks; on a dark screen, too."""
    person = sit_down("coordinator01")
    person.page.emulate_media(color_scheme="dark")
    person.go(path)
    file = shots / f"{re.sub(r'[^a-z0-9]+', '-', path)}.pdf"
    person.page.pdf(path=file, prefer_css_page_size=True)
    (sheet,) = PdfReader(file).pages
    assert sheet.mediabox.width > sheet.mediabox.height
    person.page.emulate_media(media="print", color_scheme="dark")
    assert person.page.evaluate("getComputedStyle(document.body).color") == "rgb(0, 0, 0)"
    assert not person.page.locator(".calendar-acts, .day-acts, .top").locator("visible=true").count()
