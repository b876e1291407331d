"""Makes an account: the first administrator of an installation, or anybody's where there is no mail."""

import getpass
import os

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from ecrf.access.roles import Role
from ecrf.account.by_hand import add_user
from ecrf.audit.actor import Actor


class Command(BaseCommand):
    help = (
        "Make an account with one role. The password is asked for, or read from NEW_PASSWORD. It has to be changed at"
        " the first login, unless its owner has typed it."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")
        parser.add_argument("--full-name", default="")
        parser.add_argument("--role", required=True, choices=Role.values)
        parser.add_argument("--site", action="append", default=[], help="a site's code; once for each site")
        parser.add_argument(
            "--owner-present",
            action="store_true",
            help="whoever types the password is the account's owner: it need not be changed",
        )

    def handle(self, *args: object, **options: str | list[str] | bool) -> None:
        password = os.environ.get("NEW_PASSWORD") or getpass.getpass("Password: ")
        by = Actor("", f"command line ({getpass.getuser()})")
        try:
            user = add_user(
                username=str(options["username"]),
                full_name=str(options["full_name"]),
                password=password,
                role=str(options["role"]),
                site_codes=list(options["site"]),  # type: ignore[arg-type]
                owner_present=bool(options["owner_present"]),
                by=by,
            )
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        later = "" if options["owner_present"] else " The first login asks for another password."
        self.stdout.write(self.style.SUCCESS(f"{user.username} can log in.") + later)
