"""Times of day that are still to come at the site, and readings at another time than they say."""

from datetime import UTC, datetime

import pytest
from django.utils import timezone

from ecrf.access.roles import Role
from tests.builders import a_patient, a_visit, enter
from tests.conftest import make_site, make_user
from tests.trial.asked import asked

NOW = datetime(2026, 3, 10, 5, 30, 59, tzinfo=UTC)  # 14:30 on the wall of a site in Tokyo
TODAY, TOMORROW, YESTERDAY = "2026-03-10", "2026-03-11", "2026-03-09"
AROUND_NOW = pytest.mark.parametrize(
    ("day", "clock", "asks"),
    [(TODAY, "14:29", False), (TODAY, "14:30", False), (TODAY, "14:31", True), (YESTERDAY, "23:59", False)],
)


@pytest.fixture
def wall(monkeypatch):
    """Moves the clock."""

    def stand_at(moment: datetime) -> None:
        monkeypatch.setattr(timezone, "now", lambda: moment)

    return stand_at


@pytest.fixture
def visit(at, wall):
    """A visit at a site in Tokyo, where it is 14:30."""
    visit = at("W04")
    assert visit.patient.site.time_zone == "Asia/Tokyo"
    wall(NOW)
    return visit


# INF-013
@AROUND_NOW
def test_infusion_start_later_than_now_asks(visit, coordinator, day, clock, asks):
    enter(visit, "infusion", coordinator, infused_on=day, started_at=clock)
    text = f"{clock} on {day} is later than now at the site."
    assert asked("INF-013") == ({"started_at": text} if asks else {})


@AROUND_NOW
def test_infusion_end_later_than_now_asks(visit, coordinator, day, clock, asks):
    enter(visit, "infusion", coordinator, infused_on=day, started_at="09:00", ended_at=clock)
    assert bool(asked("INF-013")) is asks


@pytest.mark.parametrize(("day", "asks"), [(TODAY, True), (YESTERDAY, False)])
def test_end_after_midnight_is_on_the_next_day(visit, coordinator, day, asks):
    values = {"infused_on": day, "started_at": "13:00", "ended_next_day": "yes", "ended_at": "00:10"}
    enter(visit, "infusion", coordinator, **values)
    assert list(asked("INF-013")) == (["ended_at"] if asks else [])


def test_date_entered_after_the_time_asks_too_and_a_time_without_date_does_not(visit, coordinator):
    enter(visit, "infusion", coordinator, started_at="23:00")
    assert asked("INF-013") == {}
    enter(visit, "infusion", coordinator, infused_on=TODAY)
    assert list(asked("INF-013")) == ["started_at"]


def test_question_is_answered_by_a_time_that_has_come(visit, coordinator, wall):
    enter(visit, "infusion", coordinator, infused_on=TODAY, started_at="14:31")
    wall(datetime(2026, 3, 10, 5, 31, tzinfo=UTC))
    enter(visit, "infusion", coordinator, ended_next_day="no")
    assert asked("INF-013") == {}


# IV-005
@AROUND_NOW
def test_reading_later_than_now_asks(visit, coordinator, day, clock, asks):
    enter(visit, "infusion", coordinator, infused_on=day)
    enter(visit, "infusion-vitals", coordinator, parent=1, time_point="after", measured_at=clock)
    assert bool(asked("IV-005")) is asks


def test_reading_after_midnight_of_a_night_infusion_lies_on_the_next_day(visit, coordinator):
    night = {"infused_on": TODAY, "started_at": "13:00", "ended_next_day": "yes"}
    enter(visit, "infusion", coordinator, **night)
    enter(visit, "infusion-vitals", coordinator, parent=1, time_point="during", measured_at="00:10")
    assert list(asked("IV-005")) == ["measured_at"]
    enter(visit, "infusion", coordinator, infused_on=YESTERDAY)
    assert asked("IV-005") == {}


# IV-006
@pytest.mark.parametrize(
    ("time_point", "clock", "asks"),
    [
        ("before", "08:59", False),
        ("before", "09:00", False),
        ("before", "09:01", True),
        ("during", "08:59", True),
        ("during", "09:00", False),
        ("during", "12:00", False),
        ("during", "12:01", True),
        ("after", "11:59", True),
        ("after", "12:00", False),
        ("after", "12:01", False),
    ],
)
def test_reading_at_another_time_than_it_says_asks(visit, coordinator, time_point, clock, asks):
    enter(visit, "infusion-vitals", coordinator, parent=1, time_point=time_point, measured_at=clock)
    assert asked("IV-006") == {}
    times = {"started_at": "09:00", "ended_at": "12:00"}
    enter(visit, "infusion", coordinator, infused_on=YESTERDAY, **times)
    told = "it started at 09:00 and it ended at 12:00"
    text = f"Said to be {time_point} the infusion, but measured at {clock}; {told}."
    assert asked("IV-006") == ({"measured_at": text} if asks else {})


@pytest.mark.parametrize(
    ("time_point", "clock", "asks"),
    [
        ("before", "20:59", False),
        ("before", "00:10", False),
        ("before", "22:10", True),
        ("during", "23:00", False),
        ("during", "00:30", False),
        ("during", "00:31", True),
        ("after", "00:29", True),
        ("after", "00:30", False),
    ],
)
def test_readings_of_an_infusion_past_midnight(visit, coordinator, time_point, clock, asks):
    times = {"started_at": "21:00", "ended_next_day": "yes", "ended_at": "00:30"}
    enter(visit, "infusion", coordinator, infused_on="2026-03-01", **times)
    enter(visit, "infusion-vitals", coordinator, parent=1, time_point=time_point, measured_at=clock)
    assert bool(asked("IV-006")) is asks


def test_reading_is_not_asked_about_while_start_and_end_are_unknown(visit, coordinator):
    enter(visit, "infusion", coordinator, infused_on=YESTERDAY)
    for number, point in enumerate(("before", "during", "after"), 1):
        values = {"number": number, "time_point": point, "measured_at": "09:00"}
        enter(visit, "infusion-vitals", coordinator, parent=1, **values)
    assert asked("IV-006") == {}


# MRC-006
@AROUND_NOW
def test_assessment_later_than_now_asks(visit, coordinator, day, clock, asks):
    enter(visit, "mrc-strength", coordinator, assessed_at=clock)
    assert asked("MRC-006") == {}
    enter(visit, "visit", coordinator, visited_on=day)
    assert bool(asked("MRC-006")) is asks
    enter(visit, "visit", coordinator, visited_on="2026-03-01")
    assert asked("MRC-006") == {}


# LB-007
@AROUND_NOW
def test_sample_later_than_now_asks(visit, coordinator, day, clock, asks):
    enter(visit, "laboratory", coordinator, collected_on=day, collected_at=clock)
    assert bool(asked("LB-007")) is asks


# AE-009
@AROUND_NOW
@pytest.mark.parametrize("edge", ["started", "ended"])
def test_event_later_than_now_asks(visit, coordinator, edge, day, clock, asks):
    values = {f"{edge}_on": day, f"{edge}_at": clock}
    enter(visit.patient, "adverse-event", coordinator, **values)
    assert bool(asked("AE-009")) is asks


def test_event_of_a_month_is_not_asked_about(visit, coordinator):
    enter(visit.patient, "adverse-event", coordinator, started_on="2026-03", started_at="23:59")
    assert asked("AE-009") == {}


# SAE-007
@AROUND_NOW
@pytest.mark.parametrize("what", ["became_aware", "reported"])
def test_report_later_than_now_asks(visit, coordinator, what, day, clock, asks):
    enter(visit.patient, "serious-adverse-event", coordinator, **{f"{what}_on": day, f"{what}_at": clock})
    assert list(asked("SAE-007")) == ([f"{what}_at"] if asks else [])


@pytest.mark.parametrize(
    ("ended_at", "asks"), [("23:50", False), ("20:00", False), ("19:59", True), ("15:00", True)]
)
def test_reading_after_midnight_fits_an_infusion_that_ended_late_in_the_evening(
    visit, coordinator, ended_at, asks
):
    times = {"started_at": "14:00", "ended_next_day": "no", "ended_at": ended_at}
    enter(visit, "infusion", coordinator, infused_on="2026-03-09", **times)
    enter(visit, "infusion-vitals", coordinator, parent=1, time_point="after", measured_at="00:20")
    assert bool(asked("IV-006")) == asks


@pytest.mark.parametrize(
    ("utc", "clock", "asks"),
    [
        ("2026-11-01T05:10", "01:40", True),  # for the first time
        ("2026-11-01T06:10", "01:40", False),  # for the second time
        ("2026-11-01T06:10", "02:05", True),
        ("2027-03-14T06:50", "03:05", True),  # in fifteen minutes
        ("2027-03-14T07:10", "03:05", False),
    ],
)
def test_night_in_which_the_clocks_change(db, wall, utc, clock, asks):
    there = make_site("77", "America/New_York")
    person = make_user("there", Role.COORDINATOR, there)
    visit = a_visit(a_patient(there, person), "W01", person)
    wall(datetime.fromisoformat(utc).replace(tzinfo=UTC))
    enter(visit, "laboratory", person, collected_on=utc[:10], collected_at=clock)
    assert bool(asked("LB-007")) is asks


# --- an hour that the clocks skipped: INF-019, IV-007, MRC-007, LB-010, AE-016, SAE-010 --------------


@pytest.fixture
def in_new_york(db):
    """A visit at a site whose clocks went from 2:00 to 3:00 on 10 March 2024, and who enters there."""
    site = make_site("31", "America/New_York")
    coordinator = make_user("coordinator31", Role.COORDINATOR, site)
    return a_visit(a_patient(site, coordinator), "W04", coordinator), coordinator


@pytest.mark.parametrize(
    ("check_id", "crf", "day", "clock"),
    [
        ("INF-019", "infusion", "infused_on", "started_at"),
        ("INF-019", "infusion", "infused_on", "ended_at"),
        ("LB-010", "laboratory", "collected_on", "collected_at"),
        ("AE-016", "adverse-event", "started_on", "started_at"),
        ("AE-016", "adverse-event", "ended_on", "ended_at"),
        ("SAE-010", "serious-adverse-event", "became_aware_on", "became_aware_at"),
        ("SAE-010", "serious-adverse-event", "reported_on", "reported_at"),
    ],
)
@pytest.mark.parametrize(
    ("on", "at", "asks"),
    [
        ("2024-03-10", "01:59", False),
        ("2024-03-10", "02:00", True),
        ("2024-03-10", "02:59", True),
        ("2024-03-10", "03:00", False),
        ("2024-03-11", "02:30", False),
        ("2024-11-03", "01:30", False),
    ],
)
def test_time_in_the_hour_that_was_skipped_asks(in_new_york, check_id, crf, day, clock, on, at, asks):
    visit, coordinator = in_new_york
    where = visit if crf in ("infusion", "laboratory") else visit.patient
    enter(where, crf, coordinator, **{day: on, clock: at})
    text = f"{at} did not exist on {on} at the site: the clocks went forward."
    assert asked(check_id) == ({clock: text} if asks else {})


def test_time_of_a_day_that_is_not_wholly_known_is_in_no_skipped_hour(in_new_york):
    visit, coordinator = in_new_york
    enter(visit.patient, "adverse-event", coordinator, started_on="2024-03", started_at="02:30")
    assert asked("AE-016") == {}


def test_reading_after_midnight_lies_in_the_skipped_hour_of_the_next_day(in_new_york):
    visit, coordinator = in_new_york
    late = {"infused_on": "2024-03-09", "started_at": "23:00", "ended_next_day": "yes"}
    enter(visit, "infusion-vitals", coordinator, parent=1, time_point="after", measured_at="02:30")
    enter(visit, "infusion", coordinator, **late)
    assert list(asked("IV-007")) == ["measured_at"]
    enter(visit, "infusion", coordinator, ended_next_day="no")
    assert asked("IV-007") == {}


def test_assessment_in_the_skipped_hour_follows_the_day_of_the_visit(in_new_york):
    visit, coordinator = in_new_york
    enter(visit, "mrc-strength", coordinator, assessed_at="02:30")
    assert asked("MRC-007") == {}
    enter(visit, "visit", coordinator, visited_on="2024-03-10")
    assert list(asked("MRC-007")) == ["assessed_at"]
