"""The lines of the menu `Other acts` that lead to striking out and restoring."""

from collections.abc import Iterable

from django.urls import reverse
from django.utils.translation import gettext

from ecrf.access.models import User
from ecrf.casebook.models import Patient, Visit
from ecrf.casebook.page_acts import PATIENT_ACTS, VISIT_ACTS, PageAct
from ecrf.corrections.rights import may_correct


@PATIENT_ACTS
def strike_patient_act(user: User, patient: Patient) -> Iterable[PageAct]:
    if not may_correct(user, patient):
        return
    if patient.struck_at:
        yield PageAct(gettext("Restore this patient…"), reverse("restore-patient", args=[patient.number]), 90)
    else:
        yield PageAct(
            gettext("Strike out this patient…"), reverse("strike-patient", args=[patient.number]), 90
        )


@VISIT_ACTS
def strike_visit_act(user: User, visit: Visit) -> Iterable[PageAct]:
    if not may_correct(user, visit.patient):
        return
    number = visit.patient.number
    if visit.struck_at:
        yield PageAct(gettext("Restore this visit…"), reverse("restore-visit", args=[number, visit.pk]), 90)
    else:
        yield PageAct(
            gettext("Strike out this visit…"), reverse("strike-visit", args=[number, visit.code]), 90
        )
