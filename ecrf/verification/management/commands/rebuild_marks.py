"""Derives the review marks of every complete form anew: after a change of the plan, or on data of an older version."""

from django.core.management.base import BaseCommand

from ecrf.casebook.models import Patient
from ecrf.verification.marking import mark_anew


class Command(BaseCommand):
    help = "Count anew what of every complete form is to verify, by the plan and the values."

    def handle(self, *args: object, **options: object) -> None:
        patients = Patient.objects.select_related("site").iterator()
        count = len([mark_anew(patient) for patient in patients])
        self.stdout.write(self.style.SUCCESS(f"The forms of {count} patients marked."))
