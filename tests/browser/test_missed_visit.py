"""A visit that is said to be missed folds its other forms away at once, save those with values."""

import pytest

pytestmark = pytest.mark.browser


def test_forms_fold_away_as_the_visit_is_said_to_be_missed_and_come_back(sit_down):
    person = sit_down("coordinator01")
    person.open_visit("01-008", "Week 4")
    page = person.page
    person.type_in("vital-signs-1-pulse", "70")
    page.keyboard.press("Tab")
    page.check("input[name='visit:1:occurrence'][value=missed]")
    person.saved()
    page.locator("#grip-strength-1").wait_for(state="hidden")
    assert page.is_visible("#missed-note")
    assert page.is_visible("#vital-signs-1")
    assert "not asked: missed" in page.inner_text("[data-index-of='grip-strength-1']")
    page.check("input[name='visit:1:occurrence'][value=done]")
    person.saved()
    page.locator("#grip-strength-1").wait_for(state="visible")
    assert page.is_hidden("#missed-note")
