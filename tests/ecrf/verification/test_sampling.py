"""Which forms the plan samples: a draw that is fixed by what the form is, and a share that cuts it off."""

from hashlib import sha256

import pytest

from ecrf.casebook.record.values import Missing
from ecrf.casebook.review_status import ReviewStatus
from ecrf.verification.plan import is_planned, is_sampled, items_to_verify, sample_of
from tests.builders import a_place, a_visit, enter
from tests.ecrf.monitoring.world import an_adverse_event
from tests.ecrf.queries.builders import change

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("R-098")]


def drawn(name: str) -> int:
    """As it was drawn when the study began: another draw would take forms out of the plan that are in it."""
    return int(sha256(name.encode()).hexdigest()[:8], 16) % 10_000


def test_draw_hangs_on_patient_visit_form_and_number_alone(entry):
    assert sample_of(entry) == drawn("01-001/W04/vital-signs/1")
    assert ReviewStatus.objects.get(entry=entry).sample == drawn("01-001/W04/vital-signs/1")


def test_form_of_no_visit_is_drawn_too(entry, coordinator):
    event = an_adverse_event(entry.patient, coordinator, term="Headache")
    assert sample_of(event) == drawn("01-001//adverse-event/1")


def test_row_is_drawn_with_its_form(visit, coordinator):
    enter(visit, "dose-lot", coordinator, parent=2, number=3, lot_number="A")
    lot = visit.entries.get(crf="dose-lot")
    assert lot.number == 3
    assert sample_of(lot) == sample_of(lot.parent) == drawn("01-001/W04/dose/2")


@pytest.mark.parametrize(
    ("sample", "share", "is_in"),
    [
        (0, 0, False),
        (0, 1, True),
        (99, 1, True),
        (100, 1, False),
        (1999, 20, True),
        (2000, 20, False),
        (9899, 99, True),
        (9900, 99, False),
        (9999, 100, True),
    ],
)
def test_share_cuts_the_draw_off(sample, share, is_in):
    assert is_sampled(sample, share) is is_in


@pytest.mark.parametrize(
    ("crf", "item", "sampled", "planned"),
    [
        ("scale", "total", False, True),  # the whole form is critical
        ("visit", "visited_on", False, True),  # of this form, one item
        ("visit", "contact", False, False),
        ("visit", "contact", True, True),
    ],
)
def test_critical_items_are_planned_whatever_the_draw(crf, item, sampled, planned):
    assert is_planned(crf, item, sampled) is planned


def test_items_with_a_value_or_a_reason_are_verified_and_blank_ones_not(entry, visit, coordinator):
    change(entry, coordinator, spo2=Missing("not-done"))
    change(entry, coordinator, rested="")
    row = a_place(visit, "vital-signs").definition.model.objects.get(entry=entry)
    found = items_to_verify(row)
    assert "spo2" in found
    assert "pulse" in found
    assert "rested" not in found


def test_calculated_items_follow_from_what_is_verified(site, entry, coordinator):
    visit = a_visit(entry.patient, "W07", coordinator)
    enter(visit, "reading", coordinator, value_1="31.0")
    row = a_place(visit, "reading").definition.model.objects.get(entry__visit=visit)
    assert row.highest is not None
    assert items_to_verify(row) == ["value_1"]
