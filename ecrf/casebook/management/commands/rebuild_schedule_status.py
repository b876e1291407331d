"""Derives every patient's schedule status anew: after a change of the schedule, or if list and page disagree."""

from django.core.management.base import BaseCommand

from ecrf.casebook.data import PatientData
from ecrf.casebook.models import Patient
from ecrf.casebook.schedule.status import refresh_schedule_status


class Command(BaseCommand):
    help = "Derive what is due for every patient anew from the schedule and the entries."

    def handle(self, *args: object, **options: object) -> None:
        patients = Patient.objects.select_related("site")
        for patient in patients.iterator():
            refresh_schedule_status(PatientData(patient))
        self.stdout.write(self.style.SUCCESS(f"{patients.count()} rows derived."))
