"""Every cell of the grid says what the patient's page and the review's grid say of the same form."""

import uuid
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.urls import reverse
from django.utils.translation import override

from ecrf.access.roles import Right, Role
from ecrf.audit.actor import SYSTEM
from ecrf.casebook.data import PatientData
from ecrf.casebook.models import Entry, Patient
from ecrf.casebook.schedule.matrix import matrix
from ecrf.casebook.services import add_entry
from ecrf.casebook.striking import strike_out
from ecrf.forms.registry import CRFS
from ecrf.grid import cells
from ecrf.grid.columns import ColumnChoice
from ecrf.grid.load import PatientRow, patient_rows
from ecrf.grid.narrowing import STATE_FILTERS
from ecrf.grid.page import GridScope, page_of
from ecrf.locks.models import LockKind, LockScope
from ecrf.locks.services import put
from ecrf.monitoring.sdv.grid import grid_of
from ecrf.queries.lookup import open_of_patient
from ecrf.signatures.lookup import signatures_of
from ecrf.signatures.models import SignatureScope
from ecrf.signatures.services import chain_length, sign
from ecrf.signatures.signers import confirm_identity
from ecrf.verification.services import verify_shown
from tests.builders import a_patient, a_visit, enter
from tests.conftest import make_site, make_user
from tests.ecrf.queries.builders import asked, change, complete, vital_signs
from tests.ecrf.verification.test_plan import put as raise_share

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("R-098")]


def an_event(patient: Patient, by, **values) -> Entry:
    """One more adverse event."""
    place = add_entry(
        patient=patient,
        definition=CRFS["adverse-event"],
        visit=None,
        parent=None,
        by=by.acting_at(patient.site, Right.ENTER),
        request_key=uuid.uuid4(),
    )
    enter(patient, "adverse-event", by, number=place.number, **values)
    return Entry.objects.get(patient=patient, crf="adverse-event", number=place.number)


def verified(visit, crf: str, by, *only: str) -> None:
    """Every item of the form, as a monitor does with one key; or only some."""
    entry = Entry.objects.get(visit=visit, crf=crf, parent=None)
    entry.patient = visit.patient
    items = [(entry, name) for name in only or CRFS[crf].entered]
    actor = by.acting_at(visit.site, Right.VERIFY)
    verify_shown(patient=visit.patient, items=items, seen=chain_length(visit.patient), by=by, actor=actor)


def signed(patient: Patient, by, **scope) -> None:
    sign(
        patient=patient,
        **scope,
        seen=chain_length(patient),
        by=by,
        actor=by.acting_at(patient.site, Right.SIGN),
        declares=True,
    )


def held(kind: str, by, site, **scope) -> None:
    actor = by.acting_at(site, Right.LOCK)
    put(kind=kind, **scope, reason="Settled", by=by, actor=actor, despite_open_points=True)


@pytest.fixture(scope="module")
def world(module_db) -> SimpleNamespace:
    """Patients in every state that there is."""
    site = make_site("01")
    coordinator = make_user("coordinator", Role.COORDINATOR, site)
    investigator = make_user("investigator", Role.INVESTIGATOR, site)
    monitor = make_user("monitor", Role.MONITOR, site)
    data_manager = make_user("data_manager", Role.DATA_MANAGER)
    raise_share(site, data_manager, 100)
    confirm_identity(user=investigator, confirmed_by="Synthetic", how="Invented", by=SYSTEM, source="test")
    new, busy, reviewed, missed, frozen = (a_patient(site, coordinator) for _ in range(5))
    visit = a_visit(busy, "SCR", coordinator)
    enter(visit, "visit", coordinator, occurrence="done", visited_on=str(site.today() - timedelta(days=70)))
    vital_signs(visit, coordinator)
    unscheduled = a_visit(busy, "UNS-1", coordinator)
    enter(
        unscheduled,
        "visit",
        coordinator,
        occurrence="done",
        visited_on=str(site.today() - timedelta(days=65)),
    )
    baseline = a_visit(busy, "W01", coordinator)
    enter(baseline, "dose", coordinator, number=1)
    began = site.today() - timedelta(days=60)
    enter(baseline, "visit", coordinator, occurrence="done", visited_on=str(began))
    _event, struck = an_event(busy, coordinator), an_event(busy, coordinator)
    actor = coordinator.acting_at(site, Right.ENTER)
    strike_out(entry=struck, by=coordinator, actor=actor, reason="Entered twice")

    visit = a_visit(reviewed, "W04", coordinator)
    vital_signs(visit, coordinator)
    form = complete(visit, "vital-signs", coordinator)
    verified(visit, "vital-signs", monitor)
    asked(form, monitor)
    signed(reviewed, investigator, scope=SignatureScope.FORM, entry=form)
    other = a_visit(reviewed, "W07", coordinator)
    vital_signs(other, coordinator)
    broken = complete(other, "vital-signs", coordinator)
    signed(reviewed, investigator, scope=SignatureScope.VISIT, visit=other)
    change(broken, coordinator, pulse="71")
    third = a_visit(reviewed, "W10", coordinator)
    vital_signs(third, coordinator)
    complete(third, "vital-signs", coordinator)
    verified(third, "vital-signs", monitor, "pulse")

    visit = a_visit(missed, "W01", coordinator)
    enter(visit, "visit", coordinator, occurrence="missed")

    visit = a_visit(frozen, "W01", coordinator)
    vital_signs(visit, coordinator)
    complete(visit, "vital-signs", coordinator)
    held(LockKind.FREEZE, data_manager, site, scope=LockScope.VISIT, visit=visit)
    visit = a_visit(frozen, "W04", coordinator)
    held(LockKind.LOCK, data_manager, site, scope=LockScope.FORM, entry=vital_signs(visit, coordinator))
    return SimpleNamespace(
        site=site, patients=[new, busy, reviewed, missed, frozen], busy=busy, monitor=monitor
    )


def rows_of(*patients: Patient) -> list[PatientRow]:
    return patient_rows(list(Patient.objects.select_related("site").filter(pk__in=[p.pk for p in patients])))


def test_cell_is_in_the_state_that_the_patients_page_says(world):
    seen = 0
    for row in rows_of(*world.patients):
        page = matrix(row.patient, PatientData(row.patient))
        assert row.schedule == page.schedule_status
        for line in page.rows:
            visit = row.by_code[line.due.plan.code]
            assert (visit.due, visit.visit_id) == (line.due, line.visit_id)
            forms = {form.key: form.form for form in visit.forms}
            for cell in line.cells:
                assert forms.get(cell.key) == cell.form, (row.patient, line.due.plan.code, cell.key)
                seen += cell.form is not None
        for log in page.logs:
            standing = [line for line in log.lines if not line.entry.is_struck]
            found = row.logs[log.definition.key]
            assert found.form.count == len(standing)
            assert found.missing == sum(line.form.missing for line in standing)
            states = {line.form.state for line in standing}
            assert found.state == (
                "begun"
                if "begun" in states
                else "ready"
                if "ready" in states
                else max(states, default="recorded")
            )
    assert seen > 100


def test_cell_says_of_the_review_what_its_grid_says(world):
    seen = set()
    for row in rows_of(*world.patients):
        patient = row.patient
        page = matrix(patient, PatientData(patient))
        for line in grid_of(patient, page, open_of_patient(patient), signatures_of(patient.pk)):
            visit = row.by_code[line.row.due.plan.code]
            forms = {form.key: form for form in visit.forms}
            for cell in line.cells:
                words = set(cell.words.split(", ")) - {"", "to do", "begun", "complete"}
                own = {said for _sign, said in forms[cell.key].marks} if words else set()
                assert words <= {part for said in own for part in said.split(", ")}, (cell, own)
                seen |= words
    assert {
        "signed",
        "signature broken",
        "1 open query",
        "locked",
        "frozen",
        "verified",
        "1 verified",
    } <= seen


def test_struck_out_is_not_counted(world):
    (row,) = rows_of(world.busy)
    assert row.logs["adverse-event"].form.count == 1
    assert Entry.objects.filter(patient=world.busy, crf="adverse-event").count() == 2


def test_unscheduled_visit_stands_among_them(world):
    (row,) = rows_of(world.busy)
    assert row.by_code["UNS-1"].state == "begun"


@pytest.mark.parametrize("by_form", [False, True])
@pytest.mark.parametrize("state", STATE_FILTERS)
def test_list_narrowed_to_a_state_holds_each_patient_with_such_a_cell_and_no_other(state, by_form, world):
    """Before any is looked at, the database leaves patients out: none that has one."""
    whole = page_of(GridScope(world.monitor, [world.site], ColumnChoice(by_form)))
    scope = GridScope(world.monitor, [world.site], ColumnChoice(by_form), state=state)
    wanted = [
        row.patient.number
        for row in whole.rows
        if any(state in c.states for c in whole.scope.shown_cells(row))
    ]
    assert [row.patient.number for row in page_of(scope).rows] == wanted
    assert wanted, f"no cell of this world is in the state {state}"


@pytest.mark.parametrize("sort", ["missing", "queries"])
def test_list_is_ordered_by_the_numbers_that_it_shows(sort, world):
    rows = page_of(GridScope(world.monitor, [world.site], ColumnChoice(), sort=sort)).rows
    numbers = [getattr(row, sort) for row in rows]
    assert numbers == sorted(numbers, reverse=True)
    assert numbers[0] > 0
    assert len(rows) == len(world.patients)


def test_next_visit_comes_first(world):
    rows = page_of(GridScope(world.monitor, [world.site], ColumnChoice(), sort="next")).rows
    days = [row.schedule.next and row.schedule.next.due_on for row in rows]
    known = [day for day in days if day]
    assert known == sorted(known)
    assert days[: len(known)] == known


def test_practice_patients_are_marked_come_last_and_count_apart(client, world):
    practice = make_site("00", is_practice=True)
    trainee = make_user("trainee", Role.COORDINATOR, world.site, practice)
    number = a_patient(practice, trainee).number
    client.force_login(trainee)
    for sort in ("patient", "site", "next", "queries", "missing"):
        page = client.get(reverse("grid"), {"sort": sort})
        assert [row.patient.number for row in page.context["page"].rows][-1] == number
        assert (page.context["patients"], page.context["practice"]) == (len(world.patients), 1)
    assert f'id="p-{number}" class="practice-row"' in page.content.decode()


def test_cells_that_say_the_same_are_put_into_words_once_and_in_each_language(world):
    site = make_site("09")
    coordinator = make_user("coordinator09", Role.COORDINATOR, site)
    patients = [a_patient(site, coordinator) for _ in range(3)]
    for patient in patients:
        vital_signs(a_visit(patient, "W04", coordinator), coordinator)
    found = Patient.objects.select_related("site").filter(site=site).order_by("pk")

    def said(several: list[Patient]) -> list[list[str]]:
        return [[words for _sign, words in row.by_code["W04"].marks] for row in patient_rows(several)]

    in_english = said(list(found[:1]))
    made = cells._marks_of.cache_info().misses
    assert said(list(found)) == in_english * 3
    assert cells._marks_of.cache_info().misses == made
    with override("ja"):
        in_japanese = said(list(found[:1]))
    assert in_japanese != in_english == said(list(found[:1]))
