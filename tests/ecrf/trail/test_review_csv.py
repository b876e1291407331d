"""A review screen as a file: what it shows, in words, of the reader's own sites only, and noted at each of them."""

import csv
import io
import re
from datetime import timedelta
from unittest import mock

import pytest
from django.utils.html import strip_tags

from ecrf.audit.models import AuditEvent
from ecrf.trail.kinds import SCREENS
from ecrf.trail.models import TrailExport
from ecrf.trail.review import csv_rows as trail_review_csv
from ecrf.trail.review.csv_rows import COLUMNS
from tests.builders import a_patient, a_visit, enter
from tests.conftest import make_user
from tests.ecrf.trail.test_review import visited
from tests.ecrf.trail.world import World, a_world

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("R-021")]

PATH, ALL = "/sites/01/trail/review/csv/", "/trail/review/csv/"


@pytest.fixture
def world(site, coordinator, investigator, monitor, data_manager) -> World:
    return a_world(site, coordinator, investigator, monitor, data_manager)


@pytest.fixture
def download(client, world):
    """The rows of the file."""

    def ask(show: str, path: str = PATH, by=None, **given: str) -> list[dict[str, str]]:
        client.force_login(by or world.monitor)
        answer = client.post(path, {"show": show, **given})
        assert answer.status_code == 200
        ask.headers, raw = answer.headers, b"".join(answer.streaming_content)
        assert int(answer.headers["Content-Length"]) == len(raw)
        return list(csv.DictReader(io.StringIO(raw.decode("utf-8-sig"), newline="")))

    return ask


@pytest.fixture
def theirs(other_site, outsider):
    """At another site: an item changed three times."""
    visit = a_visit(a_patient(other_site, outsider), "W04", outsider)
    for value in ("70", "71", "72", "73"):
        enter(visit, "vital-signs", outsider, pulse=value)
    return visit


def changed_often(world: World, *reasons: str) -> None:
    for value, reason in enumerate(reasons or ("Misread",) * 3, 71):
        world.change(str(value), reason=reason)


def test_columns_are_those_that_were_promised():
    assert ",".join(COLUMNS) == (
        "screen,at_utc,at_site,time_zone,site,patient,place,item,what,count,by,reason,data"
    )


def test_row_is_in_words_with_the_zone_and_the_time_of_the_site_and_in_utc(download, world, settings):
    settings.SYNTHETIC_DATA = True
    changed_often(world)
    (row,) = download("often")
    last = AuditEvent.objects.filter(chain=world.patient.pk).latest("position")
    assert row.pop("at_utc") == last.at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    assert row.pop("at_site").endswith("+09:00")
    assert row == {
        "screen": "Changed many times",
        "time_zone": "Asia/Tokyo",
        "site": "01",
        "patient": "01-001",
        "place": "Vital signs and weight · Week 4",
        "item": "Pulse",
        "what": "Pulse: changed 3 times",
        "count": "3",
        "by": "coordinator",
        "reason": "Misread",
        "data": "synthetic",
    }
    assert 'filename="synthetic-stands-out-often-site-01-' in download.headers["Content-Disposition"]


@pytest.mark.parametrize("show", SCREENS)
def test_every_screen_has_its_file_and_its_button(show, download, world, site, client):
    visited(world, site.today() - timedelta(days=10))
    world.verify()
    changed_often(world)
    rows = download(show)
    page = client.get(f"/sites/01/trail/review/?show={show}").content.decode()
    assert f"{SCREENS[show]}: {len(rows)}<" in page
    assert {row["screen"] for row in rows} <= {SCREENS[show]}
    if show in ("late", "undone", "often"):
        assert rows
    assert (f'action="{PATH}"' in page) is bool(rows)


def test_button_asks_for_what_the_page_shows(client, world, site):
    visited(world, site.today() - timedelta(days=10))
    client.force_login(world.coordinator)
    since = f"{site.today() - timedelta(days=300)}"
    page = client.get(f"/sites/01/trail/review/?show=late&days=9&times=5&since={since}").content.decode()
    form = page.split(f'action="{PATH}"')[1].split("</form>")[0]
    given = dict(re.findall(r'name="(\w+)" value="([^"]*)"', form))
    given.pop("csrfmiddlewaretoken")
    assert given == {
        "show": "late",
        "since": since,
        "until": f"{site.today()}",
        "days": "9",
        "times": "5",
    }
    answer = client.post(PATH, given)
    assert answer.status_code == 200
    assert b"".join(answer.streaming_content)


@pytest.mark.requirement("R-133")
def test_formula_in_a_reason_is_harmless(download, world):
    changed_often(world, "Misread", "Misread", '=HYPERLINK("http://example.org")')
    (row,) = download("often")
    assert row["reason"] == '\'=HYPERLINK("http://example.org")'


@pytest.mark.requirement("R-015")
def test_download_is_noted_with_the_screen_the_period_and_how_much(download, world, client, site):
    changed_often(world)
    since = f"{site.today() - timedelta(days=300)}"
    download("often", by=world.coordinator, since=since, times="2")
    export = TrailExport.objects.get()
    assert (export.made_by, export.patient, export.screen, export.events) == (
        world.coordinator,
        None,
        "often",
        1,
    )
    told = strip_tags(client.get("/sites/01/trail/?kind=exports").content.decode())
    words = f"What stands out at the site, Changed many times, downloaded: 1 row: “since: {since}, until: "
    assert words in told
    assert "times: 2”" in told


def test_site_takes_out_its_own_rows_only(download, world, theirs, client):
    changed_often(world)
    rows = download("often", ALL, by=world.coordinator)
    assert {row["site"] for row in rows} == {"01"}
    assert client.post("/sites/02/trail/review/csv/", {"show": "often"}).status_code == 404
    assert [export.site.code for export in TrailExport.objects.all()] == ["01"]


def test_file_of_all_sites_is_noted_at_each_with_its_own_number(
    download, world, theirs, site, other_site, outsider, client
):
    both = make_user("monitor2", "monitor", site, other_site)
    assert {row["site"] for row in download("often", ALL, by=both)} == {"02"}
    noted = {(export.site.code, export.events, export.made_by) for export in TrailExport.objects.all()}
    assert noted == {("01", 0, both), ("02", 1, both)}
    client.force_login(outsider)
    page = client.get("/sites/02/trail/?kind=exports").content.decode()
    assert "downloaded: 1 row: " in strip_tags(page)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({}, "Say which list to download."),
        ({"show": "everything"}, "is not one of the available choices"),
        ({"show": "late", "since": "soon"}, "no date"),
        ({"show": "late", "order": "at"}, "There is no filter called"),
    ],
)
def test_wrong_wish_is_refused_in_words_and_not_noted(client, world, given, words):
    client.force_login(world.monitor)
    for path in (PATH, ALL):
        answer = client.post(path, given)
        assert answer.status_code == 422
        assert words in answer.content.decode()
        assert f'action="{path.removesuffix("csv/")}"' in answer.content.decode()
    assert not TrailExport.objects.exists()


def test_too_many_rows_are_refused_with_the_numbers_and_not_noted(client, world):
    enter(world.visit, "vital-signs", world.coordinator, reason="Misread", pulse="99", spo2="97")
    client.force_login(world.monitor)
    with mock.patch.object(trail_review_csv, "MOST", 1):
        answer = client.post(PATH, {"show": "often", "times": "1"})
    assert answer.status_code == 422
    assert "These are 2 rows; one file holds at most 1." in answer.content.decode()
    assert not TrailExport.objects.exists()


def test_file_cannot_be_asked_for_by_get(client, world):
    client.force_login(world.monitor)
    assert client.get(PATH).status_code == 405
    assert client.get(ALL).status_code == 405
