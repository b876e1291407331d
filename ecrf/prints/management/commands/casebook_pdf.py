"""`manage.py casebook_pdf 01-001 -o FILE`: the casebook of one patient as a PDF file."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from ecrf.casebook.models import Patient
from ecrf.prints.pdf.casebook import casebook_pdf
from ecrf.prints.pdf.files import NotWritten, write_whole


class Command(BaseCommand):
    help = "Write the casebook of one patient, with its queries, signatures and audit trail, as a PDF file."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("number", help="the patient's number, such as 01-001")
        parser.add_argument("-o", "--output", required=True, type=Path, metavar="FILE")
        parser.add_argument("--compact", action="store_true", help="leave out what is blank")

    def handle(self, *args: Any, **options: Any) -> None:
        patient = Patient.objects.select_related("site").filter(number=options["number"]).first()
        if patient is None:
            raise CommandError(f"There is no patient {options['number']}. A number looks like 01-001.")
        made = casebook_pdf(patient, made_at=timezone.now(), compact=options["compact"])
        try:
            write_whole(options["output"], made)
        except NotWritten as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(f"Casebook of patient {patient.number}: {options['output']}")
