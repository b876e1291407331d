"""What holds whatever was done: the casebook, the stored statuses, the lists and the trail say the same."""

from ecrf.appointments.soon import soon
from ecrf.audit.verifying.verify import verify
from ecrf.casebook.data import PatientData
from ecrf.casebook.models import Entry, Patient, PatientStatus, Visit
from ecrf.casebook.review_status import ReviewStatus
from ecrf.casebook.schedule.due import LIVING
from ecrf.casebook.schedule.matrix import matrix
from ecrf.casebook.schedule.status import schedule_status_of
from ecrf.checks.models import Discrepancy, DiscrepancyState
from ecrf.forms.registry import CRFS
from ecrf.grid.load import patient_rows
from ecrf.queries.lookup import open_queries
from ecrf.queries.models import Query, Turn


def whatever_came_of_it() -> None:
    """What holds of every patient at any time."""
    faults = [str(fault) for fault in verify().faults]
    assert not faults, faults
    for patient in Patient.objects.select_related("site"):
        standing = Entry.objects.filter(patient=patient, parent=None, struck_at=None)
        if patient.struck_at:
            assert not standing.exists()
            assert not Visit.objects.filter(patient=patient, struck_at=None).exists()
        assert not standing.filter(visit__struck_at__isnull=False).exists(), "it stands in what is struck out"
        _stored_status_is_that_of_the_casebook(patient)
    _nothing_stands_twice()
    _nothing_waits_for_what_is_struck_out()
    _lists_name_nobody_who_is_gone()


def _stored_status_is_that_of_the_casebook(patient: Patient) -> None:
    stored, derived = PatientStatus.objects.filter(patient=patient).first(), schedule_status_of(patient)
    if patient.struck_at:
        assert stored is None
        assert matrix(patient).rows == []
        return
    following = derived.next.plan.code if derived.next else ""
    assert stored is not None
    assert (stored.state, stored.next_code, stored.site_id) == (derived.state, following, patient.site_id)
    (row,) = patient_rows([patient])
    assert row.patient == patient


def _nothing_stands_twice() -> None:
    """The pulse that was measured once, wherever it went."""
    signs = CRFS["vital-signs"].model.objects.filter(entry__struck_at=None, entry__patient__struck_at=None)
    assert signs.filter(pulse=70).count() <= 1


def _nothing_waits_for_what_is_struck_out() -> None:
    at_struck = Entry.objects.exclude(struck_at=None)
    assert not open_queries().filter(entry__in=at_struck, turn=Turn.SITE).exists()
    questions = Query.every.filter(kind="question").exclude(turn=Turn.NOBODY)
    assert not questions.filter(visit__struck_at__isnull=False).exclude(turn=Turn.SITE).exists()
    asked = Discrepancy.objects.filter(entry__in=at_struck).exclude(state=DiscrepancyState.CLEARED)
    assert not asked.exists()
    assert not ReviewStatus.objects.filter(entry__in=at_struck).exists()


def _lists_name_nobody_who_is_gone() -> None:
    patients = Patient.objects.select_related("site")
    sites = {patient.site for patient in patients}
    found = soon(sites)
    for line in (*found.passed, *found.today, *found.tomorrow):
        assert not line.patient.struck_at
        assert schedule_status_of(line.patient, PatientData(line.patient)).state in LIVING
