"""Paper: the button prints, the page's own furniture stays off the sheet, and every sheet says whose data it is."""

import re

import pytest

pytestmark = pytest.mark.browser

PAGES = ("/print/patients/01-001/W01/", "/print/patients/01-001/", "/print/worksheets/W01/")


@pytest.fixture
def sdv_page(sit_down):
    sdv_page = sit_down("coordinator01")
    sdv_page.go("/patients/01-001/")
    return sdv_page


@pytest.mark.parametrize("path", PAGES)
def test_only_the_sheets_are_printed(path, sdv_page, shots):
    sdv_page.go(path)
    sdv_page.page.emulate_media(media="print")
    for furniture in (".print-bar", ".top", ".foot", ".synthetic"):
        assert not sdv_page.page.locator(furniture).first.is_visible()
    assert sdv_page.page.locator(".running").first.is_visible()
    beyond = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    sdv_page.page.set_viewport_size({"width": 688, "height": 900})  # what A4 leaves between the margins
    assert sdv_page.page.evaluate(beyond) <= 0
    name = re.sub(r"\W+", "-", path).strip("-")
    sdv_page.page.pdf(path=shots / f"{name}.pdf", prefer_css_page_size=True)


def test_the_button_prints(sdv_page):
    sdv_page.go(PAGES[0])
    sdv_page.page.evaluate("window.print = () => document.body.dataset.printed = 'yes'")
    sdv_page.page.get_by_role("button", name="Print").click()
    assert sdv_page.page.locator("body").get_attribute("data-printed") == "yes"
