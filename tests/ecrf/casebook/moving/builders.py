"""Builders for moves: a visit with forms, what moves it, and what stands at a place."""

import uuid

from ecrf.casebook.data import PatientData
from ecrf.casebook.models import Entry, Patient, Visit
from ecrf.casebook.moving import Destination, Moved, move
from ecrf.forms.registry import CRFS
from tests.builders import a_patient, a_visit, enter

WHY = "Entered into the wrong visit"


def filled_visit(site, by, code="W04") -> Visit:
    """Signs, two doses of which one has a lot, and a scale without anything."""
    visit = a_visit(a_patient(site, by), code, by)
    enter(visit, "visit", by, visited_on="2026-01-26", occurrence="done")
    enter(visit, "vital-signs", by, pulse="70", weight_kg="60.5")
    enter(visit, "dose", by, given_g="10", note="First\nsecond line")
    enter(visit, "dose", by, number=2, given_g="12.5")
    enter(visit, "dose-lot", by, number=2, parent=2, lot_number="A<1", expires_on="2027-03")
    return visit


def forms_of(where: Visit | Patient, *keys: str) -> list[Entry]:
    found = {"visit": where} if isinstance(where, Visit) else {"patient": where, "visit": None}
    entries = Entry.objects.filter(
        **found, parent=None, struck_at=None, **({"crf__in": keys} if keys else {})
    )
    return list(entries.select_related("patient__site", "visit").order_by("pk"))


def moved(forms, to: Patient, code: str, by, *, reason=WHY, key=None, **more) -> Moved:
    return move(
        forms=forms, to=Destination(to, code), by=by, reason=reason, request_key=key or uuid.uuid4(), **more
    )


def contents(patient: Patient, code: str = "") -> dict[tuple[str, str], dict[str, object]]:
    """{(form, address): {item: value}}, of what stands at a visit, or in the logs, with the missing reasons."""
    data = PatientData(patient)
    data.load(*CRFS)
    found = {}
    for key, definition in CRFS.items():
        for row in data.rows(key):
            if (row.entry.visit.code if row.entry.visit else "") == code:
                values = {name: getattr(row, name) for name in definition.entered}
                found[key, row.entry.address] = {**values, "missing_reasons": row.missing_reasons}
    return found
