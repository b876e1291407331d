"""A lock of the study holds the study's sites: at a practice site people go on, and no page says otherwise."""

import pytest
from django.db.models import Exists
from django.urls import reverse

from ecrf.access.roles import Right, Role
from ecrf.audit.refusals import Locked
from ecrf.casebook.models import Patient
from ecrf.grid.load import patient_rows
from ecrf.locks.lookup import locks_in_force, locks_over
from ecrf.locks.models import LockKind, LockScope
from ecrf.locks.services import put
from ecrf.trail.page import beside
from tests.builders import a_patient, a_visit, enter
from tests.conftest import make_site, make_user
from tests.ecrf.monitoring.world import logged_in

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("R-112")]


@pytest.fixture
def practice(db):
    return make_site("90", is_practice=True)


@pytest.fixture(params=LockKind.values)
def locked_study(request, db, data_manager, practice, coordinator):
    put(
        kind=request.param,
        scope=LockScope.STUDY,
        reason="The data are final",
        by=data_manager,
        actor=data_manager.acting_at(None, Right.LOCK),
        despite_open_points=True,
    )


@pytest.fixture
def at_practice(practice, coordinator):
    return make_user("practising", Role.COORDINATOR, practice)


def test_database_refuses_the_study_and_takes_practice(
    locked_study, site, coordinator, practice, at_practice
):
    with pytest.raises(Locked):
        a_patient(site, coordinator)
    visit = a_visit(a_patient(practice, at_practice), "W04", at_practice)
    assert enter(visit, "vital-signs", at_practice, pulse="70").changed == ["pulse"]


def test_every_page_reads_what_holds_as_the_database_does(locked_study, site, practice, at_practice):
    visit = a_visit(a_patient(practice, at_practice), "W04", at_practice)
    enter(visit, "vital-signs", at_practice, pulse="400")
    patient = Patient.objects.select_related("site").get(pk=visit.patient.pk)
    assert locks_over(patient) == []
    assert beside(patient).locks == []
    (row,) = patient_rows([patient])
    assert not any(form.status.hold for cell in row.visits for form in cell.forms)
    page = logged_in(at_practice).get(f"/patients/{patient.number}/W04/").content.decode()
    assert "The study is" not in page
    assert 'name="vital-signs:1:pulse"' in page
    assert not Patient.objects.filter(Exists(locks_in_force("site", "pk"))).exists()


def test_readiness_counts_the_sites_that_the_lock_will_hold(site, practice, data_manager):
    pages = (reverse("monitor:locks"), reverse("monitor:study-locks"))
    for page in pages:
        assert "of 1 site of the study ready" in logged_in(data_manager).get(page).content.decode()
