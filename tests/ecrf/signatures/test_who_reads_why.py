"""Who reads some forms only, such as safety, reads that a casebook's signature broke, and no value of another form."""

import pytest

from tests.builders import a_patient, a_visit
from tests.ecrf.casebook.test_review_status_edges import ae
from tests.ecrf.monitoring.world import logged_in, page_of, text_of
from tests.ecrf.signatures.conftest import change, checked, complete_scale, signed

pytestmark = pytest.mark.django_db


@pytest.mark.requirement("R-079")
def test_safety_reads_no_value_of_another_form_in_what_broke_the_casebook(
    site, coordinator, investigator, safety, monitor
):
    patient = a_patient(site, coordinator)
    visit = a_visit(patient, "W04", coordinator)
    complete_scale(visit, coordinator)
    event = ae(patient, coordinator, 1)
    signed(patient, "casebook", checked(investigator))
    change(visit, coordinator)
    page = text_of(logged_in(safety), page_of(event))
    assert "Headache" in page
    assert "Signature broken" in page
    assert "4 → 3" not in page
    assert "Misread" not in page
    assert "4 → 3" in text_of(logged_in(monitor), page_of(event))
