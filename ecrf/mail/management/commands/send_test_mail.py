"""Sends one mail at once, to see whether the settings of the mail server are right."""

import smtplib
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.management.base import BaseCommand, CommandError, CommandParser

from ecrf.mail.queue import is_on
from ecrf.mail.sending import words_of


class Command(BaseCommand):
    help = "Send one mail at once, to see whether the settings of the mail server are right."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("address", help="to whom")

    def handle(self, *args: object, **options: Any) -> None:
        if not is_on():
            raise CommandError("Mail is off: set MAIL_HOST, MAIL_FROM and PUBLIC_URL.")
        text = f"This mail was sent to see whether mail of the eCRF at {settings.MAIL.public_url} arrives. It does.\n"
        try:
            EmailMessage("[eCRF] Test", text, to=[options["address"]]).send()
        except (smtplib.SMTPException, OSError, ValueError) as error:
            raise CommandError(words_of(error)) from None
        self.stdout.write(f"The mail server took it. Look whether it arrives at {options['address']}.")
