"""A visit that is struck out: all its forms with it, nothing counted, another of its code beside it, restorable."""

import uuid
from datetime import date, timedelta

import pytest

from ecrf.access.roles import Right
from ecrf.audit.refusals import Locked
from ecrf.audit.verifying.verify import verify
from ecrf.casebook.data import PatientData
from ecrf.casebook.models import Entry, PatientStatus, Visit
from ecrf.casebook.places import is_stored
from ecrf.casebook.schedule.matrix import matrix
from ecrf.casebook.services import add_entry, complete_entries, open_visit
from ecrf.casebook.striking import NotStruck, StrikingConsent, restore_visit, strike_out, strike_visit
from ecrf.forms.registry import CRFS
from tests.builders import a_patient, a_place, a_visit, enter
from tests.ecrf.queries.builders import complete, vital_signs

pytestmark = pytest.mark.django_db

WHY = "Opened for the wrong patient"


@pytest.fixture
def patient(site, coordinator):
    return a_patient(site, coordinator)


@pytest.fixture
def visit(patient, coordinator) -> Visit:
    opened = a_visit(patient, "W04", coordinator)
    enter(opened, "vital-signs", coordinator, pulse="70")
    enter(opened, "dose", coordinator, given_g="10")
    enter(opened, "dose-lot", coordinator, parent=1, lot_number="A")
    return opened


@pytest.fixture
def completed(visit, coordinator) -> Visit:
    vital_signs(visit, coordinator)
    complete(visit, "vital-signs", coordinator)
    return visit


@pytest.fixture
def consent(investigator, site) -> StrikingConsent:
    return StrikingConsent(investigator, site.today())


def struck_moments(visit) -> set:
    visit.refresh_from_db()
    tops = Entry.objects.filter(visit=visit, parent=None)
    return {visit.struck_at, *tops.values_list("struck_at", flat=True)}


def test_visit_and_its_forms_are_struck_out_in_one_act(visit, coordinator):
    strike_visit(visit=visit, by=coordinator, reason=WHY)
    assert len(struck_moments(visit)) == 1
    assert visit.struck_at
    assert (visit.struck_by, visit.struck_reason) == (coordinator, WHY)
    assert not Entry.objects.filter(visit=visit, parent=None).exclude(struck_reason=WHY).exists()
    assert verify().faults == []


def test_nothing_of_it_is_read_or_counted(visit, patient, coordinator):
    strike_visit(visit=visit, by=coordinator, reason=WHY)
    data = PatientData(patient)
    data.load(*CRFS)
    assert [key for key in CRFS if data.rows(key)] == []
    assert data.visit_days == {}
    assert not any(row.is_open for row in matrix(patient).rows)
    assert PatientStatus.objects.get(patient=patient).unfinished_code == ""


def test_another_of_its_code_is_opened_beside_it_and_holds_its_own_values(visit, patient, coordinator):
    strike_visit(visit=visit, by=coordinator, reason=WHY)
    again = open_visit(patient=patient, code="W04", by=coordinator)
    assert again.pk != visit.pk
    assert not is_stored(a_place(again, "vital-signs"))
    enter(again, "vital-signs", coordinator, pulse="80")
    assert [row.pulse for row in PatientData(patient).at("vital-signs", "W04")] == [80]
    with pytest.raises(NotStruck, match="opened again meanwhile"):
        restore_visit(visit=visit, by=coordinator, reason="It was right")
    visit.refresh_from_db()
    assert visit.struck_at


def test_restoring_brings_back_what_was_struck_out_with_it_and_no_more(visit, coordinator, site):
    alone = Entry.objects.get(visit=visit, crf="dose")
    strike_out(
        entry=alone, by=coordinator, actor=coordinator.acting_at(site, Right.ENTER), reason="Entered twice"
    )
    strike_visit(visit=visit, by=coordinator, reason=WHY)
    restore_visit(visit=visit, by=coordinator, reason="It was right")
    visit.refresh_from_db()
    assert (visit.struck_at, visit.struck_by, visit.struck_reason) == (None, None, None)
    assert list(Entry.objects.filter(visit=visit, struck_at__isnull=False)) == [alone]


def test_striking_and_restoring_twice_does_it_once(visit, coordinator):
    strike_visit(visit=visit, by=coordinator, reason=WHY)
    strike_visit(visit=visit, by=coordinator, reason="Another reason")
    visit.refresh_from_db()
    assert visit.struck_reason == WHY
    restore_visit(visit=visit, by=coordinator, reason="It was right")
    restore_visit(visit=visit, by=coordinator, reason="It was right")


@pytest.mark.parametrize("reason", ["", " ", "x", "x" * 501])
def test_it_wants_a_reason(visit, coordinator, reason):
    with pytest.raises(NotStruck, match="Say why"):
        strike_visit(visit=visit, by=coordinator, reason=reason)
    assert struck_moments(visit) == {None}


def test_completed_forms_are_the_data_managers_with_consent(completed, coordinator, data_manager, consent):
    with pytest.raises(NotStruck, match="completed forms"):
        strike_visit(visit=completed, by=coordinator, reason=WHY)
    with pytest.raises(NotStruck, match="which investigator"):
        strike_visit(visit=completed, by=data_manager, reason=WHY)
    strike_visit(visit=completed, by=data_manager, reason=WHY, consent=consent)
    completed.refresh_from_db()
    assert (completed.struck_consent_of, completed.struck_consent_on) == (consent.of, consent.on)
    with pytest.raises(NotStruck, match="completed forms"):
        restore_visit(visit=completed, by=coordinator, reason="It was right")
    restore_visit(visit=completed, by=data_manager, reason="It was right")
    completed.refresh_from_db()
    assert completed.struck_consent_of is None


def test_consent_is_an_investigators_of_the_site_and_of_a_day_since_it_was_added(
    completed, data_manager, coordinator, outsider, consent, site
):
    for wrong in (
        StrikingConsent(coordinator, consent.on),
        StrikingConsent(outsider, consent.on),
        StrikingConsent(consent.of, site.today() + timedelta(days=1)),
        StrikingConsent(consent.of, site.today() - timedelta(days=1)),
        StrikingConsent(consent.of, date(1985, 1, 1)),
    ):
        with pytest.raises(NotStruck):
            strike_visit(visit=completed, by=data_manager, reason=WHY, consent=wrong)
    assert struck_moments(completed) == {None}


def test_monitor_strikes_nothing_out(visit, monitor):
    with pytest.raises(NotStruck, match="role"):
        strike_visit(visit=visit, by=monitor, reason=WHY)


def test_what_another_form_names_is_not_struck_out(visit, patient, coordinator):
    dose = Entry.objects.get(visit=visit, crf="dose")
    enter(patient, "adverse-event", coordinator, term="Headache", after_dose=dose.link)
    with pytest.raises(NotStruck, match="names"):
        strike_visit(visit=visit, by=coordinator, reason=WHY)
    assert struck_moments(visit) == {None}


def test_nothing_is_entered_added_or_completed_at_it(visit, patient, coordinator, site):
    strike_visit(visit=visit, by=coordinator, reason=WHY)
    actor = coordinator.acting_at(site, Right.ENTER)
    before = Entry.objects.count()
    for crf, item in (("vital-signs", {"pulse": "80"}), ("dose", {"given_g": "20"})):
        for number in (1, 2):
            result = enter(visit, crf, coordinator, number=number, **item)
            assert all("struck out" in why for why in result.refused.values())
            assert result.refused
    with pytest.raises(Locked, match="was struck out"):
        add_entry(
            patient=patient,
            definition=CRFS["dose"],
            visit=visit,
            parent=None,
            by=actor,
            request_key=uuid.uuid4(),
        )
    assert complete_entries(patient=patient, places=[a_place(visit, "vital-signs")], by=actor)
    assert Entry.objects.count() == before


def test_struck_out_unscheduled_visit_keeps_its_number(patient, coordinator):
    first = a_visit(patient, "UNS-1", coordinator)
    strike_visit(visit=first, by=coordinator, reason=WHY)
    assert [plan.code for plan in matrix(patient).on_demand if plan.code.startswith("UNS")] == ["UNS-2"]
    with pytest.raises(LookupError, match="keeps its number"):
        open_visit(patient=patient, code="UNS-1", by=coordinator)
    assert open_visit(patient=patient, code="UNS-2", by=coordinator).code == "UNS-2"
