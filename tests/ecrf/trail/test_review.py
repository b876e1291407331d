"""What stands out in the trail: late, undone, often changed, at odd hours on the site's clock, struck out."""

import html
import re
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ecrf.casebook.striking import strike_out
from ecrf.trail.review import screens as module
from ecrf.trail.review.screens import Period, Screen, screens
from tests.bench.counting import client_of, statements
from tests.builders import a_patient, a_visit, enter
from tests.conftest import make_user
from tests.database import tamper
from tests.ecrf.trail.world import World, a_world

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("R-021")]


@pytest.fixture
def world(site, coordinator, investigator, monitor, data_manager) -> World:
    return a_world(site, coordinator, investigator, monitor, data_manager)


@pytest.fixture
def look(world, site):
    """One screen over today, as it stands now."""

    def screen(key: str, *where, days: int = 7, times: int = 3) -> Screen:
        now = site.now()
        period = Period(now - timedelta(days=900), now + timedelta(days=1), days, times)
        return screens(list(where) or [site], period, key)[0]

    return screen


def visited(world: World, on: date) -> None:
    enter(
        world.visit,
        "visit",
        world.coordinator,
        occurrence="done",
        contact="on-site",
        visited_on=on.isoformat(),
    )


def at(moment: str) -> None:
    """Move what is in the trail to this moment."""
    tamper("UPDATE audit_auditevent SET at = %s", moment)


@pytest.mark.requirement("R-092")
def test_form_begun_later_than_the_threshold_is_told_with_the_days(look, world, site):
    visited(world, site.today() - timedelta(days=10))
    screen = look("late", days=7)
    assert (screen.total, screen.people) == (1, [("coordinator", 1)])
    (row,) = screen.rows
    day = site.today() - timedelta(days=10)
    assert row.what == f"2 forms begun 10 days after the visit on {day.isoformat()}"
    assert (row.place, row.trail) == ("Week 4", "visit=W04&who=coordinator")
    assert look("late", days=10).total == 0
    assert "more than 7 days" in screen.rule


def test_form_entered_in_time_or_without_a_date_is_not_late(look, world, site):
    assert look("late").total == 0
    visited(world, site.today())
    assert look("late", days=0).total == 0


def test_changes_that_undid_a_verification_or_a_signature_are_told_with_their_reason(look, world):
    world.verify()
    world.sign()
    world.change("72", reason="Misread")
    screen = look("undone")
    told = {(row.what, row.actor, row.why) for row in screen.rows}
    assert told == {
        ("Pulse: undid the verification (was 70 /min)", "coordinator", "Misread"),
        ("Pulse: broke the signature of Synthetic investigator on the visit", "coordinator", "Misread"),
    }
    assert len({(row.place, row.trail) for row in screen.rows}) == 1


def test_item_changed_often_after_its_first_value_is_told(look, world):
    for value in ("71", "72"):
        world.change(value)
    assert look("often").total == 0
    world.change("73")
    (row,) = look("often").rows
    assert (row.what, row.place) == ("Pulse: changed 3 times", "Vital signs and weight · Week 4")
    assert look("often", times=4).total == 0
    assert row.trail == f"entry={world.entry.pk}&item=pulse"


def test_first_value_of_an_item_is_no_change(look, world):
    for number in range(1, 5):
        enter(world.patient, "adverse-event", world.coordinator, number=number, term="Headache")
    assert look("often", times=1).total == 0


@pytest.mark.parametrize(
    ("utc", "is_odd"),
    [
        pytest.param("2026-11-18 13:30+00", True, id="22:30 on a Wednesday in Tokyo"),
        pytest.param("2026-11-18 19:30+00", True, id="04:30"),
        pytest.param("2026-11-18 20:00+00", False, id="05:00"),
        pytest.param("2026-11-18 12:59+00", False, id="21:59"),
        pytest.param("2026-11-20 16:00+00", True, id="Saturday in Tokyo, Friday in UTC"),
        pytest.param("2026-11-22 16:00+00", True, id="01:00 on a Monday"),
        pytest.param("2026-11-23 01:00+00", False, id="10:00 on a Monday, Monday in UTC"),
    ],
)
def test_hours_are_those_on_the_sites_wall(look, world, utc, is_odd):
    at(utc)
    assert bool(look("hours").total) is is_odd


def test_hours_follow_summer_time(look, world):
    tamper("UPDATE access_site SET time_zone = 'Europe/Berlin'")
    at("2026-07-15 20:30+00")
    assert look("hours").total == 1
    at("2026-01-14 20:30+00")
    assert look("hours").total == 0


def test_struck_out_forms_are_listed(look, world):
    enter(world.patient, "adverse-event", world.coordinator, term="Headache")
    entry = world.patient.entries.get(crf="adverse-event")
    by = world.coordinator.acting_at(world.patient.site, "enter")
    strike_out(entry=entry, by=world.coordinator, actor=by, reason="Entered twice")
    (row,) = look("struck").rows
    assert (row.actor, row.why, row.place) == ("coordinator", "Entered twice", "Adverse event 1")


def test_other_sites_rows_are_not_among_them(look, world, other_site, outsider):
    theirs = a_visit(a_patient(other_site, outsider), "W04", outsider)
    for value in ("70", "71", "72", "73", "74"):
        enter(theirs, "vital-signs", outsider, pulse=value)
    assert look("often").total == 0
    assert look("often", other_site).total == 1


# --- the page ---------------------------------------------------------------------------------------


def text(client, path: str, status: int = 200) -> str:
    answer = client.get(path)
    assert answer.status_code == status
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", answer.content.decode())))


def test_page_tells_thresholds_counts_and_links(client, world, site):
    visited(world, site.today() - timedelta(days=10))
    client.force_login(world.monitor)
    told = text(client, "/sites/01/trail/review/?days=5&times=2")
    assert "Visits with forms begun more than 5 days after the date of the visit." in told
    assert "Items changed 2 times or more" in told
    assert "Entered late: 1" in told
    assert "coordinator 1" in told
    page = client.get("/sites/01/trail/review/").content.decode()
    for link in set(re.findall(r'href="(/patients/[^"]+)"', page)):
        assert client.get(html.unescape(link)).status_code == 200, link


def test_thresholds_are_taken_as_they_are_typed_and_stay_where_they_are_refused(client, world):
    client.force_login(world.monitor)
    told = text(client, "/sites/01/trail/review/?days=５&times=２")
    assert "more than 5 days" in told
    assert "changed 2 times or more" in told
    answer = client.get("/sites/01/trail/review/?days=soon&times=3").content.decode()
    assert 'value="soon"' in answer
    assert 'value="3"' in answer


def test_one_screen_alone_and_all_sites_of_the_reader(client, world, site, other_site, outsider):
    both = make_user("monitor2", "monitor", site, other_site)
    theirs = a_visit(a_patient(other_site, outsider), "W04", outsider)
    for value in ("70", "71", "72", "73"):
        enter(theirs, "vital-signs", outsider, pulse=value)
    client.force_login(both)
    told = text(client, "/trail/review/?show=often")
    assert theirs.patient.number in told
    assert "Entered late" not in told
    client.force_login(world.monitor)
    assert theirs.patient.number not in text(client, "/trail/review/")


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("since=2020-01-01", "At most 366 days at once"),
        ("since=2026-12-01&until=2026-11-01", "The period ends before it begins."),
        ("since=soon", "no date"),
        ("days=-1", "greater than or equal to 0"),
        ("times=many", "Enter a whole number."),
        ("show=everything", "is not one of the available choices"),
        ("order=at", "There is no filter called “order”."),
    ],
)
def test_wrong_period_or_threshold_is_refused_in_words(client, world, query, words):
    client.force_login(world.coordinator)
    assert words in text(client, f"/sites/01/trail/review/?{query}", 422)


@pytest.mark.parametrize(
    "query", ["until=1900-01-01", "until=9999-12-31", "since=9999-12-31&until=9999-12-31"]
)
def test_ends_of_the_calendar_are_days_like_others(client, world, query):
    client.force_login(world.coordinator)
    text(client, f"/sites/01/trail/review/?{query}")


def test_screens_take_the_same_statements_however_much_they_find(world, settings, site, coordinator):
    settings.ALLOWED_HOSTS = ["127.0.0.1"]
    client = client_of(world.monitor)
    few = statements(lambda: client.get("/sites/01/trail/review/")).count
    world.verify()
    for value in range(71, 90):
        world.change(str(value))
    for _ in range(3):
        a_visit(a_patient(site, coordinator), "W01", coordinator)
    found = statements(lambda: client.get("/sites/01/trail/review/"))
    assert few <= found.count <= few + 1, "\n".join(found.sql)


# --- a long trail -----------------------------------------------------------------------------------


@pytest.fixture
def busy(world, monkeypatch) -> World:
    """More happened than the page with all screens looks at."""
    monkeypatch.setattr(module, "LOOKED_AT", 3)
    for value in range(71, 78):
        world.change(str(value))
    at("2026-11-21 03:00+00")
    return world


def test_page_of_all_looks_at_the_latest_only_and_says_so(client, busy, site):
    told = {screen.key: screen for screen in screens([site], over_all(site))}
    assert {key for key, screen in told.items() if screen.is_cut} == {"often", "hours"}
    assert (told["often"].counted, told["hours"].counted) == ("at least 1", "at least 1")
    assert told["often"].rows[0].count == 3
    client.force_login(busy.monitor)
    page = text(client, "/sites/01/trail/review/?since=2026-11-01&until=2026-11-30")
    assert "Changed many times: at least 1" in page
    assert "back to 2026-11-21 03:00 UTC" in page


def test_one_screen_alone_reads_the_whole_period(busy, site):
    for key in ("often", "hours"):
        (screen,) = screens([site], over_all(site), key)
        assert (screen.is_cut, screen.counted) == (False, "1")
    assert screens([site], over_all(site), "often")[0].rows[0].count == 7


def test_page_of_all_that_found_nothing_says_of_which_part(client, busy):
    client.force_login(busy.monitor)
    page = text(client, "/sites/01/trail/review/?since=2026-11-01&until=2026-11-30&times=5")
    assert "None among these." in page


def over_all(site) -> Period:
    return Period(site.now() - timedelta(days=900), site.now() + timedelta(days=1), 7, 3)


@pytest.mark.parametrize(
    ("key", "index"), [("late", "audit_begun"), ("often", "audit_corrected"), ("hours", "audit_when")]
)
def test_screens_read_by_an_index_what_they_are_about(look, world, key, index):
    """A short trail PostgreSQL would rather read whole, and by another index: so it has this one only."""
    with connection.cursor() as cursor, CaptureQueriesContext(connection) as asked:
        look(key)
        (statement,) = (query["sql"] for query in asked if "WITH place AS" in query["sql"])
        cursor.execute("ALTER TABLE audit_auditevent DROP CONSTRAINT audit_position_unique")
        indexes = {
            "audit_when",
            "audit_row",
            "audit_entry",
            "audit_begun",
            "audit_begun_by",
            "audit_corrected",
        }
        for other in indexes - {index}:
            cursor.execute(f"DROP INDEX {other}")
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_bitmapscan = off")
        cursor.execute(f"EXPLAIN {statement}")
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert re.search(rf"using {index} on audit_auditevent", plan), plan
