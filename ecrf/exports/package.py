"""The package of an export: a folder of files that becomes one ZIP file, whole or not at all, always the same bytes.

Everything is read in one snapshot of the database. The files wait in a folder whose name ends in `.part`; the ZIP file
gets its name when its last byte is on the disk.
"""

import hashlib
import json
import os
import shutil
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC
from functools import cached_property
from pathlib import Path
from typing import IO, Any, Protocol

from django.db import connection
from django.utils.translation import pgettext

from ecrf.exports.cut import Cut
from ecrf.exports.odm.edition.content import Edition
from ecrf.exports.tables.description import Column, Description, Table
from ecrf.exports.tables.from_trail import PLANNED_FOR_THE_TRAIL, folded_once
from ecrf.exports.tables.selection import Selection
from ecrf.exports.tables.source_copies import copies_table, names_copies
from ecrf.exports.tables.statements import RowSource, chosen, statement, tables_of
from ecrf.trail.download.csv_file import utc

BLOCK = 1 << 16
MANIFEST, SUMS = "manifest.json", "SHA256SUMS"


class Cancelled(Exception):
    """Somebody wants the work to end."""


class CannotBeWritten(Exception):
    """A format cannot hold what is stored; in words for people, with what to do."""


class StepCounter(Protocol):
    """Told what is being written; may raise Cancelled."""

    def __call__(self, what: str, steps: int = 1) -> None:
        """A table, a patient or a file is begun; `steps` is 0 for what does not count."""

    def expects(self, steps: int) -> None:
        """How many there will be."""


class Silence:
    """Of work that nobody watches."""

    def __call__(self, what: str, steps: int = 1) -> None:
        pass

    def expects(self, steps: int) -> None:
        pass


in_silence = Silence()


@dataclass
class Package:
    """What is being written: from which cut, with which description of the tables. `from_trail`: from the trail alone.

    `remarks`: what else the manifest says. `edition`: the forms by which ODM is written, None for today's.
    `sums`: {file: SHA-256}, once it is sealed.
    """

    folder: Path
    cut: Cut
    description: Description
    selection: Selection
    from_trail: bool = False
    folded: bool = False
    version: str = ""
    synthetic: bool = False
    remarks: Mapping[str, Any] = field(default_factory=dict)
    progress: StepCounter = in_silence
    edition: Edition | None = None
    sums: dict[str, str] = field(default_factory=dict)

    @cached_property
    def tables(self) -> list[Table]:
        return tables_of(self.description, self.selection)

    @cached_property
    def patients(self) -> int:
        """How many there are in it."""
        return self.count(next(table for table in self.tables if table.name == "patients"))

    @property
    def source(self) -> RowSource:
        return RowSource(self.description, self.cut.positions if self.from_trail else None, self.folded)

    @property
    def source_copies(self) -> list[dict[str, Any]]:
        """Which there are of these patients, at these forms: each version, with its place and the hash of its bytes."""
        table = chosen(copies_table(), self.selection, self.description)
        names = [column.name for column in table.columns]
        return [dict(zip(names, row, strict=True)) for row in self.rows(table)]

    @contextmanager
    def reading_trail_once(self) -> Iterator[None]:
        """All tables that are made from the trail within share one reading of it."""
        reads = dict.fromkeys(name for table in self.tables for name in table.reads)
        with folded_once(self.description, self.cut.positions, reads):
            self.folded = True
            yield
        self.folded = False

    @contextmanager
    def file(self, name: str, what: str = "", steps: int = 1) -> Iterator[IO[bytes]]:
        """A new file of the package; `what` is shown while it is written, and counted as `steps`."""
        self.progress(what or name, steps)
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            yield file

    def copy(
        self, table: Table, file: IO[bytes], how: str, written: Callable[[Column], str] | None = None
    ) -> None:
        """Let PostgreSQL write a table into the file; `how`: the options of its COPY."""
        rows = statement(table, self.source, self.selection, written)
        with connection.cursor() as cursor:
            self._plan_for_trail(cursor)
            cursor.copy_expert(f"COPY ({rows}) TO STDOUT WITH ({how})", file, size=BLOCK)

    def _plan_for_trail(self, cursor: Any) -> None:
        if self.from_trail:
            cursor.execute(PLANNED_FOR_THE_TRAIL)

    def rows(
        self, table: Table, written: Callable[[Column], str] | None = None, at_once: int = 2000
    ) -> Iterator[tuple[Any, ...]]:
        """A table row by row, without holding it in memory."""
        with connection.cursor() as cursor:
            self._plan_for_trail(cursor)
        with connection.connection.cursor(name=f"ecrf_{table.name}") as cursor:
            cursor.itersize = at_once
            cursor.execute(statement(table, self.source, self.selection, written))
            yield from cursor

    def largest(self, table: Table, measures: Sequence[str]) -> tuple[int | None, ...]:
        """The largest of each measure over a table's rows, None where it has no row; a measure is SQL of columns."""
        listed = ", ".join(f"max({measure})" for measure in measures)
        with connection.cursor() as cursor:
            self._plan_for_trail(cursor)
            cursor.execute(f"SELECT {listed} FROM ({statement(table, self.source, self.selection)}) r")  # noqa: S608
            return tuple(cursor.fetchone())

    def count(self, table: Table) -> int:
        with connection.cursor() as cursor:
            self._plan_for_trail(cursor)
            cursor.execute(f"SELECT count(*) FROM ({statement(table, self.source, self.selection)}) r")  # noqa: S608
            return int(cursor.fetchone()[0])


def seal(package: Package) -> None:
    """Add the manifest and the sums of all files, the manifest's too."""
    package.progress(pgettext("step of an export", "Manifest"))
    files = {name: _sum(package.folder / name) for name in _names(package.folder)}
    (package.folder / MANIFEST).write_text(_manifest(package, files), encoding="utf-8")
    files[MANIFEST] = _sum(package.folder / MANIFEST)
    package.sums = {name: digest for name, (_size, digest) in sorted(files.items())}
    lines = [f"{digest}  {name}\n" for name, digest in package.sums.items()]
    (package.folder / SUMS).write_text("".join(lines), encoding="utf-8")


def finish(package: Package, target: Path) -> tuple[int, str]:
    """Seal it, make the ZIP file, give its size and SHA-256; the folder is gone then.

    `OSError` where the disk is full: then nothing of it is left.
    """
    seal(package)
    part = target.with_name(target.name + ".part")
    try:
        with part.open("wb") as file:
            _zip(package, file)
            file.flush()
            os.fsync(file.fileno())
        size, digest = _sum(part)
        part.rename(target)
    finally:
        part.unlink(missing_ok=True)
        shutil.rmtree(package.folder, ignore_errors=True)
    return size, digest


def _zip(package: Package, file: IO[bytes]) -> None:
    """The same files give the same bytes: sorted, with the cut's moment as theirs."""
    moment = package.cut.taken_at.astimezone(UTC)
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for name in _names(package.folder):
            info = zipfile.ZipInfo(name, date_time=moment.timetuple()[:6])
            info.external_attr, info.create_system = 0o644 << 16, 3
            info.compress_type = zipfile.ZIP_DEFLATED
            with (
                (package.folder / name).open("rb") as source,
                archive.open(info, "w", force_zip64=True) as to,
            ):
                shutil.copyfileobj(source, to, BLOCK)


def _manifest(package: Package, files: Mapping[str, tuple[int, str]]) -> str:
    said = {
        "data_cut": package.cut.name,
        "taken_at": utc(package.cut.taken_at),
        "trial": package.description.trial,
        "synthetic": package.synthetic,
        "software": f"ecrf {package.version}",
        "format": package.description.format,
        "selection": package.selection.as_json(),
        **package.remarks,
        **({"source_copies": package.source_copies} if names_copies(package.description) else {}),
        "positions": {str(chain): position for chain, position in sorted(package.cut.positions.items())},
        "files": {name: {"bytes": size, "sha256": digest} for name, (size, digest) in sorted(files.items())},
    }
    return json.dumps(said, ensure_ascii=False, indent=1) + "\n"


def _names(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def _sum(path: Path) -> tuple[int, str]:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            digest.update(block)
    return path.stat().st_size, digest.hexdigest()
