"""A patient whose baseline was 22 days ago, so that week 4 is due today, and the acts as a site does them."""

import uuid
from datetime import date, time, timedelta

import pytest

from ecrf.access.models import User
from ecrf.appointments.models import Appointment
from ecrf.appointments.services import Wanted, make_appointment
from ecrf.casebook.models import Patient
from tests.builders import a_patient, a_visit, enter


def in_days(patient: Patient, days: int) -> date:
    return patient.site.today() + timedelta(days=days)


def treated(site, by: User, days: int = 21) -> Patient:
    """Baseline so many days ago: at 21, week 4 is due today, and its window is seven days around it."""
    patient = a_patient(site, by)
    for code, ago in (("SCR", days + 9), ("W01", days)):
        day = in_days(patient, -ago).isoformat()
        enter(a_visit(patient, code, by), "visit", by, occurrence="done", visited_on=day)
    return patient


def book(
    patient: Patient,
    by: User,
    days: int = 1,
    at: time | None = None,
    code: str = "W04",
    note: str = "",
    reason: str = "",
    key: uuid.UUID | None = None,
) -> Appointment:
    wanted = Wanted(in_days(patient, days), at, note, reason)
    return make_appointment(patient=patient, code=code, wanted=wanted, by=by, request_key=key or uuid.uuid4())


@pytest.fixture
def patient(site, coordinator) -> Patient:
    return treated(site, coordinator)
