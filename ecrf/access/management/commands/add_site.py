"""Adds a site, so that its people can get accounts."""

import getpass

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from ecrf.access.services import add_site
from ecrf.audit.actor import Actor


class Command(BaseCommand):
    help = "Add a site with its code, name and time zone."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "code", help="digits and capital letters, such as 01: patients are numbered 01-001 …"
        )
        parser.add_argument("name")
        parser.add_argument("--time-zone", required=True, help="such as Asia/Tokyo")
        parser.add_argument(
            "--practice", action="store_true", help="for training; never part of the study's data"
        )

    def handle(self, *args: object, **options: str | bool) -> None:
        try:
            site = add_site(
                code=str(options["code"]),
                name=str(options["name"]),
                time_zone=str(options["time_zone"]),
                is_practice=bool(options["practice"]),
                by=Actor("", f"command line ({getpass.getuser()})"),
            )
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        self.stdout.write(self.style.SUCCESS(f"{site} is added."))
