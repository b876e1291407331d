"""The line of the menu `Other acts` that leads to moving what was entered at a visit."""

from collections.abc import Iterable

from django.urls import reverse
from django.utils.translation import gettext

from ecrf.access.models import User
from ecrf.casebook.models import Patient, Visit
from ecrf.casebook.page_acts import PATIENT_ACTS, VISIT_ACTS, PageAct
from ecrf.corrections.rights import may_correct
from ecrf.forms.protocol import CASEBOOK


@VISIT_ACTS
def move_visit_act(user: User, visit: Visit) -> Iterable[PageAct]:
    if may_correct(user, visit.patient) and not visit.struck_at:
        address = reverse("move", args=[visit.patient.number, visit.code])
        yield PageAct(gettext("Move to another visit or patient…"), address, 80)


@PATIENT_ACTS
def move_logs_act(user: User, patient: Patient) -> Iterable[PageAct]:
    if may_correct(user, patient) and not patient.struck_at:
        address = reverse("move", args=[patient.number, CASEBOOK])
        yield PageAct(gettext("Move log entries to another patient…"), address, 80)
