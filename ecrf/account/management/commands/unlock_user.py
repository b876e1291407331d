"""Unlocks an account that too many wrong passwords have locked, before its time is over."""

import getpass

from django.core.management.base import BaseCommand, CommandError, CommandParser

from ecrf.access.models import User
from ecrf.account.lockout import unlock
from ecrf.audit.actor import Actor


class Command(BaseCommand):
    help = "Unlock an account that too many wrong passwords have locked. First make sure who is asking."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")

    def handle(self, *args: object, **options: str) -> None:
        username = options["username"]
        if not User.objects.filter(username=username).exists():
            raise CommandError(f"There is no user {username}.")
        was_locked = unlock(username=username, by=Actor("", f"command line ({getpass.getuser()})"))
        self.stdout.write(f"{username} is unlocked." if was_locked else f"{username} was not locked.")
