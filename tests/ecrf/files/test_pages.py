"""Source copies and documents as people add, look at, replace, strike out and restore them."""

import io
import uuid

import pikepdf
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, connection, transaction
from django.test import override_settings
from django.urls import reverse
from PIL import Image

from ecrf.audit.models import AuditEvent
from ecrf.casebook.striking import strike_patient
from ecrf.files.contents import ContentAltered, altered, opened
from ecrf.files.models import FileContent, FileReceipt, FileVersion, StoredFile
from ecrf.locks.models import LockKind, LockScope
from ecrf.locks.services import put
from ecrf.trail.kinds import EventKind, kind_of
from tests.builders import a_patient
from tests.conftest import make_user
from tests.ecrf.files.builders import a_copy, a_logged_event, a_page, a_pdf, post_copy, sending, with_script
from tests.ecrf.queries.builders import asked

pytestmark = pytest.mark.django_db


def check_keys_now() -> None:
    """Foreign keys, which wait for the end of the test, hold up what changes a table."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def statuses_of(client, version: FileVersion) -> list[int]:
    names = [("file", [version.file_id]), ("download-file", [version.pk]), ("file-picture", [version.pk, 1])]
    return [client.get(reverse(name, args=args)).status_code for name, args in names]


def test_coordinator_adds_a_copy_at_an_item_and_everybody_who_reads_the_patient_sees_it(
    site_client, client, patient, entry, coordinator, monitor
):
    answer = post_copy(site_client, patient, a_page(), a_page("Two"), entry=str(entry.pk), item="pulse")
    file = StoredFile.objects.get()
    assert answer.url == reverse("file", args=[file.pk])
    assert (file.patient, file.entry, file.item, file.title) == (patient, entry, "pulse", "Laboratory report")
    version = file.versions.get()
    assert (version.number, version.name, version.boxes, version.content.pages) == (
        1,
        "source-copy.pdf",
        2,
        2,
    )
    page = site_client.get(answer.url).content.decode()
    assert version.content_id in page
    assert reverse("file-picture", args=[version.pk, 2]) in page
    assert "Laboratory report" in client.get(reverse("patient-files", args=[patient.number])).content.decode()
    client.force_login(monitor)
    assert statuses_of(client, version) == [200, 200, 200]


@pytest.mark.requirement("R-133")
def test_it_leaves_as_a_download_and_a_picture_and_never_as_a_page(site_client, patient, coordinator):
    version = a_copy(patient, coordinator)
    download = site_client.get(reverse("download-file", args=[version.pk]))
    whole = b"".join(download.streaming_content)
    assert download["Content-Disposition"].startswith("attachment; ")
    assert download["Content-Type"] == "application/octet-stream"
    with pikepdf.open(io.BytesIO(whole)) as pdf:
        assert len(pdf.pages) == 1
    picture = site_client.get(reverse("file-picture", args=[version.pk, 1]))
    assert picture["Content-Type"] == "image/jpeg"
    assert Image.open(io.BytesIO(picture.content)).size == (600, 800)
    for answer in (download, picture):
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in answer["Content-Security-Policy"]
        assert "'none'" in answer["Content-Security-Policy"]
    for number in (0, 2, 999):
        assert site_client.get(reverse("file-picture", args=[version.pk, number])).status_code == 404


@pytest.mark.requirement("R-071")
def test_another_sites_copy_does_not_exist(client, patient, coordinator, other_site):
    version = a_copy(patient, coordinator)
    client.force_login(make_user("elsewhere", "coordinator", other_site))
    assert statuses_of(client, version) == [404, 404, 404]


def test_safety_reads_copies_of_what_it_reads(client, patient, entry, coordinator, safety):
    log = a_logged_event(patient, coordinator)
    client.force_login(safety)
    assert statuses_of(client, a_copy(patient, coordinator, entry)) == [403, 403, 403]
    assert statuses_of(client, a_copy(patient, coordinator)) == [403, 403, 403]
    assert statuses_of(client, a_copy(patient, coordinator, log)) == [200, 200, 200]


@pytest.mark.requirement("R-133")
@pytest.mark.parametrize(
    ("pages", "more", "words"),
    [
        ([a_page()], {"confirmed": ""}, "confirm that no name"),
        ([b"<svg onload='go()'/>"], {"name": "scan.png"}, "SVG, HTML or XML"),
        ([a_pdf(with_script)], {}, "come as JPEG pictures"),
        ([b"\0" * 128 + b"DICM"], {"name": "scan.pdf"}, "DICOM"),
        ([b"PK\x03\x04" + b"0" * 99], {"name": "bomb.pdf"}, "ZIP"),
        ([a_page()], {"title": " "}, "Say what it is"),
        ([a_page()], {"title": "a\x07b"}, "control character"),
        ([a_page()], {"title": "x" * 201}, "1 to 200 characters"),
        ([a_page()], {"sizes": "7"}, "did not arrive whole"),
        ([a_page()], {"sizes": "-1"}, "did not arrive whole"),
        ([a_page()], {"sizes": ",".join(["1"] * 99)}, "At most 50 pages"),
    ],
)
def test_what_cannot_be_taken_is_refused_in_words_and_nothing_is_stored(
    site_client, patient, pages, more, words
):
    answer = post_copy(site_client, patient, *pages, **more)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not StoredFile.objects.exists()
    assert not FileContent.objects.exists()


def test_script_is_told_in_words_alone(site_client, patient):
    posted = sending(b"GIF89a")
    address = reverse("add-patient-file", args=[patient.number])
    answer = site_client.post(address, posted, headers={"HX-Request": "true"})
    assert (answer.status_code, answer["Content-Type"]) == (422, "text/plain; charset=utf-8")
    answer = site_client.post(address, sending(a_page()), headers={"HX-Request": "true"})
    assert (answer.status_code, answer.content.decode()) == (
        201,
        reverse("file", args=[StoredFile.objects.get().pk]),
    )


def test_without_script_nothing_is_taken(site_client, patient):
    address = reverse("add-patient-file", args=[patient.number])
    assert "This page needs JavaScript" in site_client.get(address).content.decode()
    answer = site_client.post(address, {"title": "Report", "confirmed": "yes"})
    assert answer.status_code == 422
    assert "blacked out in the browser before it is sent" in answer.content.decode()


def test_second_click_finds_what_the_first_has_added(site_client, patient):
    key = str(uuid.uuid4())
    first, second = (post_copy(site_client, patient, key=key) for _ in range(2))
    assert first.url == second.url
    assert FileVersion.objects.count() == 1


def test_places_of_another_patient_are_refused(site_client, site, patient, entry, coordinator):
    other = a_patient(site, coordinator)
    for more in (
        {"entry": str(entry.pk)},
        {"entry": "999999"},
        {"query": "7"},
        {"form": "nonsense:1", "at": "W01"},
    ):
        assert post_copy(site_client, other, **more).status_code == 404
    assert post_copy(site_client, patient, entry=str(entry.pk), item="no_such_item").status_code == 404


def test_form_that_nobody_has_begun_takes_no_copy_and_says_so(site_client, patient, entry):
    address = reverse("add-patient-file", args=[patient.number])
    page = site_client.get(f"{address}?at=W01&form=visit:1").content.decode()
    assert "Nothing is entered in the form" in page
    page = site_client.get(f"{address}?at=W01&form=vital-signs:1&item=pulse").content.decode()
    assert f'name="entry" value="{entry.pk}"' in page
    assert "Nothing is entered" not in page


def test_copy_at_a_query_stands_at_its_item(site_client, patient, entry, data_manager):
    query = asked(entry, data_manager, "Is it in the source?", item="pulse")
    assert post_copy(site_client, patient, query=str(query.number)).status_code == 302
    file = StoredFile.objects.get()
    assert (file.query, file.entry, file.item) == (query, entry, "pulse")


def test_version_never_overwrites_the_one_before(site_client, patient, coordinator):
    first = a_copy(patient, coordinator)
    address = reverse("new-file-version", args=[first.file_id])
    assert site_client.post(address, sending(a_page("Anew"))).status_code == 422  # without a reason
    assert (
        site_client.post(address, sending(a_page("Anew"), reason="A name could be read")).status_code == 302
    )
    old, new = first.file.versions.order_by("number")
    assert (old.content_id, new.number, new.reason) == (first.content_id, 2, "A name could be read")
    page = site_client.get(f"{reverse('file', args=[first.file_id])}?version=1").content.decode()
    assert "not the newest" in page


@pytest.mark.requirement("R-120")
def test_struck_out_copy_is_named_and_its_pages_are_shown_to_who_may_restore_it_only(
    site_client, client, patient, coordinator, monitor
):
    version = a_copy(patient, coordinator, title="Wrong report")
    strike, restore = (reverse(f"{act}-file", args=[version.file_id]) for act in ("strike", "restore"))
    assert site_client.post(strike, {"reason": ""}).status_code == 422
    assert site_client.post(strike, {"reason": "A name can be read"}).status_code == 302
    assert statuses_of(site_client, version) == [200, 200, 200]
    client.force_login(monitor)
    assert statuses_of(client, version) == [200, 403, 403]
    assert (
        "A name can be read" in client.get(reverse("patient-files", args=[patient.number])).content.decode()
    )
    client.force_login(coordinator)
    assert (
        client.post(
            reverse("new-file-version", args=[version.file_id]), sending(a_page(), reason="Anew")
        ).status_code
        == 422
    )
    assert client.post(restore, {"reason": "It was right"}).status_code == 302
    client.force_login(monitor)
    assert statuses_of(client, version) == [200, 200, 200]


@pytest.mark.requirement("R-001")
def test_every_act_stands_in_the_patients_chain_and_names_the_hash(patient, coordinator, site_client):
    version = a_copy(patient, coordinator)
    site_client.post(reverse("strike-file", args=[version.file_id]), {"reason": "Belongs elsewhere"})
    events = AuditEvent.objects.filter(chain=patient.pk, table__startswith="files_").order_by("position")
    assert [event.table for event in events] == ["files_storedfile", "files_fileversion", "files_storedfile"]
    assert events[1].changes["content_id"] == [None, version.content_id]
    assert (events[2].reason, events[2].actor) == ("Belongs elsewhere", coordinator.username)
    assert {kind_of(event.table) for event in events} == {EventKind.FILE}


@pytest.mark.parametrize("table", ["files_filecontent", "files_filepiece", "files_fileversion"])
@pytest.mark.parametrize("act", ["DELETE FROM {}", "TRUNCATE {} CASCADE"])
def test_bytes_are_neither_changed_nor_deleted(patient, coordinator, table, act):
    a_copy(patient, coordinator)
    check_keys_now()
    with (
        pytest.raises(DatabaseError, match="never deleted"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(act.format(table))
    columns = {
        "files_filecontent": "pages = 9",
        "files_filepiece": "piece = ''",
        "files_fileversion": "id = id",
    }
    with (
        pytest.raises(DatabaseError, match="never changed"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(f"UPDATE {table} SET {columns[table]}")


@pytest.mark.requirement("R-009")
def test_bytes_that_do_not_fit_their_hash_are_not_given_out_and_are_found(site_client, patient, coordinator):
    version = a_copy(patient, coordinator)
    check_keys_now()
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE files_filepiece DISABLE TRIGGER USER")
        cursor.execute("UPDATE files_filepiece SET piece = overlay(piece PLACING '\\x00'::bytea FROM 100)")
        cursor.execute("ALTER TABLE files_filepiece ENABLE TRIGGER USER")
    with pytest.raises(ContentAltered):
        opened(version.content_id)
    assert list(altered([version.content_id])) == [version.content_id]
    assert statuses_of(site_client, version) == [200, 403, 403]


def test_same_bytes_are_stored_once(site_client, patient):
    for _ in range(2):
        post_copy(site_client, patient, a_page())
    assert (FileVersion.objects.count(), FileContent.objects.count()) == (2, 1)


@pytest.mark.requirement("R-112")
def test_locked_patient_takes_none_and_the_words_say_why(site_client, patient, data_manager):
    put(
        kind=LockKind.LOCK,
        scope=LockScope.PATIENT,
        patient=patient,
        reason="Clean",
        by=data_manager,
        actor=data_manager.acting_at(patient.site, "lock"),
        despite_open_points=True,
    )
    answer = post_copy(site_client, patient)
    assert answer.status_code == 409
    assert "is locked since" in answer.content.decode()
    assert not StoredFile.objects.exists()


def test_struck_out_patient_takes_none(site_client, patient, coordinator):
    strike_patient(patient=patient, by=coordinator, reason="Added twice")
    answer = post_copy(site_client, patient)
    assert (answer.status_code, StoredFile.objects.count()) == (422, 0)


@override_settings(CLAMD_ADDRESS="127.0.0.1:1")
def test_scanner_that_is_away_lets_nothing_in(site_client, client, patient, data_manager):
    assert post_copy(site_client, patient).status_code == 503
    client.force_login(data_manager)
    assert client.post(reverse("add-document"), a_document()).status_code == 503
    assert not StoredFile.objects.exists()


def test_another_browsers_body_that_is_too_long_is_refused_unread(site_client, patient):
    address = reverse("add-patient-file", args=[patient.number])
    answer = site_client.post(
        address, b"", content_type="multipart/form-data; boundary=x", CONTENT_LENGTH="27000000"
    )
    assert answer.status_code == 413


# --- documents ----------------------------------------------------------------------------------------------------


def a_document(pdf: bytes | None = None, **more) -> dict[str, object]:
    return {
        "document": SimpleUploadedFile("../Protocol v1.pdf", pdf or a_pdf(pages=3)),
        "title": "Protocol",
        "kind": "protocol",
        "roles": ["coordinator", "monitor"],
        "key": str(uuid.uuid4()),
        **more,
    }


def test_document_is_read_and_confirmed_and_a_new_version_is_asked_anew(
    client, data_manager, coordinator, monitor
):
    client.force_login(data_manager)
    assert client.post(reverse("add-document"), a_document(valid_until="2026-01-01")).status_code == 302
    version = FileVersion.objects.get()
    assert version.name == "Protocol v1.pdf"
    assert ">over<" in client.get(reverse("documents")).content.decode()
    client.force_login(coordinator)
    assert "1 to read and confirm" in client.get(reverse("documents")).content.decode()
    confirm = reverse("confirm-file", args=[version.pk])
    for _ in range(2):
        assert client.post(confirm).status_code == 302
    assert FileReceipt.objects.get().confirmed_by == coordinator
    client.force_login(data_manager)
    assert client.post(confirm).status_code == 403
    page = client.get(reverse("file", args=[version.file_id])).content.decode()
    assert page.count("not yet") == 1
    assert monitor.full_name in page
    anew = {**a_document(a_pdf(pages=4)), "reason": "Amendment 1"}
    assert client.post(reverse("new-file-version", args=[version.file_id]), anew).status_code == 302
    client.force_login(coordinator)
    assert "1 to read and confirm" in client.get(reverse("documents")).content.decode()
    assert client.post(confirm).status_code == 409  # not the newest any more


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"document": SimpleUploadedFile("a.pdf", a_pdf(with_script))}, "holds a script"),
        ({"document": SimpleUploadedFile("a.pdf", b"<html>")}, "SVG, HTML or XML"),
        ({"document": SimpleUploadedFile("a.pdf", b"")}, "Choose a PDF file"),
        ({"kind": "copy"}, "Choose what it is"),
        ({"valid_from": "tomorrow"}, "is no month"),
        ({"valid_from": "2026-02-01", "valid_until": "2026-01-01"}, "last day is before the first"),
        ({"title": ""}, "Say what it is"),
    ],
)
def test_document_that_cannot_be_taken_is_refused_in_words(client, data_manager, more, words):
    client.force_login(data_manager)
    answer = client.post(reverse("add-document"), a_document(**more))
    assert (answer.status_code, words in answer.content.decode()) == (422, True)
    assert not StoredFile.objects.exists()


@pytest.mark.requirement("R-071")
def test_site_keeps_its_own_documents_which_no_other_site_reads(client, coordinator, site, other_site):
    client.force_login(coordinator)
    posted = a_document(kind="certificate", title="Certificate of our laboratory")
    assert client.post(reverse("add-site-document", args=[site.code]), posted).status_code == 302
    version = FileVersion.objects.get()
    assert version.file.of_site == site
    assert (
        "Certificate of our laboratory"
        in client.get(reverse("site-documents", args=[site.code])).content.decode()
    )
    client.force_login(make_user("elsewhere", "coordinator", other_site))
    assert client.get(reverse("file", args=[version.file_id])).status_code == 404
    assert client.get(reverse("download-file", args=[version.pk])).status_code == 404
    assert client.get(reverse("site-documents", args=[site.code])).status_code == 404
