"""The one function that records values."""

from decimal import Decimal

import pytest
from django.db import transaction

from ecrf.access.roles import Right
from ecrf.audit.models import AuditEvent
from ecrf.audit.verifying.verify import verify
from ecrf.casebook.data import PatientData
from ecrf.casebook.record.record import record
from ecrf.casebook.record.values import Missing
from ecrf.casebook.services import complete_entries
from ecrf.checks.models import Discrepancy
from tests.builders import a_patient, a_place, a_visit, enter


@pytest.fixture
def visit(site, coordinator):
    return a_visit(a_patient(site, coordinator), "W01", coordinator)


@pytest.mark.requirement("R-001")
@pytest.mark.requirement("R-003")
def test_first_value_is_saved_and_audited(visit, coordinator):
    result = enter(visit, "reading", coordinator, value_1="31.5")
    assert result.row.value_1 == Decimal("31.5")
    event = AuditEvent.objects.filter(table="stub_trial_stubreading").latest("position")
    assert event.changes["value_1"] == [None, 31.5]
    assert event.calculated["highest"] == [None, 31.5]
    assert (event.actor, event.role, event.site) == ("coordinator", "coordinator", "01")
    assert verify().faults == []


def test_full_width_digits_and_decimal_comma_are_numbers(visit, coordinator):
    result = enter(visit, "reading", coordinator, value_1="３１，５", value_4="31,5")
    assert result.row.value_1 == result.row.value_4 == Decimal("31.5")


@pytest.mark.requirement("R-090")
def test_impossible_value_is_refused_and_leaves_no_entry(visit, coordinator):
    result = enter(visit, "reading", coordinator, value_1="201")
    assert "between 0 and 200" in result.refused["value_1"]
    assert not visit.entries.exists()


@pytest.mark.requirement("R-023")
def test_same_value_again_writes_nothing(visit, coordinator):
    enter(visit, "reading", coordinator, value_1="31.5")
    before = AuditEvent.objects.count()
    assert enter(visit, "reading", coordinator, value_1="31.50").changed == []
    assert AuditEvent.objects.count() == before


@pytest.mark.requirement("R-099")
def test_value_changed_by_another_is_not_overwritten(visit, coordinator, investigator):
    enter(visit, "reading", coordinator, value_1="31.5")
    result = enter(visit, "reading", investigator, value_1="30.0", seen={"value_1": ""})
    assert result.conflicts["value_1"].stored == "31.5"
    assert result.row.value_1 == Decimal("31.5")


def test_missing_reason_stands_instead_of_the_value(visit, coordinator):
    enter(visit, "reading", coordinator, value_1="31.5")
    row = enter(visit, "reading", coordinator, value_1=Missing("not-done", "pain")).row
    assert row.value_1 is None
    assert row.missing_reasons == {"value_1": {"reason": "not-done", "comment": "pain"}}
    event = AuditEvent.objects.filter(table="stub_trial_stubreading").latest("position")
    assert event.changes["value_1"] == [31.5, None]
    assert event.changes["value_1.missing"][1]["reason"] == "not-done"


@pytest.mark.requirement("R-005")
def test_change_after_completion_wants_a_reason(visit, coordinator):
    enter(visit, "visit", coordinator, occurrence="done", visited_on="2026-01-05", contact="on-site")
    by = coordinator.acting_at(visit.site, "enter")
    assert complete_entries(patient=visit.patient, places=[a_place(visit, "visit")], by=by) == []
    assert enter(visit, "visit", coordinator, visited_on="2026-01-06").wants_reason == ["visited_on"]
    assert enter(visit, "visit", coordinator, visited_on="2026-01-06", reason="  ").wants_reason
    result = enter(visit, "visit", coordinator, visited_on="2026-01-06", reason="Transcription error")
    assert result.changed == ["visited_on"]
    assert (
        AuditEvent.objects.filter(table="stub_trial_stubvisit").latest("position").reason
        == "Transcription error"
    )


def test_soft_check_asks_and_clears_by_itself(visit, coordinator):
    enter(visit, "scale", coordinator, before_dose="no")
    assert Discrepancy.objects.get(check_id="SCALE-001").state == "open"
    enter(visit, "scale", coordinator, before_dose="yes")
    assert Discrepancy.objects.get(check_id="SCALE-001").state == "cleared"


def test_pair_rule_refuses_the_item_of_the_pair_and_no_other(visit, coordinator):
    enter(visit, "vital-signs", coordinator, systolic="120", diastolic="80")
    result = enter(visit, "vital-signs", coordinator, weight_kg="70", diastolic="130")
    assert list(result.refused) == ["diastolic"]
    assert (result.row.diastolic, result.row.weight_kg) == (80, Decimal("70.0"))


def test_what_is_left_after_a_refusal_is_checked_again(visit, coordinator):
    enter(visit, "vital-signs", coordinator, systolic="85", diastolic="60")
    result = enter(visit, "vital-signs", coordinator, systolic="100", diastolic="110")
    assert (result.row.systolic, result.row.diastolic) in ((85, 60), (100, 60))


def test_thousands_comma_is_refused_not_taken_for_a_decimal(visit, coordinator):
    assert enter(visit, "dose", coordinator, given_ml="1,200").refused.keys() == {"given_ml"}


def test_one_book_for_several_rows_finds_what_was_recorded_before_with_it(visit, coordinator):
    by = coordinator.acting_at(visit.patient.site, Right.ENTER)
    lots = [a_place(visit, "dose-lot", number, 1) for number in (1, 2, 1)]
    with transaction.atomic():
        data = PatientData(visit.patient)
        for place, number in zip(lots, ("SYN-1", "SYN-2", "SYN-3"), strict=True):
            record(place=place, values={"lot_number": number}, by=by, data=data)
        record(place=a_place(visit, "dose"), values={"given_g": "10"}, by=by, data=data)
    assert [row.lot_number for row in PatientData(visit.patient).rows("dose-lot")] == ["SYN-3", "SYN-2"]
    assert visit.entries.filter(crf="dose").count() == 1
    assert verify().faults == []


def test_one_book_for_several_named_rows_compares_each_with_its_own(patient_with_haemoglobin, coordinator):
    patient, visit = patient_with_haemoglobin
    by = coordinator.acting_at(patient.site, Right.ENTER)
    with transaction.atomic():
        data = PatientData(patient)
        for number, value in ((2, "5.0"), (1, "12.0")):
            values = {"value": value, "unit": "g/dL"}
            record(place=a_place(visit, "lab-result", number, 1), values=values, by=by, data=data)
    assert (
        Discrepancy.objects.get(check_id="LAB-001").text
        == "Haemoglobin fell from 15.0 to 12.0 since Week 1 (baseline)."
    )


@pytest.fixture
def patient_with_haemoglobin(visit, coordinator):
    enter(visit, "visit", coordinator, occurrence="done", visited_on="2026-05-04")
    enter(visit, "lab-result", coordinator, parent=1, value="15.0", unit="g/dL")
    later = a_visit(visit.patient, "W04", coordinator)
    enter(later, "visit", coordinator, occurrence="done", visited_on="2026-05-25")
    return visit.patient, later
