"""Loads patients and visits for everybody who reads all of a patient: who enters and who reviews."""

from ecrf.access.models import User
from ecrf.access.reach import reach
from ecrf.access.roles import READERS
from ecrf.casebook.models import Patient, Visit


def reach_patient(user: User, number: str) -> Patient:
    """The patient with this number, if the user enters or reviews there."""
    return reach(user, Patient.objects.select_related("site"), *READERS, number=number)


def reach_visit(user: User, number: str, code: str) -> Visit:
    """An opened visit of that patient."""
    visits = Visit.objects.select_related("patient__site")
    return reach(user, visits, *READERS, patient__number=number, code=code)
