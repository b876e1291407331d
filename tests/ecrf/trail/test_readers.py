"""Who reads which trail: a site its own, a monitor his sites', nobody another's; reading writes nothing; the clock."""

import html
import re
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ecrf.audit.models import AuditEvent
from ecrf.casebook.laboratory.services import NewRange, add_ranges
from ecrf.trail.events import events_of
from ecrf.trail.filters import Filters, TrailScope
from ecrf.trail.page import zone_words
from tests.builders import a_patient, a_visit, enter
from tests.conftest import make_site, make_user
from tests.ecrf.trail.world import World, a_world

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(site, coordinator, investigator, monitor, data_manager) -> World:
    return a_world(site, coordinator, investigator, monitor, data_manager)


@pytest.fixture
def page(client, world):
    def get(path: str, status: int = 200) -> str:
        client.force_login(world.coordinator)
        answer = client.get(path)
        assert answer.status_code == status, answer.content.decode()[:2000]
        return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", answer.content.decode())))

    return get


@pytest.mark.requirement("R-012")
def test_sites_trail_holds_its_patients_and_nobody_elses(world, page, other_site, outsider):
    theirs = a_patient(other_site, outsider)
    enter(a_visit(theirs, "W01", outsider), "vital-signs", outsider, pulse="57")
    told = page("/sites/01/trail/")
    assert "Patient 01-001" in told
    assert theirs.number not in told
    assert "57 /min" not in told


def test_sites_trail_tells_of_ranges_of_that_site_only(world, page, other_site, outsider):
    for site, by, high in ((world.patient.site, world.coordinator, "16"), (other_site, outsider, "17")):
        add_ranges(
            site=site, given=[NewRange("HGB", "g/L", None, Decimal(high), "", date(2026, 1, 1))], by=by
        )
    told = page("/sites/01/trail/")
    assert "Laboratory range HGB at most 16" in told
    assert "at most 17" not in told


def test_sites_trail_does_not_hold_accounts(world, page):
    assert "access_user" not in page("/sites/01/trail/?since=2020-01-01")
    scope = TrailScope(world.patient.site)
    assert not events_of(scope, Filters()).filter(table__startswith="access_").exists()


@pytest.mark.requirement("R-012")
def test_other_sites_trail_is_404_and_a_missing_right_403(world, client, other_site, outsider, safety):
    for user, status in ((outsider, 404), (safety, 403)):
        client.force_login(user)
        for path in ("/patients/01-001/trail/", "/sites/01/trail/", "/sites/01/trail/review/"):
            assert client.get(path).status_code == status, (user, path)
            assert client.post(f"{path}csv/").status_code in (status, 404)


@pytest.mark.requirement("R-079")
def test_monitor_of_two_sites_reads_both_and_no_third(world, client, site, other_site):
    third = make_site("03")
    both = make_user("monitor2", "monitor", site, other_site)
    client.force_login(both)
    assert client.get("/sites/01/trail/").status_code == 200
    assert client.get("/sites/02/trail/").status_code == 200
    assert client.get(f"/sites/{third.code}/trail/").status_code == 404


def test_links_lead_to_the_page_that_the_reader_may_open(world, client, monitor):
    for user in (world.coordinator, monitor):
        client.force_login(user)
        body = client.get("/patients/01-001/trail/").content.decode()
        links = set(re.findall(r'class="told-place"><a href="([^"#]+)', body))
        assert links
        for link in links:
            assert client.get(link).status_code == 200, link


def test_reading_writes_nothing(world, client):
    client.force_login(world.coordinator)
    client.get("/")
    before = AuditEvent.objects.count()
    for path in ("/patients/01-001/trail/", "/sites/01/trail/", "/sites/01/trail/review/", "/trail/review/"):
        with CaptureQueriesContext(connection) as captured:
            assert client.get(path).status_code == 200
        assert not [q for q in captured if q["sql"].startswith(("INSERT", "UPDATE audit", "DELETE"))]
    assert AuditEvent.objects.count() == before


# --- the clock ----


@pytest.mark.requirement("R-007")
def test_hour_that_comes_twice_in_autumn_is_told_apart_by_its_offset(db):
    zone = make_site("90", "Europe/Berlin").zone
    first = datetime(2026, 10, 25, 0, 30, tzinfo=UTC).astimezone(zone)
    second = datetime(2026, 10, 25, 1, 30, tzinfo=UTC).astimezone(zone)
    assert (first.hour, second.hour) == (2, 2)
    assert (zone_words(first), zone_words(second)) == ("+02:00 CEST", "+01:00 CET")


def test_zone_without_a_short_name_shows_the_offset_only(db):
    zone = make_site("91", "America/Sao_Paulo").zone
    assert zone_words(datetime(2026, 1, 1, tzinfo=UTC).astimezone(zone)) == "-03:00"
