"""Asks every soft check anew about every patient: after a check was added, changed or removed."""

from django.core.management.base import BaseCommand

from ecrf.audit.actor import SYSTEM, acting
from ecrf.audit.refusals import Locked
from ecrf.casebook.models import Patient
from ecrf.checks.discrepancies import clear_retired
from ecrf.checks.running import run_all
from ecrf.queries.automatic import follow_all


class Command(BaseCommand):
    help = "Run every check on every patient, end the questions of removed checks, and open and close their queries."

    def handle(self, *args: object, **options: object) -> None:
        ended = moved = 0
        skipped = []
        patients = list(Patient.objects.select_related("site").order_by("number"))
        for patient in patients:
            try:
                with acting(SYSTEM, patient_id=patient.pk, source="system"):
                    run_all(patient)
                    ended += clear_retired(patient, SYSTEM)
                    moved += follow_all(patient, SYSTEM)
            except Locked:
                skipped.append(patient.number)
        self.stdout.write(
            self.style.SUCCESS(
                f"The checks ran on {len(patients)} patients; {ended} questions of removed checks ended,"
                f" {moved} queries followed."
            )
        )
        if skipped:
            self.stdout.write(f"Locked, and left as they are: {', '.join(skipped)}.")
