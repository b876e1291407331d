"""Compares this installation with the release: files, packages, settings, database. Nothing is written."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from ecrf.casebook.labels import counted
from ecrf.prints.files import NotWritten, write_whole
from ecrf.upkeep.validation.differences import compare
from ecrf.upkeep.validation.facts import facts
from ecrf.upkeep.validation.manifest import NAME, NoManifest, fingerprint, read_manifest


class Command(BaseCommand):
    help = (
        "Say what of this installation is not as the release has it: files, packages, settings, migrations, tables,"
        " triggers, functions and rights. Reads only. Fails if anything differs."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--manifest", type=Path, help=f"of the release; {NAME} beside manage.py without it"
        )
        parser.add_argument("--json", type=Path, help="a new file that takes all that was found")

    def handle(self, *args: object, **options: Any) -> None:
        root = Path(settings.BASE_DIR)
        try:
            manifest = read_manifest(options["manifest"] or root / NAME)
        except NoManifest as error:
            raise CommandError(str(error)) from None
        if options["json"] and options["json"].exists():
            raise CommandError(f"{options['json']} is there already. Name another file.")
        parts = compare(root, manifest)
        for part in parts:
            self.stdout.write(
                f"{'DIFFERS' if part.differences else 'AS RELEASED':<12} {part.what}: {part.seen}"
            )
            for words in part.differences:
                self.stderr.write(f"{'':<12} {words}")
        if options["json"]:
            self._keep(options["json"], {"parts": [asdict(part) for part in parts], **facts(root)})
        differences = sum(len(part.differences) for part in parts)
        release = f"{json.loads(manifest)['software']}, fingerprint {fingerprint(manifest)}"
        if differences:
            raise CommandError(
                f"This installation differs from {release}, in {counted(differences, 'place')}."
            )
        self.stdout.write(self.style.SUCCESS(f"This installation is {release}."))

    def _keep(self, file: Path, found: dict[str, Any]) -> None:
        said = {"at": timezone.now().isoformat(), **found}
        try:
            write_whole(file, (json.dumps(said, ensure_ascii=False, indent=1) + "\n").encode())
        except NotWritten as error:
            raise CommandError(str(error)) from None
