"""Verifying a whole form on the forms of this trial: what is refused is said where it was typed."""

import pytest

from tests.builders import a_patient, a_visit
from tests.ecrf.monitoring.review_world import GRADES, complete_mrc
from tests.ecrf.monitoring.world import logged_in
from tests.ecrf.verification.acts import verify_shown

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("R-098")]


def test_wrong_number_is_said_at_the_form_where_it_was_typed(site, monitor, coordinator):
    mrc = complete_mrc(a_visit(a_patient(site, coordinator), "W04", coordinator), coordinator)
    page = verify_shown(logged_in(monitor), mrc, GRADES, count="3").content.decode()
    form = page.partition('id="mrc-strength-1"')[2].partition("</section>")[0]
    assert "Nothing was verified" in form
    assert "data-all-shown open" in form
    assert 'value="3"' in form
