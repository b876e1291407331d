"""The way back: a folder for PostgreSQL as it was at a moment, from this place or the second one."""

import subprocess
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from ecrf.upkeep.backup.barman import Barman
from ecrf.upkeep.backup.place import BackupFault, BackupPlace, write_configuration


def import_key(place: BackupPlace, env: Mapping[str, str]) -> None:
    """The private key, which otherwise lies elsewhere, from the file that RESTORE_KEY_FILE names."""
    file = env.get("RESTORE_KEY_FILE")
    if not file:
        raise BackupFault(
            "RESTORE_KEY_FILE is not set. Set it to a file that holds the private key of the backups."
        )
    command = ["gpg", "--homedir", str(place.gnupg), "--batch", "--quiet", "--import", file]
    done = subprocess.run(command, capture_output=True, text=True)  # noqa: S603
    if done.returncode:
        raise BackupFault(f"The private key in {file} cannot be read: {done.stderr.strip()}")


def restore(
    place: BackupPlace,
    into: Path,
    *,
    to: datetime | None = None,
    from_second: bool = False,
    said: Callable[[str], object] = print,
) -> None:
    """BackupFault says why not, in words."""
    if to is not None and to.tzinfo is None:
        raise BackupFault("Say the moment with its offset from UTC, such as 2026-11-28T10:30:00+00:00.")
    if from_second:
        if place.second is None:
            raise BackupFault("BACKUP_SECOND_FOLDER is not set: there is no second place.")
        place = replace(place, home=place.second)
    if not place.archive.is_dir():
        raise BackupFault(f"There is no backup in {place.archive}.")
    with tempfile.TemporaryDirectory(prefix="ecrf-restore-", dir=into.absolute().parent) as beside:
        configuration = write_configuration(place, Path(beside), archive=place.archive)
        Barman(place, configuration).restore(into.absolute(), to=to, said=said)
