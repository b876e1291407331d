"""`manage.py annotated_crf -o FILE`: every form of the trial, blank and annotated, as a PDF file."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from ecrf.prints.pdf.annotated_crf import annotated_crf_pdf
from ecrf.prints.pdf.files import NotWritten, write_whole


class Command(BaseCommand):
    help = (
        "Write every form of the trial, blank, with what each item takes and its CDASH name, as a PDF file."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("-o", "--output", required=True, type=Path, metavar="FILE")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            write_whole(options["output"], annotated_crf_pdf(timezone.now()))
        except NotWritten as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(f"Annotated CRF: {options['output']}")
