"""`manage.py load_synthetic_study`: the invented study of the demo; a second time it adds nothing."""

import os
from time import monotonic
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from trial.synthetic.loading import NotLoaded, load


class Command(BaseCommand):
    help = "Load the synthetic study, its sites and its accounts. Their password is DEMO_PASSWORD."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--jobs", type=int, default=1, help="how many sites are loaded at a time")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.SYNTHETIC_DATA:
            raise CommandError("SYNTHETIC_DATA is off: invented patients do not belong in this database.")
        password = os.environ.get("DEMO_PASSWORD", "")
        if not password:
            raise CommandError("DEMO_PASSWORD is not set. Set it to the password of the demo's accounts.")
        began = monotonic()
        try:
            jobs = max(1, options["jobs"])
            load(password=password, say=self._say, now=timezone.now(), jobs=jobs)
        except NotLoaded as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"The synthetic study is ready ({monotonic() - began:.0f} s).")

    def _say(self, text: str) -> None:
        self.stdout.write(text, ending="")
        self.stdout.flush()
