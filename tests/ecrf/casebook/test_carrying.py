"""What a form takes over from the one before it: proposed, confirmed, and said to be copied in the trail."""

from datetime import date

import pytest

from ecrf.access.roles import Right
from ecrf.audit.models import AuditEvent
from ecrf.casebook.carrying import COPIED, carries, carry_over, proposed
from ecrf.casebook.data import PatientData, stored_row
from ecrf.forms.registry import CRFS
from tests.builders import a_patient, a_place, a_visit, enter

pytestmark = pytest.mark.django_db


@pytest.fixture
def visit(site, coordinator):
    return a_visit(a_patient(site, coordinator), "UNS-1", coordinator)


def _offered(visit, number: int = 2) -> dict[str, str]:
    place = a_place(visit, "dose", number)
    return {one.item: one.text for one in proposed(place, PatientData(visit.patient))}


def test_what_was_set_up_once_is_proposed_and_no_measurement(visit, coordinator):
    enter(visit, "dose", coordinator, given_on="2024-04-01", weight_kg="60", given_g="24", given_ml="480")
    enter(visit, "dose-lot", coordinator, parent=1, lot_number="A1", expires_on="2031-01")
    enter(visit, "dose-signs", coordinator, parent=1, pulse="70")
    assert _offered(visit) == {"given_on": "2024-04-02", "lot_number": "A1", "expires_on": "2031-01"}


def test_what_has_a_value_or_would_lie_in_the_future_is_not_proposed(visit, coordinator, site):
    enter(visit, "dose", coordinator, given_on=str(site.today()))
    enter(visit, "dose-lot", coordinator, parent=1, lot_number="A1", expires_on="2031-01")
    enter(visit, "dose-lot", coordinator, number=1, parent=2, lot_number="B2")
    assert _offered(visit) == {"expires_on": "2031-01"}


def test_only_what_was_confirmed_is_taken_over_and_the_trail_says_copied(visit, coordinator):
    enter(visit, "dose", coordinator, given_on="2024-04-01")
    enter(visit, "dose-lot", coordinator, parent=1, lot_number="A1", expires_on="2031-01")
    place, by = a_place(visit, "dose", 2), coordinator.acting_at(visit.patient.site, Right.ENTER)
    confirmed = {("dose", "2", "given_on"), ("dose-lot", "2.1", "lot_number"), ("dose", "2", "given_g")}
    before = AuditEvent.objects.count()
    done = carry_over(place=place, confirmed=confirmed, by=by)
    assert [result.changed for result in done] == [["given_on"], ["lot_number"]]
    assert stored_row(place).given_on == date(2024, 4, 2)
    assert stored_row(a_place(visit, "dose-lot", 1, 2)).expires_on is None
    events = AuditEvent.objects.order_by("pk")[before:]
    assert {(event.source, event.actor) for event in events} == {(COPIED, coordinator.username)}


def test_nothing_is_proposed_to_the_first_of_them(visit, coordinator):
    enter(visit, "dose", coordinator, number=2, given_on="2024-04-01")
    assert _offered(visit, 1) == {}


def test_no_calculated_item_is_carried():
    assert not [name for kind in CRFS.values() for name, item in kind.calculated.items() if item.carried]
    assert carries(CRFS["dose"])
    assert not carries(CRFS["reading"])
