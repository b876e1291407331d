"""The line of the menu `Other acts` that leads to the source copies of a patient or a visit."""

from collections.abc import Iterable

from django.urls import reverse
from django.utils.translation import gettext

from ecrf.access.models import User
from ecrf.access.roles import READERS
from ecrf.casebook.models import Patient, Visit
from ecrf.casebook.page_acts import PATIENT_ACTS, VISIT_ACTS, PageAct


@PATIENT_ACTS
def copies_of_patient(user: User, patient: Patient) -> Iterable[PageAct]:
    if not patient.struck_at and any(user.may(right, patient.site) for right in READERS):
        yield PageAct(gettext("Source copies…"), reverse("patient-files", args=[patient.number]), 20)


@VISIT_ACTS
def copies_of_visit(user: User, visit: Visit) -> Iterable[PageAct]:
    if not visit.struck_at and any(user.may(right, visit.patient.site) for right in READERS):
        address = reverse("patient-files", args=[visit.patient.number])
        yield PageAct(gettext("Source copies…"), f"{address}?at={visit.code}", 20)
