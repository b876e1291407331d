"""The way back, small: the machine dies while people save, and everything comes back from the second place."""

import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from ecrf.demo import ROOT
from ecrf.upkeep.backup.place import BackupFault, from_environment
from ecrf.upkeep.backup.service import fault_of_state
from tests.drill.drilling import drill
from tests.drill.machine import Pace, binaries

SMALL = Pace(archive_timeout_s=1, round_s=1, saves_s=3)


@pytest.fixture(scope="module")
def found():
    with tempfile.TemporaryDirectory(prefix="ecrf-drill-") as work:
        Path(work).chmod(0o755)
        yield drill(Path(work), SMALL, say=lambda _: None)


@pytest.mark.requirement("R-130")
@pytest.mark.requirement("R-024")
def test_lost_machine_comes_back_whole_from_the_second_place(found):
    assert found["faults"] == []
    looks = found["looks"]
    assert looks["content"]["words"].endswith(
        f"{len(looks['content']['tables'])} tables and 2 chains compared with those of before"
    )
    assert looks["trail"]["words"].startswith(tuple("123456789"))
    assert looks["privileges"]["words"].endswith("0 are left after the migrations")
    assert looks["data_cut"]["words"].endswith("the same bytes, the same SHA-256.")
    assert all(role in looks["pages"]["words"] for role in ("coordinator", "investigator", "monitor"))
    assert found["rpo_seconds"] >= 0
    assert found["rto_seconds"] > 0


@pytest.mark.requirement("R-130")
def test_sheet_of_a_drill_is_signed_over_its_data(found, tmp_path):
    from datetime import UTC, datetime

    from ecrf.upkeep.drill.signed_record import write_record

    written = write_record(
        found, tmp_path / "sheets", tmp_path / "key.pem", datetime(2026, 11, 28, tzinfo=UTC)
    )
    assert written.read_bytes().startswith(b"%PDF-")
    data, signature, public = (written.with_suffix(end) for end in (".json", ".json.sig", ".pub.pem"))
    check = ["openssl", "pkeyutl", "-verify", "-pubin", "-inkey", public, "-rawin", "-in", data]
    assert subprocess.run([*check, "-sigfile", signature], capture_output=True).returncode == 0
    data.write_bytes(data.read_bytes().replace(b'"faults": []', b'"faults": [ ]', 1))
    assert subprocess.run([*check, "-sigfile", signature], capture_output=True).returncode != 0


def settings(folder: Path, **more: str) -> dict[str, str]:
    own = {"BACKUP_FOLDER": str(folder / "home"), "BACKUP_DATABASE_URL": "postgresql://a@/b"}
    return {**own, "POSTGRES_BINARIES": str(binaries()), **more}


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"BACKUP_FOLDER": ""}, "BACKUP_FOLDER is not set"),
        ({"BACKUP_SECOND_FOLDER": "/nowhere"}, "no folder is there. Is it mounted"),
        ({"BACKUP_DAYS": "a month"}, "BACKUP_DAYS is 'a month'"),
        ({"BACKUP_DAYS": "9999999"}, "BACKUP_DAYS is '9999999'.*1 to 100000"),
        ({"BACKUP_ROUND_SECONDS": "often"}, "BACKUP_ROUND_SECONDS is 'often'.*number of seconds"),
        (
            {"BACKUP_FOLDER": "/dev/null/backups"},
            "BACKUP_FOLDER is /dev/null/backups, which cannot be written",
        ),
        ({"BACKUP_SECRETS_FOLDER": "/nowhere"}, "BACKUP_SECRETS_FOLDER is /nowhere, and no folder is there"),
        ({"BACKUP_DATABASE_URL": ""}, "BACKUP_DATABASE_URL is not set"),
        ({"BACKUP_DATABASE_URL_FILE": sys.executable}, "BACKUP_DATABASE_URL_FILE names"),
        (
            {"BACKUP_KEY_FILE": "a.asc", "POSTGRES_BINARIES": "/bin/no"},
            "/bin/no, where PostgreSQL's own programs",
        ),
        ({"BACKUP_DAY": "30"}, "BACKUP_DAY is set, and is no setting. Write BACKUP_DAYS"),
        ({"BACKUP_DATABASE_URL": "postgresql://a:b@[/c"}, "BACKUP_DATABASE_URL cannot be read"),
        ({"BACKUP_DATABASE_URL_FILE": "/nowhere"}, "BACKUP_DATABASE_URL_FILE names /nowhere"),
        ({}, "BACKUP_KEY_FILE is not set. Export the key to it"),
        ({"BACKUP_KEY_FILE": str(ROOT / "Makefile")}, "does not hold one key of GnuPG"),
    ],
)
def test_wrong_setting_of_backups_is_named_with_what_to_do(tmp_path, more, words):
    with pytest.raises(BackupFault, match=words.replace("[", r"\[")):
        from_environment(settings(tmp_path, **more))


def test_state_of_backups_is_told_in_words(tmp_path):
    assert fault_of_state({"BACKUP_FOLDER": str(tmp_path)}) == "No round of backups has gone well yet."
    said = '{"went_well_at": "2026-01-01T00:00:00+00:00", "last_backup_at": null, "second_place": false}'
    (tmp_path / "state.json").write_text(said)
    assert "No round of backups has gone well for" in fault_of_state({"BACKUP_FOLDER": str(tmp_path)})


def test_way_back_without_the_private_key_says_what_is_missing(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "ecrf.upkeep.backup", "restore", str(tmp_path / "into")],
        cwd=ROOT,
        env={"PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "BACKUP_FOLDER is not set. Set it to the folder that backups go to.\n"
