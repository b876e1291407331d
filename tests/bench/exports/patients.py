"""A thousand patients with eighteen visits: copies of one that was entered, put in by bulk, audited as ever."""

import time
from datetime import date

from django.db import connection

from ecrf.access.models import Membership, Site, User
from ecrf.access.roles import Role
from ecrf.audit.actor import SYSTEM, acting
from ecrf.casebook.models import Entry, Patient, Visit
from ecrf.forms.protocol import protocol
from ecrf.forms.registry import CRFS
from tests.bench.browsing import PASSWORD
from tests.bench.crowd import anew, another_patient
from tests.builders import a_patient, a_visit, enter

FEW, MANY, VISITS = 100, 1000, 18
AT_ONCE = 100
SIGNS = {
    **{"weight_kg": "60.5", "systolic": "120", "diastolic": "80", "pulse": "70", "temperature": "36.5"},
    **{"respiration": "14", "spo2": "98"},
}
FORMS = ("vital-signs",)


def seed_patients() -> tuple[list[str], str]:
    """Numbers of all patients, the few first; and in words what it took."""
    start = time.perf_counter()
    with acting(SYSTEM, source="bench"):
        site = Site.objects.create(
            code="01", name="Synthetic hospital 01", time_zone="Asia/Tokyo", active_from=date(2000, 1, 1)
        )
        by = User.objects.create_user("coordinator01", "Synthetic coordinator", PASSWORD)
        Membership.objects.create(user=by, role=Role.COORDINATOR, site=site)
    first = a_patient(site, by)
    for plan in [plan for plan in protocol().visits if not plan.on_demand][:VISITS]:
        enter(a_visit(first, plan.code, by), "vital-signs", by, **SIGNS)
    for sequence in range(1, MANY, AT_ONCE):
        with acting(SYSTEM, source="bench"):
            _copy(first, range(sequence, min(sequence + AT_ONCE, MANY)))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    numbers = list(Patient.objects.order_by("number").values_list("number", flat=True))
    return numbers, f"{len(numbers):,} patients in {time.perf_counter() - start:.0f} s"


def _copy(first: Patient, sequences: range) -> None:
    patients = [another_patient(first, sequence + 1) for sequence in sequences]
    Patient.objects.bulk_create(patients)
    visits = {(p.pk, v.pk): anew(v, pk=None, patient=p) for p in patients for v in first.visits.all()}
    Visit.objects.bulk_create(visits.values())
    templates = list(first.entries.filter(crf__in=FORMS))
    entries = {
        (p.pk, e.pk): anew(e, pk=None, patient=p, visit=visits[p.pk, e.visit_id], request_key=None)
        for p in patients
        for e in templates
    }
    Entry.objects.bulk_create(entries.values())
    for crf in FORMS:
        manager = CRFS[crf].model._default_manager
        rows = list(manager.filter(entry__in=templates))
        manager.bulk_create([anew(row, entry=entries[p.pk, row.entry_id]) for p in patients for row in rows])
