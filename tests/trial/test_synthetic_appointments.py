"""The demo's appointments: around the day on which they are made, through the product's services, once."""

from datetime import timedelta

import pytest

from ecrf.access.roles import Role
from ecrf.appointments.models import Appointment
from ecrf.casebook.models import Patient
from tests.builders import a_patient, a_visit, enter
from tests.conftest import make_site, make_user
from trial.synthetic import appointments, practice

pytestmark = pytest.mark.django_db


def test_they_lie_around_today_and_a_second_load_adds_none():
    site = make_site(practice.SITE, is_practice=True)
    by = make_user("coordinator01", Role.COORDINATOR, site)
    patients: dict[str, Patient] = {}
    for agreed in appointments.AGREED:
        patients[agreed.name] = patient = a_patient(site, by)
        if agreed.code != "SCR":
            day = site.today() - timedelta(days=7)
            enter(a_visit(patient, "SCR", by), "visit", by, occurrence="done", visited_on=str(day))
    appointments.make_where_none(patients, by)
    made = {row.patient_id: row for row in Appointment.objects.all()}
    for agreed in appointments.AGREED:
        row = made[patients[agreed.name].pk]
        days = agreed.days if agreed.moved_to is None else agreed.moved_to
        assert (row.code, row.planned_on) == (agreed.code, site.today() + timedelta(days=days))
        assert row.moves == (agreed.moved_to is not None)
    appointments.make_where_none(patients, by)
    assert Appointment.objects.count() == len(made)


def test_names_are_those_of_practice_patients():
    assert {agreed.name for agreed in appointments.AGREED} < {life.name for life in practice.LIVES}
