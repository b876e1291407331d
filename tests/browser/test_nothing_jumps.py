"""What lies below a field stays where it is when the field is entered or left: a click finds what it was meant for."""

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

JUMPS = """form => {
    const panel = document.getElementById(form);
    const fields = [...panel.querySelectorAll(".item :is(input, select, textarea):not([type=hidden])")];
    document.activeElement.blur();
    const height = panel.offsetHeight;
    return fields.filter(field => field.checkVisibility()).filter(field => {
        field.focus({preventScroll: true});
        return panel.offsetHeight !== height;
    }).map(field => field.id || field.name);
}"""


@pytest.mark.parametrize("form", ["demographics-1", "vital-signs-1", "mrc-strength-1", "incat-1"])
def test_form_keeps_its_height_when_a_field_is_entered_or_left(sit_down, form):
    person, found = sit_down("coordinator01"), {}
    person.open_visit("01-001", "Screening")
    for width in range(360, 1600, 12):
        person.page.set_viewport_size({"width": width, "height": 900})
        found[width] = person.page.evaluate(JUMPS, form)
    assert not any(found.values()), {width: fields for width, fields in found.items() if fields}


@pytest.mark.parametrize(("label", "has_script"), [("Week 10", True), ("Week 13", False)])
def test_form_that_was_not_done_stays_in_sight_with_the_keyboard_in_it(sit_down, label, has_script):
    person = sit_down("coordinator01", java_script_enabled=has_script)
    person.open_visit("01-007", label)
    panel = person.page.locator(".panel:has(.not-done)").last
    form = panel.get_attribute("id")
    panel.locator(".not-done summary").click()
    with person.page.expect_navigation():
        panel.get_by_role("button", name="Not done", exact=True).click()
    person.says("Every empty item of the form now carries the reason")
    expect(person.page.locator(f"#{form}-title")).to_be_in_viewport()
    if has_script:
        person.page.locator(f"#{form} :focus").wait_for()
        expect(person.page.locator(f"#{form} :focus")).to_be_in_viewport()


@pytest.mark.parametrize("has_script", [True, False])
def test_form_that_was_completed_stays_in_sight(sit_down, has_script):
    person = sit_down("coordinator01", java_script_enabled=has_script)
    person.open_visit("01-007", "Week 22" if has_script else "Week 25")
    panel = person.page.locator(".panel:has(.not-done)").last
    form = panel.get_attribute("id")
    panel.locator(".not-done summary").click()
    with person.page.expect_navigation():
        panel.get_by_role("button", name="Not done", exact=True).click()
    with person.page.expect_navigation():
        person.page.locator(f"#{form}").get_by_role("button", name="Complete this form").click()
    person.says("The form is complete")
    expect(person.page.locator(f"#{form}-title")).to_be_in_viewport()


def test_form_that_is_not_struck_out_says_so_in_sight(sit_down):
    person = sit_down("coordinator01")
    person.open_visit("01-007", "Week 22")
    row = person.page.locator(".panel:has(.strike)").last
    row.locator(".strike summary").last.click()
    with person.page.expect_navigation():
        row.locator(".strike button").last.click()
    expect(row.locator(".strike [role=alert]")).to_be_in_viewport()
    expect(row.locator(".strike input")).to_be_focused()
