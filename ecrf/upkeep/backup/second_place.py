"""Copies what is encrypted to a folder on another machine. What only waits here, in plain, never leaves."""

import os
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

from ecrf.upkeep.backup.place import SERVER, BackupFault, BackupPlace

SENT = ("exports", "secrets", f"barman/{SERVER}/base", f"barman/{SERVER}/wals", f"barman/{SERVER}/meta")
"""In this order: what a list of contents names is there before the list. Not the log that is being received."""
LISTS = (f"barman/{SERVER}/identity.json",)
DAY = 24 * 60 * 60


def copy(place: BackupPlace) -> int:
    """How many files went. What has been forgotten here for as long as one can go back is forgotten there too."""
    if place.second is None:
        return 0
    if not place.second.is_dir():
        raise BackupFault(f"The second place, {place.second}, is not there. Is it mounted?")
    sent = 0
    here = [*_leaving(place.home)]
    for inside in here:
        sent += _send(place.home / inside, place.second / inside)
    if any((place.home / f"barman/{SERVER}/meta").glob("*-backup.info")):  # an emptied home empties nothing
        _forget(place.second, set(here), place.days)
    return sent


def _leaving(home: Path) -> Iterator[Path]:
    """Lists of contents last of all in their folder."""
    for top in SENT:
        files = [file for file in sorted((home / top).rglob("*")) if file.is_file()]
        for file in sorted(files, key=lambda file: file.name.endswith((".db", ".info"))):
            if not file.name.startswith(".") and not file.name.endswith((".part", ".tmp")):
                yield file.relative_to(home)
    yield from (Path(name) for name in LISTS if (home / name).is_file())


def _send(source: Path, target: Path) -> bool:
    """Whole or not at all. Whether it was not there, or not as it is here."""
    try:
        ours = source.stat()
        if target.exists():
            theirs = target.stat()
            if (theirs.st_size, int(theirs.st_mtime)) == (ours.st_size, int(ours.st_mtime)):
                return False
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        part = target.with_name(f"{target.name}.part")
        with source.open("rb") as content, part.open("wb") as file:
            shutil.copyfileobj(content, file)
            file.flush()
            os.fsync(file.fileno())
        os.utime(part, ns=(ours.st_atime_ns, ours.st_mtime_ns))
        part.replace(target)
    except FileNotFoundError:  # Barman has moved it on; it comes with the next round
        return False
    except OSError as error:
        raise BackupFault(f"The second place cannot be written ({error.strerror}).") from error
    return True


def _forget(second: Path, here: set[Path], days: int) -> None:
    """Never what is newer than the days one can go back: who empties the first place must not empty the second."""
    for top in (f"barman/{SERVER}/base", f"barman/{SERVER}/wals", f"barman/{SERVER}/meta"):
        for file in [file for file in (second / top).rglob("*") if file.is_file()]:
            is_old = file.stat().st_mtime < time.time() - (days + 1) * DAY
            if is_old and file.relative_to(second) not in here:
                file.unlink()
