"""What is locked stays as it is, and does not keep the rest of the patient from being entered."""

import pytest

from ecrf.access.roles import Right
from ecrf.checks.models import Discrepancy
from ecrf.locks.services import put
from tests.builders import a_patient, a_visit, enter

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("kind", "state"), [("lock", "open"), ("freeze", "cleared")])
def test_date_of_a_later_visit_beside_a_locked_log_row(site, coordinator, data_manager, kind, state):
    """The event answers what DOSE-003 asks of the locked visit: what a lock holds stays as it was asked."""
    patient = a_patient(site, coordinator)
    w1 = a_visit(patient, "W01", coordinator)
    enter(w1, "dose", coordinator, given_on="2026-01-05")
    enter(w1, "dose-signs", coordinator, number=1, parent=1, systolic="140")
    enter(w1, "dose-signs", coordinator, number=2, parent=1, systolic="80")
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
    assert Discrepancy.objects.get(check_id="DOSE-003").state == state
