"""A form that was entered into the wrong visit is moved in three steps, also on a phone without script."""

import pytest

pytestmark = pytest.mark.browser

PHONE = {"viewport": {"width": 390, "height": 844}}


@pytest.mark.parametrize(
    ("patient", "context"),
    [("04-001", {}), ("04-002", {**PHONE, "java_script_enabled": False})],
    ids=["at a desk", "on a phone without script"],
)
def test_form_is_moved_to_the_right_visit(sit_down, patient, context):
    person = sit_down("coordinator04", **context)
    page = person.page
    page.goto(f"{person.server.url}/patients/{patient}/W01/")
    page.click("summary:has-text('Other acts')")
    page.click("text=Move to another visit or patient…")
    for box in page.locator("input[name=entry]").all():
        box.uncheck()
    page.check("label:has-text('Vital signs') input")
    page.select_option("#move-code", label="Week 4")
    page.click("text=Look at what will happen")
    assert "60.0" in page.inner_text("details[open] .paper")
    page.go_back()
    assert page.input_value("#move-code") == "W04"
    page.click("text=Look at what will happen")
    page.click("button:has-text('Move to')")
    assert "Say why" in page.inner_text("main")
    page.fill("#id_reason", "Entered into the wrong visit")
    page.click("button:has-text('Move to')")
    page.wait_for_url(f"**/patients/{patient}/W04/")
    assert "1 form moved" in page.inner_text("body")
    assert page.input_value("#f-vital-signs-1-weight_kg") == "60.0"
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
