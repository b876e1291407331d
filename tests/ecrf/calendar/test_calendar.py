"""The calendar feed: what it holds, who reads it, and how its secret addresses are made and revoked."""

import io
import logging
import uuid
from datetime import date, datetime, time, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.test import Client
from icalendar import Calendar

from ecrf.access.models import Membership, User
from ecrf.access.roles import Role
from ecrf.appointments.models import AppointmentEnding
from ecrf.appointments.services import Wanted, end_appointment, move_appointment
from ecrf.audit.actor import SYSTEM, acting
from ecrf.audit.models import AuditEvent
from ecrf.calendar.models import CalendarFeed
from ecrf.calendar.services import LIVING_AT_MOST, living_feeds, make_feed
from ecrf.casebook.data import PatientData
from ecrf.casebook.models import Entry, Patient
from ecrf.casebook.record.record import record
from ecrf.casebook.record.store import ensure_entry
from ecrf.casebook.schedule.due import VisitState
from ecrf.casebook.schedule.status import (
    refresh_schedule_status,
    schedule_status_of,
    schedule_statuses_of,
)
from ecrf.casebook.striking import strike_out
from ecrf.forms.protocol import protocol
from ecrf.web.log import LogLine
from tests.bench.counting import statements
from tests.builders import a_patient, a_place, a_visit, enter
from tests.conftest import make_site, make_user
from tests.ecrf.appointments.conftest import book

pytestmark = pytest.mark.django_db

EMOJI = "My phone 📱 電話"


@pytest.fixture(autouse=True)
def _real(settings):
    settings.SYNTHETIC_DATA = False


def address(user: User, label: str = "") -> str:
    return f"/calendar/{make_feed(by=user, label=label, request_key=uuid.uuid4())}.ics"


def fetch(url: str) -> Calendar:
    """As a calendar program does: without a cookie."""
    answer = Client().get(url)
    assert answer.status_code == 200
    return Calendar.from_ical(answer.content)


def summaries(url: str) -> list[str]:
    return [str(event["SUMMARY"]) for event in fetch(url).walk("VEVENT")]


def numbers(url: str) -> set[str]:
    return {summary.split()[0] for summary in summaries(url)}


def days_ago(patient: Patient, days: int) -> date:
    return patient.site.today() - timedelta(days=days)


def _end(patient: Patient, reason: str, by: User) -> None:
    values = {"reason": reason, "ended_on": days_ago(patient, 1).isoformat()}
    record(place=a_place(patient, "end-of-study"), values=values, by=by.acting_at(patient.site, "enter"))


@pytest.fixture
def treated(site, coordinator) -> Patient:
    """Baseline 200 days ago; week 4 done, week 7 missed, week 10 opened without a date; the rest never opened."""
    patient = a_patient(site, coordinator)
    for code, days in (("SCR", 210), ("W01", 200), ("W04", 179)):
        visit = a_visit(patient, code, coordinator)
        enter(visit, "visit", coordinator, occurrence="done", visited_on=days_ago(patient, days).isoformat())
    enter(
        a_visit(patient, "W07", coordinator), "visit", coordinator, occurrence="missed", missed_reason="Snow"
    )
    a_visit(patient, "W10", coordinator)
    return patient


@pytest.fixture
def events(treated, coordinator) -> dict[str, dict]:
    """{visit code: event}."""
    found = fetch(address(coordinator)).walk("VEVENT")
    return {
        str(event["UID"]).removeprefix(f"{treated.number}-").removesuffix("@ecrf"): event for event in found
    }


# --- what it holds --------------------------------------------------------------------------------


def test_each_visit_still_awaited_is_one_event_over_its_window(treated, events):
    awaited = {due.plan.code: due for due in schedule_status_of(treated).visits if due.is_awaited}
    assert set(events) == {"W10", *(plan.code for plan in protocol().visits[5:] if not plan.on_demand)}
    assert set(awaited) == set(events)
    for code, event in events.items():
        assert event["DTSTART"].dt == awaited[code].opens_on
        assert event["DTEND"].dt == awaited[code].closes_on + timedelta(days=1)
        assert event["DTSTART"].params["VALUE"] == "DATE"
        assert event["TRANSP"] == "TRANSPARENT"


def test_event_names_patient_visit_and_due_day(treated, events):
    week_28 = days_ago(treated, 200) + timedelta(days=7 * 27)
    assert events["W28"]["SUMMARY"] == f"{treated.number} Week 28, overdue, was due {week_28}"
    week_31 = week_28 + timedelta(days=21)
    assert events["W31"]["SUMMARY"] == f"{treated.number} Week 31, due {week_31}"


def test_event_says_overdue_exactly_where_the_outlook_does(treated, events):
    states = {due.plan.code: due.state for due in schedule_status_of(treated).visits}
    for code, event in events.items():
        assert ("overdue" in event["SUMMARY"]) == (states[code] == VisitState.OVERDUE), code


def test_window_is_overdue_from_the_day_after_it_closes(site, coordinator, monkeypatch):
    patient = a_patient(site, coordinator)
    url = address(coordinator)
    [screening] = [due for due in schedule_status_of(patient).visits if due.plan.code == "SCR"]
    for day, is_late in ((screening.closes_on, False), (screening.closes_on + timedelta(days=1), True)):
        monkeypatch.setattr("ecrf.access.models.Site.today", lambda _site, day=day: day)
        [summary] = [text for text in summaries(url) if "Screening" in text]
        assert ("overdue" in summary) == is_late


@pytest.mark.requirement("R-137")
def test_feed_holds_nothing_of_a_patient_but_number_visits_and_windows(treated, coordinator):
    place_of_birth = {"born_on": "1961", "sex": "F"}
    values = {k: v for k, v in place_of_birth.items() if k in a_place(treated, "consent").definition.items}
    assert values
    screening = treated.visits.get(code="SCR")
    enter(screening, "consent", coordinator, **values)
    for event in fetch(address(coordinator)).walk("VEVENT"):
        assert set(event) == {"UID", "DTSTAMP", "DTSTART", "DTEND", "SUMMARY", "TRANSP"}
    text = Client().get(address(coordinator)).content.decode()
    assert "1961" not in text
    assert "Snow" not in text
    assert coordinator.username not in text
    assert treated.site.name not in text


def test_identity_of_an_event_stays_when_its_dates_move(treated, coordinator):
    url = address(coordinator)
    before = {str(event["UID"]): event["DTSTART"].dt for event in fetch(url).walk("VEVENT")}
    moved = days_ago(treated, 201).isoformat()
    enter(
        treated.visits.get(code="W01"), "visit", coordinator, visited_on=moved, reason="Source was corrected"
    )
    after = {str(event["UID"]): event["DTSTART"].dt for event in fetch(url).walk("VEVENT")}
    assert after == {uid: day - timedelta(days=1) for uid, day in before.items()}


def test_patient_who_left_the_study_is_expected_at_no_visit(treated, coordinator):
    url = address(coordinator)
    _end(treated, "WITHDRAWAL BY SUBJECT", coordinator)
    assert summaries(url) == []


def test_calendar_names_product_and_sites_and_when_to_come_again(site, other_site, data_manager):
    calendar = fetch(address(data_manager))
    assert calendar["X-WR-CALNAME"].to_ical() == rb"eCRF visits\, sites 01\, 02", (
        "commas end a text for readers"
    )
    assert calendar["REFRESH-INTERVAL"].dt == timedelta(hours=6)
    assert calendar["VERSION"] == "2.0"


def test_invented_data_say_so_in_the_calendar_and_in_every_event(treated, coordinator, settings):
    settings.SYNTHETIC_DATA = True
    url = address(coordinator)
    assert "synthetic" in fetch(url)["X-WR-CALNAME"]
    assert all(summary.endswith("(synthetic)") for summary in summaries(url))


def test_event_of_a_practice_site_says_so(db):
    practice = make_site("P1", is_practice=True)
    trainee = make_user("trainee", Role.COORDINATOR, practice)
    a_patient(practice, trainee)
    assert all(summary.endswith("(practice)") for summary in summaries(address(trainee)))


def test_lines_of_the_feed_end_and_fold_as_the_standard_says(treated, coordinator):
    text = Client().get(address(coordinator)).content
    assert text.count(b"\n") == text.count(b"\r\n") > 100
    assert max(len(line) for line in text.split(b"\r\n")) <= 75


# --- many patients --------------------------------------------------------------------------------


def _in_every_state(site, by: User) -> list[Patient]:
    """Patients who were never seen, screened, treated, complete at a visit, ended, with a visit on demand."""
    new, screened, treated, complete, ended, early = (a_patient(site, by) for _ in range(6))
    for patient in (screened, treated, complete, ended, early):
        visit = a_visit(patient, "SCR", by)
        enter(visit, "visit", by, occurrence="done", visited_on=days_ago(patient, 60).isoformat())
    for patient in (treated, complete, ended, early):
        enter(
            a_visit(patient, "W01", by),
            "visit",
            by,
            occurrence="done",
            visited_on=days_ago(patient, 50).isoformat(),
        )
    visit = a_visit(complete, "W04", by)
    with acting(by.acting_at(site, "enter"), patient_id=complete.pk):
        for key in protocol().plan("W04").forms:
            ensure_entry(a_place(visit, key))
        Entry.objects.filter(visit=visit).update(status="complete", missing=0)
        refresh_schedule_status(PatientData(complete))
    _end(ended, "COMPLETED", by)
    added = enter(visit, "dose-lot", by, parent=1, reason="Late", lot_number="SYN-1")
    struck = added.row.entry
    assert schedule_status_of(complete).unfinished.plan.code == "SCR"
    strike_out(entry=struck, by=by, actor=by.acting_at(site, "enter"), reason="Entered twice")
    a_visit(early, "ET", by)
    enter(a_visit(treated, "W04", by), "visit", by, occurrence="missed", missed_reason="Snow")
    return [new, screened, treated, complete, ended, early]


def test_many_patients_have_the_outlook_that_each_has_alone(site, coordinator):
    made = _in_every_state(site, coordinator)
    found = schedule_statuses_of(made)
    assert found == {patient.pk: schedule_status_of(patient) for patient in made}
    states = {due.state for one in found.values() for due in one.visits}
    assert {VisitState.DONE, VisitState.BEGUN, VisitState.NOT_EXPECTED} <= states


def test_outlooks_of_nobody_are_none():
    assert schedule_statuses_of([]) == {}


def test_feed_takes_the_same_statements_for_one_patient_and_for_five(treated, site, coordinator, settings):
    settings.ALLOWED_HOSTS = ["testserver"]
    url = address(coordinator)
    one = statements(lambda: Client().get(url))
    for _ in range(4):
        a_visit(a_patient(site, coordinator), "SCR", coordinator)
    five = statements(lambda: Client().get(url))
    assert len(numbers(url)) == 5
    assert one.count == five.count <= 9, "\n".join(five.sql)
    assert five.writes == []


def test_feed_of_very_many_patients_holds_those_whose_window_closes_first(
    treated, site, coordinator, monkeypatch
):
    later = a_patient(site, coordinator)
    monkeypatch.setattr("ecrf.calendar.feed.PATIENTS_AT_MOST", 1)
    assert numbers(address(coordinator)) == {treated.number}
    assert later.number != treated.number


# --- who reads it ---------------------------------------------------------------------------------


@pytest.mark.requirement("R-071")
def test_feed_shows_patients_of_the_persons_own_sites_only(
    treated, outsider, coordinator, monitor, data_manager
):
    theirs = a_patient(outsider.current_memberships[0].site, outsider)
    assert numbers(address(coordinator)) == numbers(address(monitor)) == {treated.number}
    assert numbers(address(outsider)) == {theirs.number}
    assert numbers(address(data_manager)) == {treated.number, theirs.number}


@pytest.mark.requirement("R-057")
def test_feed_of_who_lost_a_site_shows_that_site_no_more(treated, other_site, coordinator):
    with acting(SYSTEM, source="test"):
        Membership.objects.create(user=coordinator, role=Role.COORDINATOR, site=other_site)
    theirs = a_patient(other_site, User.objects.get(pk=coordinator.pk))
    url = address(coordinator)
    assert numbers(url) == {treated.number, theirs.number}
    with acting(SYSTEM, source="test"):
        Membership.objects.filter(user=coordinator, site=treated.site).update(is_current=False)
    assert numbers(url) == {theirs.number}


@pytest.mark.requirement("R-057")
@pytest.mark.parametrize(
    "close",
    [
        lambda user: User.objects.filter(pk=user.pk).update(is_active=False),
        lambda user: Membership.objects.filter(user=user).update(is_current=False),
    ],
    ids=["account closed", "no membership"],
)
def test_feed_of_who_has_no_access_any_more_is_gone(close, treated, coordinator):
    url = address(coordinator)
    with acting(SYSTEM, source="test"):
        close(coordinator)
    assert Client().get(url).status_code == 404


@pytest.mark.requirement("R-070")
def test_feed_of_who_may_only_read_safety_data_now_is_gone(treated, coordinator):
    url = address(coordinator)
    with acting(SYSTEM, source="test"):
        Membership.objects.filter(user=coordinator).update(is_current=False)
        Membership.objects.create(user=coordinator, role=Role.SAFETY, site=None)
    assert Client().get(url).status_code == 404


@pytest.mark.parametrize("secret", ["x", "0" * 64, "A" * 43, "a" * 5000, "None"])
def test_unknown_secret_is_404(secret, treated, coordinator):
    address(coordinator)
    assert Client().get(f"/calendar/{secret}.ics").status_code == 404


def test_hash_that_the_database_holds_opens_nothing(treated, coordinator):
    address(coordinator)
    stored = CalendarFeed.objects.get().token_hash
    assert Client().get(f"/calendar/{stored}.ics").status_code == 404


@pytest.mark.requirement("R-132")
def test_feed_is_kept_out_of_shared_caches_and_search_engines(treated, coordinator):
    answer = Client().get(address(coordinator))
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert answer.headers["Cache-Control"] == "private, max-age=300"
    assert answer.headers["X-Robots-Tag"] == "noindex"
    assert not answer.cookies


def test_program_that_asks_for_the_headers_only_gets_them(treated, coordinator):
    assert Client().head(address(coordinator)).status_code == 200


# --- the page -------------------------------------------------------------------------------------


def make(client: Client, **data: str):
    return client.post("/calendar/feed/", {"key": str(uuid.uuid4()), **data})


def shown(answer) -> str:
    """The path of the address that the page shows."""
    return answer.context["made"].removeprefix("http://testserver")


@pytest.fixture
def browser(coordinator) -> Client:
    client = Client()
    client.force_login(coordinator)
    return client


def test_address_is_shown_once_and_works(browser, treated):
    answer = make(browser, label=EMOJI)
    assert shown(answer) in answer.content.decode()
    assert numbers(shown(answer)) == {treated.number}
    later = browser.get("/calendar/feed/").content.decode()
    assert EMOJI in later
    assert shown(answer) not in later


def test_secret_stands_nowhere_in_the_database(browser):
    secret = shown(make(browser)).removeprefix("/calendar/").removesuffix(".ics")
    assert len(secret) == 43
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_jsonb(f)::text FROM calendar_calendarfeed f")
        assert secret not in str(cursor.fetchall())
    told = str(list(AuditEvent.objects.values()))
    assert secret not in told
    assert CalendarFeed.objects.get().token_hash not in told


def test_double_click_makes_one_address_and_both_answers_show_it(browser, coordinator):
    key = str(uuid.uuid4())
    first, second = make(browser, key=key, label="Desk"), make(browser, key=key, label="Desk")
    assert shown(first) == shown(second)
    assert living_feeds(coordinator).count() == 1


def test_key_of_another_persons_click_gives_another_address(browser, monitor):
    key = uuid.uuid4()
    theirs = make_feed(by=monitor, label="", request_key=key)
    assert theirs not in shown(make(browser, key=str(key)))


def test_second_address_leaves_the_first_one_working(browser, treated):
    first, second = shown(make(browser)), shown(make(browser))
    assert first != second
    assert numbers(first) == numbers(second) == {treated.number}


def test_sixth_address_is_refused_with_what_to_do(browser, coordinator):
    for _ in range(LIVING_AT_MOST):
        assert make(browser).status_code == 200
    answer = make(browser)
    assert answer.status_code == 422
    assert "Revoke one" in answer.content.decode()
    assert living_feeds(coordinator).count() == LIVING_AT_MOST
    browser.post(f"/calendar/{living_feeds(coordinator).first().pk}/revoke/")
    assert make(browser).status_code == 200


@pytest.mark.parametrize(
    "data", [{"key": ""}, {"key": "no key"}, {"key": "\x00"}, {"label": "x" * 41}, {"label": "a\x00b"}]
)
def test_bad_input_makes_no_address_and_gets_a_sentence(data, browser, coordinator):
    answer = make(browser, **data)
    assert answer.status_code == 422
    assert 'role="alert"' in answer.content.decode()
    assert not living_feeds(coordinator).exists()


def test_label_is_shown_as_text(browser):
    page = make(browser, label="<b>desk</b>").content.decode()
    assert "&lt;b&gt;desk&lt;/b&gt;" in page
    assert "<b>desk" not in page


@pytest.mark.requirement("R-057")
def test_revoked_address_is_gone_at_once_and_the_others_go_on(browser, treated, coordinator):
    first, second = shown(make(browser)), shown(make(browser))
    feed = living_feeds(coordinator).first()
    answer = browser.post(f"/calendar/{feed.pk}/revoke/", follow=True)
    assert "The address is revoked" in answer.content.decode()
    assert Client().get(first).status_code == 404
    assert Client().get(second).status_code == 200


def test_revoking_twice_keeps_the_first_moment(browser, coordinator):
    make(browser)
    feed = living_feeds(coordinator).get()
    browser.post(f"/calendar/{feed.pk}/revoke/")
    feed.refresh_from_db()
    first = feed.revoked_at
    assert browser.post(f"/calendar/{feed.pk}/revoke/").status_code == 302
    feed.refresh_from_db()
    assert (feed.revoked_at, feed.revoked_by) == (first, coordinator)


def test_click_that_made_a_revoked_address_makes_it_no_second_time(browser, coordinator):
    key = str(uuid.uuid4())
    url = shown(make(browser, key=key))
    browser.post(f"/calendar/{living_feeds(coordinator).get().pk}/revoke/")
    assert make(browser, key=key).status_code == 422
    assert Client().get(url).status_code == 404


def test_page_lists_the_own_addresses_only(browser, monitor):
    make_feed(by=monitor, label="Of the monitor", request_key=uuid.uuid4())
    assert "Of the monitor" not in browser.get("/calendar/feed/").content.decode()


def test_data_manager_of_a_study_without_sites_gets_the_page(client, data_manager):
    client.force_login(data_manager)
    assert client.get("/calendar/feed/").status_code == 200


def test_page_is_led_to_by_those_who_may_open_it(client, coordinator, monitor, safety, site):
    for user, page, is_there in (
        (coordinator, "/places/", True),
        (monitor, "/places/", True),
        (safety, "/places/", False),
    ):
        client.force_login(user)
        assert ('href="/calendar/feed/"' in client.get(page).content.decode()) == is_there


# --- the trail, the log, the database's own rules -------------------------------------------------


@pytest.mark.requirement("R-076")
def test_trail_says_who_made_and_who_revoked_an_address(browser, coordinator):
    make(browser, label="Desk")
    browser.post(f"/calendar/{living_feeds(coordinator).get().pk}/revoke/")
    made, revoked = AuditEvent.objects.filter(table="calendar_calendarfeed").order_by("pk")
    assert (made.operation, made.actor) == ("INSERT", "coordinator")
    assert made.changes["label"] == [None, "Desk"]
    assert (revoked.operation, revoked.actor) == ("UPDATE", "coordinator")
    assert set(revoked.changes) == {"revoked_at", "revoked_by_id"}


def test_database_refuses_a_revocation_by_nobody(coordinator):
    address(coordinator)
    with (
        pytest.raises(IntegrityError, match="calendar_feed_revoked_by"),
        acting(SYSTEM),
        transaction.atomic(),
    ):
        CalendarFeed.objects.update(revoked_at="2026-01-05T00:00:00Z")


def test_service_refuses_a_sixth_address_too(coordinator):
    for _ in range(LIVING_AT_MOST):
        address(coordinator)
    with pytest.raises(ValidationError, match="addresses already"):
        address(coordinator)


@pytest.fixture
def written():
    """What the log would write, as it would write it."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(LogLine("%(asctime)s %(levelname)s %(name)s %(message)s"))
    logging.getLogger().addHandler(handler)
    level = logging.getLogger().level
    logging.getLogger().setLevel(logging.INFO)
    yield stream.getvalue
    logging.getLogger().removeHandler(handler)
    logging.getLogger().setLevel(level)


@pytest.mark.requirement("R-135")
def test_secret_is_not_in_the_log_whatever_happens(coordinator, written, monkeypatch):
    url = address(coordinator)
    strict = Client(enforce_csrf_checks=True, raise_request_exception=False)
    assert strict.get(url).status_code == 200
    assert strict.post(url).status_code == 403
    assert strict.get(url + "x").status_code == 404
    monkeypatch.setattr("ecrf.calendar.views.calendar_of", lambda user: 1 / 0)
    assert strict.get(url).status_code == 500
    found = written()
    assert found.count("/calendar/***.ics") >= 5
    assert url.removeprefix("/calendar/").removesuffix(".ics") not in found


# --- appointments ---------------------------------------------------------------------------------


def _agreed(url: str) -> dict[str, object]:
    """The one appointment of a feed; no event of a window."""
    [event] = [event for event in fetch(url).walk("VEVENT") if str(event["UID"]).startswith("appointment-")]
    return event


def test_appointment_is_an_event_at_its_time_in_the_zone_of_the_site(treated, coordinator):
    made = book(treated, coordinator, 1, time(9, 30), code="W13", note="Synthetic note", reason="Holiday")
    url = address(coordinator)
    event = _agreed(url)
    start = event["DTSTART"].dt
    assert start.utcoffset() == timedelta(hours=9)
    assert start.replace(tzinfo=None) == datetime.combine(made.planned_on, time(9, 30))
    assert event["DTSTART"].params["TZID"] == "Asia/Tokyo"
    assert [str(zone["TZID"]) for zone in fetch(url).walk("VTIMEZONE")] == ["Asia/Tokyo"]
    assert event["SUMMARY"] == f"{treated.number} Week 13, appointment"
    assert (str(event["STATUS"]), event["SEQUENCE"]) == ("CONFIRMED", 0)
    text = Client().get(url).content.decode()
    assert "Synthetic note" not in text
    assert "Holiday" not in text
    assert any(str(event["UID"]) == f"{treated.number}-W13@ecrf" for event in fetch(url).walk("VEVENT"))


def test_moved_and_cancelled_appointment_keeps_its_identity_and_counts_up(treated, coordinator):
    made, url = book(treated, coordinator, 1, time(9, 30), code="UNS-1"), address(coordinator)
    before = _agreed(url)
    later = Wanted(made.planned_on + timedelta(days=1), None)
    move_appointment(appointment=made, wanted=later, seen=made.agreed, by=coordinator)
    moved = _agreed(url)
    assert moved["UID"] == before["UID"]
    assert moved["SEQUENCE"] == 1
    assert moved["DTSTART"].dt == later.day, "a day alone is an event of the whole day"
    assert moved["DTEND"].dt == later.day + timedelta(days=1)
    end_appointment(appointment=made, ending=AppointmentEnding.CANCELLED, reason="Snow", by=coordinator)
    gone = _agreed(url)
    assert (gone["UID"], str(gone["STATUS"]), gone["SEQUENCE"]) == (before["UID"], "CANCELLED", 2)


def test_appointments_of_other_sites_are_in_nobody_elses_feed(treated, coordinator, outsider):
    book(treated, coordinator, 1, code="UNS-1")
    assert treated.number not in Client().get(address(outsider)).content.decode()
