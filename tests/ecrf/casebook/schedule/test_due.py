"""What is due, overdue or done: the edges of the windows, and the stored schedule status of the lists."""

import uuid
from datetime import date, timedelta

import pytest

from ecrf.audit.actor import acting
from ecrf.casebook.data import PatientData
from ecrf.casebook.models import Entry, PatientStatus
from ecrf.casebook.record.record import record
from ecrf.casebook.record.store import ensure_entry
from ecrf.casebook.schedule.due import (
    PatientEnd,
    PatientState,
    VisitFacts,
    VisitState,
    schedule_status,
    window,
)
from ecrf.casebook.schedule.matrix import matrix
from ecrf.casebook.schedule.status import refresh_schedule_status, schedule_status_of
from ecrf.casebook.services import add_entry, add_patient, complete_entries, open_visit
from ecrf.forms.protocol import Protocol, VisitPlan, protocol
from tests.builders import a_patient, a_place, a_visit, enter

FORMS = ("visit",)
DAYS_TO_BASELINE = 14
TRIAL = Protocol(
    title="A trial",
    short_title="Trial",
    visits=(
        VisitPlan("SCR", "Screening", FORMS),
        VisitPlan("BL", "Baseline", FORMS, day=1, opens=-2, closes=2),
        VisitPlan("D22", "Day 22", FORMS, day=22, opens=-7, closes=7),
        VisitPlan("D43", "Day 43", FORMS, day=43, opens=-3, closes=10),
        VisitPlan("ET", "Early termination", FORMS, on_demand=True),
    ),
    baseline="BL",
    days_to_baseline=DAYS_TO_BASELINE,
)
ADDED = date(2026, 1, 5)
BASELINE = date(2026, 1, 20)
DUE = date(2026, 2, 10)  # day 22
EARLY, LATE = timedelta(days=7), timedelta(days=7)


def done(code: str, on: date | None) -> VisitFacts:
    return VisitFacts(code, on, missed=False, complete=True)


def begun(code: str, on: date | None = None) -> VisitFacts:
    return VisitFacts(code, on, missed=False, complete=False)


SCREENED = [done("SCR", ADDED)]
TREATED = [*SCREENED, done("BL", BASELINE)]


def seen(facts, today: date, end: PatientEnd | None = None):
    return schedule_status(TRIAL, facts, end, ADDED, today)


def visit_of(facts, code: str, today: date, end: PatientEnd | None = None):
    return next(v for v in seen(facts, today, end).visits if v.plan.code == code)


# --- windows --------------------------------------------------------------------------------------


def test_nominal_day_counts_the_baseline_as_day_one():
    due = visit_of(TREATED, "D22", BASELINE)
    assert (due.due_on, due.opens_on, due.closes_on) == (DUE, DUE - EARLY, DUE + LATE)


def test_window_may_be_longer_behind_than_before():
    due = visit_of(TREATED, "D43", BASELINE)
    assert due.due_on == BASELINE + timedelta(days=42)
    assert (due.due_on - due.opens_on, due.closes_on - due.due_on) == (timedelta(days=3), timedelta(days=10))


@pytest.mark.parametrize(
    ("days", "state"),
    [(-8, "upcoming"), (-7, "due"), (-1, "due"), (0, "due"), (7, "due"), (8, "overdue"), (400, "overdue")],
)
def test_state_at_the_edges_of_the_window(days, state):
    assert visit_of(TREATED, "D22", DUE + timedelta(days=days)).state == state


@pytest.mark.parametrize(("days", "inside"), [(-8, False), (-7, True), (0, True), (7, True), (8, False)])
def test_done_visit_lies_inside_its_window_or_not(days, inside):
    facts = [*TREATED, done("D22", DUE + timedelta(days=days))]
    assert visit_of(facts, "D22", DUE + timedelta(days=30)).in_window is inside


def test_whether_an_undated_visit_lies_in_its_window_is_unknown():
    assert visit_of([*TREATED, begun("D22")], "D22", DUE).in_window is None


def test_windows_of_later_visits_are_unknown_without_a_baseline():
    for facts in ([], SCREENED, [*SCREENED, begun("BL")]):
        due = visit_of(facts, "D22", date(2027, 1, 1))
        assert (due.state, due.due_on, due.opens_on, due.closes_on) == (VisitState.UPCOMING, None, None, None)


def test_windows_move_with_the_date_of_the_baseline():
    moved = [*SCREENED, done("BL", BASELINE + timedelta(days=3))]
    assert visit_of(moved, "D22", BASELINE).due_on == DUE + timedelta(days=3)


def test_screening_is_due_from_the_day_the_patient_was_added():
    due = visit_of([], "SCR", ADDED)
    assert (due.state, due.due_on) == (VisitState.DUE, ADDED)
    assert due.closes_on == ADDED + timedelta(days=DAYS_TO_BASELINE)
    assert visit_of([], "SCR", due.closes_on).state == VisitState.DUE
    assert visit_of([], "SCR", due.closes_on + timedelta(days=1)).state == VisitState.OVERDUE


def test_baseline_is_due_within_the_days_after_the_screening():
    due = visit_of([done("SCR", ADDED + timedelta(days=2))], "BL", ADDED)
    assert due.opens_on == ADDED + timedelta(days=2)
    assert due.closes_on == due.opens_on + timedelta(days=DAYS_TO_BASELINE)


def test_baseline_without_a_dated_screening_counts_from_the_day_the_patient_was_added():
    assert window(TRIAL, TRIAL.plan("BL"), {}, ADDED)[1] == ADDED


def test_leap_day_is_a_day():
    facts = [done("SCR", date(2024, 2, 1)), done("BL", date(2024, 2, 8))]
    assert visit_of(facts, "D22", date(2024, 2, 8)).due_on == date(2024, 2, 29)


def test_visit_on_demand_has_no_window_and_is_listed_only_once_opened():
    assert "ET" not in [v.plan.code for v in seen(TREATED, DUE).visits]
    due = visit_of([*TREATED, begun("ET", DUE)], "ET", DUE)
    assert (due.state, due.due_on) == (VisitState.BEGUN, None)


# --- states ---------------------------------------------------------------------------------------


def test_begun_visit_stays_begun_however_late_it_is():
    assert visit_of([*TREATED, begun("D22", DUE)], "D22", DUE + timedelta(days=300)).state == VisitState.BEGUN


def test_missed_visit_is_missed_once_its_form_is_complete():
    told = VisitFacts("D22", None, missed=True, complete=False)
    assert visit_of([*TREATED, told], "D22", DUE).state == VisitState.BEGUN
    known = VisitFacts("D22", None, missed=True, complete=True)
    assert visit_of([*TREATED, known], "D22", DUE).state == VisitState.MISSED


def test_missed_visit_is_not_the_last_one_and_the_next_one_follows_it():
    missed = VisitFacts("D22", None, missed=True, complete=True)
    found = seen([*TREATED, missed], DUE)
    assert found.last.plan.code == "BL"
    assert found.next.plan.code == "D43"


def test_after_the_end_nothing_more_is_expected():
    found = seen(TREATED, DUE + timedelta(days=90), PatientEnd(DUE, completed=False))
    assert {v.state for v in found.visits if v.plan.day and v.plan.day > 1} == {VisitState.NOT_EXPECTED}
    assert found.next is None


def test_after_the_end_a_begun_visit_still_wants_to_be_finished():
    found = seen([*TREATED, begun("D22", DUE)], DUE, PatientEnd(DUE, completed=False))
    assert found.unfinished.plan.code == "D22"


@pytest.mark.parametrize(
    ("facts", "end", "state"),
    [
        ([], None, PatientState.SCREENING),
        (SCREENED, None, PatientState.SCREENING),
        ([*SCREENED, begun("BL")], None, PatientState.SCREENING),
        ([*SCREENED, begun("BL", BASELINE)], None, PatientState.ON_STUDY),
        (TREATED, None, PatientState.ON_STUDY),
        (TREATED, PatientEnd(DUE, completed=True), PatientState.COMPLETED),
        (TREATED, PatientEnd(None, completed=False), PatientState.ENDED),
        ([], PatientEnd(DUE, completed=False), PatientState.ENDED),
    ],
)
def test_state_of_the_patient(facts, end, state):
    assert seen(facts, DUE, end).state == state


def test_next_is_the_earliest_that_is_due():
    assert seen(TREATED, DUE + timedelta(days=60)).next.plan.code == "D22"


def test_next_while_the_baseline_is_unknown_is_the_baseline():
    assert seen(SCREENED, ADDED).next.plan.code == "BL"


def test_unfinished_is_the_earliest_of_the_schedule():
    found = seen([*SCREENED, begun("D22", DUE), begun("BL", BASELINE)], DUE)
    assert found.unfinished.plan.code == "BL"


def test_last_is_the_latest_by_date_not_by_schedule():
    found = seen([*TREATED, done("D22", DUE), done("D43", DUE - timedelta(days=1))], DUE)
    assert found.last.plan.code == "D22"


# --- the stored schedule status of the lists --------------------------------------------------------------


def stored(patient) -> tuple:
    row = PatientStatus.objects.get(patient=patient)
    windows = (row.due_on, row.opens_on, row.closes_on)
    return (row.state, row.last_code, row.last_on, row.next_code, *windows, row.unfinished_code)


def computed(patient) -> tuple:
    found = schedule_status_of(patient)
    last, following, open_one = found.last, found.next, found.unfinished
    return (
        found.state.value,
        last.plan.code if last else "",
        last.visited_on if last else None,
        following.plan.code if following else "",
        *((following.due_on, following.opens_on, following.closes_on) if following else (None, None, None)),
        open_one.plan.code if open_one else "",
    )


@pytest.mark.django_db
def test_stored_outlook_is_the_computed_one_after_every_kind_of_act(site, coordinator):
    by = coordinator.acting_at(site, "enter")
    patient = add_patient(site=site, by=coordinator, request_key=uuid.uuid4())
    history = [stored(patient)]

    def same() -> None:
        assert stored(patient) == computed(patient)
        history.append(stored(patient))

    same()
    screening = open_visit(patient=patient, code="SCR", by=coordinator)
    same()
    enter(screening, "visit", coordinator, occurrence="done", visited_on="2026-01-05", contact="on-site")
    same()
    week1 = open_visit(patient=patient, code="W01", by=coordinator)
    enter(week1, "visit", coordinator, occurrence="done", visited_on="2026-01-12", contact="on-site")
    same()
    enter(week1, "visit", coordinator, visited_on="2026-01-13")
    same()
    assert complete_entries(patient=patient, places=[a_place(week1, "visit")], by=by) == []
    same()
    week4 = open_visit(patient=patient, code="W04", by=coordinator)
    enter(week4, "visit", coordinator, occurrence="missed", missed_reason="Snow")
    same()
    assert complete_entries(patient=patient, places=[a_place(week4, "visit")], by=by) == []
    same()
    enter(week1, "visit", coordinator, reason="Source was corrected", visited_on="2026-01-14")
    same()
    record(
        place=a_place(patient, "end-of-study"), values={"reason": "DEATH", "ended_on": "2026-02-20"}, by=by
    )
    same()
    record(place=a_place(patient, "end-of-study"), values={"reason": "COMPLETED"}, by=by)
    same()
    record(place=a_place(patient, "end-of-study"), values={"reason": None}, by=by)
    same()
    assert len(set(history)) > 7


@pytest.fixture
def complete_visit(site, coordinator):
    """A visit whose planned forms are all complete (empty, which is enough here), each once."""
    by = coordinator.acting_at(site, "enter")
    patient = a_patient(site, coordinator)

    def make(code: str):
        visit = a_visit(patient, code, coordinator)
        with acting(by, patient_id=patient.pk):
            for key in protocol().plan(code).forms:
                ensure_entry(a_place(visit, key))
            Entry.objects.filter(visit=visit).update(status="complete", missing=0)
            refresh_schedule_status(PatientData(patient))
        return visit

    return make


def state_of(visit) -> str:
    return next(v.state for v in schedule_status_of(visit.patient).visits if v.plan.code == visit.code)


@pytest.mark.django_db
def test_visit_of_which_every_form_is_complete_is_done(complete_visit):
    visit = complete_visit("W04")
    assert state_of(visit) == VisitState.DONE
    assert stored(visit.patient) == computed(visit.patient)


@pytest.mark.django_db
def test_one_more_dose_day_makes_a_complete_visit_unfinished_in_the_lists_too(complete_visit, coordinator):
    visit = complete_visit("W04")
    by = coordinator.acting_at(visit.site, "enter")
    place = a_place(visit, "dose")
    add_entry(
        patient=visit.patient,
        definition=place.definition,
        visit=visit,
        parent=None,
        by=by,
        request_key=uuid.uuid4(),
    )
    assert state_of(visit) == VisitState.BEGUN
    assert stored(visit.patient) == computed(visit.patient)


@pytest.mark.django_db
def test_first_value_of_one_more_dose_day_makes_the_visit_unfinished_in_the_lists_too(
    complete_visit, coordinator
):
    visit = complete_visit("W04")
    enter(visit, "dose", coordinator, number=2, note="30")
    assert stored(visit.patient) == computed(visit.patient)


@pytest.mark.django_db
def test_visit_is_done_only_with_every_expected_dose_day(complete_visit):
    """Week 1 expects five; with four of them never begun it is not done."""
    assert state_of(complete_visit("W01")) == VisitState.BEGUN


@pytest.mark.django_db
def test_visit_of_which_a_row_is_in_progress_is_not_done(complete_visit, coordinator):
    visit = complete_visit("W04")
    enter(visit, "dose-lot", coordinator, parent=1, reason="A second lot was used", lot_number="A")
    assert state_of(visit) == VisitState.BEGUN


@pytest.mark.django_db
def test_matrix_says_that_a_row_added_to_a_complete_form_is_in_progress(complete_visit, coordinator):
    visit = complete_visit("W04")
    assert _dose_cell(visit) == "complete"
    enter(visit, "dose-lot", coordinator, parent=1, reason="New information", lot_number="SYN-1")
    assert _dose_cell(visit) == "begun"


def _dose_cell(visit):
    row = next(row for row in matrix(visit.patient).rows if row.due.plan.code == visit.code)
    return next(cell.state for cell in row.cells if cell.key == "dose")


# --- what the patient's page offers ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("facts", "today", "offered"),
    [
        (TREATED, BASELINE, ["D22"]),
        ([*TREATED, begun("ET")], BASELINE, ["ET", "D22"]),
        ([*TREATED, begun("D22", DUE)], DUE, ["D22"]),
        ([*TREATED, begun("D22", DUE)], date(2026, 2, 28), ["D22", "D43"]),
        ([*TREATED, done("D22", DUE), done("D43", DUE)], DUE, []),
    ],
)
def test_next_visit_is_offered_beside_an_unfinished_one_unless_it_waits_for_it(facts, today, offered):
    assert [visit.plan.code for visit in seen(facts, today).offered] == offered
