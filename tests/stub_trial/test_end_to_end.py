"""One visit's way through the engine on the stub protocol: entered, checked, asked about, signed and locked."""

import pytest
from django.conf import settings

from ecrf.access.roles import Right
from ecrf.checks.models import Discrepancy
from ecrf.locks.models import LockKind, LockScope
from ecrf.locks.services import put
from ecrf.queries.models import Query
from ecrf.signatures.models import Signature, SignatureScope
from tests.builders import a_patient, a_visit, enter
from tests.ecrf.queries.builders import act, answered, asked, complete
from tests.ecrf.signatures.conftest import change, checked, signed
from tests.stub_trial.crfs.reading import VALUES
from tests.stub_trial.crfs.scale import QUESTIONS

pytestmark = pytest.mark.django_db
DOSE = {"given_on": "2026-01-05", "weight_kg": "60", "given_g": "40.0", "given_ml": "400"}
SIGNS = {"weight_kg": "60.0", "systolic": "120", "diastolic": "80", "pulse": "70", "temperature": "36.5"}
SIGNS |= {"respiration": "14", "spo2": "98"}


@pytest.fixture
def patient(site, coordinator):
    return a_patient(site, coordinator)


@pytest.fixture
def visit(patient, coordinator):
    return a_visit(patient, "W01", coordinator)


def test_run_is_on_the_stub_and_not_on_the_trial():
    assert "trial" not in settings.INSTALLED_APPS
    assert settings.PROTOCOL.startswith("tests.stub_trial.")


def test_value_typed_on_the_visits_page_is_saved_and_shown_there(visit, coordinator, client):
    client.force_login(coordinator)
    page = f"/patients/{visit.patient.number}/W01/"
    saved = client.post(f"{page}vital-signs/1/pulse/", {"value": "200"}, headers={"HX-Request": "true"})
    assert saved.status_code == 200
    assert "Pulse is 200 /min; 40 to 150 is usual." in saved.content.decode()
    assert 'value="200"' in client.get(page).content.decode()


def test_row_of_a_dose_stands_below_it(visit, coordinator, client):
    enter(visit, "dose", coordinator, given_on="2026-01-05", given_g="40.0")
    enter(visit, "dose-lot", coordinator, parent=1, lot_number="L-77")
    client.force_login(coordinator)
    assert "L-77" in client.get(f"/patients/{visit.patient.number}/W01/").content.decode()


def test_calculated_item_follows_what_it_is_derived_from(visit, coordinator):
    enter(visit, "reading", coordinator, value_1="31.0", value_2="40.5")
    assert enter(visit, "reading", coordinator, value_2="30.0").row.highest == 31


def test_impossible_pressures_are_refused_by_vs_001(visit, coordinator):
    refused = enter(visit, "vital-signs", coordinator, systolic="80", diastolic="120")
    assert not refused.is_clean


@pytest.mark.parametrize(
    ("check", "crf", "values"),
    [
        ("VS-002", "vital-signs", {"pulse": "200"}),
        ("VS-003", "vital-signs", {"weight_kg": "160"}),
        ("DOSE-001", "dose", {"given_on": "2026-01-04"}),
        ("SCALE-001", "scale", {"before_dose": "no"}),
        ("READ-001", "reading", {"value_3": "170"}),
        ("AE-002", "adverse-event", {"ended_on": "2026-01", "ongoing": "yes"}),
        ("AE-003", "adverse-event", {"serious": "yes"}),
    ],
)
def test_check_asks_and_is_quiet_again_when_the_value_is_corrected(check, crf, values, visit, coordinator):
    enter(visit, "visit", coordinator, occurrence="done", visited_on="2026-01-05")
    where = visit.patient if crf == "adverse-event" else visit
    name = next(iter(values))
    enter(where, crf, coordinator, **values)
    assert [found.check_id for found in Discrepancy.objects.filter(state="open")] == [check]
    enter(where, crf, coordinator, **{name: ""})
    assert not Discrepancy.objects.filter(state="open").exists()


def test_end_of_an_event_before_its_beginning_is_refused_by_ae_001(patient, coordinator):
    refused = enter(patient, "adverse-event", coordinator, started_on="2026-02", ended_on="2026-01")
    assert not refused.is_clean


@pytest.mark.requirement("R-090")
def test_checks_across_visits_compare_with_the_other_visit(patient, coordinator):
    for code, weight in (("SCR", "60.0"), ("W01", "80.0")):
        visit = a_visit(patient, code, coordinator)
        enter(visit, "visit", coordinator, occurrence="done", visited_on="2026-01-05")
        enter(visit, "vital-signs", coordinator, weight_kg=weight)
        enter(visit, "reading", coordinator, value_1=str(2 * float(weight)))
    assert {found.check_id for found in Discrepancy.objects.all()} == {"VISIT-001", "VS-004", "READ-003"}


def test_row_of_a_dose_is_asked_about_by_dose_002(visit, coordinator):
    enter(visit, "dose-signs", coordinator, parent=1, pulse="200")
    assert [found.check_id for found in Discrepancy.objects.all()] == ["DOSE-002"]


def test_low_pressure_around_a_dose_is_asked_about_until_an_event_of_that_day_is_entered(visit, coordinator):
    enter(visit, "dose", coordinator, given_on="2026-01-05")
    enter(visit, "dose-signs", coordinator, parent=1, systolic="80")
    assert Discrepancy.objects.get(check_id="DOSE-003").state == "open"
    enter(visit.patient, "adverse-event", coordinator, started_on="2026-01-05")
    assert Discrepancy.objects.get(check_id="DOSE-003").state == "cleared"


def test_date_before_the_consent_is_asked_about_by_date_001(patient, visit, coordinator):
    enter(visit, "visit", coordinator, occurrence="done", visited_on="2026-01-05")
    enter(a_visit(patient, "SCR", coordinator), "consent", coordinator, signed_on="2026-01-06")
    assert Discrepancy.objects.get(check_id="DATE-001").entry.visit == visit


def test_values_of_a_missed_visit_are_asked_about_by_visit_002(visit, coordinator):
    enter(visit, "vital-signs", coordinator, pulse="70")
    enter(visit, "visit", coordinator, occurrence="missed")
    assert Discrepancy.objects.get(check_id="VISIT-002").item == "pulse"


def test_result_that_fell_since_the_last_visit_is_asked_about_by_lab_001(patient, coordinator):
    for code, value in (("SCR", "15"), ("W01", "13")):
        enter(a_visit(patient, code, coordinator), "lab-result", coordinator, parent=1, value=value)
    assert Discrepancy.objects.get(check_id="LAB-001").entry.visit.code == "W01"


def test_query_is_asked_answered_and_closed(visit, coordinator, monitor):
    enter(visit, "vital-signs", coordinator, **SIGNS)
    query = asked(complete(visit, "vital-signs", coordinator), monitor)
    answered(query, coordinator)
    act("close", query, monitor)
    assert Query.objects.get().closed_by == monitor


def test_visit_is_signed_and_locked_and_then_refuses_values(
    visit, coordinator, investigator, data_manager, client
):
    enter(visit, "visit", coordinator, occurrence="done", visited_on="2026-01-05", contact="on-site")
    enter(visit, "vital-signs", coordinator, **SIGNS)
    enter(visit, "scale", coordinator, assessor="A1", before_dose="yes", **dict.fromkeys(QUESTIONS, "4"))
    enter(visit, "reading", coordinator, device="D1", assessor="A1", **dict.fromkeys(VALUES, "31.0"))
    for number in range(1, 6):
        enter(visit, "dose", coordinator, number=number, **DOSE)
        enter(visit, "dose-lot", coordinator, parent=number, lot_number="L-77", expires_on="2031-01")
        enter(visit, "dose-signs", coordinator, parent=number, pulse="70", systolic="120")
        complete(visit, "dose", coordinator, number)
    for crf in ("visit", "vital-signs", "scale", "reading"):
        complete(visit, crf, coordinator)
    assert signed(visit, SignatureScope.VISIT, checked(investigator)).stands
    change(visit, coordinator, "3", QUESTIONS[0])
    assert not Signature.objects.get().stands
    put(
        kind=LockKind.LOCK,
        scope=LockScope.VISIT,
        visit=visit,
        despite_open_points=True,
        reason="The study is over",
        by=data_manager,
        actor=data_manager.acting_at(visit.site, Right.LOCK),
    )
    client.force_login(coordinator)
    page = f"/patients/{visit.patient.number}/W01/"
    refused = client.post(f"{page}vital-signs/1/pulse/", {"value": "71"}, headers={"HX-Request": "true"})
    assert refused.status_code == 422
    assert 'value="70"' in client.get(page).content.decode()
