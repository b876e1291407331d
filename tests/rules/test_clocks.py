"""What asks for the time is right at every hour of the days on which calendars and clocks are special."""

import uuid
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.urls import reverse
from icalendar import Calendar

from ecrf.access.roles import Role
from ecrf.calendar.services import make_feed
from ecrf.casebook.models import Patient
from ecrf.checks.models import Discrepancy, DiscrepancyState
from ecrf.entry.today.to_do import to_do_list
from ecrf.monitoring.home.to_do import overdue_visits
from ecrf.monitoring.visits.services import end_visit, plan_visit, start_visit
from ecrf.trail.filters import Filters
from tests.builders import a_patient, a_visit, enter
from tests.conftest import make_site, make_user
from tests.trial.asked import asked

TOKYO, NEW_YORK = "Asia/Tokyo", "America/New_York"
SPECIAL_DAYS = {
    "an ordinary day": (TOKYO, date(2026, 6, 15)),
    "the last day of February": (TOKYO, date(2027, 2, 28)),
    "the last day of February in a leap year": (NEW_YORK, date(2028, 2, 29)),
    "the last day of a year": (TOKYO, date(2026, 12, 31)),
    "the day on which clocks go back": (NEW_YORK, date(2026, 11, 1)),
    "the day on which clocks go forward": (NEW_YORK, date(2027, 3, 14)),
}
ON_SPECIAL_DAYS = pytest.mark.parametrize(("zone", "day"), SPECIAL_DAYS.values(), ids=SPECIAL_DAYS)


@pytest.fixture
def hours(zone, day) -> Iterator[Iterator[datetime]]:
    """Every full hour of a day at a site and the day's last second, with the clock set to each in turn."""
    with time_machine.travel(_midnight(zone, day), tick=False) as clock:
        yield _hours(clock, zone, day)


def _hours(clock: time_machine.Traveller, zone: str, day: date) -> Iterator[datetime]:
    start, end = (_midnight(zone, on) for on in (day, day + timedelta(days=1)))
    moments = [start + timedelta(hours=n) for n in range(int((end - start) / timedelta(hours=1)))]
    for moment in [*moments, end - timedelta(seconds=1)]:
        clock.move_to(moment, tick=False)
        yield moment.astimezone(ZoneInfo(zone))


def _midnight(zone: str, day: date) -> datetime:
    return datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC)


@pytest.fixture
def there(db, hours, zone):
    return make_site("77", zone)


@pytest.fixture
def person(there):
    return make_user("there", Role.COORDINATOR, there)


def with_baseline(there, person, day: date) -> Patient:
    patient = a_patient(there, person)
    enter(
        a_visit(patient, "W01", person),
        "visit",
        person,
        occurrence="done",
        visited_on=str(day),
        contact="phone",
    )
    return patient


@ON_SPECIAL_DAYS
def test_a_day_has_24_hours_but_where_clocks_change(hours, zone, day):
    change = {date(2026, 11, 1): 1, date(2027, 3, 14): -1}.get(day, 0)
    assert len(list(hours)) == 24 + change + 1


@ON_SPECIAL_DAYS
def test_a_sites_day_is_today_until_its_midnight_and_the_next_one_is_refused(there, person, hours, day):
    visit = a_visit(a_patient(there, person), "W01", person)
    for now in hours:
        assert there.today() == now.date() == day
        assert enter(visit, "visit", person, visited_on="t").is_clean, now
        refused = enter(visit, "visit", person, visited_on=str(day + timedelta(days=1))).refused
        assert f"Today at the site is {day}." in refused["visited_on"], now


@ON_SPECIAL_DAYS
def test_a_time_is_asked_about_while_it_is_still_to_come(there, person, hours, day):
    visit = a_visit(a_patient(there, person), "W01", person)
    for now in hours:
        enter(visit, "laboratory", person, collected_on="t", collected_at="n")
        assert asked("LB-007") == {}, now
        # In the hour that comes twice, a later minute may be one of the first time round.
        if now.date() == (now + timedelta(minutes=1)).date() and not now.fold:
            enter(visit, "laboratory", person, collected_at=f"{now + timedelta(minutes=1):%H:%M}")
            assert list(asked("LB-007")) == ["collected_at"], now


@ON_SPECIAL_DAYS
def test_a_visit_is_due_on_its_last_day_and_overdue_on_the_next(there, person, hours, day):
    """Week 4 is due on day 22, and for seven days after it."""
    due = with_baseline(there, person, day - timedelta(days=21))
    last = with_baseline(there, person, day - timedelta(days=28))
    over = with_baseline(there, person, day - timedelta(days=29))
    for now in hours:
        cards = {card.kind: [line.patient.number for line in card.lines] for card in to_do_list(person).cards}
        assert cards["due"] == [last.number, due.number], now
        assert cards["overdue"] == [over.number], now
        assert [line.number == over.number for line in overdue_visits(there, 9).lines] == [True], now


@ON_SPECIAL_DAYS
def test_a_missed_visit_is_asked_about_until_its_window_opens(there, person, hours, day):
    patients = [with_baseline(there, person, day - timedelta(days=n)) for n in (13, 14)]
    before, on = (a_visit(patient, "W04", person) for patient in patients)
    for now in hours:
        for visit in (before, on):
            enter(visit, "visit", person, occurrence="missed")
        asking = Discrepancy.objects.filter(check_id="VISIT-005", state=DiscrepancyState.OPEN)
        assert [discrepancy.entry.visit for discrepancy in asking] == [before], now
        for visit in (before, on):
            enter(visit, "visit", person, occurrence=None)


@ON_SPECIAL_DAYS
def test_a_window_in_the_calendar_feed_keeps_its_days(there, person, hours, day, client):
    patient = with_baseline(there, person, day - timedelta(days=21))
    token = make_feed(by=person, label="", request_key=uuid.uuid4())
    for now in hours:
        feed = Calendar.from_ical(client.get(reverse("calendar-feed", args=[token])).content)
        event = next(
            event for event in feed.walk("VEVENT") if str(event["UID"]).startswith(f"{patient.number}-W04")
        )
        week = timedelta(days=7)
        assert (event.decoded("DTSTART"), event.decoded("DTEND")) == (
            day - week,
            day + week + timedelta(days=1),
        ), now
        assert event.decoded("DTSTAMP") == now.astimezone(UTC)


@ON_SPECIAL_DAYS
def test_a_days_trail_is_that_of_every_hour_of_the_day(hours, zone, day):
    filters, where = Filters(since=day, until=day), ZoneInfo(zone)
    begins, ends = filters.begins(where).astimezone(UTC), filters.ends(where).astimezone(UTC)
    assert all(begins <= now.astimezone(UTC) < ends for now in hours)
    assert ends.astimezone(where).date() == day + timedelta(days=1)


# --- the pages that show the time -----------------------------------------------------------------

MOMENTS = {
    "the hour that comes twice, for the second time": (NEW_YORK, "2026-11-01T06:30:00Z"),
    "the first minute after the hour that is left out": (NEW_YORK, "2027-03-14T07:00:00Z"),
    "the night to the 29th of February": (TOKYO, "2028-02-28T15:00:00Z"),
    "the last second of a year": (TOKYO, "2026-12-31T14:59:59Z"),
}


@pytest.mark.parametrize(("zone", "moment"), MOMENTS.values(), ids=MOMENTS)
def test_every_page_that_shows_the_time_opens(db, zone, moment, client):
    with time_machine.travel(moment, tick=False):
        there = make_site("77", zone)
        person, monitor = (
            make_user("there", Role.INVESTIGATOR, there),
            make_user("reads", Role.MONITOR, there),
        )
        patient = with_baseline(there, person, there.today())
        plan = {"planned_on": there.today(), "how": "on-site", "purpose": "", "request_key": uuid.uuid4()}
        visit = plan_visit(site=there, by=monitor, **plan)
        start_visit(visit=visit, by=monitor)
        end_visit(visit=visit, by=monitor)
        item = [patient.number, "W01", "visit", 1, "visited_on"]
        pages = {
            person: [
                reverse("today"),
                reverse("checks"),
                reverse("patient", args=[patient.number]),
                reverse("visit", args=[patient.number, "W01"]),
                reverse("log", args=[patient.number, "adverse-event"]),
                reverse("item-history", args=item),
                reverse("sign-visit", args=[patient.number, "W01"]),
                reverse("ranges", args=[there.code]),
                reverse("print-casebook", args=[patient.number]),
                reverse("patient-trail", args=[patient.number]),
                reverse("site-trail", args=[there.code]),
                reverse("trail-review", args=[there.code]),
            ],
            monitor: [
                reverse("monitor:index"),
                reverse("monitor:plan"),
                reverse("monitor:locks"),
                reverse("monitor:noisy-checks"),
                reverse("monitor:work-list", args=[there.code, "overdue"]),
                reverse("monitor:monitoring-visits"),
                reverse("monitor:monitoring-visit", args=[visit.pk]),
                reverse("monitor:print-monitoring-text", args=[visit.pk, "report"]),
                reverse("monitor:casebook_patient_changelist"),
                reverse("monitor:casebook_visit_change", args=[patient.visits.get().pk]),
            ],
        }
        for user, addresses in pages.items():
            client.force_login(user)
            statuses = {address: client.get(address).status_code for address in addresses}
            assert statuses == dict.fromkeys(addresses, 200)
