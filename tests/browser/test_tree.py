"""Entry and review with a screen reader: roles, names, states and what is read out, from the accessibility tree."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.tree import nameless, nodes

pytestmark = pytest.mark.browser


@pytest.fixture
def person(sit_down):
    found = sit_down("coordinator07")
    found.open_visit("07-001", "Week 7")
    return found


def spoken(person):
    return person.page.locator("#spoken")


def test_tree_tells_a_nameless_control_from_a_named_one(person):
    person.page.set_content("<button></button><button>Save</button><input><label>Day <input></label>")
    assert nameless(person.page) == ["button", "textbox"]
    assert {"role": "textbox", "name": "Day", "is_focusable": True} in nodes(person.page)


def test_everything_of_a_visit_has_its_name(person):
    assert nameless(person.page) == []
    told = nodes(person.page)
    forms = {node["name"] for node in told if node["role"] == "region"}
    assert {"Visit", "Vital signs and weight", "Grip strength"} <= forms
    assert [node for node in told if node["role"] == "navigation" and node["name"] == "Forms of this visit"]
    group = person.page.get_by_role("radiogroup").first
    assert group.get_by_role("radio").count() > 1
    expect(group).to_have_accessible_name(re.compile(r"\w"))


def test_field_is_told_with_its_unit_and_its_last_value(person):
    weight = person.page.locator("#f-vital-signs-1-weight_kg")
    weight.focus()
    expect(weight).to_have_role("textbox")
    expect(weight).to_have_accessible_name("Weight")
    expect(weight).to_have_accessible_description(re.compile(r"^kg last 60\.0"))


def test_refused_value_is_told_and_stays_with_its_field(person):
    grip = person.page.locator("#f-grip-strength-1-right_1")
    person.type_in("grip-strength-1-right_1", "999")
    expect(spoken(person)).to_contain_text("must lie between")
    expect(spoken(person)).to_contain_text("Right hand")
    expect(grip).to_have_attribute("aria-invalid", "true")
    expect(grip).to_have_accessible_description(re.compile("Not saved.*must lie between"))
    expect(person.page.get_by_role("status").filter(has_text="1 not saved")).to_have_count(1)
    person.type_in("grip-strength-1-right_1", "31")
    person.saved()
    expect(person.page.get_by_role("status").filter(has_text="All saved")).to_have_count(1)
    expect(grip).to_have_attribute("aria-invalid", "false")
    expect(grip).not_to_have_accessible_description(re.compile("Not saved"))


def test_question_of_a_check_is_read_out_when_it_opens_and_described_at_its_field(person):
    weight = person.page.locator("#f-vital-signs-1-weight_kg")
    person.type_in("vital-signs-1-weight_kg", "90")
    person.saved()
    expect(spoken(person)).to_contain_text("Weight")
    expect(spoken(person)).to_contain_text("Correct it, or confirm it against the source.")
    weight.focus()
    expect(weight).to_have_accessible_description(re.compile("confirm it against the source"))
    assert nameless(person.page) == []
    person.type_in("vital-signs-1-weight_kg", "60")
    person.saved()


def test_reason_for_no_value_is_told_with_the_field(person):
    pulse = person.page.locator("#f-vital-signs-1-pulse")
    pulse.focus()
    person.page.keyboard.type("nd")
    person.page.keyboard.press("Enter")
    person.saved()
    pulse.focus()
    expect(pulse).to_have_accessible_description(re.compile("not done", re.IGNORECASE))


def test_what_is_missing_is_a_list_of_links_that_lead_into_the_fields(person):
    page = person.page
    page.get_by_role("button", name="Complete the visit").first.click()
    summary = page.get_by_role("alert").filter(has_text="Not completed yet")
    summary.wait_for()
    for link in (summary.get_by_role("link").first, summary.get_by_role("link").last):
        target = link.get_attribute("href").removeprefix("#f-")
        link.press("Enter")
        page.wait_for_function(
            "id => document.activeElement.closest('[data-item]')?.id === `i-${id}`"
            " && document.activeElement.matches('input, select, textarea')",
            arg=target,
        )
    # Where answers are chosen, the link leads to the first of them.
    choice = summary.locator("a[href^='#f-visit-1-occurrence'], a[href$='-before_dose']").first
    choice.press("Enter")
    expect(page.locator(":focus")).to_have_role("radio")


def test_review_tells_each_item_and_what_became_of_it(sit_down):
    person = sit_down("monitor")
    person.go("/monitor/casebook/visit/?q=01-011")
    person.page.get_by_role("link", name="Week 4", exact=True).click()
    page, current = person.page, person.page.locator("[data-line][aria-current=true]")
    current.wait_for()
    assert nameless(page) == []
    expect(page.get_by_role("toolbar", name="Keys").get_by_role("button")).not_to_have_count(0)
    live = page.locator("[aria-live=polite].visually-hidden").last
    label = current.get_attribute("data-label")
    expect(live).to_contain_text(label)
    page.keyboard.press("j")
    expect(current).not_to_have_attribute("data-label", label)
    expect(live).to_contain_text(current.get_attribute("data-label"))
    help_button = page.get_by_role("button", name="keys")
    expect(help_button).to_have_attribute("aria-expanded", "false")
    page.keyboard.press("?")
    expect(help_button).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("q")
    box = page.locator(".ask-form textarea")
    expect(box).to_be_focused()
    expect(box).to_have_accessible_name(re.compile(r"\w"))
    assert nameless(page) == []
    page.keyboard.press("Escape")
    page.keyboard.press("u")
    expect(page.get_by_role("status").filter(has_text="no step of yours")).to_have_count(1)


def test_review_tells_what_became_of_an_act(sit_down):
    person = sit_down("monitor")
    person.go("/monitor/casebook/visit/?q=01-011")
    person.page.get_by_role("link", name="Week 1 (baseline)").click()
    page, current = person.page, person.page.locator("[data-line][aria-current=true]")
    left = page.locator("[data-line][data-state=to-verify]")
    page.locator("[data-line]").first.wait_for()
    for at_least in (1, 2):  # another journey may have verified all of it
        if left.count() < at_least:
            page.locator("[data-planned][data-state=verified] th").first.click()
            page.keyboard.press("u")
            expect(left).to_have_count(at_least)
    left.locator("th").first.click()
    current.wait_for()
    live = page.locator("[aria-live=polite].visually-hidden").last
    label, place = current.get_attribute("data-label"), current.get_attribute("id")
    page.keyboard.press("v")
    expect(live).not_to_contain_text(label)
    page.locator(f"[id='{place}'][data-state=verified]").wait_for()
    page.locator(f"[id='{place}']").focus()
    expect(live).to_contain_text(re.compile(rf"{re.escape(label)}.*verified"))
    page.keyboard.press("h")
    page.get_by_role("columnheader", name="Who").first.wait_for()
    assert nameless(page) == []
    page.keyboard.press("u")
    expect(page.get_by_role("status").filter(has_text="the verification is taken back")).to_have_count(1)
    expect(live).not_to_contain_text("verified")
