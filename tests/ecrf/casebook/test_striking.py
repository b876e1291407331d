"""Struck out: never deleted, shown with who, when and why, no longer counted, and restorable."""

import pytest

from ecrf.access.roles import Right
from ecrf.audit.models import AuditEvent
from ecrf.casebook.data import PatientData
from ecrf.casebook.models import Entry
from ecrf.casebook.schedule.completion import form_state
from ecrf.casebook.schedule.status import entries_of, visits_of
from ecrf.casebook.striking import NotStruck, restore, strike_out
from ecrf.checks.models import Discrepancy, DiscrepancyState
from tests.builders import a_patient, a_visit, enter

pytestmark = pytest.mark.django_db

WHY = "Entered twice"


@pytest.fixture
def patient(site, coordinator):
    return a_patient(site, coordinator)


@pytest.fixture
def event(patient, coordinator) -> Entry:
    """An ongoing event with an end, which a check asks about."""
    enter(patient, "adverse-event", coordinator, term="Headache", ongoing="yes")
    enter(patient, "adverse-event", coordinator, ended_on="2026-02-01")
    return patient.entries.get()


@pytest.fixture
def strike(coordinator, site):
    def now(entry, reason=WHY):
        by = coordinator.acting_at(site, Right.ENTER)
        strike_out(entry=entry, by=coordinator, actor=by, reason=reason)

    return now


@pytest.fixture
def bring_back(coordinator, site):
    return lambda entry, reason="It was right": restore(
        entry=entry, actor=coordinator.acting_at(site, Right.ENTER), reason=reason
    )


def states(entry) -> set[str]:
    return set(Discrepancy.objects.filter(entry=entry).values_list("state", flat=True))


@pytest.mark.requirement("R-004")
def test_struck_out_row_stays_with_who_when_and_why(event, strike, coordinator):
    strike(event)
    event.refresh_from_db()
    assert (event.struck_by, event.struck_reason) == (coordinator, WHY)
    assert event.struck_at
    assert AuditEvent.objects.filter(entry_id=event.pk, reason=WHY).exists()


def test_struck_out_row_is_not_read_by_checks_nor_counted(event, strike, patient):
    strike(event)
    assert PatientData(patient).rows("adverse-event") == []
    assert len(PatientData(patient).with_struck("adverse-event")) == 1
    assert form_state("adverse-event", entries_of(patient, visits_of(patient))).state == "empty"


def test_nothing_is_asked_about_a_struck_out_row_and_again_once_it_is_restored(event, strike, bring_back):
    assert states(event) == {DiscrepancyState.OPEN}
    strike(event)
    assert states(event) == {DiscrepancyState.CLEARED}
    bring_back(event)
    assert states(event) == {DiscrepancyState.OPEN}


@pytest.mark.parametrize("reason", ["", "  ", "x", "\u200b\u200b\u200b"])
def test_striking_out_wants_a_reason(event, strike, reason):
    with pytest.raises(NotStruck, match="Say why"):
        strike(event, reason)
    event.refresh_from_db()
    assert event.struck_at is None


def test_striking_out_twice_keeps_the_first_reason(event, strike):
    strike(event)
    strike(event, "Another reason")
    event.refresh_from_db()
    assert event.struck_reason == WHY


def test_form_that_is_there_once_cannot_be_struck_out(patient, coordinator, strike):
    visit = a_visit(patient, "W01", coordinator)
    enter(visit, "vital-signs", coordinator, pulse="70")
    with pytest.raises(NotStruck, match="there once"):
        strike(visit.entries.get())


def test_value_of_a_struck_out_row_cannot_change(event, strike, patient, coordinator):
    strike(event)
    result = enter(patient, "adverse-event", coordinator, term="Migraine")
    assert "struck out" in result.refused["term"]
    assert PatientData(patient).with_struck("adverse-event")[0].term == "Headache"


def test_rows_of_a_struck_out_form_are_struck_out_with_it(patient, coordinator, strike):
    visit = a_visit(patient, "W04", coordinator)
    enter(visit, "dose-lot", coordinator, parent=2, lot_number="A")
    strike(visit.entries.get(crf="dose", number=2))
    assert PatientData(patient).rows("dose-lot") == []
    refused = enter(visit, "dose-lot", coordinator, parent=2, lot_number="B").refused
    assert "struck out" in refused["lot_number"]


def test_new_row_cannot_be_added_to_a_struck_out_form(patient, coordinator, strike):
    visit = a_visit(patient, "W04", coordinator)
    enter(visit, "dose", coordinator, number=2, given_g="10")
    strike(visit.entries.get(crf="dose"))
    result = enter(visit, "dose-lot", coordinator, parent=2, lot_number="A")
    assert "struck out" in result.refused["lot_number"]
    assert not Entry.objects.filter(crf="dose-lot").exists()


def test_page_strikes_out_and_restores(client, coordinator, event, patient):
    client.force_login(coordinator)
    url = f"/patients/{patient.number}/casebook/adverse-event/"
    page = client.post(url, {"action": "strike:adverse-event-1", "note:adverse-event-1": ""})
    assert page.status_code == 422
    assert "Say why the row is struck out" in page.content.decode()
    said = {"action": "strike:adverse-event-1", "note:adverse-event-1": WHY}
    page = client.post(url, said, follow=True).content.decode()
    assert "<s>Headache</s>" in page
    assert WHY in page
    said = {"action": "restore:adverse-event-1", "note:adverse-event-1": "It was right"}
    assert "<s>Headache</s>" not in client.post(url, said, follow=True).content.decode()


def test_another_sites_row_cannot_be_struck_out(client, outsider, event, patient):
    client.force_login(outsider)
    url = f"/patients/{patient.number}/casebook/adverse-event/"
    said = {"action": "strike:adverse-event-1", "note:adverse-event-1": WHY}
    assert client.post(url, said).status_code == 404
    event.refresh_from_db()
    assert event.struck_at is None


def test_database_refuses_a_row_struck_out_by_nobody(event):
    from django.db import IntegrityError, transaction
    from django.utils import timezone

    from ecrf.audit.actor import SYSTEM, acting

    with pytest.raises(IntegrityError), transaction.atomic(), acting(SYSTEM, patient_id=event.patient_id):
        Entry.objects.filter(pk=event.pk).update(struck_at=timezone.now())


def test_row_that_names_a_struck_out_one_is_restored_after_it(
    patient, event, coordinator, strike, bring_back
):
    """The event is struck out first: nothing that stands names the dose then."""
    visit = a_visit(patient, "W04", coordinator)
    enter(visit, "dose", coordinator, given_g="10")
    dose = visit.entries.get(crf="dose")
    enter(patient, "adverse-event", coordinator, after_dose=dose.link)
    strike(event)
    strike(dose)
    with pytest.raises(NotStruck, match=r"This row names .+, which is struck out\. Restore that first"):
        bring_back(event)
    event.refresh_from_db()
    assert event.struck_at
    bring_back(dose)
    bring_back(event)
    event.refresh_from_db()
    assert event.struck_at is None
