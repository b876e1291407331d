"""A withdrawal of consent, from the patient's page to the list of what is left; a later value is refused after it."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

pytestmark = pytest.mark.browser


def test_withdrawal_is_recorded_and_a_later_event_is_refused(sit_down):
    person = sit_down("coordinator04")
    page = person.page
    page.goto(f"{person.server.url}/patients/04-003/")
    page.click("text=Other acts")
    page.click("text=Withdrawal of consent…")
    page.wait_for_load_state("load")
    assert "planned visits are no longer due: Week 4 to Week 52" in page.inner_text("#follows")
    withdrawn = datetime.now(ZoneInfo("Asia/Tokyo")).date() - timedelta(days=7)
    page.fill("#f-end-of-study-1-ended_on", str(withdrawn))
    page.keyboard.press("Tab")
    page.locator("#follows", has_text=f"None that lies after {withdrawn} can be opened").wait_for()
    page.check("input[value=NOTHING]")
    page.click("text=Record: withdrawal of consent")
    page.wait_for_url("**/casebook/end-of-study/**")
    assert page.input_value("#f-end-of-study-1-ended_on") == str(withdrawn)
    page.goto(f"{person.server.url}/patients/04-003/")
    assert "End of study" in page.inner_text("#to-finish")
    assert "Withdrew" in page.inner_text(".page-head")
    page.goto(f"{person.server.url}/patients/04-003/casebook/adverse-event/")
    page.click("text=Add adverse event")
    person.saved()
    person.type_in("adverse-event-1-started_on", str(withdrawn + timedelta(days=1)))
    page.keyboard.press("Tab")
    page.locator("text=no new data are taken").first.wait_for()
    assert person.complaints == []
