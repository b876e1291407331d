"""A patient who is struck out: with all visits and forms, in no list or count, the number never given again."""

import pytest

from ecrf.audit.refusals import Locked
from ecrf.audit.verifying.verify import verify
from ecrf.casebook.data import PatientData
from ecrf.casebook.models import Entry, Patient, PatientStatus, Visit
from ecrf.casebook.review_status import ReviewStatus
from ecrf.casebook.schedule.status import refresh_schedule_status
from ecrf.casebook.services import open_visit
from ecrf.casebook.striking import (
    NotStruck,
    StrikingConsent,
    restore_patient,
    restore_visit,
    strike_patient,
    strike_visit,
)
from ecrf.queries.lookup import open_queries
from tests.builders import a_patient, a_visit, enter
from tests.ecrf.queries.builders import asked, complete, vital_signs

pytestmark = pytest.mark.django_db

WHY = "Added twice"


@pytest.fixture
def patient(site, coordinator) -> Patient:
    added = a_patient(site, coordinator)
    visit = a_visit(added, "W01", coordinator)
    enter(visit, "vital-signs", coordinator, pulse="70")
    enter(added, "adverse-event", coordinator, term="Headache", ongoing="yes")
    return added


def standing(patient) -> tuple[int, int]:
    """How many visits and forms of the patient stand."""
    forms = Entry.objects.filter(patient=patient, parent=None, struck_at=None)
    return Visit.objects.filter(patient=patient, struck_at=None).count(), forms.count()


def test_all_of_the_patient_is_struck_out_in_one_act_and_restored(patient, coordinator):
    before = standing(patient)
    strike_patient(patient=patient, by=coordinator, reason=WHY)
    assert standing(patient) == (0, 0)
    assert not PatientStatus.objects.filter(patient=patient).exists()
    restore_patient(patient=patient, by=coordinator, reason="Not twice")
    assert standing(patient) == before
    assert PatientStatus.objects.filter(patient=patient).exists()
    assert verify().faults == []


def test_what_was_struck_out_before_stays_so(patient, coordinator):
    mistaken = a_visit(patient, "W04", coordinator)
    strike_visit(visit=mistaken, by=coordinator, reason="Opened by mistake")
    strike_patient(patient=patient, by=coordinator, reason=WHY)
    restore_patient(patient=patient, by=coordinator, reason="Not twice")
    mistaken.refresh_from_db()
    assert mistaken.struck_reason == "Opened by mistake"


def test_number_is_never_given_again(patient, site, coordinator):
    strike_patient(patient=patient, by=coordinator, reason=WHY)
    assert a_patient(site, coordinator).number == "01-002"


def test_nothing_is_opened_or_entered(patient, coordinator):
    strike_patient(patient=patient, by=coordinator, reason=WHY)
    with pytest.raises(Locked, match="Patient 01-001 was struck out: Added twice"):
        open_visit(patient=patient, code="W04", by=coordinator)
    refused = enter(patient, "adverse-event", coordinator, number=2, term="Migraine").refused
    assert "struck out" in refused["term"]
    assert standing(patient) == (0, 0)


def test_one_visit_is_not_restored_alone(patient, coordinator):
    strike_patient(patient=patient, by=coordinator, reason=WHY)
    with pytest.raises(NotStruck, match="Restore the patient first"):
        restore_visit(visit=patient.visits.get(), by=coordinator, reason="It was right")
    assert standing(patient) == (0, 0)


def test_schedule_status_is_not_made_again_by_a_rebuild(patient, coordinator):
    strike_patient(patient=patient, by=coordinator, reason=WHY)
    refresh_schedule_status(PatientData(Patient.objects.get(pk=patient.pk)))
    assert not PatientStatus.objects.filter(patient=patient).exists()


def test_completed_forms_are_the_data_managers(
    patient, coordinator, data_manager, investigator, monitor, site
):
    visit = patient.visits.get()
    entry = vital_signs(visit, coordinator)
    complete(visit, "vital-signs", coordinator)
    asked(entry, monitor)
    with pytest.raises(NotStruck, match="completed forms"):
        strike_patient(patient=patient, by=coordinator, reason=WHY)
    consent = StrikingConsent(investigator, site.today())
    strike_patient(patient=patient, by=data_manager, reason=WHY, consent=consent)
    assert not ReviewStatus.objects.filter(patient=patient).exists()
    assert [query.turn for query in open_queries()] == ["monitor"]
    patient.refresh_from_db()
    assert patient.struck_consent_of == investigator
    assert set(patient.visits.values_list("struck_consent_of", flat=True)) == {investigator.pk}
    restore_patient(patient=patient, by=data_manager, reason="Not twice")
    assert ReviewStatus.objects.filter(patient=patient).exists()
