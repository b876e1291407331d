"""Encrypts the secrets of all authenticators with the first key of SECOND_FACTOR_KEY, after a new one was put there."""

import getpass

from django.core.management.base import BaseCommand, CommandError

from ecrf.account.second.authenticator import encrypt_all_anew
from ecrf.account.second.encryption import UnreadableSecret
from ecrf.audit.actor import Actor


class Command(BaseCommand):
    help = "Encrypt the secrets of authenticators with the first key of SECOND_FACTOR_KEY; then the old key can go."

    def handle(self, *args: object, **options: object) -> None:
        try:
            count = encrypt_all_anew(by=Actor("", f"command line ({getpass.getuser()})"))
        except UnreadableSecret:
            raise CommandError(
                "A secret opens with none of the keys of SECOND_FACTOR_KEY. Nothing was changed: name the old key too."
            ) from None
        self.stdout.write(
            f"{count} authenticator{'s are' if count != 1 else ' is'} encrypted with the first key."
        )
