"""Makes an account: the first administrator of an installation, or anybody's until the accounts page exists."""

import getpass
import os

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from ecrf.access.roles import Role
from ecrf.access.services import add_user
from ecrf.audit.actor import Actor


class Command(BaseCommand):
    help = "Make an account with one role. The password is asked for, or read from NEW_PASSWORD."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")
        parser.add_argument("--full-name", default="")
        parser.add_argument("--role", required=True, choices=Role.values)
        parser.add_argument("--site", action="append", default=[], help="a site's code; once for each site")

    def handle(self, *args: object, **options: str | list[str]) -> None:
        password = os.environ.get("NEW_PASSWORD") or getpass.getpass("Password: ")
        by = Actor("", f"command line ({getpass.getuser()})")
        try:
            user = add_user(
                username=str(options["username"]),
                full_name=str(options["full_name"]),
                password=password,
                role=str(options["role"]),
                site_codes=list(options["site"]),
                by=by,
            )
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        self.stdout.write(self.style.SUCCESS(f"{user.username} can log in."))
