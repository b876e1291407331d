"""Checks an investigator's copy as the program inside it does: the files' hashes, and the chains of the trail."""

import hashlib
import tempfile
import zipfile
import zlib
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from ecrf.exports.copy.verify import main
from ecrf.exports.package import SUMS

BLOCK = 1 << 16


class Command(BaseCommand):
    help = "Check an investigator's copy (a ZIP file or the folder it was unpacked into): every hash, every chain."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("copy", help="the ZIP file, or the folder")

    def handle(self, *args: object, **options: Any) -> None:
        copy = Path(options["copy"])
        if copy.is_dir():
            self._check(copy)
            return
        with tempfile.TemporaryDirectory(prefix="ecrf-") as folder:
            try:
                with zipfile.ZipFile(copy) as archive:
                    archive.extractall(folder)
            except (OSError, ValueError, RuntimeError, zipfile.BadZipFile, zlib.error) as error:
                raise CommandError(
                    f"{copy} is no ZIP file that can be read ({type(error).__name__})."
                ) from None
            self._check(Path(folder))

    def _check(self, folder: Path) -> None:
        try:
            lines = (folder / SUMS).read_text(encoding="utf-8").splitlines()
        except (OSError, UnicodeDecodeError):
            raise CommandError(f"There is no {SUMS} in it: this is no copy that we made.") from None
        named = {name: digest for digest, _gap, name in (line.partition("  ") for line in lines)}
        there = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()} - {SUMS}
        faults = [f"{name}: is not there" for name in sorted(set(named) - there)]
        faults += [f"{name}: does not belong to the copy" for name in sorted(there - set(named))]
        faults += [
            f"{name}: was altered"
            for name in sorted(there & set(named))
            if _sum(folder / name) != named[name]
        ]
        for fault in faults:
            self.stdout.write(f"FAULT  {fault}")
        self.stdout.write(f"{len(named)} files, {len(faults)} with faults.")
        try:
            chains_hold = main(folder) == 0
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            chains_hold = False
        if faults or not chains_hold:
            raise CommandError("The copy does not hold.")


def _sum(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            digest.update(block)
    return digest.hexdigest()
