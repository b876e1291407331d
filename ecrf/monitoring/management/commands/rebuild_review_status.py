"""Derives the review status of every complete form anew: after a change of the plan."""

from django.core.management.base import BaseCommand

from ecrf.audit.actor import SYSTEM, acting
from ecrf.audit.refusals import Locked
from ecrf.casebook.models import Patient
from ecrf.verification.review_status import derive_review_status, follow_plan


class Command(BaseCommand):
    help = "Count anew what of every complete form is to verify, verified and signed, by the plan of now."

    def handle(self, *args: object, **options: object) -> None:
        count, locked = 0, []
        for patient in Patient.objects.select_related("site").order_by("number"):
            try:
                follow_plan(patient)
            except Locked:
                locked.append(patient.number)
            with acting(SYSTEM, patient_id=patient.pk, source="command"):
                derive_review_status(patient)
            count += 1
        self.stdout.write(self.style.SUCCESS(f"The forms of {count} patients are marked anew."))
        if locked:
            self.stdout.write(
                f"Locked, so that verifications of before the plan changed count as then: {', '.join(locked)}."
            )
