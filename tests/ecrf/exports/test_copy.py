"""The investigator's copy: complete, and checked by a stranger with two lines of standard tools."""

import csv
import hashlib
import io
import json
import shutil
import subprocess
import sys
import uuid
import zipfile

import pytest
from django.core.management import CommandError, call_command

from ecrf.audit.models import AuditChain, AuditEvent
from ecrf.exports.copy.contents import VERIFIER
from ecrf.exports.copy.verify import faults_of, hash_of
from ecrf.exports.folder import file_of
from ecrf.exports.models import Export, ExportKind
from ecrf.exports.services import ask
from ecrf.locks.models import LockKind, LockScope
from tests.ecrf.files.builders import a_copy

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.requirement("R-111"),
    pytest.mark.requirement("R-115"),
]


def copy_of(site, by) -> Export:
    export = ask(
        kind=ExportKind.SITE_COPY,
        title=f"Copy of site {site.code}",
        by=by,
        right="enter",
        request_key=uuid.uuid4(),
        site=site,
    )
    call_command("work", once=True)
    export.refresh_from_db()
    assert export.is_done, export.outcome
    return export


def unpacked(export, to):
    with zipfile.ZipFile(file_of(export)) as archive:
        archive.extractall(to)
    return to


def two_lines(folder) -> tuple[int, int, str]:
    """What the README asks for, with the system's own tools and no package of ours."""
    sums = subprocess.run(["sha256sum", "--check", "SHA256SUMS"], cwd=folder, capture_output=True)
    chains = subprocess.run(
        [sys.executable, "-I", "verify.py"], cwd=folder, capture_output=True, text=True, env={}
    )
    return sums.returncode, chains.returncode, chains.stdout


def test_a_stranger_verifies_it_with_two_lines(study, site, investigator, tmp_path):
    folder = unpacked(copy_of(site, investigator), tmp_path / "copy")
    sums, chains, said = two_lines(folder)
    assert (sums, chains) == (0, 0), said
    call_command("verify_copy", str(folder))


@pytest.mark.requirement("R-020")
def test_every_event_of_every_patient_is_in_it_with_the_head_of_the_chain(
    study, site, investigator, tmp_path
):
    folder = unpacked(copy_of(site, investigator), tmp_path / "copy")
    patient = study.world.patient
    lines = (folder / "trail" / f"{patient.number}.jsonl").read_text().splitlines()
    stored = AuditEvent.objects.filter(chain=patient.pk).order_by("position").values_list("hash", flat=True)
    assert [json.loads(line)["hash"] for line in lines] == list(stored)
    told = json.loads((folder / "manifest.json").read_text())["chains"][patient.number]
    chain = AuditChain.objects.get(chain=patient.pk)
    assert (told["events"], told["head"]) == (chain.length, chain.head)


def test_it_holds_the_sites_patients_and_nobody_elses(study, site, investigator, tmp_path):
    folder = unpacked(copy_of(site, investigator), tmp_path / "copy")
    number = study.world.patient.number
    assert (folder / "casebooks" / f"casebook-{number}.pdf").read_bytes().startswith(b"%PDF")
    assert sorted(path.name for path in (folder / "trail").iterdir()) == [f"{number}.jsonl"]
    for path in folder.rglob("*"):
        assert path.is_dir() or path.suffix == ".pdf" or b"02-001" not in path.read_bytes(), path


@pytest.mark.requirement("R-111")
def test_every_version_of_the_sites_files_is_in_it_with_its_hash(study, site, investigator, tmp_path):
    patient = study.world.patient
    version = a_copy(patient, investigator, title="Laboratory report")
    folder = unpacked(copy_of(site, investigator), tmp_path / "copy")
    name = f"files/{patient.number}/{version.file_id}-v1.pdf"
    assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == version.content_id
    listed = json.loads((folder / "manifest.json").read_text())["files"][name]
    assert (listed["sha256"], listed["bytes"]) == (version.content_id, version.content.size)
    text = (folder / "files/files.csv").read_bytes().decode("utf-8-sig")
    (row,) = csv.DictReader(io.StringIO(text))
    assert (row["file"], row["patient"], row["title"]) == (name, patient.number, "Laboratory report")
    assert (row["sha256"], row["added_by"]) == (version.content_id, "investigator")


def test_accounts_say_who_could_do_what_and_since_when(study, site, investigator, tmp_path):
    folder = unpacked(copy_of(site, investigator), tmp_path / "copy")
    text = (folder / "accounts.csv").read_bytes().decode("utf-8-sig")
    rows = {row["username"]: row for row in csv.DictReader(io.StringIO(text))}
    assert rows["investigator"]["role"] == "investigator"
    assert rows["investigator"]["since_utc"].startswith("20")
    assert "outsider" not in rows


def test_index_is_without_a_script_and_every_link_leads_to_a_file(study, site, investigator, tmp_path):
    import re

    folder = unpacked(copy_of(site, investigator), tmp_path / "copy")
    page = (folder / "index.html").read_text()
    assert "<script" not in page.lower()
    for target in re.findall(r'href="([^"]+)"', page):
        assert (folder / target).is_file(), target


@pytest.mark.parametrize("scope", [LockScope.SITE, LockScope.STUDY])
def test_it_is_made_after_a_lock_too(study, site, investigator, scope, tmp_path):
    world = study.world
    world.lock(LockScope.SITE, LockKind.LOCK)
    folder = unpacked(copy_of(site, investigator), tmp_path / "copy")
    assert two_lines(folder)[:2] == (0, 0)


def test_redacted_events_hold_and_are_counted(study, site, investigator, tmp_path):
    study.redact()
    folder = unpacked(copy_of(site, investigator), tmp_path / "copy")
    sums, chains, said = two_lines(folder)
    assert (sums, chains) == (0, 0)
    assert " 0 events redacted" not in said


def tampered(folder, how) -> None:
    path = next((folder / "trail").iterdir())
    events = [json.loads(line) for line in path.read_text().splitlines()]
    how(events)
    path.write_text("\n".join(json.dumps(event, ensure_ascii=False) for event in events) + "\n")


def alter_a_value(events) -> None:
    events[3]["content"][14] = events[3]["content"][14].replace("[null", "[1", 1) + " "


def alter_and_hash_anew(events) -> None:
    events[3]["content"][8] = "Another reason"
    events[3]["hash"] = hash_of(events[3]["previous_hash"], events[3]["content"])


def remove_one(events) -> None:
    del events[3]


def remove_the_last(events) -> None:
    del events[-1]


def change_places(events) -> None:
    events[3], events[4] = events[4], events[3]


def add_one(events) -> None:
    last = events[-1]
    content = [*last["content"]]
    content[1] = str(int(content[1]) + 1)
    events.append({"previous_hash": last["hash"], "content": content, "hash": hash_of(last["hash"], content)})


def break_the_file(events) -> None:
    events[2] = {"hash": "nothing else"}


@pytest.mark.parametrize(
    "how",
    [alter_a_value, alter_and_hash_anew, remove_one, remove_the_last, change_places, add_one, break_the_file],
)
def test_whatever_is_altered_is_found_by_both_lines(study, site, investigator, tmp_path, how):
    folder = unpacked(copy_of(site, investigator), tmp_path / "copy")
    tampered(folder, how)
    sums, chains, said = two_lines(folder)
    assert sums != 0
    assert chains == 1
    assert "does NOT hold" in said or "It does NOT hold" in said
    with pytest.raises(CommandError, match="does not hold"):
        call_command("verify_copy", str(folder))


@pytest.mark.requirement("R-115")
@pytest.mark.parametrize(
    "how", [alter_a_value, alter_and_hash_anew, remove_one, remove_the_last, change_places, add_one]
)
def test_who_writes_the_sums_anew_too_is_found_by_the_chain(study, site, investigator, tmp_path, how):
    folder = unpacked(copy_of(site, investigator), tmp_path / "copy")
    path = next((folder / "trail").iterdir())
    before = hashlib.sha256(path.read_bytes()).hexdigest()
    tampered(folder, how)
    sums = folder / "SHA256SUMS"
    sums.write_text(sums.read_text().replace(before, hashlib.sha256(path.read_bytes()).hexdigest()))
    kept, chains, said = two_lines(folder)
    assert (kept, chains) == (0, 1)
    assert f"FAULT  patient {path.stem}: " in said


def test_a_file_that_was_added_or_removed_is_named(study, site, investigator, tmp_path, capsys):
    folder = unpacked(copy_of(site, investigator), tmp_path / "copy")
    (folder / "README.txt").unlink()
    (folder / "more.txt").write_text("more")
    with pytest.raises(CommandError):
        call_command("verify_copy", str(folder))
    said = capsys.readouterr().out
    assert "README.txt: is not there" in said
    assert "more.txt: does not belong" in said


def test_a_redaction_told_of_by_nobody_is_a_fault():
    content = [str(n) for n in range(15)]
    content[1], content[14] = "1", "{}"
    good = {"previous_hash": "0" * 64, "content": content, "hash": hash_of("0" * 64, content)}
    assert faults_of([good], 1, good["hash"]) == ([], 0)
    bad = {**good, "content": [*content[:8], "[redacted]", *content[9:]]}
    assert faults_of([bad], 1, good["hash"])[0]


def test_what_is_no_copy_is_refused_in_words(tmp_path):
    (tmp_path / "x.zip").write_text("no archive")
    for path, words in ((tmp_path / "x.zip", "no ZIP file"), (tmp_path, "no copy that we made")):
        with pytest.raises(CommandError, match=words):
            call_command("verify_copy", str(path))


@pytest.mark.parametrize("manifest", ["[]", "null", '{"chains": []}', '{"chains": {"01-001": 1}}', "\\xff"])
def test_a_manifest_that_is_none_does_not_hold(tmp_path, manifest):
    (tmp_path / "manifest.json").write_text(manifest)
    digest = hashlib.sha256(manifest.encode()).hexdigest()
    (tmp_path / "SHA256SUMS").write_text(f"{digest}  manifest.json\n")
    with pytest.raises(CommandError, match="does not hold"):
        call_command("verify_copy", str(tmp_path))


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({}, "unpacked"),
        ({"manifest.json": "{"}, "cannot be read"),
        ({"manifest.json": '{"chains": {"01-001": 1}}'}, "cannot be read"),
        ({"manifest.json": '{"chains": {}}'}, "SHA256SUMS: cannot be read"),
        ({"manifest.json": '{"chains": {}}', "SHA256SUMS": "\udcff"}, "SHA256SUMS: cannot be read"),
    ],
)
def test_stranger_is_told_in_words_where_the_copy_is_not_whole(tmp_path, files, words):
    shutil.copy(VERIFIER, tmp_path)
    for name, content in files.items():
        (tmp_path / name).write_text(content, encoding="utf-8", errors="surrogateescape")
    done = subprocess.run(
        [sys.executable, "-I", str(tmp_path / "verify.py")], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert words in done.stdout
    assert "It does NOT hold." in done.stdout
    assert done.stderr == ""


def test_sums_that_are_no_text_are_refused_in_words(tmp_path):
    (tmp_path / "SHA256SUMS").write_bytes(b"\xff\xfe")
    with pytest.raises(CommandError, match="no copy that we made"):
        call_command("verify_copy", str(tmp_path))


def test_a_copy_made_up_as_a_whole_is_found_by_the_database(study, site, investigator, tmp_path, capsys):
    """Every hash in it fits: only who knows the trail itself can tell."""
    folder = unpacked(copy_of(site, investigator), tmp_path / "copy")
    path = next((folder / "trail").iterdir())
    previous, lines = "0" * 64, []
    for line in path.read_text().splitlines():
        event = json.loads(line)
        event["content"][8] = "Made up"
        event |= {"previous_hash": previous, "hash": hash_of(previous, event["content"])}
        previous = event["hash"]
        lines.append(json.dumps(event, ensure_ascii=False))
    path.write_text("\n".join(lines) + "\n")
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["chains"][path.stem]["head"] = previous
    (folder / "manifest.json").write_text(json.dumps(manifest))
    sums = [
        f"{hashlib.sha256(one.read_bytes()).hexdigest()}  {one.relative_to(folder)}\n"
        for one in sorted(folder.rglob("*"))
        if one.is_file() and one.name != "SHA256SUMS"
    ]
    (folder / "SHA256SUMS").write_text("".join(sums))
    assert two_lines(folder)[:2] == (0, 0)
    with pytest.raises(CommandError, match="does not hold"):
        call_command("verify_copy", str(folder))
    assert "no such event" in capsys.readouterr().out


def test_copy_of_a_site_holds_the_locks_of_the_whole_study(study, site, investigator, tmp_path):
    study.world.lock(LockScope.STUDY, LockKind.FREEZE)
    folder = unpacked(copy_of(site, investigator), tmp_path / "copy")
    text = (folder / "csv" / "locks.csv").read_bytes().decode("utf-8-sig")
    assert "study" in {row["scope"] for row in csv.DictReader(io.StringIO(text))}
