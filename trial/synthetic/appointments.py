"""Appointments of the practice site's patients around today: tomorrow, later, moved once, outside a window."""

import uuid
from contextlib import suppress
from dataclasses import dataclass
from datetime import time, timedelta

from django.core.exceptions import ValidationError

from ecrf.access.models import User
from ecrf.appointments.models import Appointment
from ecrf.appointments.services import Wanted, make_appointment, move_appointment
from ecrf.casebook.models import Patient
from trial.synthetic.accounts import SOURCE

REASON = "Synthetic: the ward is closed in the week before"


@dataclass(frozen=True)
class Agreed:
    """One appointment, `days` from today; `moved_to` the days from today of a later one."""

    name: str
    code: str
    days: int
    at: time | None = None
    note: str = ""
    moved_to: int | None = None


AGREED = (
    Agreed("P6", "SCR", 0),
    Agreed("P1", "W28", 1, time(9, 30), "Synthetic: bring the diary"),
    Agreed("P2", "W13", 1, time(11)),
    Agreed("P4", "W01", 9, time(10), moved_to=8),
)
"""By the names of `practice.LIVES`. One of them is left without, so that Today offers to make it."""


def make_where_none(patients: dict[str, Patient], by: User) -> None:
    """Through the product's own services; a second time it adds nothing."""
    if Appointment.objects.filter(patient__in=patients.values()).exists():
        return
    for agreed in AGREED:
        if patient := patients.get(agreed.name):
            # In a demo that was used for days before it had appointments, the visit may be there already.
            with suppress(ValidationError):
                _make(patient, agreed, by)


def _make(patient: Patient, agreed: Agreed, by: User) -> None:
    today = patient.site.today()
    wanted = Wanted(today + timedelta(days=agreed.days), agreed.at, agreed.note, REASON)
    key = uuid.uuid5(uuid.NAMESPACE_URL, f"synthetic-appointment/{agreed.name}")
    made = make_appointment(
        patient=patient, code=agreed.code, wanted=wanted, by=by, request_key=key, source=SOURCE
    )
    if agreed.moved_to is not None:
        later = Wanted(today + timedelta(days=agreed.moved_to), agreed.at, agreed.note, REASON)
        move_appointment(appointment=made, wanted=later, seen=made.agreed, by=by, source=SOURCE)
