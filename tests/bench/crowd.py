"""Ten thousand patients at one site: copies of its thirteen, put in by bulk, audited as ever."""

import time
import uuid
from copy import copy
from itertools import cycle, islice
from typing import Any

from django.db import connection, models

from ecrf.audit.actor import SYSTEM, acting
from ecrf.casebook.models import Entry, Patient, PatientStatus, Visit
from ecrf.forms.protocol import protocol
from ecrf.forms.registry import CRFS
from tests.bench.seeding import Seeded

PATIENTS = 10_000
VISITS = ("SCR", "W01")
AT_ONCE = 500


def grow(large: Seeded) -> float:
    """Bring the site to ten thousand patients; returns the seconds that took."""
    start = time.perf_counter()
    models_of_forms = _visit_forms(large)
    templates = [_Template(patient, models_of_forms) for patient in large.patients]
    wanted = islice(cycle(templates), PATIENTS - len(templates))
    sequence = len(templates)
    while batch := list(islice(wanted, AT_ONCE)):
        with acting(SYSTEM, source="bench"):
            _copy(batch, sequence)
        sequence += len(batch)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return time.perf_counter() - start


def _visit_forms(large: Seeded) -> type[models.Model]:
    return CRFS[protocol().visit_form].model


class _Template:
    """What is copied of one patient: visits, their forms' entries, the visit forms' values, the schedule status."""

    def __init__(self, patient: Patient, visit_form: type[models.Model]) -> None:
        self.patient = patient
        self.schedule_status = PatientStatus.objects.get(patient=patient)
        self.visits = list(patient.visits.filter(code__in=VISITS))
        self.entries = list(patient.entries.filter(visit__in=self.visits, parent=None))
        self.forms = list(visit_form._default_manager.filter(entry__in=self.entries))


def _copy(batch: list[_Template], sequence: int) -> None:
    patients = [another_patient(t.patient, sequence + n) for n, t in enumerate(batch, 1)]
    Patient.objects.bulk_create(patients)
    pairs = list(zip(batch, patients, strict=True))
    PatientStatus.objects.bulk_create([anew(t.schedule_status, patient=p, pk=p.pk) for t, p in pairs])
    visits = {(p.pk, v.pk): anew(v, pk=None, patient=p) for t, p in pairs for v in t.visits}
    Visit.objects.bulk_create(visits.values())
    entries = {
        (p.pk, e.pk): anew(e, pk=None, patient=p, visit=visits[p.pk, e.visit_id], request_key=None)
        for t, p in pairs
        for e in t.entries
    }
    Entry.objects.bulk_create(entries.values())
    rows = [anew(row, entry=entries[p.pk, row.entry_id]) for t, p in pairs for row in t.forms]
    type(rows[0])._default_manager.bulk_create(rows)


def another_patient(model: Patient, sequence: int) -> Patient:
    number = f"{model.site.code}-{sequence:03}"
    return anew(model, pk=None, sequence=sequence, number=number, request_key=uuid.uuid4())


def anew(row: Any, **changes: Any) -> Any:
    """A copy that is not stored yet, with some columns changed."""
    new = copy(row)
    new._state = copy(row._state)
    new._state.adding, new._state.fields_cache = True, {}
    for name, value in changes.items():
        setattr(new, name, value)
    return new
