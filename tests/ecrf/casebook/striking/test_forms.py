"""One form that is there once, struck out at a visit that stands: it comes back where its place is free."""

import pytest

from ecrf.access.roles import Right
from ecrf.audit.verifying.verify import verify
from ecrf.casebook.data import PatientData
from ecrf.casebook.models import Entry
from ecrf.casebook.striking import NotStruck, restore, restore_patient, strike_patient, strike_visit
from tests.builders import a_patient, a_visit, enter
from tests.ecrf.casebook.striking.acts import strike_alone

pytestmark = pytest.mark.django_db


@pytest.fixture
def patient(site, coordinator):
    return a_patient(site, coordinator)


@pytest.fixture
def visit(patient, coordinator):
    return a_visit(patient, "W04", coordinator)


@pytest.fixture
def moved(visit, coordinator) -> Entry:
    enter(visit, "vital-signs", coordinator, pulse="71")
    return strike_alone(Entry.objects.get(crf="vital-signs"), coordinator, "Moved to Week 7")


@pytest.fixture
def bring_back(coordinator, site):
    return lambda entry, why="It was right": restore(
        entry=entry, actor=coordinator.acting_at(site, Right.ENTER), reason=why
    )


def pulses(patient) -> list[int]:
    return [row.pulse for row in PatientData(patient).rows("vital-signs")]


def test_it_comes_back_where_its_place_is_free(moved, patient, bring_back):
    assert pulses(patient) == []
    bring_back(moved)
    assert pulses(patient) == [71]
    assert verify().faults == []


def test_it_does_not_come_back_beside_another(moved, visit, patient, coordinator, bring_back):
    enter(visit, "vital-signs", coordinator, pulse="80")
    with pytest.raises(NotStruck, match=r"Week 4, Vital signs.* stands there anew"):
        bring_back(moved)
    assert pulses(patient) == [80]


def test_it_does_not_come_back_at_a_struck_out_visit(moved, visit, coordinator, bring_back):
    strike_visit(visit=visit, by=coordinator, reason="Opened by mistake")
    with pytest.raises(NotStruck, match="Week 4 of patient 01-001 is struck out"):
        bring_back(moved)


def test_it_does_not_come_back_of_a_struck_out_patient_nor_with_the_patient(
    moved, patient, coordinator, bring_back
):
    strike_patient(patient=patient, by=coordinator, reason="Added twice")
    with pytest.raises(NotStruck, match=r"is struck out\. Restore that first"):
        bring_back(moved)
    restore_patient(patient=patient, by=coordinator, reason="Not twice")
    assert pulses(patient) == []


def test_coming_back_wants_a_reason(moved, patient, bring_back):
    with pytest.raises(NotStruck, match="Say why"):
        bring_back(moved, " ")
    assert pulses(patient) == []
