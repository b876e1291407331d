"""Paper: the button prints, the page's own furniture stays off the sheet, and every sheet says whose data it is."""

import re

import pytest

pytestmark = pytest.mark.browser

PAGES = ("/print/patients/01-001/W01/", "/print/patients/01-001/", "/print/worksheets/W01/")


@pytest.fixture
def person(sit_down):
    person = sit_down("coordinator01")
    person.go("/patients/01-001/")
    return person


@pytest.mark.parametrize("path", PAGES)
def test_only_the_sheets_are_printed(path, person, shots):
    person.go(path)
    person.page.emulate_media(media="print")
    for furniture in (".print-bar", ".top", ".foot", ".synthetic"):
        assert not person.page.locator(furniture).first.is_visible()
    assert person.page.locator(".running").first.is_visible()
    beyond = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    person.page.set_viewport_size({"width": 688, "height": 900})  # what A4 leaves between the margins
    assert person.page.evaluate(beyond) <= 0
    name = re.sub(r"\W+", "-", path).strip("-")
    person.page.pdf(path=shots / f"{name}.pdf", prefer_css_page_size=True)


def test_the_button_prints(person):
    person.go(PAGES[0])
    person.page.evaluate("window.print = () => document.body.dataset.printed = 'yes'")
    person.page.get_by_role("button", name="Print").click()
    assert person.page.locator("body").get_attribute("data-printed") == "yes"
