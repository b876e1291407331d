"""The page of the grid: who sees whom, where cells lead, what is remembered, what a file holds, what it all costs."""

import csv
import html
import io
import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from ecrf.access.models import Membership
from ecrf.access.roles import Role
from ecrf.audit.actor import SYSTEM, acting
from ecrf.audit.models import AuditEvent
from ecrf.casebook.models import Patient
from ecrf.casebook.schedule.status import schedule_statuses_of
from ecrf.grid import page as grid_page
from ecrf.grid.columns import every_column, every_form
from ecrf.grid.csv_rows import COLUMNS
from ecrf.grid.models import GridColumns
from ecrf.trail.models import TrailExport
from tests.bench.counting import client_of, statements
from tests.builders import a_patient, a_visit, enter
from tests.conftest import make_user
from tests.ecrf.queries.builders import vital_signs

pytestmark = [pytest.mark.django_db]

URL = "/grid/"


@pytest.fixture(autouse=True)
def _known_host(settings):
    settings.ALLOWED_HOSTS = ["127.0.0.1", "testserver"]


@pytest.fixture
def visit(site, coordinator):
    visit = a_visit(a_patient(site, coordinator), "W01", coordinator)
    vital_signs(visit, coordinator)
    return visit


def numbers(page) -> list[str]:
    return re.findall(r'<tr id="p-([^"]+)"', page.content.decode())


def links(page) -> list[str]:
    body = page.content.decode().partition("<tbody>")[2].partition("</tbody>")[0]
    return re.findall(r'href="([^"]+)"', body)


def cells_with(page, words: str) -> list[str]:
    return [
        said
        for said in re.findall(r'aria-label="([^"]*)"', html.unescape(page.content.decode()))
        if words in said
    ]


@pytest.mark.requirement("R-071")
def test_each_sees_the_patients_of_the_own_sites_only(
    client, visit, monitor, outsider, other_site, data_manager
):
    theirs = a_patient(other_site, outsider).number
    for user, wanted in (
        (visit.opened_by, [visit.patient.number]),
        (monitor, [visit.patient.number]),
        (outsider, [theirs]),
        (data_manager, sorted([visit.patient.number, theirs])),
    ):
        client.force_login(user)
        assert numbers(client.get(URL)) == wanted, user
    client.force_login(outsider)
    assert client.get(URL, {"site": visit.site.code}).status_code == 422


def test_cell_leads_to_the_sites_page_who_enters_and_to_the_review_who_reviews(
    client, visit, coordinator, monitor
):
    for user, home in (
        (coordinator, reverse("patient", args=[visit.patient.number])),
        (monitor, reverse("monitor:casebook_patient_change", args=[visit.patient.pk])),
    ):
        client.force_login(user)
        found = links(client.get(URL))
        assert home in found
        for address in found:
            assert client.get(address.partition("#")[0]).status_code == 200, address
    assert reverse("monitor:casebook_visit_change", args=[visit.pk]) in found


def test_cell_of_a_form_leads_to_the_form(client, visit, coordinator):
    GridColumns.objects.create(user=coordinator, by_form=True)
    client.force_login(coordinator)
    assert reverse("visit", args=[visit.patient.number, "W01"]) + "#vital-signs-1" in links(client.get(URL))


def test_every_state_has_a_sign_and_words(client, visit, coordinator):
    client.force_login(coordinator)
    for by_form in (False, True):
        GridColumns.objects.update_or_create(user=coordinator, defaults={"by_form": by_form})
        body = client.get(URL).content.decode().partition("<tbody>")[2]
        cells = re.findall(r"<(?:td|a)[^>]*class=\"g-(?!about|many)[^>]*>.*?</td>", body)
        assert len(cells) > 15
        for cell in cells:
            assert re.search(r'aria-label="[^"]+"', cell), cell
            assert re.sub(r"<[^>]*>", "", cell).strip(), cell


def test_columns_are_remembered_for_the_person_alone(client, visit, coordinator, investigator):
    client.force_login(coordinator)
    shown = ["visit:W01", "log:adverse-event", "form:vital-signs", "visit:nonsense"]
    answer = client.post(reverse("grid-columns"), {"by": "form", "show": shown, "sort": "queries"})
    assert answer.headers["Location"] == "/grid/?sort=queries"
    page = client.get(URL)
    assert [(column.key, column.forms) for column in page.context["columns"]] == [
        ("visit:W01", ("vital-signs",)),
        ("log:adverse-event", ()),
    ]
    kept = GridColumns.objects.get(user=coordinator)
    known = {column.key for column in every_column()} | {key for key, _title in every_form()}
    assert set(kept.left_out) == known - set(shown)
    client.force_login(investigator)
    assert len(client.get(URL).context["columns"]) == len(every_column())
    client.force_login(coordinator)
    client.post(reverse("grid-columns"), {"by": "visit"})
    assert GridColumns.objects.get(user=coordinator).left_out == [], "no column at all means every one"


def test_what_is_chosen_is_no_event_of_the_trail(client, coordinator):
    before = AuditEvent.objects.count()
    client.force_login(coordinator)
    client.post(reverse("grid-columns"), {"show": "visit:W01"})
    assert AuditEvent.objects.count() == before


@pytest.mark.parametrize("bad", [{"state": "happy"}, {"sort": "password"}, {"site": "99"}, {"start": "-1"}])
def test_what_the_address_must_not_say_is_said(bad, client, visit, coordinator):
    client.force_login(coordinator)
    page = client.get(URL, bad)
    assert page.status_code == 422
    assert "note-error" in page.content.decode()
    assert numbers(page) == [visit.patient.number]


def test_rows_come_a_page_at_a_time_each_patient_once(client, site, coordinator, monkeypatch):
    monkeypatch.setattr(grid_page, "FIRST", 2)
    monkeypatch.setattr(grid_page, "MORE", 3)
    for _ in range(7):
        a_patient(site, coordinator)
    client.force_login(coordinator)
    found, address, headers = [], URL, {}
    while address:
        page = client.get(address, headers=headers)
        found.append(numbers(page))
        assert ("<html" in page.content.decode()) == (address == URL), "then the rows alone"
        headers = {"HX-Request": "true"}
        following = re.search(r'href="([^"]+)" rel="next"', page.content.decode())
        address = html.unescape(following[1]) if following else ""
    assert [len(some) for some in found] == [2, 3, 2]
    every = [number for some in found for number in some]
    assert every == sorted(set(every))
    assert numbers(client.get(URL, {"all": "yes"})) == every


def test_grid_costs_the_same_statements_for_any_number_of_patients(site, coordinator, monitor, monkeypatch):
    monkeypatch.setattr(grid_page, "FIRST", 40)
    counts = {}
    for patients in (3, 30):
        while Patient.objects.count() < patients:
            visit = a_visit(a_patient(site, coordinator), "W01", coordinator)
            enter(visit, "vital-signs", coordinator, pulse="70")
        for user in (coordinator, monitor):
            client = client_of(user)
            for query in ("", "?state=begun", "?sort=missing"):
                asked = statements(lambda client=client, query=query: client.get(f"{URL}{query}"))
                assert not asked.writes
                counts.setdefault((user.username, query), []).append(asked.count)
    assert all(few == many for few, many in counts.values()), counts
    assert max(few for few, _many in counts.values()) <= 20, counts


def download(client, **given) -> list[dict[str, str]]:
    answer = client.post(reverse("grid-csv"), given)
    assert answer.status_code == 200
    raw = b"".join(answer.streaming_content)
    return list(csv.DictReader(io.StringIO(raw.decode("utf-8-sig"), newline="")))


@pytest.mark.requirement("R-021")
def test_file_holds_each_form_once_and_is_noted(client, visit, monitor):
    patient = visit.patient
    client.force_login(monitor)
    rows = download(client)
    assert list(rows[0]) == list(COLUMNS)
    schedule = schedule_statuses_of([Patient.objects.select_related("site").get(pk=patient.pk)])[patient.pk]
    states = {due.plan.code: due.state.value for due in schedule.visits}
    assert {row["visit"]: row["visit_state"] for row in rows if row["visit"]} == states
    signs = [row for row in rows if (row["visit"], row["form"]) == ("W01", "vital-signs")]
    assert [(row["state"], row["missing"]) for row in signs] == [("nothing missing, to complete", "0")]
    assert len({(row["patient"], row["visit"], row["form"]) for row in rows}) == len(rows)
    taken = TrailExport.objects.get()
    assert (taken.screen, taken.events, taken.made_by) == ("grid", len(rows), monitor)
    page = client.get(reverse("site-trail", args=[visit.site.code]), {"kind": "exports"}).content.decode()
    assert "Grid of the site’s patients, visits and forms downloaded" in html.unescape(page)


def test_file_can_hold_one_state_alone(client, visit, coordinator):
    client.force_login(coordinator)
    rows = download(client, state="ready")
    assert [(row["visit"], row["form"]) for row in rows] == [("W01", "vital-signs")]
    assert TrailExport.objects.get().filters == "state: nothing missing, to complete"


def test_file_runs_no_formula(client, site, coordinator, monkeypatch):
    """Nothing in it is typed by people but the names of sites; each cell goes through the guard of all files."""
    a_patient(site, coordinator)
    monkeypatch.setattr("ecrf.grid.csv_rows.data_words", lambda: "=1+1")
    client.force_login(coordinator)
    assert {row["data"] for row in download(client)} == {"'=1+1"}


def test_more_patients_than_a_file_holds_are_refused_in_words(client, visit, coordinator, monkeypatch):
    monkeypatch.setattr("ecrf.grid.csv_rows.MOST", 0)
    client.force_login(coordinator)
    answer = client.post(reverse("grid-csv"))
    assert answer.status_code == 422
    assert "one file holds at most 0" in answer.content.decode()
    assert not TrailExport.objects.exists()


def test_safety_is_refused_in_words(client, safety):
    client.force_login(safety)
    page = client.get(URL)
    assert page.status_code == 403
    assert "does not let you see the grid" in page.content.decode()


def test_inspector_sees_it(client, visit):
    inspector = make_user("inspector", Role.SAFETY)
    with acting(SYSTEM, source="test"):
        ends_on = timezone.localdate() + timedelta(days=30)
        Membership.objects.create(user=inspector, role=Role.INSPECTOR, ends_on=ends_on)
    client.force_login(inspector)
    assert numbers(client.get(URL)) == [visit.patient.number]


def test_overdue_words_name_the_day(client, site, coordinator):
    visit = a_visit(a_patient(site, coordinator), "W01", coordinator)
    enter(visit, "visit", coordinator, occurrence="done", visited_on="2026-01-05")
    client.force_login(coordinator)
    assert "overdue since 2026-02-02" in cells_with(client.get(URL), "overdue since")


def test_on_paper_each_visit_has_one_column_where_the_forms_would_not_fit(
    client, visit, coordinator, monkeypatch
):
    GridColumns.objects.create(user=coordinator, by_form=True)
    client.force_login(coordinator)
    for most, has_forms in ((1_000, True), (1, False)):
        monkeypatch.setattr("ecrf.grid.columns.PAPER_COLUMNS", most)
        on_paper, on_screen = client.get(f"{URL}?all=yes"), client.get(URL)
        assert any(column.forms for column in on_paper.context["columns"]) is has_forms
        assert any(column.forms for column in on_screen.context["columns"])
