"""Makes a key that anchors are signed with: the private half into a file, the public half told."""

import os
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from ecrf.anchors.signed.keys import PrivateKey, new_key

TO_DO = """
The public key, by which anybody can check the anchors:

  {public}

Its id is {id}. Write it down where nobody who runs the database can change it: the trial master file, the sponsor, each
address that gets the anchors. Who verifies with a key taken from this machine believes this machine.

The private key lies {where}. Only what makes anchors may read it; the database and its backups must not hold it. If it
is lost, make another: the anchors made so far stay good. To change it, put the new one before the old one with a comma
between, for as long as the new public key is not yet everywhere; then take the old one away.
"""


class Command(BaseCommand):
    help = "Make a key that anchors are signed with. The private half goes into FILE, or with - to where this is sent."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "file", metavar="FILE", help="a file that is not there yet; - for the standard output"
        )

    def handle(self, *args: object, **options: Any) -> None:
        key = new_key()
        if options["file"] == "-":
            if sys.stdout.isatty():
                raise CommandError(
                    "The private key would stand on the screen. Send it into a file: … - > anchor_key"
                )
            self.stdout.write(key.text)
            where = "where the standard output of this command was sent"
        else:
            _write(Path(options["file"]), key)
            where = f"in {options['file']}, which only you may read"
        self.stderr.write(TO_DO.format(public=key.public.text, id=key.public.id, where=where))


def _write(path: Path, key: PrivateKey) -> None:
    try:
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise CommandError(
            f"{path} is there already, and may hold a key in use. Name another file."
        ) from None
    except OSError as error:
        raise CommandError(f"{path} cannot be written ({os.strerror(error.errno or 0).lower()}).") from None
    with os.fdopen(file, "w", encoding="utf-8") as opened:
        opened.write(f"{key.text}\n")
