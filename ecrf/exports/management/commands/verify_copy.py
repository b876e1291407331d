"""Checks an investigator's copy as the program inside it does: the files' hashes, and the chains of the trail."""

import json
import tempfile
import zipfile
import zlib
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from ecrf.audit.models import AuditEvent
from ecrf.exports.copy.verify import main
from ecrf.exports.package import MANIFEST, SUMS


class Command(BaseCommand):
    help = (
        "Check an investigator's copy (a ZIP file or the folder it was unpacked into): every hash, every chain,"
        " and that the chains end where this database's trail does."
    )

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
            (folder / SUMS).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            raise CommandError(f"There is no {SUMS} in it: this is no copy that we made.") from None
        try:
            holds = main(folder) == 0
            strangers = self._unknown_heads(folder)
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise CommandError(
                f"The copy does not hold: it cannot be read ({type(error).__name__})."
            ) from None
        if not holds or strangers:
            raise CommandError("The copy does not hold.")

    def _unknown_heads(self, folder: Path) -> int:
        """How many of its chains end where this database's trail does not: a copy that was made up as a whole."""
        chains = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))["chains"]
        count = 0
        for patient, chain in sorted(chains.items()):
            known = AuditEvent.objects.filter(
                chain=chain["chain"], position=chain["events"], hash=chain["head"]
            )
            if chain["events"] and not known.exists():
                count += 1
                self.stdout.write(
                    f"FAULT  patient {patient}: this database's trail has no such event at that place"
                )
        return count
