"""Questions of checks: asked when a form is left, and gone from the page once they are settled elsewhere on it."""

import pytest

pytestmark = pytest.mark.browser

NO_LOT = "no lot number is recorded"


def test_lot_is_asked_for_when_the_form_is_left_and_no_longer_when_it_is_there(sit_down):
    person = sit_down("coordinator01")
    person.open_visit("01-005", "Week 7")
    asked = person.page.locator("#q-infusion-1-given_g", has_text=NO_LOT)
    person.type_in("infusion-1-given_g", "27.5")
    person.type_in("infusion-1-ended_at", "1400")
    person.saved()
    assert asked.count() == 0
    person.page.focus("#f-vital-signs-1-pulse")
    asked.wait_for()
    person.type_in("infusion-lot-1_1-lot_number", "A1")
    asked.wait_for(state="detached")
    person.page.focus("#f-vital-signs-1-pulse")
    person.saved()
    assert asked.count() == 0


def test_question_that_another_form_settles_goes_at_once(sit_down):
    person = sit_down("coordinator01")
    person.open_visit("01-005", "Week 10")
    person.type_in("infusion-lot-1_1-expires_on", "2026-01")
    person.type_in("infusion-1-infused_on", "2026-02-03")
    asked = person.page.locator("#q-infusion-lot-1_1-expires_on", has_text="The lot was valid until")
    asked.wait_for()
    person.type_in("infusion-1-infused_on", "2026-01-20")
    asked.wait_for(state="detached")
