"""Paper: the button prints, the page's own furniture stays off the sheet, and every sheet says whose data it is."""

import re

import pytest

from tests.conftest import PASSWORD

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


TORN_WORDS = """[...document.querySelectorAll(".paper .across :is(th, td)")].flatMap(cell => {
    const texts = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT), found = [];
    while (texts.nextNode()) for (const {0: word, index} of texts.currentNode.data.matchAll(/\\S+/g)) {
        const range = document.createRange();
        range.setStart(texts.currentNode, index);
        range.setEnd(texts.currentNode, index + word.length);
        if (new Set([...range.getClientRects()].map(({top}) => top)).size > 1) found.push(word);
    }
    return found;
})"""


def test_no_word_and_no_date_is_torn_on_the_delegation_log(sit_down):
    investigator = sit_down("investigator01")
    page = investigator.page
    investigator.go("/sites/01/delegation/")
    delegate = page.locator("form", has=page.get_by_role("button", name="Delegate and sign"))
    delegate.get_by_label("Person").select_option(index=1)
    delegate.get_by_label("Enter data").check()
    delegate.locator("[name=username]").fill("investigator01")
    delegate.locator("[name=password]").fill(PASSWORD)
    delegate.get_by_role("button", name="Delegate and sign").click()
    investigator.says("and signed")
    investigator.go("/sites/01/delegation/print/")
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 688, "height": 900})
    assert page.locator(".across tbody tr").count() == 1
    assert page.evaluate(TORN_WORDS) == []
