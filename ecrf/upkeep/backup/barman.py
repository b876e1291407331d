"""Runs Barman: receive the log, archive it, take a base backup, restore. Its words are handed on, never a traceback."""

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from ecrf.upkeep.backup.place import SERVER, BackupFault, BackupPlace


def program() -> str:
    """Beside this Python, or wherever else it is."""
    import shutil

    found = shutil.which("barman", path=str(Path(sys.executable).parent)) or shutil.which("barman")
    if found is None:
        raise BackupFault("Barman is not installed: pip install --no-deps barman python-dateutil.")
    return found


@dataclass
class Barman:
    """With one configuration."""

    place: BackupPlace
    configuration: Path

    def command(self, *words: str) -> list[str]:
        return [program(), "--config", str(self.configuration), *words]

    def run(self, *words: str, may_fail: bool = False) -> str:
        """What it said. BackupFault with it where it failed."""
        done = subprocess.run(  # noqa: S603
            self.command(*words), env=self.place.env, capture_output=True, text=True
        )
        said = (done.stdout + done.stderr).strip()
        if done.returncode and not may_fail:
            raise BackupFault(f"barman {words[0]} failed: {said}")
        return said

    def receive(self) -> "subprocess.Popen[bytes]":
        """The process that takes the log as it is written."""
        self.run("receive-wal", "--create-slot", SERVER, may_fail=True)  # it may be there
        return subprocess.Popen(  # noqa: S603
            self.command("receive-wal", SERVER),
            env=self.place.env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def archive_log(self) -> None:
        """Compress and encrypt what has come since the last time."""
        self.run("archive-wal", SERVER)

    def take_backup(self) -> None:
        """A base backup, and wait for the log that makes it whole."""
        self.run("backup", "--wait", "--wait-timeout", "300", SERVER)

    def forget_old(self) -> None:
        """What is older than one can go back."""
        self.run("cron")

    def backups(self) -> list[dict[str, str]]:
        """The newest first."""
        said = json.loads(self.run("--format", "json", "list-backups", SERVER))
        return list(said.get(SERVER, []))

    def restore(
        self, into: Path, *, to: datetime | None = None, said: Callable[[str], object] = print
    ) -> None:
        """Into an empty folder: the newest backup from before that moment and the log up to it, or all there is."""
        if into.exists() and any(into.iterdir()):
            raise BackupFault(f"{into} is not empty. Name a folder that is empty, or not there.")
        aim = ["--target-time", to.isoformat(), "--target-action", "promote"] if to else []
        said(self.run("restore", *aim, SERVER, "auto", str(into)))
