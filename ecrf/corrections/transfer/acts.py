"""What the menu of a patient offers about moving to another site."""

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext

from ecrf.access.models import User
from ecrf.access.roles import Right
from ecrf.casebook.models import Patient
from ecrf.casebook.page_acts import PATIENT_ACTS, PageAct


@PATIENT_ACTS
def hand_over(user: User, patient: Patient) -> Iterator[PageAct]:
    """For who may; nobody moves from a practice site."""
    if user.may(Right.LOCK, patient.site) and not patient.site.is_practice:
        yield PageAct(
            gettext("Hand over to another site…"),
            reverse("transfer-patient", args=[patient.number]),
            order=80,
        )
