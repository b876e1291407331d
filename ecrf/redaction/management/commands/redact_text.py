"""Redacts personal data that were entered by mistake and corrected since: the only way to, with a trace of its own."""

import getpass
import sys

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError

from ecrf.access.models import User
from ecrf.audit.models import REDACTED
from ecrf.audit.refusals import Locked
from ecrf.audit.texts import cleaned
from ecrf.casebook.models import Patient
from ecrf.redaction.files_before import files_made_before
from ecrf.redaction.places import find
from ecrf.redaction.services import Order, RedactionRefused, look, redact
from ecrf.redaction.wording import counted, lines

BUSY = "Somebody is saving at this moment: try again in a few seconds"
REFUSALS = {
    "42501": "Only the owner of the tables may do this: run it where the migrations are run",
    "55P03": BUSY,
    "40P01": BUSY,
}
"""By the database's own code."""


class Command(BaseCommand):
    help = (
        "Replace a text, such as a name typed into a comment, in one patient's audit trail and in what was kept"
        " beside the data. The text is asked for, or read from standard input: never written on the command line."
        " Run it as the owner of the tables, as migrate is."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("patient", help="the patient's number, such as 01-001")
        parser.add_argument("--by", required=True, help="user name of the data manager who answers for it")
        parser.add_argument(
            "--reason", default="", help="why, without the text itself; asked for if left out"
        )
        parser.add_argument(
            "--dry-run", action="store_true", help="say where the text stands, change nothing"
        )

    def handle(self, *args: object, **options: str) -> None:
        try:
            self._redact(self._order(options), is_dry=bool(options["dry_run"]))
        except (RedactionRefused, Locked) as refused:
            raise CommandError(str(refused)) from None
        except DatabaseError as error:
            # Its own words may quote what stands in a row.
            code = str(getattr(error.__cause__, "pgcode", "") or type(error).__name__)
            why = REFUSALS.get(code, f"The database refused ({code})")
            raise CommandError(f"{why}. Nothing was changed.") from None

    def _order(self, options: dict[str, str]) -> Order:
        patient = Patient.objects.select_related("site").filter(number=options["patient"]).first()
        if patient is None:
            raise CommandError(f"There is no patient {options['patient']}.")
        by = User.objects.filter(username=options["by"]).first()
        if by is None:
            raise CommandError(f"There is no user {options['by']}.")
        text = _asked("The text to redact (not shown): ")
        reason = options["reason"] or (input("Why: ") if sys.stdin.isatty() else "")
        return Order(patient, text, reason.strip(), by, getpass.getuser())

    def _redact(self, order: Order, *, is_dry: bool) -> None:
        places = look(order)
        for line in lines(places):
            self.stdout.write(line)
        if is_dry:
            self._name_files(order.patient)
            rows, events = counted(len(places.copies), "row"), counted(len(places.events), "event")
            self.stdout.write(f"{rows}, {events}. Nothing was changed.")
            return
        if sys.stdin.isatty() and input("This cannot be undone. Type yes to go on: ").strip() != "yes":
            raise CommandError("Nothing was changed.")
        done = redact(order)
        self.stdout.write(
            self.style.SUCCESS(
                f"{REDACTED} stands in {counted(done.places, 'place')} of {counted(done.events, 'event')} and in"
                f" {counted(done.rows, 'row')} of patient {order.patient}. The trail says who, when and why."
            )
        )
        if find(order.patient, cleaned(order.said)):
            self.stdout.write("The text stands in another encoding too: run this again, with the same text.")
        self._name_files(order.patient)
        self.stdout.write("Backups, prints and downloads made before still hold the text: see to them.")

    def _name_files(self, patient: Patient) -> None:
        files = files_made_before(patient)
        if files:
            self.stdout.write("Made before, still offered, and not changed by this:")
        for one in files:
            self.stdout.write(f"  {one.get_kind_display()}: {one.title}, {one.asked_at:%Y-%m-%d}")


def _asked(prompt: str) -> str:
    """Typed without being shown, or all of standard input."""
    typed = getpass.getpass(prompt) if sys.stdin.isatty() else sys.stdin.read()
    return typed.replace("\x00", "").strip()
