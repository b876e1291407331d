"""The pages of appointments and the calendar: what they say, what they refuse, what they cost."""

import re
import uuid
from datetime import UTC, datetime, time, timedelta
from html import unescape

import pytest
import time_machine
from django.test import Client

from ecrf.appointments.models import Appointment, AppointmentEnding
from ecrf.appointments.services import end_appointment
from ecrf.audit.models import AuditEvent
from ecrf.casebook.striking import strike_patient
from tests.bench.counting import statements
from tests.builders import a_visit
from tests.conftest import make_site, make_user
from tests.ecrf.appointments.conftest import book, in_days, treated

pytestmark = pytest.mark.django_db


@pytest.fixture
def browser(client, coordinator) -> Client:
    client.force_login(coordinator)
    return client


def read(client: Client, url: str, status: int = 200) -> str:
    answer = client.get(url)
    assert answer.status_code == status, url
    return words(answer)


def words(answer) -> str:
    """The page without its marks, blanks as one."""
    text = unescape(re.sub(r"<[^>]+>", " ", answer.content.decode().partition("<main")[2]))
    return re.sub(r"\s+", " ", text)


def make(client: Client, patient, on, status: int = 422, **more):
    data = {"visit": "W04", "day": str(on), "key": str(uuid.uuid4()), **more}
    answer = client.post(f"/patients/{patient.number}/appointments/new/", data)
    assert answer.status_code == status
    return answer


# --- making one -----------------------------------------------------------------------------------


def test_from_the_patients_page_to_an_appointment(patient, browser):
    page = browser.get(f"/patients/{patient.number}/").content.decode()
    [url] = set(re.findall(r'href="(/patients/[^"]+/appointments/new/\?visit=W04)"', page))
    asked = browser.get(url).content.decode()
    assert '<option value="W04" selected>' in asked
    assert f"Window {in_days(patient, -7)} to {in_days(patient, 7)}, due {in_days(patient, 0)}" in asked
    assert "data-reason hidden" in asked
    made = make(browser, patient, in_days(patient, 1), 302, time="9.30", note="Fasting")
    text = read(browser, made.url)
    assert f"{patient.number} is expected for Week 4 on {in_days(patient, 1)} 09:30." in text
    assert "Fasting" in text
    assert f"Week 4: appointment {in_days(patient, 1)} 09:30" in read(browser, f"/patients/{patient.number}/")


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"day": ""}, "Choose a day."),
        ({"day": "2026-13-40"}, "There is no month 13."),
        ({"day": "2027-01"}, "A whole date is wanted here"),
        ({"day": "05/06/2027"}, "Choose one."),
        ({"time": "25"}, "This is no time of day."),
        ({"visit": "W01"}, "Week 1 (baseline) is opened already"),
        ({"visit": "<script>"}, "Choose one of the list"),
        ({"key": "nothing"}, "This page is out of date."),
        ({"note": "x" * 501}, "At most 500 characters: it has 501. Shorten it."),
    ],
)
def test_what_cannot_stand_is_said_beside_its_field_and_nothing_typed_is_lost(more, says, patient, browser):
    before = AuditEvent.objects.count()
    answer = make(browser, patient, in_days(patient, 1), **{"note": "Fasting", "time": "9:15", **more})
    assert says in words(answer)
    kept = {"note": "Fasting", "time": "9:15", **more}
    page = unescape(answer.content.decode())
    assert all(f'value="{kept[name]}"' in page for name in ("note", "time"))
    assert AuditEvent.objects.count() == before


def test_past_day_is_refused_in_clear_words(patient, browser):
    text = words(make(browser, patient, in_days(patient, -1)))
    assert f"{in_days(patient, -1)} is over: it is {in_days(patient, 0)} at the site." in text


def test_without_a_script_the_reason_is_asked_for_once_the_day_is_outside(patient, browser):
    day = in_days(patient, 20)
    page = make(browser, patient, day, note="Fasting").content.decode()
    assert "data-reason hidden" not in page
    assert f"{day} is outside the window" in page
    assert 'value="Fasting"' in page
    made = make(browser, patient, day, 302, reason="Holiday")
    assert "Holiday" in read(browser, made.url)


def test_same_time_as_another_patient_is_said_and_kept(patient, site, coordinator, browser):
    other = treated(site, coordinator)
    book(other, coordinator, 1, time(9))
    made = make(browser, patient, in_days(patient, 1), 302, time="9")
    assert f"At the same time: {other.number}. Both are kept." in read(browser, made.url)


def test_windows_for_which_a_week_has_no_row_are_named_on_paper(site, coordinator, browser):
    numbers = [treated(site, coordinator).number for _ in range(5)]
    page = browser.get("/calendar/").content.decode()
    week = page.split("calendar-week")
    cut = next(part for part in week if "more-on-paper" in part)
    for number in numbers:
        assert f"{number} Week 4" in cut


@pytest.mark.parametrize("day", ["2026-99-99", "x", "1999-12-31", "2026-1-1", "2026-01-01T10"])
def test_odd_days_in_addresses(day, patient, browser):
    assert browser.get("/calendar/", {"day": day}).status_code == 200
    assert browser.get(f"/calendar/day/{day}/").status_code == 404
    url = f"/patients/{patient.number}/appointments/new/"
    assert browser.get(url, {"day": day, "visit": "\x00"}).status_code == 200


# --- moved, ended ---------------------------------------------------------------------------------


def test_moving_is_told_with_what_was_before(patient, coordinator, browser):
    made = book(patient, coordinator, 1, time(9))
    url, data = f"/appointments/{made.pk}/move/", {"time": "10", "seen": made.agreed, "note": ""}
    assert f'value="{in_days(patient, 1)}"' in browser.get(url).content.decode()
    assert browser.post(url, {**data, "day": str(in_days(patient, 2))}).status_code == 302
    text = read(browser, f"/appointments/{made.pk}/")
    assert f"Moved, was {in_days(patient, 1)} 09:00" in text
    assert "planned, moved once" in text
    again = browser.post(url, {**data, "day": str(in_days(patient, 3))})
    assert again.status_code == 422
    assert "Somebody changed this appointment meanwhile" in words(again)
    made.refresh_from_db()
    outside = browser.post(url, {**data, "day": str(in_days(patient, 30)), "seen": made.agreed})
    assert "is outside the window" in words(outside)


def test_two_tabs_show_what_stands_beside_what_was_typed(patient, coordinator, browser):
    made = book(patient, coordinator, 1, note="Fasting")
    url, seen = f"/appointments/{made.pk}/move/", made.agreed
    first, second, mine = (str(in_days(patient, days)) for days in (1, 2, 3))
    browser.post(url, {"day": second, "note": "Bring the diary", "seen": seen})
    answer = browser.post(url, {"day": mine, "note": "Fasting", "seen": seen})
    assert answer.status_code == 422
    assert f"Stands now: {second}" in words(answer)
    assert "Stands now: Bring the diary" in words(answer)
    assert f'value="{mine}"' in answer.content.decode()
    made.refresh_from_db()
    assert browser.post(url, {"day": mine, "note": "Fasting", "seen": made.agreed}).status_code == 302
    story = read(browser, f"/appointments/{made.pk}/")
    assert f"Moved, was {first}; note changed, was “Fasting”" in story
    assert f"Moved, was {second}; note changed, was “Bring the diary”" in story


def test_what_is_over_or_kept_is_not_offered_to_be_moved(patient, coordinator, browser):
    made = book(patient, coordinator, 1, note="Fasting")
    url, page = f"/appointments/{made.pk}/move/", f"/appointments/{made.pk}/"
    browser.post(f"/appointments/{made.pk}/cancel/", {"reason": "Snow"})
    assert browser.get(url).headers["Location"] == page
    answer = browser.post(
        url, {"day": str(in_days(patient, 2)), "seen": made.agreed, "note": "Bring the diary"}
    )
    assert "This appointment is cancelled" in words(answer)
    assert "Bring the diary" in answer.content.decode()
    assert "Change it" not in words(answer)


@pytest.mark.parametrize("act", ["miss", "cancel"])
def test_ending_asks_for_a_reason_and_offers_what_comes_next(act, patient, coordinator, browser):
    made = book(patient, coordinator, 0)
    refused = browser.post(f"/appointments/{made.pk}/{act}/", {"reason": "x"})
    assert refused.status_code == 422
    assert "Say why it was" in words(refused)
    assert 'value="x"' in refused.content.decode()
    assert browser.post(f"/appointments/{made.pk}/{act}/", {"reason": "Snow"}).status_code == 302
    text = read(browser, f"/appointments/{made.pk}/")
    assert "Make another appointment…" in text
    assert ("nothing is written there by itself" in text) == (act == "miss")
    assert not patient.visits.filter(code="W04").exists()


def test_what_is_opened_offers_no_act_that_cannot_work(patient, coordinator, browser):
    made = book(patient, coordinator, 0)
    a_visit(patient, "W04", coordinator)
    page = browser.get(f"/appointments/{made.pk}/").content.decode()
    assert "/move/" not in page
    assert "/miss/" not in page
    answer = browser.post(f"/appointments/{made.pk}/miss/", {"reason": "Snow"})
    assert "Week 4 is opened already: the patient came." in words(answer)


# --- Today ----------------------------------------------------------------------------------------


def test_today_says_nothing_of_appointments_where_there_are_none(patient, browser):
    assert "Appointments" not in read(browser, "/")


def test_today_has_todays_and_tomorrows_and_asks_of_days_that_are_over(patient, site, coordinator, browser):
    second, third = treated(site, coordinator), treated(site, coordinator)
    over = book(third, coordinator, 0)
    with time_machine.travel(datetime.now(tz=UTC) + timedelta(days=1)):
        book(patient, coordinator, 0, time(23, 59))
        book(second, coordinator, 1, time(8, 15))
        browser.force_login(coordinator)
        page = browser.get("/").content.decode()
        text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))
        assert f"Today 23:59 {patient.number} Week 4" in text
        assert f"Tomorrow 08:15 {second.number} Week 4" in text
        assert f"{third.number} Week 4 was expected {over.planned_on}. What came of it?" in text
        acts = (
            f"/{third.number}/W04/open/",
            *(f"/appointments/{over.pk}/{act}/" for act in ("move", "miss", "cancel")),
        )
        assert not [act for act in acts if act not in page]
        a_visit(third, "W04", coordinator)
        assert "What came of it?" not in read(browser, "/")


def test_due_visits_offer_an_appointment_or_name_it(patient, coordinator, browser):
    assert f"/patients/{patient.number}/appointments/new/?visit=W04" in browser.get("/").content.decode()
    made = book(patient, coordinator, 3, time(9))
    page = browser.get("/").content.decode()
    assert "/appointments/new/" not in page
    assert f"appointment {made.when}" in re.sub(r"\s+", " ", page)


# --- the calendar ---------------------------------------------------------------------------------


def test_month_and_week_show_appointments_windows_and_the_way_on(patient, coordinator, browser):
    made = book(patient, coordinator, 1, time(9, 30))
    for view in ("month", "week"):
        page = browser.get("/calendar/", {"view": view, "day": str(made.planned_on)}).content.decode()
        text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))
        assert f"09:30 {patient.number} Week 4" in text
        assert "appointment made" in text, "the bar of the window says that it is booked"
        assert 'rel="prev"' in page
        assert 'rel="next"' in page
        assert f"/calendar/day/{made.planned_on}/" in page
        now = browser.get("/calendar/", {"view": view}).content.decode()  # tomorrow may be next week
        assert now.count('aria-current="date"') == 2, "today, and the way to now"
    next_month = re.search(r'rel="next" href="([^"]+)"', page)[1]
    assert browser.get(unescape(next_month)).status_code == 200


@pytest.mark.parametrize("day", ["2026-02-14", "2024-02-29", "2026-12-31", "2000-01-01", "2099-12-31"])
def test_every_week_of_every_month_has_seven_days_and_whole_rows_of_bars(day, patient, coordinator, browser):
    for view in ("month", "week"):
        page = browser.get("/calendar/", {"view": view, "day": day}).content.decode()
        for week in page.split("<tbody")[1:]:
            assert week.count('class="day-number"') == 7
            for lane in week.split('class="calendar-lane"')[1:]:
                assert (
                    sum(int(days) for days in re.findall(r'colspan="(\d)"', lane.partition("</tr>")[0])) == 7
                )
        [first, *_others] = re.findall(r"/calendar/day/([0-9-]+)/", page)
        assert datetime.fromisoformat(first).weekday() == 0


def test_day_page_offers_those_whose_window_is_open(patient, site, coordinator, browser):
    other = treated(site, coordinator)
    made = book(other, coordinator, 2)
    page = browser.get(f"/calendar/day/{made.planned_on}/").content.decode()
    assert f"/patients/{patient.number}/appointments/new/?visit=W04&amp;day={made.planned_on}" in page
    assert f"/patients/{other.number}/appointments/new/" not in page
    assert "The day is over" in read(browser, f"/calendar/day/{in_days(patient, -1)}/")


def test_calendar_shows_own_sites_alone_and_a_monitor_changes_nothing(
    patient, coordinator, monitor, outsider, client
):
    made = book(patient, coordinator, 1)
    client.force_login(outsider)
    assert patient.number not in read(client, "/calendar/")
    assert client.get(f"/appointments/{made.pk}/").status_code == 404
    client.force_login(monitor)
    assert patient.number in read(client, "/calendar/")
    assert "/appointments/new/" not in client.get(f"/calendar/day/{made.planned_on}/").content.decode()
    page = client.get(f"/appointments/{made.pk}/").content.decode()
    assert "<form" not in page.partition("<main")[2].partition("</main")[0]


def test_site_is_chosen_in_the_address(patient, other_site, coordinator, data_manager, client):
    outside = treated(other_site, make_user("far", "coordinator", other_site))
    book(patient, coordinator, 1)
    client.force_login(data_manager)
    assert {patient.number, outside.number} <= set(re.findall(r"0\d-\d{3}", read(client, "/calendar/")))
    assert outside.number not in read(client, "/calendar/?site=01")
    assert patient.number in read(client, "/calendar/?site=nothing")


def test_pages_take_the_same_statements_for_one_patient_and_for_eight(patient, site, coordinator, settings):
    settings.ALLOWED_HOSTS = ["testserver"]
    client = Client()
    client.force_login(coordinator)
    book(patient, coordinator, 1, time(9))
    pages = ("/", "/calendar/", "/calendar/?view=week", f"/calendar/day/{in_days(patient, 1)}/")
    client.get("/")  # the first page after a login tells of the last one
    few = {page: statements(lambda page=page: client.get(page)).count for page in pages}
    for n in range(7):
        other = treated(site, coordinator)
        book(other, coordinator, 1, time(9, n))
    many = {page: statements(lambda page=page: client.get(page)).count for page in pages}
    assert few == many
    assert many["/calendar/"] <= 12


def test_more_windows_than_a_week_can_hold_are_counted(site, coordinator, browser):
    for _ in range(6):
        treated(site, coordinator)
    assert "and 3 more windows: the whole week" in read(browser, "/calendar/")
    assert "more window" not in read(browser, "/calendar/?view=week")


def test_practice_is_marked(coordinator, client):
    practice = make_site("P1", is_practice=True)
    trainee = make_user("trainee", "coordinator", practice)
    made = book(treated(practice, trainee), trainee, 1)
    client.force_login(trainee)
    for page in ("/calendar/", "/", f"/calendar/day/{made.planned_on}/"):
        assert "practice" in read(client, page)


def test_cancelled_ones_stay_on_the_calendar_and_leave_today(patient, coordinator, browser):
    made = book(patient, coordinator, 1)
    end_appointment(appointment=made, ending=AppointmentEnding.CANCELLED, reason="Snow", by=coordinator)
    assert "Week 4 cancelled" in read(browser, f"/calendar/?view=week&day={made.planned_on}")
    assert "Tomorrow" not in read(browser, "/")


def test_patients_menu_leads_there_for_who_enters(patient, browser, monitor):
    assert "Make an appointment…" in read(browser, f"/patients/{patient.number}/")
    assert Appointment.objects.count() == 0


def test_calendar_counts_what_lies_in_its_month(patient, coordinator, browser):
    made = book(patient, coordinator, 1)
    first = made.planned_on.replace(day=1)
    assert "1 appointment ·" in read(browser, f"/calendar/?view=month&day={made.planned_on}")
    for other in (first - timedelta(days=1), first + timedelta(days=32)):
        assert "No appointment this month" in read(browser, f"/calendar/?view=month&day={other}")


def test_end_of_the_patient_says_which_appointments_fall_away(patient, coordinator, browser):
    made = book(patient, coordinator, 1)
    says = f"The appointment for Week 4 on {made.when} falls away."
    end = f"/patients/{patient.number}/end/death/"
    assert says in read(browser, end)
    end_appointment(appointment=made, ending=AppointmentEnding.CANCELLED, reason="Died", by=coordinator)
    assert "falls away" not in read(browser, end)


def test_nothing_is_planned_for_a_patient_who_is_struck_out(patient, coordinator, browser):
    page = f"/patients/{patient.number}/"
    strike_patient(patient=patient, by=coordinator, reason="Added twice")
    text = read(browser, page)
    assert "Make an appointment…" not in text
    assert "Struck out" in text
    assert "next Week 4" not in text
