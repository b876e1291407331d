"""Builder: a log of many rows, entered in one act."""

from ecrf.access.models import User
from ecrf.access.roles import Right
from ecrf.audit.actor import acting
from ecrf.casebook.models import Patient
from ecrf.casebook.record.record import record
from ecrf.casebook.services import together
from tests.builders import a_place

KEY = "adverse-event"
EVENT = {
    "started_on": "2026-01-05",
    "ongoing": "yes",
    "severity": "MILD",
    "serious": "no",
    "outcome": "NOT RECOVERED/NOT RESOLVED",
}


def fill(patient: Patient, by: User, last: int, first: int = 1, kind: str = KEY, **more: str) -> None:
    """Rows with these numbers, in one act; each event is called by its number."""
    actor, values = by.acting_at(patient.site, Right.ENTER), {**EVENT, **more} if kind == KEY else more
    with acting(actor, patient_id=patient.pk), together(patient) as data:
        for number in range(first, last + 1):
            own = {"term": f"Synthetic {number}"} if kind == KEY else {}
            done = record(place=a_place(patient, kind, number), values={**values, **own}, by=actor, data=data)
            assert done.is_clean, done
