"""Which columns a table of rows has in Review: also one that is empty, where something is said of it."""

import pytest
from django.urls import reverse

from ecrf.casebook.record.values import Missing
from tests.builders import a_patient, a_visit, enter
from tests.ecrf.monitoring.world import logged_in
from tests.ecrf.queries.builders import asked

pytestmark = pytest.mark.django_db
GRAMS = 'id="infusion-lot-1_1-grams"'


@pytest.fixture
def visit(site, coordinator):
    """An infusion with a lot of which nobody has said how many grams it gave, which is not asked for."""
    visit = a_visit(a_patient(site, coordinator), "W04", coordinator)
    enter(visit, "infusion", coordinator, given_g="20")
    enter(visit, "infusion-lot", coordinator, parent=1, lot_number="L1")
    return visit


def has_column(visit, monitor) -> bool:
    page = logged_in(monitor).get(reverse("monitor:casebook_visit_change", args=[visit.pk])).content.decode()
    assert 'id="infusion-lot-1_1-lot_number"' in page
    return GRAMS in page


def test_column_of_which_nothing_is_said_is_left_out(visit, monitor):
    assert not has_column(visit, monitor)


def test_column_of_a_reason_is_shown(visit, coordinator, monitor):
    enter(visit, "infusion-lot", coordinator, parent=1, grams=Missing("unknown"))
    assert has_column(visit, monitor)


def test_column_of_a_query_is_shown(visit, coordinator, monitor):
    row = enter(visit, "infusion-lot", coordinator, parent=1, lot_number="L2").row
    asked(row.entry, monitor, "How many grams?", item="grams")
    assert has_column(visit, monitor)
