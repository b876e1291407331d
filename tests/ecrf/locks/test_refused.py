"""What is frozen or locked: every way to write is refused in words, nothing is half done, and reading goes on."""

import re
import uuid
from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from ecrf.access.roles import Right
from ecrf.audit.actor import acting
from ecrf.audit.models import AuditEvent
from ecrf.audit.refusals import Locked
from ecrf.casebook.laboratory.services import NewRange, add_ranges
from ecrf.casebook.models import Patient, Visit
from ecrf.casebook.services import add_entry, complete_entries
from ecrf.casebook.striking import restore, strike_out
from ecrf.checks.models import Discrepancy
from ecrf.locks.models import Lock, LockKind, LockScope
from tests.builders import a_patient, a_place, a_visit, enter

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("R-112")]


@pytest.fixture
def patient(site, coordinator):
    return a_patient(site, coordinator)


@pytest.fixture
def visit(patient, coordinator, client):
    client.force_login(coordinator)
    visit = a_visit(patient, "W04", coordinator)
    enter(visit, "visit", coordinator, visited_on="2026-01-05", occurrence="done", contact="on-site")
    enter(visit, "vital-signs", coordinator, weight_kg="40", pulse="160")
    return visit


def hold(data_manager, kind, scope, /, **where):
    with acting(data_manager.acting_at(where.get("site"), Right.LOCK)):
        return Lock.objects.create(
            kind=kind, scope=scope, **where, reason="End of study", set_at=timezone.now(), set_by=data_manager
        )


@pytest.fixture(params=list(LockKind))
def frozen(request, visit, data_manager):
    """The patient is frozen, then locked."""
    return hold(data_manager, request.param, LockScope.PATIENT, site=visit.site, patient=visit.patient)


@pytest.fixture
def locked(visit, data_manager):
    return hold(data_manager, LockKind.LOCK, LockScope.PATIENT, site=visit.site, patient=visit.patient)


@pytest.fixture(autouse=True)
def _nothing_is_written(request):
    """Whatever is tried after the lock, the trail stays as long as it was."""
    names = {"frozen", "locked"} & set(request.fixturenames)
    held = [request.getfixturevalue(name) for name in names]
    before = AuditEvent.objects.count()
    yield
    assert not held or AuditEvent.objects.count() == before


def post_item(client, visit, crf, item, value, **more):
    return client.post(
        reverse("item", args=[visit.patient.number, "W04", crf, "1", item]), {"value": value, **more}
    )


def words(response):
    return re.sub(r"\s+", " ", response.content.decode())


def test_refusal_names_the_visit_and_the_zone_as_the_pages_do(client, visit, data_manager):
    hold(data_manager, LockKind.LOCK, LockScope.VISIT, site=visit.site, patient=visit.patient, visit=visit)
    said = words(post_item(client, visit, "vital-signs", "pulse", "80"))
    assert re.search(r"Week 4 of 01-001 is locked since \d{4}-\d\d-\d\d \d\d:\d\d JST by data_manager", said)


def test_item_is_refused_beside_its_field_with_who_when_and_why(client, visit, frozen):
    answer = post_item(client, visit, "vital-signs", "pulse", "80")
    assert answer.status_code == 422
    said = words(answer)
    assert f"Patient 01-001 is {frozen.get_kind_display()} since" in said
    assert " JST by data_manager: End of study" in said


def test_first_item_of_a_new_form_is_refused(client, visit, frozen):
    assert post_item(client, visit, "reading", "value_1", "30").status_code == 422


def test_change_of_a_complete_form_is_refused_before_it_asks_for_a_reason(
    client, visit, coordinator, data_manager
):
    by = coordinator.acting_at(visit.site, Right.ENTER)
    assert complete_entries(patient=visit.patient, places=[a_place(visit, "visit")], by=by) == []
    hold(data_manager, LockKind.FREEZE, LockScope.VISIT, site=visit.site, patient=visit.patient, visit=visit)
    answer = post_item(client, visit, "visit", "contact", "home")
    assert answer.status_code == 422
    assert "This is frozen since" in words(answer)


def test_page_saved_without_script_is_refused_field_by_field_and_keeps_what_was_typed(client, visit, frozen):
    url = reverse("visit", args=[visit.patient.number, "W04"])
    answer = client.post(url, {"vital-signs:1:pulse": "81", "seen:vital-signs-1": '{"pulse": "160"}'})
    assert answer.status_code == 422
    assert "Patient 01-001 is" in words(answer)
    assert 'value="81"' in words(answer)


@pytest.mark.parametrize("action", ["complete", "complete-form:visit-1", "not-done:reading-1:not-done"])
def test_button_that_writes_is_409_in_words_or_changes_nothing(client, visit, frozen, action):
    answer = client.post(reverse("visit", args=[visit.patient.number, "W04"]), {"action": action})
    assert answer.status_code in (400, 409, 422)


def test_completing_is_refused(visit, coordinator, frozen):
    by = coordinator.acting_at(visit.site, Right.ENTER)
    with pytest.raises(Locked, match="01-001"):
        complete_entries(patient=visit.patient, places=[a_place(visit, "visit")], by=by)


def test_row_cannot_be_added(client, visit, frozen):
    url = reverse("add-log-form", args=[visit.patient.number, "adverse-event"])
    answer = client.post(url, {"key": str(uuid.uuid4())})
    assert answer.status_code == 409
    assert "was not saved" in words(answer)
    assert "Patient 01-001 is" in words(answer)


def test_visit_cannot_be_opened(client, visit, frozen):
    assert client.post(reverse("open-visit", args=[visit.patient.number, "W07"])).status_code == 409
    assert not Visit.objects.filter(code="W07").exists()


@pytest.mark.parametrize("scope", [LockScope.SITE, LockScope.STUDY])
def test_patient_cannot_be_added_where_the_site_or_the_study_is_locked(client, visit, data_manager, scope):
    hold(data_manager, LockKind.LOCK, scope, **({"site": visit.site} if scope == LockScope.SITE else {}))
    answer = client.post(reverse("add-patient"), {"site": "01", "key": str(uuid.uuid4())})
    assert answer.status_code == 409
    assert Patient.objects.count() == 1


def an_event(patient, by):
    actor = by.acting_at(patient.site, Right.ENTER)
    kind = a_place(patient, "adverse-event").definition
    add_entry(patient=patient, definition=kind, visit=None, parent=None, by=actor, request_key=uuid.uuid4())
    return kind.model.objects.get(entry__patient=patient).entry, actor


def test_row_can_neither_be_struck_out_nor_restored(visit, coordinator, data_manager):
    entry, actor = an_event(visit.patient, coordinator)
    held = {"site": visit.site, "patient": visit.patient, "entry": entry}
    with acting(data_manager.acting_at(visit.site, Right.LOCK)):
        lock = Lock.objects.create(
            kind=LockKind.FREEZE,
            scope=LockScope.FORM,
            **held,
            reason="Settled",
            set_at=timezone.now(),
            set_by=data_manager,
        )
    with pytest.raises(Locked, match="This form of 01-001 is frozen"):
        strike_out(entry=entry, by=coordinator, actor=actor, reason="Twice")
    lift(lock, data_manager)
    strike_out(entry=entry, by=coordinator, actor=actor, reason="Twice")
    with acting(data_manager.acting_at(visit.site, Right.LOCK)):
        Lock.objects.create(
            kind=LockKind.FREEZE,
            scope=LockScope.FORM,
            **held,
            reason="Settled",
            set_at=timezone.now(),
            set_by=data_manager,
        )
    with pytest.raises(Locked):
        restore(entry=entry, actor=actor, reason="No, it is another one")


def lift(lock, by):
    lock.lifted_at, lock.lifted_by, lock.lift_reason = timezone.now(), by, "By mistake"
    with acting(by.acting_at(lock.site, Right.LOCK)):
        lock.save()


def test_question_can_be_confirmed_under_a_freeze_and_not_under_a_lock(client, visit, data_manager):
    discrepancy = Discrepancy.objects.get(item="pulse")
    url = reverse("confirm-discrepancy", args=[discrepancy.pk])
    hold(data_manager, LockKind.LOCK, LockScope.PATIENT, site=visit.site, patient=visit.patient)
    answer = client.post(url, {"asked": discrepancy.identity}, headers={"HX-Request": "true"})
    assert answer.status_code == 409
    assert words(answer).startswith("<p")
    lift(Lock.objects.get(), data_manager)
    hold(data_manager, LockKind.FREEZE, LockScope.PATIENT, site=visit.site, patient=visit.patient)
    assert client.post(url, {"asked": discrepancy.identity}).status_code == 200


def test_import_by_the_one_function_is_refused_item_by_item(visit, coordinator, frozen):
    result = enter(visit, "vital-signs", coordinator, pulse="90", weight_kg="41")
    assert set(result.refused) == {"pulse", "weight_kg"}
    assert not result.changed


def test_bulk_update_and_raw_sql_are_refused(visit, coordinator, frozen):
    model = a_place(visit, "vital-signs").definition.model
    by = coordinator.acting_at(visit.site, Right.ENTER)
    with pytest.raises(Locked), acting(by):
        model.objects.update(pulse=90)
    with pytest.raises(Locked), acting(by), connection.cursor() as cursor:
        cursor.execute("UPDATE stub_trial_stubvitalsigns SET pulse = 90")


def test_range_that_would_change_a_locked_patient_is_refused_whole(visit, coordinator, data_manager):
    enter(visit, "laboratory", coordinator, collected_on="2026-01-05")
    enter(visit, "lab-result", coordinator, number=1, parent=1, value="12", unit="g/dL")
    hold(data_manager, LockKind.LOCK, LockScope.PATIENT, site=visit.site, patient=visit.patient)
    given = [NewRange("HGB", "g/dL", Decimal("13"), Decimal("17"), "", date(2026, 1, 1))]
    with pytest.raises(Locked, match="Patient 01-001 is locked"):
        add_ranges(site=visit.site, given=given, by=coordinator)
    assert not visit.site.reference_ranges.exists()


def test_range_of_a_locked_site_is_refused(visit, coordinator, data_manager, client):
    hold(data_manager, LockKind.LOCK, LockScope.SITE, site=visit.site)
    given = [NewRange("HGB", "g/dL", Decimal("13"), Decimal("17"), "", date(2026, 1, 1))]
    with pytest.raises(Locked, match="Site 01 is locked"):
        add_ranges(site=visit.site, given=given, by=coordinator)


def test_another_patient_goes_on(visit, coordinator, data_manager):
    hold(data_manager, LockKind.LOCK, LockScope.PATIENT, site=visit.site, patient=visit.patient)
    other = a_visit(a_patient(visit.site, coordinator), "W04", coordinator)
    assert enter(other, "vital-signs", coordinator, pulse="90").changed == ["pulse"]


def test_what_is_lifted_can_be_changed_again(client, visit, locked_then_lifted):
    assert post_item(client, visit, "vital-signs", "pulse", "80").status_code == 200


@pytest.fixture
def locked_then_lifted(visit, data_manager):
    lift(
        hold(data_manager, LockKind.LOCK, LockScope.PATIENT, site=visit.site, patient=visit.patient),
        data_manager,
    )


# --- what the pages show --------------------------------------------------------------------------


def test_held_page_says_so_and_offers_nothing_that_cannot_be_done(client, visit, frozen):
    page = words(client.get(reverse("visit", args=[visit.patient.number, "W04"])))
    assert f"The patient is {frozen.get_kind_display()} since" in page
    assert 'value="complete' not in page
    assert 'value="save">Save</button>' not in page.split("page-end")[1]
    fields = re.findall(r"<(?:input|select|textarea)[^>]* name=\"(?:visit|vital-signs|scale)[:][^>]*>", page)
    assert fields
    assert all(" disabled" in each for each in fields)


def test_held_form_alone_is_for_reading(client, visit, data_manager):
    entry = a_place(visit, "vital-signs").definition.model.objects.get().entry
    hold(data_manager, LockKind.FREEZE, LockScope.FORM, site=visit.site, patient=visit.patient, entry=entry)
    page = words(client.get(reverse("visit", args=[visit.patient.number, "W04"])))
    fields = {
        name: " disabled" in tag
        for tag, name in re.findall(r"(<(?:input|select)[^>]* name=\"([a-z-]+:1:[a-z_0-9]+)\"[^>]*>)", page)
    }
    assert fields["vital-signs:1:pulse"]
    assert not fields["reading:1:value_1"]


def test_patients_page_says_so_and_offers_no_new_visit(client, visit, frozen):
    page = words(client.get(reverse("patient", args=[visit.patient.number])))
    assert "The patient is" in page
    assert "/open/" not in page
    assert "Add adverse event" not in page


def test_locked_visit_is_marked_on_the_patients_page(client, visit, data_manager):
    hold(data_manager, LockKind.LOCK, LockScope.VISIT, site=visit.site, patient=visit.patient, visit=visit)
    page = words(client.get(reverse("patient", args=[visit.patient.number])))
    assert page.count("locked or frozen") == 1
    assert "/open/" in page
