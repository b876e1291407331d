"""The pages of imports: from the file to the button, as people meet them."""

import csv
import io
import json
import re
import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from ecrf.audit.models import AuditEvent
from ecrf.forms.protocol import protocol
from ecrf.forms.registry import CRFS
from ecrf.imports.models import Import, ImportDownload, ImportState
from ecrf.imports.pages import batch as batch_page
from ecrf.imports.pages.forms import form_choices
from ecrf.imports.services import look_again, state_of
from tests.builders import enter
from tests.ecrf.imports.conftest import WHY, a_file, bring_it_in, whys

pytestmark = pytest.mark.django_db


def logged_in(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def upload(client: Client, content: str | bytes, address: str = "new-import", **more):
    raw = content if isinstance(content, bytes) else content.encode()
    file = SimpleUploadedFile(more.pop("name", "vital.csv"), raw)
    posted = {
        "format": "form",
        "form": "vital-signs",
        "source_system": "SynthLab",
        "key": str(uuid.uuid4()),
        "file": file,
    }
    return client.post(reverse(address), {**posted, **more})


def pressed(batch, **more):
    """What the form on the page as it is now sends."""
    return {"reason": WHY, "key": str(uuid.uuid4()), "shown": str(state_of(batch)), **more}


def test_from_the_file_to_the_values(lines, site, visit, coordinator):
    client = logged_in(coordinator)
    answer = upload(client, lines("W01,60.5,70"), site="01")
    batch = Import.objects.get()
    assert answer.url == reverse("import", args=[batch.request_key])
    page = client.get(answer.url).content.decode()
    assert "60.5 kg" in page
    assert "Import 1 row" in page
    answer = client.post(reverse("order-import", args=[batch.request_key]), pressed(batch))
    page = client.get(answer.url).content.decode()
    assert "Each value says where it came from" in page
    assert CRFS["vital-signs"].model.objects.get().pulse == 70


def test_a_reason_is_asked_for_and_what_was_typed_stays(lines, site, visit, coordinator):
    batch = a_file(lines("W01,60.5,70"), coordinator, site=site)
    url = reverse("order-import", args=[batch.request_key])
    answer = logged_in(coordinator).post(url, pressed(batch, reason="x"))
    assert answer.status_code == 422
    assert 'value="x"' in answer.content.decode()
    assert not CRFS["vital-signs"].model.objects.exists()


@pytest.mark.parametrize("reason", ["x", "long " * 90])
def test_what_is_wrong_with_a_reason_names_the_length_that_its_field_names(
    lines, site, visit, coordinator, reason
):
    """System and file stand beside it in the trail: it is shorter than elsewhere."""
    batch = a_file(lines("W01,60.5,70"), coordinator, site=site)
    url = reverse("order-import", args=[batch.request_key])
    page = logged_in(coordinator).post(url, pressed(batch, reason=reason)).content.decode()
    lengths = re.findall(r"3 to (\d+) characters", page)
    assert len(lengths) == 2
    assert len(set(lengths)) == 1


@pytest.mark.parametrize("key", [key for key, _title in form_choices()])
def test_the_template_of_every_form_is_taken_back_filled_in(key, coordinator, site):
    """Its columns are the ones that an import of the form knows."""
    file = b"".join(logged_in(coordinator).get(reverse("import-template", args=[key])).streaming_content)
    header, *_listed = csv.reader(io.StringIO(file.decode("utf-8-sig")))
    assert header[0] == "patient"
    values = {"patient": "01-099", "visit": "W01", "number": "1", "parent_number": "1", "visit_date": ""}
    row = [values.get(name, "1") for name in header]
    batch = a_file(",".join(header) + "\n" + ",".join(row), coordinator, site=site, form=key)
    assert batch.state == ImportState.CHECKED, batch.outcome
    assert "no patient" in batch.rows.get().result["why"]


@pytest.fixture
def tests_listed(coordinator):
    """The rows of the laboratory's template, as a program for tables reads them."""
    client = logged_in(coordinator)
    client.cookies["language"] = "ja"  # the file is English, whoever takes it
    file = b"".join(client.get(reverse("import-template", args=["lab-result"])).streaming_content)
    return list(csv.DictReader(io.StringIO(file.decode("utf-8-sig"))))


def written(rows: list[dict[str, str]]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, rows[0].keys())
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def test_template_of_tests_lists_them_with_codes_and_units_to_fill_in_results_alone(
    tests_listed, site, visit, coordinator
):
    tests = protocol().lab_tests
    assert [row["row_name"] for row in tests_listed] == [test.label for test in tests]
    assert [row["test_code"] for row in tests_listed] == [test.code for test in tests]
    assert [row["usual_units"] for row in tests_listed] == [", ".join(test.units) for test in tests]
    given = {"HGB": "13.1", "AST": "22"}
    for row in tests_listed:
        row |= {
            "patient": visit.patient.number,
            "visit": visit.code,
            "value": given.get(row["test_code"], ""),
        }
    batch = a_file(written(tests_listed), coordinator, site=site, form="lab-result")
    assert batch.state == ImportState.CHECKED, batch.outcome
    assert batch.counts["rows"] == {"new": len(given)}
    page = logged_in(coordinator).get(reverse("import", args=[batch.request_key])).content.decode()
    page = " ".join(re.sub(r"<[^>]*>", " ", page).split())
    assert f"Not filled in {len(tests) - len(given)} row: passed over" in page
    bring_it_in(batch, coordinator)
    stored = CRFS["lab-result"].model.objects.filter(entry__patient=visit.patient)
    assert {row.test: str(row.value) for row in stored if row.value is not None} == given


def test_value_in_a_listed_row_without_a_patient_is_not_passed_over(tests_listed, site, visit, coordinator):
    tests_listed[0]["value"] = "13.1"
    batch = a_file(written(tests_listed), coordinator, site=site, form="lab-result")
    assert whys(batch) == ["The row names no patient."]


def test_template_in_which_nothing_is_filled_in_is_told_so(tests_listed, site, coordinator):
    batch = a_file(written(tests_listed), coordinator, site=site, form="lab-result")
    assert batch.state == ImportState.REFUSED
    assert f"None of the {len(tests_listed)} rows of the file is filled in" in batch.outcome
    assert not batch.rows.exists()


def test_the_file_of_what_is_refused_names_row_column_and_why(lines, site, visit, coordinator):
    batch = a_file(lines("W01,abc,70", "W04,60,70"), coordinator, site=site)
    url = reverse("import-rows-csv", args=[batch.request_key])
    answer = logged_in(coordinator).post(url, {"kind": "refused"})
    found = list(csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))
    assert [(one["row"], one["item"]) for one in found if one["why"]] == [("2", "Weight"), ("3", "")]
    assert ImportDownload.objects.get().downloaded_by == coordinator
    assert AuditEvent.objects.filter(table="imports_importdownload", actor=coordinator.username).exists()


@pytest.mark.requirement("R-014")
@pytest.mark.requirement("R-133")
def test_the_file_itself_comes_back_byte_by_byte_and_never_as_a_page(site, coordinator):
    content = b"patient,visit,pulse\r\n<script>alert(1)</script>,W01,70\r\n" + b"01-001,W01,70\r\n" * 30_000
    batch = a_file(content, coordinator, site=site)
    answer = logged_in(coordinator).post(reverse("import-file", args=[batch.request_key]))
    assert b"".join(answer.streaming_content) == content
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert "attachment" in answer.headers["Content-Disposition"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.requirement("R-133")
def test_a_name_with_path_parts_is_only_a_name(site, visit, coordinator):
    upload(logged_in(coordinator), "patient,visit,pulse\n", site="01", name="..\\..\\etc\\pas<b>swd.csv")
    batch = Import.objects.get()
    assert "/" not in batch.file_name
    assert "\\" not in batch.file_name
    page = logged_in(coordinator).get(reverse("import", args=[batch.request_key])).content.decode()
    assert "<b>swd" not in page


def test_two_readings_are_offered_and_the_chosen_one_is_used(site, visit, coordinator):
    content = f"patient,visit,lot_number,parent_number,number\n{visit.patient.number},W01,µ1,1,1\n".encode(
        "cp1252"
    )
    batch = a_file(content, coordinator, site=site, form="dose-lot")
    assert batch.state == ImportState.REFUSED
    client = logged_in(coordinator)
    page = client.get(reverse("import", args=[batch.request_key])).content.decode()
    assert "µ1,1,1" in page
    assert "ｵ1,1,1" in page
    event = AuditEvent.objects.filter(table="imports_import", row=str(batch.pk)).latest("position")
    assert "ｵ1" not in json.dumps([batch.reading, event.changes], ensure_ascii=False)
    client.post(reverse("look-again-at-import", args=[batch.request_key]), {"declared": "cp1252"})
    batch.refresh_from_db()
    assert batch.state == ImportState.CHECKED
    assert batch.rows.get().result["cells"][0][4] == "µ1"


def test_a_line_of_the_file_is_shown_to_nobody_who_may_not_act_on_it(site, visit, data_manager, monitor):
    content = f"patient,visit,pulse\n{visit.patient.number},W01,µ1\n".encode("cp1252")
    batch = a_file(content, data_manager, purpose="comparison")
    assert batch.state == ImportState.REFUSED
    for user, is_offered in ((data_manager, True), (monitor, False)):
        page = logged_in(user).get(reverse("import", args=[batch.request_key])).content.decode()
        assert (batch.outcome[:40] in page, "µ1" in page) == (True, is_offered)


def test_who_waits_is_told_of_all_who_are_before_whosever_they_are(
    lines, site, visit, coordinator, other_site, outsider, monkeypatch
):
    monkeypatch.setattr("ecrf.imports.services.AT_ONCE_ROWS", 0)
    a_file("patient,visit,pulse\n02-001,W01,70\n", outsider, site=other_site)
    batch = a_file(lines("W01,60.5,70"), coordinator, site=site)
    answer = logged_in(coordinator).get(reverse("import", args=[batch.request_key]))
    assert answer.context["before_it"] == 1


def test_what_is_looked_at_anew_while_the_page_is_made_is_not_taken_for_seen(
    lines, site, visit, coordinator, monkeypatch
):
    batch = a_file(lines("W01,60.5,70"), coordinator, site=site)
    page_of_rows = batch_page.page_of_rows

    def looked_at_anew(*given):
        look_again(batch=batch, by=coordinator)
        return page_of_rows(*given)

    monkeypatch.setattr(batch_page, "page_of_rows", looked_at_anew)
    answer = logged_in(coordinator).get(reverse("import", args=[batch.request_key]))
    assert answer.context["shown"] < state_of(batch)


@pytest.mark.requirement("R-071")
def test_another_sites_import_does_not_exist(lines, site, visit, coordinator, outsider):
    batch = a_file(lines("W01,60.5,70"), coordinator, site=site)
    client = logged_in(outsider)
    assert client.get(reverse("import", args=[batch.request_key])).status_code == 404
    assert batch.file_name not in client.get(reverse("imports")).content.decode()


def test_a_site_cannot_name_another_site(lines, visit, coordinator, other_site):
    answer = upload(logged_in(coordinator), lines("W01,60.5,70"), site="02")
    assert answer.status_code == 422
    assert not Import.objects.exists()


def test_too_large_a_file_is_refused_unread(coordinator, site):
    answer = logged_in(coordinator).post(reverse("imports") + "new/", b"x" * 100, content_type="text/csv")
    assert answer.status_code == 422
    big = Client(headers={"content-length": str(30_000_000)})
    big.force_login(coordinator)
    answer = big.generic("POST", reverse("new-import"), b"x", CONTENT_LENGTH="30000000")
    assert answer.status_code == 413


@pytest.mark.requirement("R-097")
def test_a_data_manager_changes_a_sites_value_with_consent_only(
    lines, site, visit, coordinator, investigator, data_manager
):
    enter(visit, "vital-signs", coordinator, pulse="70")
    batch = a_file(lines("W01,,71"), data_manager)
    client = logged_in(data_manager)
    url = reverse("order-import", args=[batch.request_key])
    posted = pressed(batch)
    answer = client.post(url, posted)
    assert answer.status_code == 422
    assert "investigator of the site consented" in answer.content.decode()
    consent = {"consent-01-of": str(investigator.pk), "consent-01-on": str(site.today())}
    assert client.post(url, {**posted, **consent}).status_code == 302
    assert CRFS["vital-signs"].model.objects.get().pulse == 71
    event = AuditEvent.objects.filter(chain=visit.patient_id, changes__has_key="pulse").latest("pk")
    assert event.reason.endswith(f"{investigator.name} consented on {site.today()}.")


def test_every_row_is_on_some_page(site, coordinator, visit):
    number = visit.patient.number
    rows = "".join(f"{number},{at},Event {at},2026\n" for at in range(1, 131))
    batch = a_file(f"patient,number,term,started_on\n{rows}", coordinator, site=site, form="adverse-event")
    client, url = logged_in(coordinator), reverse("import", args=[batch.request_key])
    first, second = (client.get(f"{url}?after={after}").content.decode() for after in (0, 100))
    assert "Event 100<" in first
    assert "Event 101<" not in first
    assert "Event 130<" in second


@pytest.mark.requirement("R-014")
def test_the_list_shows_who_brought_what_when_and_why(lines, site, visit, coordinator):
    client = logged_in(coordinator)
    batch = a_file(lines("W01,60.5,70"), coordinator, site=site)
    client.post(reverse("order-import", args=[batch.request_key]), pressed(batch))
    page = client.get(reverse("imports")).content.decode()
    for words in (batch.file_name, batch.file_id[:12], WHY, "SynthLab", str(coordinator)):
        assert words in page


def test_nothing_is_imported_that_was_looked_at_again_since_the_page_was_opened(
    lines, site, visit, coordinator
):
    batch = a_file(lines("W01,60.5,70"), coordinator, site=site)
    shown_before = pressed(batch)
    enter(visit, "vital-signs", coordinator, pulse="71")
    look_again(batch=batch, by=coordinator)
    client, url = logged_in(coordinator), reverse("order-import", args=[batch.request_key])
    answer = client.post(url, shown_before)
    assert answer.status_code == 422
    assert "looked at again" in answer.content.decode()
    assert CRFS["vital-signs"].model.objects.get().pulse == 71
    assert client.post(url, pressed(batch)).status_code == 302
    assert CRFS["vital-signs"].model.objects.get().pulse == 70


def test_a_file_for_all_sites_is_downloaded_as_it_was_brought(lines, site, visit, data_manager):
    content = lines("W01,60.5,70")
    batch = a_file(content, data_manager)
    answer = logged_in(data_manager).post(reverse("import-file", args=[batch.request_key]))
    assert b"".join(answer.streaming_content).decode() == content


@pytest.mark.parametrize("address", ["new-import", "new-comparison"])
def test_a_file_that_is_not_taken_leaves_all_that_was_chosen_and_typed(site, investigator, monitor, address):
    """But for the file itself, which a browser lets nobody choose but the person."""
    by = investigator if address == "new-import" else monitor
    said = {"site": "01", "source_system": "SynthLab <7>", "delimiter": ";", "decimal": ",", "first": "day"}
    answer = upload(logged_in(by), "", address, **said)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "The file is empty" in page
    assert 'value="SynthLab &lt;7&gt;"' in page
    chosen = set(re.findall(r'<option value="([^"]*)" selected', page))
    assert {"vital-signs", ";", ",", "day"} <= chosen
    assert not Import.objects.exists()


def test_whatever_is_wrong_stands_beside_its_field(site, coordinator):
    """Of the one site, too, which nobody chooses."""
    page = upload(logged_in(coordinator), "patient,visit\n").content.decode()
    notes = re.findall(r'note-error"[^>]*>(.*?)</p>', page, re.DOTALL)
    assert len(notes) == 2, notes


@pytest.mark.parametrize("overtaken_by", ["put-import-aside", "order-import"])
@pytest.mark.parametrize(
    ("address", "posted"),
    [
        ("put-import-aside", {}),
        ("look-again-at-import", {}),
        ("import-rows-csv", {"kind": "to-correct"}),
    ],
)
def test_what_was_overtaken_in_another_tab_is_said(
    lines, site, visit, coordinator, address, posted, overtaken_by
):
    batch = a_file(lines("W01,60.5,70"), coordinator, site=site)
    client = logged_in(coordinator)
    if overtaken_by == "order-import":
        bring_it_in(batch, coordinator)
    else:
        client.post(reverse(overtaken_by, args=[batch.request_key]))
    state = Import.objects.get().state
    answer = client.post(reverse(address, args=[batch.request_key]), posted, follow=True)
    is_done_already = address == overtaken_by  # twice the same act: it is as was wanted
    said = "".join(str(one) for one in answer.context["messages"])
    assert ("meanwhile" in said) != is_done_already, said
    assert Import.objects.get().state == state
