"""Builders: plain functions that put patients, visits and values in place through the product's own services."""

import uuid

from ecrf.access.models import Site, User
from ecrf.access.roles import Right
from ecrf.casebook.models import Patient, Visit
from ecrf.casebook.places import Place
from ecrf.casebook.record.hooks import Recorded
from ecrf.casebook.record.record import record
from ecrf.casebook.services import add_patient, open_visit
from ecrf.forms.registry import CRFS


def a_patient(site: Site, by: User) -> Patient:
    return add_patient(site=site, by=by, request_key=uuid.uuid4())


def a_visit(patient: Patient, code: str, by: User) -> Visit:
    return open_visit(patient=patient, code=code, by=by)


def a_place(where: Patient | Visit, crf: str, number: int = 1, parent: int | None = None) -> Place:
    if isinstance(where, Visit):
        return Place(where.patient, CRFS[crf], where, number, parent)
    return Place(where, CRFS[crf], None, number, parent)


def enter(
    where: Patient | Visit,
    crf: str,
    by: User,
    *,
    number: int = 1,
    parent=None,
    reason="",
    seen=None,
    **values,
) -> Recorded:
    place = a_place(where, crf, number, parent)
    actor = by.acting_at(place.patient.site, Right.ENTER)
    return record(place=place, values=values, by=actor, reason=reason, seen=seen)
