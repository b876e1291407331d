"""Receives the log without a pause, archives it each minute, takes a backup a day, and says how it stands."""

import argparse
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from ecrf.upkeep.backup import beside, second_place
from ecrf.upkeep.backup.barman import Barman
from ecrf.upkeep.backup.place import SERVER, BackupFault, BackupPlace, write_configuration

EVERY = timedelta(minutes=1)
A_BACKUP_EVERY = timedelta(hours=24)
LATE = timedelta(minutes=10)
"""So long ago may the last round be that went well."""
STATE = "state.json"


def moment(text: str) -> datetime:
    """For the command line."""
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no moment such as 2026-11-28T10:30:00+00:00") from None


@dataclass
class Service:
    """One place of backups, served. `every`: how long between two rounds."""

    place: BackupPlace
    every: timedelta = EVERY
    stopping: threading.Event = field(default_factory=threading.Event)
    receiving: "subprocess.Popen[bytes] | None" = None

    def __post_init__(self) -> None:
        self.barman = Barman(self.place, write_configuration(self.place, self.place.home / "run"))
        self.place.archive.mkdir(mode=0o700, parents=True, exist_ok=True)

    def run(self) -> None:
        """Until it is told to stop. A round that fails is said and tried again; none ends the service."""
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, lambda *_: self.stopping.set())
        said = ""
        try:
            while not self.stopping.is_set():
                try:
                    self.once(backup=self.is_due())
                    said = ""
                except BackupFault as fault:
                    if said != (said := str(fault)):
                        print(said, file=sys.stderr, flush=True)
                self.stopping.wait(self.every.total_seconds())
        finally:
            self.end()

    def once(self, *, backup: bool) -> None:
        """One round. The second place is written last, when all is there that goes to it."""
        if self.receiving is None or self.receiving.poll() is not None:
            self.receiving = self.barman.receive()
            self._wait_for_log()
        if backup:
            self.barman.take_backup()
            self.barman.forget_old()
        self.barman.archive_log()
        beside.keep_exports(self.place)
        beside.keep_secrets(self.place)
        second_place.copy(self.place)
        self._note()

    def _wait_for_log(self) -> None:
        """Barman takes no backup before the log comes in."""
        for _ in range(50):
            if any((self.place.archive / SERVER / "streaming").glob("*")) or self.stopping.wait(0.2):
                return

    def is_due(self) -> bool:
        try:
            return datetime.now(UTC) - _begun(self.barman.backups()[0]) > A_BACKUP_EVERY
        except (IndexError, BackupFault):
            return True

    def end(self) -> None:
        if self.receiving is not None and self.receiving.poll() is None:
            os.killpg(self.receiving.pid, signal.SIGTERM)
            self.receiving.wait()

    def _note(self) -> None:
        newest = self.barman.backups()[:1]
        said = {
            "went_well_at": datetime.now(UTC).isoformat(),
            "last_backup_at": _begun(newest[0]).isoformat() if newest else None,
            "second_place": self.place.second is not None,
        }
        part = self.place.home / f"{STATE}.part"
        part.write_text(json.dumps(said), encoding="utf-8")
        part.replace(self.place.home / STATE)


def _begun(backup: Mapping[str, str]) -> datetime:
    """A backup's name is the moment at which it began, in the time zone of this machine."""
    return datetime.strptime(backup["backup_id"], "%Y%m%dT%H%M%S").astimezone(UTC)


def fault_of_state(env: Mapping[str, str]) -> str:
    """Why one cannot rely on the backups, in words; "" if one can."""
    file = Path(env.get("BACKUP_FOLDER", "")) / STATE
    try:
        said = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return "No round of backups has gone well yet."
    now = datetime.now(UTC)
    if (since := now - datetime.fromisoformat(said["went_well_at"])) > LATE:
        return f"No round of backups has gone well for {int(since.total_seconds()) // 60} minutes."
    if (
        not said["last_backup_at"]
        or now - datetime.fromisoformat(said["last_backup_at"]) > 2 * A_BACKUP_EVERY
    ):
        return "The last backup is more than two days old."
    return "" if said["second_place"] else "There is no second place: set BACKUP_SECOND_FOLDER."
