"""The archive of a study: whole, checked and read by programs that need Python alone, and told of in the trail."""

import html
import json
import re
import subprocess
import sys
import urllib.request
from contextlib import contextmanager
from urllib.error import HTTPError

import pytest
from django.core.management import CommandError, call_command

from ecrf.audit.models import AuditEvent
from ecrf.exports.models import Export
from ecrf.queries.models import Message
from ecrf.signatures.models import Signature
from tests.ecrf.exports.conftest import HOSTILE

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.requirement("R-117"),
    pytest.mark.requirement("R-118"),
]

ALONE = [sys.executable, "-I", "-S"]
"""Python without any package, and without this folder."""


@pytest.fixture
def archive(study, data_manager, tmp_path):
    folder = tmp_path / "archive"
    call_command("archive", str(folder), by=data_manager.username, reason="The study has ended")
    return folder


@contextmanager
def viewer(folder):
    """Its address."""
    with subprocess.Popen(
        [*ALONE, folder / "viewer.py"], stdout=subprocess.PIPE, text=True, env={}
    ) as process:
        try:
            said = process.stdout.readline()
            yield re.search(r"http://127\.0\.0\.1:\d+", said)[0]
        finally:
            process.terminate()


def read(address: str, **headers: str) -> str:
    with urllib.request.urlopen(urllib.request.Request(address, headers=headers), timeout=20) as answer:
        assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")
        return answer.read().decode()


def refusal(address: str, **headers: str) -> int:
    with pytest.raises(HTTPError) as refused:
        read(address, **headers)
    with refused.value as answer:
        return answer.code


def words(page: str) -> str:
    return html.unescape(re.sub(r"<[^>]+>", " ", page))


def test_archive_is_checked_by_two_lines_without_a_package(archive, tmp_path):
    sums = subprocess.run(["sha256sum", "--check", "SHA256SUMS"], cwd=archive, capture_output=True)
    chains = subprocess.run([*ALONE, "verify.py"], cwd=archive, capture_output=True, text=True, env={})
    assert (sums.returncode, chains.returncode) == (0, 0), chains.stdout
    said = json.loads((archive / "manifest.json").read_text())
    events = sum(len(file.read_text().splitlines()) for file in archive.glob("trail/*.jsonl"))
    assert events == sum(chain["events"] for chain in said["chains"].values())
    assert {"system"} < set(said["chains"])
    for name in ("csv/patients.csv", "odm/archive.xml", "accounts.csv", "README.txt", "viewer.py"):
        assert name in said["files"], name
    lines = (archive / "trail/system.jsonl").read_text().splitlines()
    (archive / "trail/system.jsonl").write_text("\n".join([*lines[:-2], lines[-1]]) + "\n")
    assert subprocess.run([*ALONE, "verify.py"], cwd=archive, capture_output=True, env={}).returncode == 1


def test_viewer_shows_every_value_query_signature_and_history_with_python_alone(archive, study):
    patient = study.world.patient
    kept = json.loads((archive / "viewer" / f"{patient.number}.json").read_text())
    with viewer(archive) as address:
        assert patient.number in read(f"{address}/")
        front = words(read(f"{address}/patient/{patient.number}"))
        for message in Message.objects.filter(query__patient=patient):
            assert message.text in front
        for signature in Signature.objects.filter(patient=patient):
            assert signature.printed_name in front
        asked = 0
        for place, group in enumerate(kept["groups"]):
            shown = words(read(f"{address}/patient/{patient.number}/{place}"))
            for part in (part for form in group["forms"] for part in form["parts"]):
                for item in part["items"]:
                    assert item["text"] in shown, item
                    asked += item["is"] == "value"
        assert asked > 10
        changed = AuditEvent.objects.filter(chain=patient.pk, operation="UPDATE", entry_id__isnull=False)
        event = next(
            one for one in changed if one.table not in ("casebook_entry",) and "question_1" in one.changes
        )
        past = words(read(f"{address}/history/{patient.number}/{event.table}/{event.row}/question_1"))
        assert event.actor in past
        assert all(str(value) in past for value in event.changes["question_1"] if value is not None)


def test_viewer_finds_words_escapes_hostile_texts_and_leads_nowhere_else(archive, study):
    with viewer(archive) as address:
        page = read(f"{address}/search?q=headache")
        assert "Headache" in page
        hostile = read(f"{address}/search?q=hyperlink")
        assert html.escape(HOSTILE) in hostile
        assert HOSTILE not in hostile
        assert "<script" not in page + hostile
        for path in (
            "/patient/nobody",
            "/files/..%2F..%2Fsecret.pdf",
            "/files/viewer.py",
            "/patient/../../x",
        ):
            assert refusal(f"{address}{path}") == 404
        assert refusal(f"{address}/", Host="evil.example.org") == 403


def test_archive_is_a_data_managers_act_in_the_trail(archive, data_manager):
    event = AuditEvent.objects.filter(table=Export._meta.db_table, operation="INSERT").latest("pk")
    assert (event.actor, event.reason) == (data_manager.username, "The study has ended")
    assert event.changes["kind"] == [None, "archive"]


def test_archive_is_refused_in_words(study, statistician, data_manager, tmp_path):
    (tmp_path / "full").mkdir()
    (tmp_path / "full/file").touch()
    for by, reason, folder, said in (
        (statistician, "The study has ended", "new", "is no data manager"),
        (data_manager, "The study has ended", "full", "is not empty"),
        (data_manager, "x", "new", "Say why it is archived"),
    ):
        with pytest.raises(CommandError, match=said):
            call_command("archive", str(tmp_path / folder), by=by.username, reason=reason)
    assert not Export.objects.filter(kind="archive").exists()
    assert not (tmp_path / "new").exists()
