"""Records that somebody made sure who the person behind an account is: asked for before the first signature."""

import getpass

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from ecrf.access.models import User
from ecrf.audit.actor import Actor
from ecrf.signatures.signers import confirm_identity


class Command(BaseCommand):
    help = "Record who made sure of a person's identity, and how. Without it an investigator cannot sign."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")
        parser.add_argument("--by", required=True, help="the name of who made sure")
        parser.add_argument(
            "--how", required=True, help='such as "passport seen at the site"; never its number'
        )

    def handle(self, *args: object, **options: str) -> None:
        user = User.objects.filter(username=options["username"]).first()
        if user is None:
            raise CommandError(f"There is no user {options['username']}.")
        by = Actor("", f"command line ({getpass.getuser()})")
        try:
            confirm_identity(user=user, confirmed_by=options["by"], how=options["how"], by=by)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        self.stdout.write(f"The identity of {user.username}, {user.full_name}, is on record.")
