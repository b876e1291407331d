"""A laboratory's file: read by its mapping, imported, or laid beside what the site transcribed."""

import uuid
from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse

from ecrf.audit.models import AuditEvent
from ecrf.casebook.laboratory.services import NewRange, add_ranges
from ecrf.casebook.models import Entry
from ecrf.casebook.record.values import Missing
from ecrf.forms.registry import CRFS
from ecrf.imports.models import Import, ImportState, LabMapping
from ecrf.imports.services import NotImported
from ecrf.verification.models import STANDS, Verification
from tests.builders import a_patient, enter
from tests.ecrf.imports.conftest import a_file, bring_it_in, kinds, whys
from tests.ecrf.imports.test_pages import logged_in, upload
from tests.ecrf.queries.builders import asked, complete

pytestmark = pytest.mark.django_db

HEAD = "Subject;Collected;Test;Result;Unit"
MAPPING = {
    "columns": {
        **{"patient": "Subject", "test": "Test", "value": "Result", "unit": "Unit", "day": "Collected"},
        "visit": "",
    },
    "target": {"form": "lab-result", "value": "value", "unit": "unit", "day": "collected_on"},
    "tests": {"Hb": 1, "WBC": 2, "AST": 3, "Comment": 0},
}


@pytest.fixture
def sample(visit, coordinator):
    enter(visit, "laboratory", coordinator, collected_on="2026-01-05")
    return visit


def a_lab_file(patient, by, *rows: str, purpose: str = "import", site=None, **mapping) -> Import:
    content = "\n".join([HEAD, *(f"{patient.number};{row}" for row in rows)])
    return a_file(
        content, by, purpose=purpose, file_format="laboratory", site=site, mapping={**MAPPING, **mapping}
    )


def mapped(tests: dict[str, str], **more: str) -> dict[str, str]:
    """What the page of columns and tests sends."""
    columns = {f"column-{what}": name for what, name in MAPPING["columns"].items()}
    target = {f"target-{what}": name for what, name in MAPPING["target"].items()} | {"form": "lab-result"}
    return {**columns, **target, **tests, "act": "use", **more}


def results(visit) -> dict[int, tuple[Decimal | None, str | None]]:
    rows = CRFS["lab-result"].model.objects.filter(entry__visit=visit)
    return {row.entry.number: (row.value, row.unit) for row in rows}


def test_results_go_to_the_sample_of_their_day(sample, data_manager):
    rows = ("2026-01-05;Hb;13,5;g/dL", "20260105;WBC;6,10;×10³/µL", "2026-01-05;Comment;haemolytic;")
    batch = bring_it_in(a_lab_file(sample.patient, data_manager, *rows), data_manager)
    assert batch.state == ImportState.DONE, whys(batch)
    assert results(sample) == {1: (Decimal("13.5"), "g/dL"), 2: (Decimal("6.10"), "×10³/µL")}
    assert str(results(sample)[2][0]) == "6.10"


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("2026-01-06;Hb;13.5;g/dL", "no visit on 2026-01-06"),
        ("2026-01-05;Ferritin;13.5;g/dL", "is not mapped"),
        ("2026-01-05;Hb;13.5;mg/kg", "is not known in “mg/kg”"),
        ("2026-01-05;Hb;13.5;", "gives no unit"),
        ("2026-01-05;Hb;;g/dL", "no result"),
        ("05/06/2026;Hb;13.5;g/dL", "can be two days"),
        (";Hb;13.5;g/dL", "no day"),
        ("2026-01-05;Hb;13.5¹;g/dL", "plain digit"),
        ("2099-01-05;Hb;13.5;g/dL", "no visit on"),
    ],
)
def test_what_cannot_be_placed_or_read_is_refused_in_words(sample, data_manager, row, words):
    batch = a_lab_file(sample.patient, data_manager, row)
    assert kinds(batch) == ["refused"]
    assert words in whys(batch)[0]


@pytest.mark.parametrize("sign", ["²", "٣"])
def test_a_sign_that_only_resembles_a_digit_is_no_number_of_a_row(sample, data_manager, sign):
    head = "patient,visit,row_name,value,unit"
    content = f"{head}\n{sample.patient.number},W01,{sign},13.5,g/dL\n"
    batch = a_file(content, data_manager, form="lab-result")
    assert f"has no row “{sign}”" in whys(batch)[0]


@pytest.mark.parametrize("sign", ["²", "٣"])
def test_a_sign_that_only_resembles_a_digit_chooses_no_test(sample, site, coordinator, sign):
    client = logged_in(coordinator)
    content = f"{HEAD}\n{sample.patient.number};2026-01-05;hgb;13.5;g/dL\n"
    upload(client, content, site="01", format="laboratory")
    url = reverse("import-mapping", args=[Import.objects.get().request_key])
    answer = client.post(url, mapped({"test-0": sign, "test-0-name": "hgb"}))
    assert answer.status_code == 422
    assert "leave the test out" in answer.content.decode()


def test_one_result_twice_is_refused(sample, data_manager):
    batch = a_lab_file(sample.patient, data_manager, *["2026-01-05;Hb;13.5;g/dL"] * 2)
    assert kinds(batch) == ["new", "refused"]


@pytest.mark.requirement("R-100")
def test_the_unit_is_left_to_the_sites_range_where_that_says_the_same(
    sample, site, investigator, data_manager
):
    given = NewRange("HGB", "g/dL", Decimal(12), Decimal(16), "", date(2020, 1, 1))
    add_ranges(site=site, given=[given], by=investigator)
    bring_it_in(a_lab_file(sample.patient, data_manager, "2026-01-05;Hb;13.5;g / dL"), data_manager)
    assert results(sample) == {1: (Decimal("13.5"), None)}
    again = a_lab_file(sample.patient, data_manager, "2026-01-05;Hb;13.50;g/dl")
    assert kinds(again) == ["same"]


def test_from_the_file_over_its_columns_and_tests_to_a_mapping_with_a_name(sample, site, coordinator):
    client = logged_in(coordinator)
    content = f"{HEAD}\n{sample.patient.number};2026-01-05;hgb;13.5;g/dL\n{sample.patient.number};2026-01-05;X;1;g\n"
    upload(client, content, site="01", format="laboratory")
    batch = Import.objects.get()
    assert batch.state == ImportState.UNMAPPED
    url = reverse("import-mapping", args=[batch.request_key])
    page = client.get(url).content.decode()
    assert "<option selected>Subject</option>" in page
    tests = {"test-0": "1", "test-0-name": "hgb", "test-1": "", "test-1-name": "X"}
    posted = mapped(tests, save_as="Synth laboratory")
    answer = client.post(url, posted)
    assert answer.status_code == 422
    assert "leave the test out" in answer.content.decode()
    assert client.post(url, {**posted, "test-1": "0"}).status_code == 302
    batch.refresh_from_db()
    assert (batch.state, kinds(batch)) == (ImportState.CHECKED, ["new"])
    saved = LabMapping.objects.get(name="Synth laboratory")
    assert saved.tests == {"hgb": 1, "X": 0}
    upload(client, content, site="01", format="laboratory", mapping=str(saved.pk))
    assert Import.objects.latest("pk").state == ImportState.CHECKED


def test_a_name_that_somebody_else_gave_is_replaced_by_a_data_manager_alone(
    sample, site, coordinator, investigator, data_manager
):
    content = f"{HEAD}\n{sample.patient.number};2026-01-05;hgb;13.5;g/dL\n"

    def saved_by(user, row: str):
        client = logged_in(user)
        upload(client, content, format="laboratory", site="" if user == data_manager else "01")
        url = reverse("import-mapping", args=[Import.objects.latest("pk").request_key])
        tests = {"test-0": row, "test-0-name": "hgb"}
        answer = client.post(url, mapped(tests, save_as="Synth laboratory"))
        return answer, LabMapping.objects.get(name="Synth laboratory").tests["hgb"]

    assert saved_by(coordinator, "1")[1] == 1
    assert saved_by(coordinator, "2")[1] == 2
    answer, stored = saved_by(investigator, "3")
    assert (answer.status_code, stored) == (422, 2)
    assert "Somebody else keeps theirs under this name" in answer.content.decode()
    assert saved_by(data_manager, "3")[1] == 3


@pytest.fixture
def transcribed(sample, coordinator):
    """A sample with two results, complete."""
    for number, value, unit in ((1, "13.5", "g/dL"), (2, "6.1", "×10³/µL"), (3, "20", "U/L")):
        enter(sample, "lab-result", coordinator, number=number, parent=1, value=value, unit=unit)
    complete(sample, "laboratory", coordinator)
    return sample


ROWS = ("2026-01-05;Hb;13.5;g/dL", "2026-01-05;WBC;9.9;×10⁹/L", "2026-01-05;AST;20;U/L")


def test_a_comparison_lists_differences_and_writes_nothing(transcribed, site, monitor):
    events = AuditEvent.objects.filter(chain=transcribed.patient_id).count()
    batch = a_lab_file(transcribed.patient, monitor, *ROWS, purpose="comparison", site=site)
    assert kinds(batch) == ["same", "changed", "same"]
    assert batch.rows.get(number=3).result["cells"][0][3:5] == ["6.1", "9.9"]
    page = logged_in(monitor).get(reverse("import", args=[batch.request_key])).content.decode()
    assert "Differs 1" in " ".join(page.split())
    assert "#lab-result-1_2-value" in page
    assert AuditEvent.objects.filter(chain=transcribed.patient_id).count() == events
    with pytest.raises(NotImported):
        bring_it_in(batch, monitor)


def test_what_is_not_transcribed_is_named(sample, site, monitor):
    batch = a_lab_file(sample.patient, monitor, ROWS[0], purpose="comparison", site=site)
    assert kinds(batch) == ["new"]
    assert not Entry.objects.filter(crf="lab-result").exists()


@pytest.mark.requirement("R-014")
def test_equal_values_are_verified_by_rule_after_their_number_was_typed(transcribed, site, monitor):
    batch = a_lab_file(transcribed.patient, monitor, *ROWS, purpose="comparison", site=site)
    client, url = logged_in(monitor), reverse("verify-compared", args=[batch.request_key])
    assert client.post(url, {"count": "7"}).status_code == 422
    assert not Verification.objects.exists()
    page = client.get(reverse("import", args=[batch.request_key])).content.decode()
    assert "4 values of complete forms" in page
    client.post(url, {"count": "4"})
    verified = {(one.entry.number, one.item) for one in Verification.objects.filter(STANDS)}
    assert verified == {(1, "value"), (1, "unit"), (3, "value"), (3, "unit")}
    event = AuditEvent.objects.filter(table="verification_verification").first()
    assert event.reason == f"Equal to the file of SynthLab, SHA-256 {batch.file_id}: compared by rule."
    assert event.actor == monitor.username
    assert client.post(url, {"count": "4"}).status_code == 422


def test_what_changed_since_or_has_a_query_is_left_out(transcribed, site, monitor, coordinator):
    batch = a_lab_file(transcribed.patient, monitor, *ROWS, purpose="comparison", site=site)
    enter(transcribed, "lab-result", coordinator, number=1, parent=1, value="14", reason="Misread")
    asked(Entry.objects.get(crf="lab-result", number=3), monitor, item="value")
    client = logged_in(monitor)
    page = client.post(reverse("verify-compared", args=[batch.request_key]), {"count": "4"}, follow=True)
    assert {(one.entry.number, one.item) for one in Verification.objects.all()} == {(1, "unit"), (3, "unit")}
    words = page.content.decode()
    assert "changed meanwhile: now “14”" in words
    assert "is open" in words


@pytest.mark.parametrize(("comment", "verified"), [("Haemolytic", 1), ("", 0)])
def test_a_reason_with_a_comment_that_the_file_does_not_give_is_not_verified_by_rule(
    transcribed, site, monitor, coordinator, comment, verified
):
    """The verification would say of the comment, too, that it is as the file has it."""
    enter(
        *(transcribed, "lab-result", coordinator),
        **{"number": 2, "parent": 1, "value": Missing("not-done", "Haemolytic"), "reason": "Misread"},
    )
    head = "patient,visit,parent_number,number,value_missing,value_missing_comment"
    content = f"{head}\n{transcribed.patient.number},W01,1,2,not-done,{comment}"
    batch = a_file(content, monitor, form="lab-result", purpose="comparison", site=site)
    assert kinds(batch) == ["same"]
    answer = logged_in(monitor).post(reverse("verify-compared", args=[batch.request_key]), {"count": "1"})
    assert answer.status_code == (302 if verified else 422)
    assert Verification.objects.filter(item="value").count() == verified


def test_only_who_verifies_there_verifies(transcribed, site, monitor, data_manager, coordinator):
    batch = a_lab_file(transcribed.patient, data_manager, *ROWS, purpose="comparison")
    url = reverse("verify-compared", args=[batch.request_key])
    assert logged_in(data_manager).post(url, {"count": "4"}).status_code == 422
    assert logged_in(coordinator).post(url, {"count": "4"}).status_code == 404
    assert not Verification.objects.exists()
    assert logged_in(monitor).post(url, {"count": "4"}).status_code == 302
    assert Verification.objects.count() == 4


def test_a_monitor_sees_of_a_comparison_the_own_sites_patients_alone(
    transcribed, monitor, data_manager, other_site, outsider
):
    other = a_patient(other_site, outsider)
    content = "\n".join([HEAD, f"{transcribed.patient.number};{ROWS[0]}", f"{other.number};{ROWS[0]}"])
    batch = a_file(content, data_manager, purpose="comparison", file_format="laboratory", mapping=MAPPING)
    page = logged_in(monitor).get(reverse("import", args=[batch.request_key])).content.decode()
    assert transcribed.patient.number in page
    assert other.number not in page


def test_a_monitor_imports_nothing(transcribed, monitor):
    client = logged_in(monitor)
    assert client.get(reverse("new-import")).status_code == 403
    assert client.post(reverse("new-import"), {"key": str(uuid.uuid4())}).status_code == 403
