"""What is locked stays as it is, and does not keep the rest of the patient from being entered."""

import pytest

from ecrf.access.roles import Right
from ecrf.locks.services import put
from tests.builders import a_patient, a_visit, enter

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("kind", ["lock", "freeze"])
def test_date_of_a_later_visit_beside_a_locked_log_row(site, coordinator, data_manager, kind):
    """A consent date corrected while a visit is locked: DATE-001 asks about all."""
    patient = a_patient(site, coordinator)
    w1 = a_visit(patient, "W01", coordinator)
    enter(w1, "infusion", coordinator, infused_on="2026-01-05")
    enter(w1, "infusion-vitals", coordinator, number=1, parent=1, time_point="before", systolic="140")
    enter(w1, "infusion-vitals", coordinator, number=2, parent=1, time_point="during", systolic="100")
    put(
        kind=kind,
        scope="visit",
        visit=w1,
        reason="Done",
        by=data_manager,
        actor=data_manager.acting_at(site, Right.LOCK),
        despite_open_points=True,
    )
    r = enter(patient, "adverse-event", coordinator, started_on="2026-01-05")
    assert r.is_clean
