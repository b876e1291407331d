"""What may be agreed: windows, days and times by the clock at the site, one open appointment for each visit."""

import uuid
from datetime import UTC, date, datetime, time, timedelta

import pytest
import time_machine
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction

from ecrf.access.roles import Right
from ecrf.appointments.lines import (
    AppointmentLine,
    AppointmentState,
    VisitSeen,
    appointments,
    at_the_same_time,
    line_of,
    open_in,
    open_of,
    state_of,
)
from ecrf.appointments.models import Appointment, AppointmentEnding
from ecrf.appointments.planning import PlannedVisit, planning_of
from ecrf.appointments.services import Wanted, end_appointment, make_appointment, move_appointment
from ecrf.audit.actor import SYSTEM, acting
from ecrf.audit.models import AuditEvent
from ecrf.casebook.record.record import record
from ecrf.casebook.schedule.matrix import matrix
from ecrf.casebook.striking import strike_visit
from tests.builders import a_patient, a_place, a_visit, enter
from tests.conftest import make_site, make_user
from tests.ecrf.appointments.conftest import book, in_days, treated

pytestmark = pytest.mark.django_db


def refused(act) -> dict[str, str]:
    """{field: why}, of an act that is refused whole."""
    before = AuditEvent.objects.count()
    with pytest.raises(ValidationError) as error, transaction.atomic():
        act()
    assert AuditEvent.objects.count() == before
    return {name: " ".join(words) for name, words in error.value.message_dict.items()}


# --- windows --------------------------------------------------------------------------------------


@pytest.mark.parametrize(("days", "is_outside"), [(0, False), (7, False), (8, True)])
def test_day_outside_the_window_asks_why_and_a_day_inside_keeps_no_reason(
    days, is_outside, patient, coordinator
):
    def made(reason: str) -> Appointment:
        return book(patient, coordinator, days, reason=reason)

    if is_outside:
        [why] = refused(lambda: made("")).items()
        assert why[0] == "reason"
        assert f"{in_days(patient, days)} is outside the window ({in_days(patient, -7)} to" in why[1]
        assert "Or choose a day inside." in why[1]
        assert refused(lambda: made("ab")).keys() == {"reason"}
    assert made("The ward is closed").outside_reason == ("The ward is closed" if is_outside else "")


def test_window_counts_by_the_schedule_for_every_visit_still_to_come(patient):
    planning = planning_of(patient)
    assert planning.next_code == "W04"
    assert [visit.code for visit in planning.visits][:2] == ["W04", "W07"]
    assert [visit.code for visit in planning.visits][-2:] == ["ET", "UNS-1"]
    for visit in planning.visits:
        if visit.opens_on is None:
            assert not visit.is_outside(date(2099, 1, 1))
            continue
        inside = [visit.opens_on, visit.due_on, visit.closes_on]
        assert not [day for day in inside if visit.is_outside(day)]
        assert visit.is_outside(visit.opens_on - timedelta(days=1))
        assert visit.is_outside(visit.closes_on + timedelta(days=1))
        drawn = visit.days(visit.due_on)
        assert [one.day for one in drawn if one.is_inside][:: len(drawn) - 7] == [
            visit.opens_on,
            visit.closes_on,
        ]
        assert [one.day for one in drawn if one.is_marked] == [visit.due_on]


def test_unscheduled_visit_has_no_window_and_asks_no_reason(patient, coordinator):
    assert book(patient, coordinator, 200, code="UNS-1").outside_reason == ""


def test_patient_who_left_is_expected_at_no_scheduled_visit(patient, coordinator):
    day = in_days(patient, -1).isoformat()
    values = {"reason": "WITHDRAWAL BY SUBJECT", "ended_on": day}
    by = coordinator.acting_at(patient.site, Right.ENTER)
    assert record(place=a_place(patient, "end-of-study"), values=values, by=by).is_clean
    assert "not expected" in refused(lambda: book(patient, coordinator))["visit"]


# --- which visit ----------------------------------------------------------------------------------


@pytest.mark.parametrize("code", ["W01", "W04"])
def test_visit_that_is_opened_or_done_is_refused_in_words(code, patient, coordinator):
    a_visit(patient, code, coordinator)
    assert "is opened already" in refused(lambda: book(patient, coordinator, code=code))["visit"]


@pytest.mark.parametrize("code", ["", "X99", "UNS-7", "UNS", "W04\x00"])
def test_visit_that_nobody_expects_is_refused(code, patient, coordinator):
    assert "Choose one of the list" in refused(lambda: book(patient, coordinator, code=code))["visit"]


def test_second_appointment_for_a_visit_names_the_first(patient, coordinator):
    first = book(patient, coordinator, 1, time(9, 30))
    words = refused(lambda: book(patient, coordinator, 2))["visit"]
    assert words == f"Week 4 has an appointment already, on {first.when}. Move that one."


def test_database_keeps_one_open_appointment_for_a_visit(patient, coordinator):
    made = book(patient, coordinator)
    with pytest.raises(IntegrityError), acting(SYSTEM, patient_id=patient.pk, source="test"):
        Appointment.objects.create(
            patient=patient, code=made.code, planned_on=made.planned_on, made_by=coordinator
        )


def test_one_click_makes_one(patient, coordinator):
    key = uuid.uuid4()
    assert book(patient, coordinator, key=key).pk == book(patient, coordinator, key=key).pk


# --- the clock at the site ------------------------------------------------------------------------


def test_past_day_and_past_time_are_refused_by_the_clock_at_the_site(coordinator, site):
    honolulu = make_site("03", "Pacific/Honolulu")
    far = make_user("far", "coordinator", honolulu)
    at = datetime(
        2026, 11, 28, 20, 0, tzinfo=UTC
    )  # 05:00 on the 29th in Tokyo, 10:00 on the 28th in Honolulu
    with time_machine.travel(at, tick=False):
        here, there = a_patient(site, coordinator), a_patient(honolulu, far)
        wanted = Wanted(date(2026, 11, 28), None)

        def make(patient, by, wanted):
            return make_appointment(
                patient=patient, code="SCR", wanted=wanted, by=by, request_key=uuid.uuid4()
            )

        assert (
            "2026-11-28 is over: it is 2026-11-29" in refused(lambda: make(here, coordinator, wanted))["day"]
        )
        early = Wanted(wanted.day, time(9, 59))
        assert "09:59 is over: it is 10:00" in refused(lambda: make(there, far, early))["time"]
        assert make(there, far, Wanted(wanted.day, time(10, 1))).pk


@pytest.mark.parametrize(
    ("day", "at", "now", "is_refused"),
    [
        (date(2027, 3, 28), time(2, 30), datetime(2027, 3, 20, tzinfo=UTC), True),
        (date(2027, 3, 28), time(3, 0), datetime(2027, 3, 20, tzinfo=UTC), False),
        # The hour from 2 to 3 comes twice: at 00:45 UTC the first 02:30 is over, the second is not.
        (date(2027, 10, 31), time(2, 30), datetime(2027, 10, 31, 0, 45, tzinfo=UTC), False),
        (date(2027, 10, 31), time(2, 30), datetime(2027, 10, 31, 1, 45, tzinfo=UTC), True),
    ],
)
def test_nights_in_which_clocks_change(day, at, now, is_refused):
    site = make_site("04", "Europe/Berlin")
    by = make_user("berlin", "coordinator", site)
    with time_machine.travel(now, tick=False):
        patient = a_patient(site, by)
        wanted = Wanted(day, at, reason="As agreed")
        act = lambda: make_appointment(  # noqa: E731
            patient=patient, code="SCR", wanted=wanted, by=by, request_key=uuid.uuid4()
        )
        if is_refused:
            assert refused(act).keys() == {"time"}
        else:
            assert act().planned_time == at


@pytest.mark.parametrize("day", [date(2100, 1, 1), date(9999, 12, 31)])
def test_day_beyond_every_trial_is_refused(day, patient, coordinator):
    wanted = Wanted(day, time(9), reason="As agreed")
    act = lambda: make_appointment(  # noqa: E731
        patient=patient, code="UNS-1", wanted=wanted, by=coordinator, request_key=uuid.uuid4()
    )
    assert refused(act).keys() == {"day"}


def test_same_time_of_another_patient_is_named_and_not_refused(patient, site, coordinator):
    other, elsewhere = treated(site, coordinator), make_site("05")
    far = make_user("far", "coordinator", elsewhere)
    made = book(patient, coordinator, 1, time(9))
    assert at_the_same_time(book(other, coordinator, 1, time(9))) == [patient.number]
    book(treated(elsewhere, far), far, 1, time(9))
    assert at_the_same_time(made) == [other.number]
    end_appointment(appointment=made, ending=AppointmentEnding.CANCELLED, reason="Snow", by=coordinator)
    assert at_the_same_time(Appointment.objects.get(patient=other)) == []


# --- moved, missed, cancelled ---------------------------------------------------------------------


def move(made, by, days, at=None, note="", seen=""):
    wanted = Wanted(in_days(made.patient, days), at, note, "")
    return move_appointment(appointment=made, wanted=wanted, seen=seen or made.agreed, by=by)


def test_move_inside_the_window_needs_no_reason_and_the_trail_keeps_what_was(patient, coordinator):
    made = book(patient, coordinator, 1, time(9))
    assert move(made, coordinator, 2, time(10))
    now = Appointment.objects.get(pk=made.pk)
    assert (now.when, now.moves) == (f"{in_days(patient, 2)} 10:00", 1)
    event = AuditEvent.objects.filter(chain=patient.pk).latest("position")
    assert event.changes["planned_on"] == [str(in_days(patient, 1)), str(in_days(patient, 2))]
    assert refused(lambda: move(now, coordinator, 30)).keys() == {"reason"}


def test_note_alone_is_no_move_and_needs_no_day_to_come(patient, coordinator):
    made = book(patient, coordinator, 0, note="Fasting")
    with time_machine.travel(datetime.now(tz=UTC) + timedelta(days=2)):
        wanted = Wanted(made.planned_on, None, "Not fasting", "")
        assert not move_appointment(appointment=made, wanted=wanted, seen=made.agreed, by=coordinator)
    now = Appointment.objects.get(pk=made.pk)
    assert (now.note, now.moves) == ("Not fasting", 0)


def test_move_of_what_somebody_else_moved_changes_nothing(patient, coordinator):
    made = book(patient, coordinator, 1)
    seen = made.agreed
    move(made, coordinator, 2)
    with pytest.raises(ValidationError, match="Somebody changed this appointment meanwhile"):
        move(made, coordinator, 3, seen=seen)
    assert Appointment.objects.get(pk=made.pk).planned_on == in_days(patient, 2)


def test_move_of_what_somebody_else_noted_changes_nothing(patient, coordinator):
    made = book(patient, coordinator, 1, note="Fasting")
    seen = made.agreed
    move(made, coordinator, 1, note="Bring the diary")
    with pytest.raises(ValidationError, match="Somebody changed this appointment meanwhile"):
        move(made, coordinator, 1, time(10), note="Fasting", seen=seen)
    now = Appointment.objects.get(pk=made.pk)
    assert (now.note, now.planned_time) == ("Bring the diary", None)


@pytest.mark.parametrize("ending", AppointmentEnding)
def test_ending_asks_why_and_a_new_one_can_be_made(ending, patient, coordinator):
    made = book(patient, coordinator, 0)
    for reason in ("", "ab", "x" * 501, "a\x00bc"):
        assert refused(
            lambda: end_appointment(appointment=made, ending=ending, reason=reason, by=coordinator)  # noqa: B023
        ).keys() == {"reason"}
    assert end_appointment(appointment=made, ending=ending, reason="Snow", by=coordinator)
    assert not end_appointment(
        appointment=made, ending=AppointmentEnding.MISSED, reason="Again", by=coordinator
    )
    row = Appointment.objects.get(pk=made.pk)
    assert (row.ending, row.ending_reason, row.ended_by) == (ending, "Snow", coordinator)
    assert book(patient, coordinator, 3).pk != made.pk


def test_what_is_still_to_come_is_not_missed(patient, coordinator):
    made = book(patient, coordinator, 1)
    act = lambda: end_appointment(  # noqa: E731
        appointment=made, ending=AppointmentEnding.MISSED, reason="Snow", by=coordinator
    )
    assert "still to come" in refused(act)["reason"]


def test_missed_appointment_writes_nothing_of_the_visit(patient, coordinator):
    made = book(patient, coordinator, 0)
    end_appointment(appointment=made, ending=AppointmentEnding.MISSED, reason="Snow", by=coordinator)
    assert not patient.visits.filter(code="W04").exists()
    assert planning_of(patient).next_code == "W04"


# --- what becomes of it ---------------------------------------------------------------------------

TODAY = date(2026, 11, 28)
YESTERDAY, TOMORROW = TODAY - timedelta(days=1), TODAY + timedelta(days=1)


@pytest.mark.parametrize(
    ("ending", "on", "visit", "state"),
    [
        ("", TOMORROW, VisitSeen(), "planned"),
        ("", TODAY, VisitSeen(), "planned"),
        ("", YESTERDAY, VisitSeen(), "passed"),
        ("", TODAY, VisitSeen(is_opened=True), "planned"),
        ("", YESTERDAY, VisitSeen(is_opened=True), "kept"),
        ("", TOMORROW, VisitSeen(True, TODAY), "kept"),
        ("", YESTERDAY, VisitSeen(True, None, True), "missed"),
        ("cancelled", TOMORROW, VisitSeen(), "cancelled"),
        ("missed", YESTERDAY, VisitSeen(True, TODAY), "missed"),
    ],
)
def test_state_follows_from_the_visit(ending, on, visit, state):
    assert state_of(ending, on, visit, TODAY) == AppointmentState(state)


def seen(made) -> tuple[str, str]:
    line = line_of(appointments().get(pk=made.pk))
    return line.state.value, line.state_words


def test_opened_and_dated_visit_keeps_the_appointment_and_another_day_is_said(patient, coordinator):
    made = book(patient, coordinator, 2)
    visit = a_visit(patient, "W04", coordinator)
    assert seen(made) == ("planned", "planned")
    day = str(patient.site.today())
    enter(visit, "visit", coordinator, occurrence="done", visited_on=day)
    assert seen(made) == ("kept", f"came on another day, {day}")
    assert line_of(appointments().get(pk=made.pk)).may_change is False
    act = lambda: move(made, coordinator, 3)  # noqa: E731
    assert "opened already" in refused(act)["visit"]


def test_visit_that_its_form_calls_missed_is_a_missed_appointment(patient, coordinator):
    made = book(patient, coordinator, 0)
    enter(
        a_visit(patient, "W04", coordinator), "visit", coordinator, occurrence="missed", missed_reason="Snow"
    )
    assert seen(made) == ("missed", "missed, as the visit’s form says")


def test_who_may_not_enter_makes_none(patient, site, monitor, outsider, coordinator):
    site.closed_on = site.today()
    with acting(SYSTEM, source="test"):
        site.save()
    fresh = type(coordinator).objects.get(pk=coordinator.pk)
    with pytest.raises(PermissionDenied, match="was closed"):
        book(patient, fresh)


def test_window_of_a_visit_without_one_draws_nothing():
    assert PlannedVisit("UNS-1", "Unscheduled").days() == []


def _as_seen(lines: dict[str, AppointmentLine]) -> dict[str, tuple[VisitSeen, AppointmentState]]:
    return {code: (line.visit, line.state) for code, line in lines.items()}


def test_patients_page_says_of_an_appointment_what_every_other_page_says(patient, coordinator):
    """It knows the visits from its matrix, and the others ask the database for them."""

    def stand_alike() -> None:
        asked = _as_seen(open_of([patient.pk]).get(patient.pk, {}))
        assert _as_seen(open_in(matrix(patient), patient)) == asked
        seen.extend(state for _visit, state in asked.values())

    seen: list[AppointmentState] = []
    stand_alike()
    for code in ("W04", "W07", "UNS-1"):
        book(patient, coordinator, 1, code=code, reason="As agreed")
    stand_alike()
    with time_machine.travel(patient.site.now() + timedelta(days=3)):
        stand_alike()
        visit = a_visit(patient, "W04", coordinator)
        stand_alike()
        enter(visit, "visit", coordinator, occurrence="done", visited_on=str(in_days(patient, 0)))
        enter(a_visit(patient, "W07", coordinator), "visit", coordinator, occurrence="missed")
        stand_alike()
        strike_visit(visit=a_visit(patient, "UNS-1", coordinator), by=coordinator, reason="Opened by mistake")
        stand_alike()
    enter(patient, "end-of-study", coordinator, reason="DEATH", ended_on=str(in_days(patient, 0)))
    stand_alike()
    assert set(seen) == set(AppointmentState) - {AppointmentState.CANCELLED}
