"""`manage.py check_address`: whether the proxy shows browsers a certificate that holds, and leads to the product."""

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from ecrf.upkeep.proxy import fault_of


class Command(BaseCommand):
    help = "Ask the product by the address that people use, as a browser does, and say what is wrong with it."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("address", nargs="?", help="such as https://ecrf.example.org; else PUBLIC_URL")

    def handle(self, *args: object, **options: str | None) -> None:
        address = options["address"] or settings.MAIL.public_url
        if not address:
            raise CommandError("Which address? Name it: check_address https://ecrf.example.org.")
        if fault := fault_of(address):
            raise CommandError(fault)
        self.stdout.write(f"{address} shows a certificate that holds, and leads to the product.")
