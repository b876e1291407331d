"""The trail as a file: complete, checkable by a stranger, harmless in a spreadsheet, and itself in the trail."""

import csv
import hashlib
import io
import json
import re
from unittest import mock

import pytest
from django.utils.html import strip_tags

from ecrf.access.roles import Right
from ecrf.audit.models import AuditEvent
from ecrf.casebook.record.record import record
from ecrf.locks.models import LockKind, LockScope
from ecrf.trail.download import csv_file, csv_lines
from ecrf.trail.download.csv_file import safe
from ecrf.trail.download.csv_lines import COLUMNS
from ecrf.trail.models import TrailExport
from tests.builders import a_patient, a_place, enter
from tests.ecrf.trail.world import World, a_world

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("R-011")]

PATH = "/patients/01-001/trail/csv/"


@pytest.fixture
def world(site, coordinator, investigator, monitor, data_manager) -> World:
    return a_world(site, coordinator, investigator, monitor, data_manager)


@pytest.fixture
def download(client, world):
    """The answer's text and its rows."""

    def ask(path: str = PATH, by=None, **filters: str) -> list[dict[str, str]]:
        client.force_login(by or world.coordinator)
        answer = client.post(path, filters)
        assert answer.status_code == 200
        assert answer.streaming
        raw = b"".join(answer.streaming_content)
        ask.headers, ask.raw = answer.headers, raw
        return list(csv.DictReader(io.StringIO(raw.decode("utf-8-sig"), newline="")))

    return ask


def back(cell: str) -> str:
    """The cell as it was before it was made safe."""
    return cell.removeprefix("'")


def test_file_has_stable_columns_a_mark_of_utf_8_and_a_plain_name(download, settings):
    settings.SYNTHETIC_DATA = False
    rows = download()
    assert download.raw.startswith(b"\xef\xbb\xbf")
    assert list(rows[0]) == list(COLUMNS)
    name = re.search(r'filename="([^"]+)"', download.headers["Content-Disposition"])[1]
    assert re.fullmatch(r"trail-01-001-\d{8}T\d{4}Z\.csv", name)
    assert download.headers["Content-Type"] == "text/csv; charset=utf-8"


def test_columns_are_those_that_were_promised():
    """Programs of others read them by name: do not rename or move them."""
    assert ",".join(COLUMNS) == (
        "chain,position,line,at_utc,at_site,time_zone,patient,site,visit,form,place,kind,what,item,item_label,from,to,"
        "said,undid,reason,by,saved_by,role,source,rule,transaction,table,row,operation,data,record,previous_hash,hash"
    )


def test_file_says_synthetic_where_the_data_are(download, settings):
    settings.SYNTHETIC_DATA = True
    rows = download()
    assert {row["data"] for row in rows} == {"synthetic"}
    assert 'filename="synthetic-trail-01-001-' in download.headers["Content-Disposition"]


def test_values_are_in_words_with_times_of_the_site_and_utc(download, world):
    world.change("72")
    last = download()[-1]
    assert (last["item"], last["item_label"], last["from"], last["to"]) == (
        "pulse",
        "Pulse",
        "70 /min",
        "72 /min",
    )
    assert (last["reason"], last["saved_by"], last["role"]) == ("Misread", "coordinator", "coordinator")
    assert last["at_utc"].endswith("Z")
    assert last["at_site"].endswith("+09:00")
    assert (last["visit"], last["form"], last["place"]) == (
        "W04",
        "vital-signs",
        "Vital signs and weight · Week 4",
    )


@pytest.mark.requirement("R-013")
def test_derived_values_are_by_the_system(download, world):
    enter(world.visit, "reading", world.coordinator, value_1="41.0", value_2="42.0", value_3="41.0")
    derived = [row for row in download() if row["kind"] == "calculated"]
    assert derived
    assert {row["by"] for row in derived} == {"system"}
    assert {row["saved_by"] for row in derived} == {"coordinator"}
    assert all(row["rule"] for row in derived)


@pytest.mark.requirement("R-009")
def test_stranger_can_check_the_chain_with_the_file_alone(download, world):
    world.ask(text='=1+1 "quoted" \\ 脈拍 😀\n\tnext line')
    world.verify()
    world.change("71")
    head, position = "0" * 64, 0
    for row in download():
        if not row["record"]:
            continue
        made_from = f'["{head}", {back(row["record"])[1:]}'
        assert row["previous_hash"] == head
        assert hashlib.sha256(made_from.encode()).hexdigest() == row["hash"]
        content = json.loads(back(row["record"]))
        assert content[1] == row["position"] == str(position + 1)
        head, position = row["hash"], position + 1
    assert position == AuditEvent.objects.filter(chain=world.patient.pk).count()


@pytest.mark.requirement("R-133")
@pytest.mark.parametrize(
    "begin", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠", " =", "\u3000="]
)
def test_cell_that_a_spreadsheet_might_run_begins_with_an_apostrophe(begin):
    text = f"{begin}HYPERLINK(1)"
    assert safe(text) == f"'{text}"
    assert back(safe(text)) == text


@pytest.mark.requirement("R-133")
@pytest.mark.parametrize("text", ["-1", "+2.5", "-0,7", "0", "", "2026-11-22", "a=b", "脈拍", "😀", "[1]"])
def test_plain_numbers_and_harmless_texts_stay_as_they_are(text):
    assert safe(text) == text


@pytest.mark.requirement("R-133")
@pytest.mark.parametrize("text", ["-1 kg", "-1+2", "--1", "+1-800", "-1e5", "'=1", "'quoted'"])
def test_what_only_looks_like_a_number_or_is_quoted_already_can_be_told_apart(text):
    assert safe(text) == f"'{text}"


@pytest.mark.requirement("R-133")
def test_formula_in_a_text_of_a_person_is_harmless_in_the_file(download, world):
    evil = '=HYPERLINK("http://example.org";"x")'
    enter(world.patient, "adverse-event", world.coordinator, term=evil)
    world.ask(text="@SUM(1)")
    world.change("72", reason="+cmd|' /C calc'!A0")
    rows = download()
    assert not [cell for row in rows for cell in row.values() if cell[:1] in "=+@\t\r" and cell]
    assert [row["to"] for row in rows if row["item"] == "term"] == [f"'{evil}"]
    assert rows[-1]["reason"].startswith("'+cmd")


def test_texts_of_any_language_come_out_as_they_went_in(download, world):
    words = '脈拍, "高い"; 😀 Ωmega\nsecond line'
    world.ask(text=words)
    assert words in [row["said"] for row in download()]


def test_filters_narrow_the_file_as_they_narrow_the_page(download, world):
    world.change("72")
    rows = download(form="vital-signs", item="pulse", kind="data")
    assert {row["item"] for row in rows} == {"pulse"}
    assert [row["to"] for row in rows] == ["70 /min", "72 /min"]


def test_what_a_change_undid_stands_beside_it(download, world):
    world.verify()
    world.sign()
    world.change("72")
    undid = "undid the verification of Pulse by monitor (was 70 /min); broke the signature of Synthetic investigator"
    assert download()[-1]["undid"].startswith(undid)


def test_wrong_filter_is_refused_and_nothing_is_noted(client, world):
    client.force_login(world.coordinator)
    answer = client.post(PATH, {"kind": "accounts"})
    assert answer.status_code == 422
    assert "is not in this list" in answer.content.decode()
    assert not TrailExport.objects.exists()


@pytest.mark.requirement("R-015")
def test_download_is_noted_with_who_what_and_how_much(download, world, client):
    rows = download(by=world.monitor, kind="data")
    export = TrailExport.objects.get()
    events = {(row["chain"], row["position"]) for row in rows}
    assert (export.made_by, export.patient, export.events) == (world.monitor, world.patient, len(events))
    event = AuditEvent.objects.get(table="trail_trailexport")
    assert (event.chain, event.actor, event.role, event.source) == (0, "monitor", "monitor", "monitor")
    page = client.get("/patients/01-001/trail/").content.decode()
    assert f"by monitor: {len(events)} events (kind: data)" in page
    told = client.get("/sites/01/trail/?kind=exports").content.decode()
    assert f"Trail of a patient downloaded: {len(events)} events: “kind: data”" in strip_tags(told)


@pytest.mark.requirement("R-110")
@pytest.mark.parametrize("scope", [LockScope.SITE, LockScope.STUDY, LockScope.VISIT])
def test_trail_of_locked_data_can_still_be_taken_out(download, world, scope):
    world.lock(scope, LockKind.LOCK)
    assert download()
    assert download("/sites/01/trail/csv/")


def test_sites_file_holds_all_its_patients_and_from_the_beginning_if_asked(
    download, world, site, coordinator
):
    a_patient(site, coordinator)
    rows = download("/sites/01/trail/csv/", until="2020-01-01")
    assert rows == []
    rows = download("/sites/01/trail/csv/", until="2020-01-01", whole="1")
    assert {"01-001", "01-002"} <= {row["patient"] for row in rows}
    assert [row for row in rows if row["table"] == "trail_trailexport"]


def test_file_cannot_be_asked_for_by_get(client, world):
    client.force_login(world.coordinator)
    assert client.get(PATH).status_code == 405


def test_file_is_read_in_chunks(download, world):
    for value in range(71, 80):
        world.change(str(value))
    whole = [row["hash"] for row in download()]
    with mock.patch.object(csv_lines, "CHUNK", 2):
        assert [row["hash"] for row in download()] == whole


def test_file_says_how_long_it_is(download, world):
    """So that a browser notices when the way to it breaks."""
    with mock.patch.object(csv_file, "IN_MEMORY", 100):
        download()
    assert int(download.headers["Content-Length"]) == len(download.raw)


@pytest.mark.parametrize("in_memory", [100, 1_000_000])
def test_file_that_breaks_in_the_middle_is_an_error_and_neither_short_nor_noted(client, world, in_memory):
    client.force_login(world.coordinator)
    client.raise_request_exception = False
    told, times = csv_lines.kept_lines, iter(range(1000))

    def breaks(*given):
        if next(times) == 2:
            raise ArithmeticError
        return told(*given)

    limit = mock.patch.object(csv_file, "IN_MEMORY", in_memory)
    with limit, mock.patch.object(csv_lines, "kept_lines", breaks):
        answer = client.post(PATH)
    assert answer.status_code == 500
    assert "Content-Disposition" not in answer.headers
    assert not TrailExport.objects.exists()


def test_file_whose_download_cannot_be_noted_does_not_leave(client, world):
    client.force_login(world.coordinator)
    client.raise_request_exception = False
    with mock.patch("ecrf.trail.views.note_export", side_effect=ArithmeticError):
        assert client.post(PATH).status_code == 500


def test_item_that_the_code_lost_is_told_raw_in_the_file_too(download, world):
    place = a_place(world.visit, "visit")
    by = world.coordinator.acting_at(world.patient.site, Right.ENTER)
    record(place=place, values={"contact": "phone"}, by=by)
    with mock.patch.dict(place.definition.items) as items:
        items.pop("contact")
        rows = [row for row in download() if row["item"] == "contact"]
    assert [(row["item_label"], row["to"]) for row in rows] == [("contact", "phone")]


def test_file_that_would_be_too_long_is_refused_with_the_numbers_and_not_noted(client, world):
    client.force_login(world.coordinator)
    with mock.patch.object(csv_lines, "MOST", 3):
        answer = client.post(PATH, {"kind": "data"})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "one file holds at most 3. Choose a shorter period" in page
    assert 'action="/patients/01-001/trail/"' in page
    assert not TrailExport.objects.exists()
