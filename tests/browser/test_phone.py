"""On a phone nothing is lost: no page is wider than the screen, no box hides a choice, each link has its name."""

import pytest

from tests.browser.axe import LookedAt, violations

pytestmark = pytest.mark.browser

PHONE = {"width": 390, "height": 844}
PAGES = {
    "coordinator01": (
        "/",
        "/account/",
        "/patients/01-001/",
        "/patients/01-001/W01/move/",
        "/patients/01-001/casebook/move/",
        "/patients/01-001/W01/strike/",
        "/patients/01-001/end/withdrawal/",
        "/patients/01-001/appointments/new/",
        "/grid/",
        "/calendar/",
        "/calendar/?view=week",
        "/places/",
        "/sites/01/delegation/",
    ),
    "administrator": (
        "/people/",
        "/people/invite/",
        "/people/access/",
        "/people/access/print/",
        "/people/roles/",
        "/sites/add/",
        "/mails/",
        "/places/",
    ),
}
MANY_SITES = """for (const list of document.querySelectorAll(".ticks > div")) {
    for (let more = 0; more < 20; more++) list.append(list.lastElementChild.cloneNode(true));
}"""
HIDDEN_CHOICES = """[...document.querySelectorAll("main label, main option, main th[scope=row]")].filter(element => {
    for (let box = element.parentElement; box && box.localName !== "main"; box = box.parentElement) {
        if (getComputedStyle(box).overflowY !== "visible" && box.scrollHeight > box.clientHeight + 1) return true;
    }
    return false;
}).map(element => element.innerText)"""
"""What one reaches only by scrolling within a box: on a phone nothing says that there is more."""
WIDER = "document.documentElement.scrollWidth > document.documentElement.clientWidth"


@pytest.mark.parametrize("user", PAGES)
def test_page_fits_a_phone_with_every_choice_in_sight(sit_down, user):
    person, found, looked_at = sit_down(user, viewport=PHONE), {}, LookedAt()
    for address in PAGES[user]:
        person.go(address)
        faults = violations(person.page, looked_at, address)
        person.page.evaluate(MANY_SITES)
        faults += [f"hidden: {words}" for words in person.page.evaluate(HIDDEN_CHOICES)]
        faults += ["wider than the screen"] * person.page.evaluate(WIDER)
        found[address] = faults
    assert not any(found.values()), found


def test_heading_keeps_the_number_of_its_patient_in_one_line(sit_down):
    """Half a number at the end of a line is read as another patient."""
    person = sit_down("coordinator01", viewport=PHONE)
    broken = """[...document.querySelectorAll("h1")].flatMap(heading => {
        const words = document.createTreeWalker(heading, NodeFilter.SHOW_TEXT), found = [];
        while (words.nextNode()) for (const {0: number, index} of words.currentNode.data.matchAll(/01-001/g)) {
            const range = document.createRange();
            range.setStart(words.currentNode, index);
            range.setEnd(words.currentNode, index + number.length);
            if (new Set([...range.getClientRects()].map(({top}) => top)).size > 1) found.push(heading.innerText);
        }
        return found;
    })"""
    for address in (address for address in PAGES["coordinator01"] if "01-001" in address):
        person.go(address)
        for width in range(320, 430, 5):
            person.page.set_viewport_size({"width": width, "height": 844})
            assert person.page.evaluate(broken) == [], (address, width)
        person.page.set_viewport_size(PHONE)
