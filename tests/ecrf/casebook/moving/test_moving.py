"""What was entered into the wrong visit or patient goes to the right one: whole, once and told, or not at all."""

import uuid

import pytest

from ecrf.access.roles import Right
from ecrf.audit.actor import acting
from ecrf.audit.models import AuditEvent
from ecrf.audit.refusals import Locked
from ecrf.audit.verifying.verify import verify
from ecrf.casebook.history import item_history
from ecrf.casebook.models import Entry, Status, Visit
from ecrf.casebook.moving import MOVED, NotMoved
from ecrf.casebook.record.values import Missing
from ecrf.casebook.striking import StrikingConsent, strike_patient
from ecrf.checks.models import Discrepancy
from ecrf.forms.registry import CRFS
from ecrf.locks.models import LockKind, LockScope
from ecrf.locks.services import put
from tests.builders import a_patient, a_visit, enter
from tests.ecrf.casebook.moving.builders import WHY, contents, filled_visit, forms_of, moved
from tests.ecrf.queries.builders import complete, vital_signs

pytestmark = pytest.mark.django_db


@pytest.fixture
def visit(site, coordinator) -> Visit:
    return filled_visit(site, coordinator)


@pytest.fixture
def patient(visit):
    return visit.patient


@pytest.fixture
def other(visit, site, coordinator):
    return a_patient(site, coordinator)


def nothing_happened(patient, code="W04"):
    assert Entry.objects.filter(patient=patient, struck_at__isnull=False).count() == 0
    assert contents(patient, code)


def test_whole_visit_goes_to_another_code_and_the_old_visit_is_struck_out(visit, patient, coordinator):
    before = contents(patient, "W04")
    found = moved(forms_of(visit), patient, "W07", coordinator)
    assert contents(patient, "W07") == before
    assert contents(patient, "W04") == {}
    visit.refresh_from_db()
    assert found.strikes_visit
    assert visit.struck_reason == f"Moved to {patient.number}, Week 7: {WHY}"
    assert verify().faults == []


def test_whole_visit_goes_to_another_patient_who_has_not_opened_it(visit, patient, other, coordinator):
    before = contents(patient, "W04")
    moved(forms_of(visit), other, "W04", coordinator)
    assert contents(other, "W04") == before
    assert contents(patient, "W04") == {}
    assert verify().faults == []


def test_one_form_goes_and_the_visit_stays(visit, patient, coordinator):
    before = contents(patient, "W04")
    found = moved(forms_of(visit, "vital-signs"), patient, "W07", coordinator)
    assert not found.strikes_visit
    assert contents(patient, "W07") == {key: row for key, row in before.items() if key[0] == "vital-signs"}
    assert contents(patient, "W04") == {key: row for key, row in before.items() if key[0] != "vital-signs"}
    old = Entry.objects.get(visit=visit, crf="vital-signs")
    assert old.struck_reason == f"Moved to {patient.number}, Week 7, Vital signs and weight: {WHY}"


def test_every_item_tells_where_it_came_from(visit, patient, other, coordinator):
    moved(forms_of(visit), other, "W07", coordinator)
    rows = CRFS["vital-signs"].model._default_manager.filter(entry__patient=other)
    (line,) = item_history(CRFS["vital-signs"], rows.get(), "pulse")
    assert (line.source, line.new, line.actor) == (MOVED, "70", coordinator.username)
    assert line.reason == f"Moved from {patient.number}, Week 4, Vital signs and weight: {WHY}"
    lot = AuditEvent.objects.get(chain=other.pk, table=CRFS["dose-lot"].model._meta.db_table)
    assert lot.reason == f"Moved from {patient.number}, Week 4, Dose 2: {WHY}"


def test_missing_reasons_go_along(visit, patient, coordinator):
    enter(visit, "vital-signs", coordinator, systolic=Missing("not-done", "cuff broken"))
    moved(forms_of(visit, "vital-signs"), patient, "W07", coordinator)
    row = contents(patient, "W07")["vital-signs", "1"]
    assert row["missing_reasons"] == {"systolic": {"reason": "not-done", "comment": "cuff broken"}}


def test_repeating_form_gets_the_next_number(visit, patient, coordinator):
    target = a_visit(patient, "W07", coordinator)
    enter(target, "dose", coordinator, given_g="30")
    moved(forms_of(visit, "dose"), patient, "W07", coordinator)
    found = contents(patient, "W07")
    assert {key for key in found if key[0] == "dose"} == {("dose", "1"), ("dose", "2"), ("dose", "3")}
    assert found["dose-lot", "3.2"]["lot_number"] == "A<1"


def test_row_of_a_log_goes_to_another_patients_log(visit, patient, other, coordinator):
    enter(other, "adverse-event", coordinator, term="Cough")
    enter(patient, "adverse-event", coordinator, term="Headache", started_on="2026-01")
    moved(forms_of(patient, "adverse-event"), other, "", coordinator)
    assert contents(other)["adverse-event", "2"]["term"] == "Headache"
    assert contents(patient) == {}


def test_form_that_is_not_empty_is_named_and_nothing_moves(visit, patient, coordinator):
    target = a_visit(patient, "W07", coordinator)
    enter(target, "vital-signs", coordinator, pulse="99")
    with pytest.raises(NotMoved, match="Week 7, Vital signs and weight is not empty"):
        moved(forms_of(visit), patient, "W07", coordinator)
    nothing_happened(patient)


def test_form_that_the_target_does_not_have_is_named(site, coordinator):
    visit = a_visit(a_patient(site, coordinator), "SCR", coordinator)
    enter(visit, "consent", coordinator, sex="F")
    with pytest.raises(NotMoved, match="Week 7 has no form Consent"):
        moved(forms_of(visit), visit.patient, "W07", coordinator)
    with pytest.raises(NotMoved, match="has no form Consent"):
        moved(forms_of(visit), visit.patient, "", coordinator)
    nothing_happened(visit.patient, "SCR")


@pytest.mark.parametrize("code", ["W04", "W05", "UNS-3", "nonsense"])
def test_to_the_same_place_or_to_no_visit_of_the_schedule_is_refused(visit, patient, coordinator, code):
    with pytest.raises(NotMoved):
        moved(forms_of(visit), patient, code, coordinator)
    nothing_happened(patient)


def test_onto_another_site_is_refused_and_names_transfer(visit, other_site, outsider, coordinator):
    elsewhere = a_patient(other_site, outsider)
    with pytest.raises(NotMoved, match="handed over"):
        moved(forms_of(visit), elsewhere, "W04", coordinator)
    nothing_happened(visit.patient)


@pytest.mark.parametrize("reason", ["", " ", "x", "x" * 501, "x" * 480])
def test_it_wants_a_reason_that_leaves_room_for_the_place(visit, coordinator, reason):
    with pytest.raises(NotMoved, match="Say why"):
        moved(forms_of(visit), visit.patient, "W07", coordinator, reason=reason)
    nothing_happened(visit.patient)


def test_same_click_twice_moves_once(visit, patient, coordinator):
    key, forms = uuid.uuid4(), forms_of(visit)
    moved(forms, patient, "W07", coordinator, key=key)
    count = Entry.objects.count()
    assert moved(forms, patient, "W07", coordinator, key=key).was_done
    assert Entry.objects.count() == count


def test_another_tab_is_told_where_it_went(visit, patient, other, coordinator):
    forms = forms_of(visit)
    moved(forms, patient, "W07", coordinator)
    with pytest.raises(NotMoved, match=f"was struck out: Moved to {patient.number}, Week 7"):
        moved(forms, other, "W04", coordinator)
    assert contents(other, "W04") == {}


def test_completed_form_is_the_data_managers_with_consent_and_arrives_in_progress(
    visit, patient, coordinator, data_manager, investigator, site
):
    vital_signs(visit, coordinator)
    complete(visit, "vital-signs", coordinator)
    forms = forms_of(visit, "vital-signs")
    with pytest.raises(NotMoved, match="completed forms"):
        moved(forms, patient, "W07", coordinator)
    with pytest.raises(NotMoved, match="which investigator"):
        moved(forms, patient, "W07", data_manager)
    moved(forms, patient, "W07", data_manager, consent=StrikingConsent(investigator, site.today()))
    new = Entry.objects.get(patient=patient, visit__code="W07", crf="vital-signs")
    assert new.status == Status.DRAFT
    assert f"{investigator} consented on {site.today()}" in Entry.objects.get(pk=forms[0].pk).struck_reason


@pytest.mark.parametrize("who", ["monitor", "safety", "statistician", "administrator", "outsider"])
def test_others_move_nothing(visit, request, who):
    with pytest.raises(NotMoved, match="role"):
        moved(forms_of(visit), visit.patient, "W07", request.getfixturevalue(who))
    nothing_happened(visit.patient)


@pytest.mark.parametrize("kind", LockKind)
@pytest.mark.parametrize("end", ["old visit", "new visit", "old form", "other patient"])
def test_freeze_or_lock_at_either_end_refuses_all(
    visit, patient, other, coordinator, data_manager, kind, end
):
    to = other if end == "other patient" else patient
    held = {
        "old visit": lambda: (LockScope.VISIT, {"visit": visit}),
        "new visit": lambda: (LockScope.VISIT, {"visit": a_visit(patient, "W07", coordinator)}),
        "old form": lambda: (LockScope.FORM, {"entry": Entry.objects.get(visit=visit, crf="vital-signs")}),
        "other patient": lambda: (LockScope.PATIENT, {"patient": other}),
    }
    scope, of = held[end]()
    actor = data_manager.acting_at(patient.site, Right.LOCK)
    put(
        kind=kind, scope=scope, **of, reason="Settled", by=data_manager, actor=actor, despite_open_points=True
    )
    with pytest.raises((NotMoved, Locked), match=str(LockKind(kind).label)):
        moved(forms_of(visit), to, "W07", coordinator)
    nothing_happened(patient)
    assert contents(to, "W07") == {}


def test_struck_out_patient_takes_nothing(visit, patient, other, coordinator):
    strike_patient(patient=other, by=coordinator, reason="Added twice")
    with pytest.raises((NotMoved, Locked), match="struck out"):
        moved(forms_of(visit), other, "W04", coordinator)
    nothing_happened(patient)


def test_refused_value_is_named_and_all_is_taken_back(visit, patient, coordinator):
    lot = CRFS["dose-lot"].model._default_manager.get(entry__parent__visit=visit)
    with acting(coordinator.acting_at(patient.site, Right.ENTER), patient_id=patient.pk):
        CRFS["dose-lot"].model._default_manager.filter(pk=lot.pk).update(expires_on="not a day")
    with pytest.raises(NotMoved, match=r"Week 7, Dose 2.*Expires on"):
        moved(forms_of(visit), patient, "W07", coordinator)
    nothing_happened(patient)
    assert contents(patient, "W07") == {}
    assert not Visit.objects.filter(patient=patient, code="W07").exists()


def test_form_that_names_a_moved_one_names_it_at_its_new_place(visit, patient, coordinator):
    enter(patient, "adverse-event", coordinator, term="Headache", after_dose="W04.2")
    moved(forms_of(visit, "dose"), patient, "W07", coordinator)
    assert contents(patient)["adverse-event", "1"]["after_dose"] == "W07.2"


def test_what_a_form_of_the_old_patient_names_does_not_go_to_another(visit, patient, other, coordinator):
    enter(patient, "adverse-event", coordinator, term="Headache", after_dose="W04.2")
    with pytest.raises(NotMoved, match=r"Adverse event 1 names .*Dose 2.* Move it along"):
        moved(forms_of(visit), other, "W04", coordinator)
    nothing_happened(patient)


def test_link_to_what_stays_with_the_old_patient_is_left_blank(visit, patient, other, coordinator):
    enter(patient, "adverse-event", coordinator, term="Headache", after_dose="W04.2")
    moved(forms_of(patient, "adverse-event"), other, "", coordinator)
    row = contents(other)["adverse-event", "1"]
    assert (row["term"], row["after_dose"]) == ("Headache", None)


def test_links_between_forms_that_move_together_are_kept(patient, other, coordinator):
    enter(other, "adverse-event", coordinator, term="Cough")
    enter(patient, "adverse-event", coordinator, term="Headache")
    enter(patient, "report", coordinator, adverse_event="1")
    moved(forms_of(patient), other, "", coordinator)
    assert contents(other)["report", "1"]["adverse_event"] == "2"
    assert contents(patient) == {}


def test_checks_ask_at_the_new_place_and_no_more_at_the_old(visit, patient, coordinator):
    enter(visit, "dose-signs", coordinator, parent=1, pulse="200")
    moved(forms_of(visit), patient, "W07", coordinator)
    states = Discrepancy.objects.filter(check_id="DOSE-002").values_list(
        "entry__parent__visit__code", "state"
    )
    assert set(states) == {("W04", "cleared"), ("W07", "open")}


def test_moved_back_it_stands_where_it_was(visit, patient, coordinator):
    before = contents(patient, "W04")
    moved(forms_of(visit), patient, "W07", coordinator)
    there = Visit.objects.get(patient=patient, code="W07")
    moved(forms_of(there), patient, "W04", coordinator)
    assert contents(patient, "W04") == before
    assert contents(patient, "W07") == {}
