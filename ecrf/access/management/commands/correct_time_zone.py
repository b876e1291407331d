"""Corrects the time zone of a site."""

import getpass

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from ecrf.access.models import Site
from ecrf.access.services import correct_time_zone
from ecrf.audit.actor import Actor


class Command(BaseCommand):
    help = "Correct the time zone of a site. It is recorded, with the reason; what was entered stays."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("code", help="the site, such as 01")
        parser.add_argument("--time-zone", required=True, help="such as Asia/Tokyo")
        parser.add_argument("--reason", required=True, help="why it was wrong")

    def handle(self, *args: object, **options: str) -> None:
        site = Site.objects.filter(code=options["code"]).first()
        if site is None:
            raise CommandError(f"There is no site {options['code']}.")
        before = site.time_zone
        by = Actor("", f"command line ({getpass.getuser()})")
        try:
            correct_time_zone(site=site, time_zone=options["time_zone"], reason=options["reason"], by=by)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        self.stdout.write(self.style.SUCCESS(f"{site}: {before} is now {site.time_zone}."))
