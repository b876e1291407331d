"""Derives anew what forms lack and what is due: after a change of forms or schedule, or if list and page disagree."""

from django.core.management.base import BaseCommand
from django.db import transaction

from ecrf.casebook.data import PatientData
from ecrf.casebook.models import Patient
from ecrf.casebook.record.derive import count_anew
from ecrf.casebook.schedule.status import refresh_schedule_status


class Command(BaseCommand):
    help = "Derive what is due for every patient anew from the schedule and the entries."

    def handle(self, *args: object, **options: object) -> None:
        patients = Patient.objects.select_related("site")
        for patient in patients.iterator():
            data = PatientData(patient)
            with transaction.atomic():
                count_anew(data)
                refresh_schedule_status(data)
        self.stdout.write(self.style.SUCCESS(f"{patients.count()} rows derived."))
