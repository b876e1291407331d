"""The lines that a patient's menu has of the ways of leaving, as long as no end is recorded."""

from collections.abc import Iterable

from django.urls import reverse

from ecrf.access.models import User
from ecrf.access.roles import Right
from ecrf.casebook.models import Patient
from ecrf.casebook.page_acts import PATIENT_ACTS, PageAct
from ecrf.forms.protocol import protocol


@PATIENT_ACTS
def ways_of_leaving(user: User, patient: Patient) -> Iterable[PageAct]:
    """No statement where the patient is loaded with the schedule status."""
    if patient.struck_at or not user.may(Right.ENTER, patient.site):
        return
    status = getattr(patient, "schedule_status", None)
    if status is None:
        return
    for order, ending in enumerate(protocol().endings, 20):
        if status.state in ending.during:
            url = reverse("end-patient", args=[patient.number, ending.key])
            yield PageAct(f"{ending.label}…", url, order)
