"""Two sites to review, one with 13 patients, one with 500: forms complete, partly verified, queries open."""

import random
import time
import uuid
from copy import copy
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import cycle, islice
from typing import Any

from django.db import connection
from django.utils import timezone

from ecrf.access.models import Membership, Site, User
from ecrf.access.roles import Role
from ecrf.audit.actor import SYSTEM, Actor, acting
from ecrf.audit.models import AuditEvent
from ecrf.casebook.models import Entry, Patient, PatientStatus, Status, Visit
from ecrf.casebook.places import Place
from ecrf.casebook.review_status import ReviewStatus
from ecrf.forms.crf import Crf
from ecrf.forms.protocol import protocol
from ecrf.forms.registry import CRFS
from ecrf.monitoring.models import How, MonitoringVisit
from ecrf.queries.models import Act, Message, Query, Turn
from ecrf.verification.models import Verification
from ecrf.verification.plan import SAMPLES, is_critical, is_sampled, items_to_verify
from ecrf.verification.review_status import _counts
from tests.bench.browsing import PASSWORD
from tests.bench.seeding import Seeded

FEW, MANY = 13, 500
AT_ONCE = 50
LEFT_OUT = ("lab-result", "nerve-segment", "infusion-vitals")
"""Kinds of row of which a form has many: without them a patient has some sixty entries."""
DAYS_AGO = 30
VERIFIED_OF_A_PATIENT = 75
QUERIES_OF_A_PATIENT = 2
ADDED = 90
"""The number of an entry added to a log: behind those that are copied."""


@dataclass(frozen=True)
class Reviewed:
    """One site, its monitor, its patients."""

    site: Site
    monitor: User
    patients: list[Patient]


def seed_review(like: Seeded) -> tuple[Reviewed, Reviewed, str]:
    """The two sites, and what to tell of them."""
    start = time.perf_counter()
    templates = [_Template(patient) for patient in like.patients[:-1]]
    few = _site("81", FEW, templates, like.coordinator)
    many = _site("82", MANY, templates, like.coordinator)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    events = AuditEvent.objects.filter(chain__in=[patient.pk for patient in many.patients]).count()
    entries = Entry.objects.filter(patient__in=many.patients).count()
    took = time.perf_counter() - start
    return few, many, f"{MANY} patients, {entries:,} entries, {events:,} audit events in {took:.0f} s"


class _Template:
    """What is copied of one patient: visits, entries, their rows, the schedule status."""

    def __init__(self, patient: Patient) -> None:
        self.patient = patient
        self.schedule_status = PatientStatus.objects.get(patient=patient)
        self.visits = list(patient.visits.all())
        entries = patient.entries.exclude(crf__in=LEFT_OUT).filter(struck_at=None, parent__struck_at=None)
        self.entries = list(entries.select_related("parent").order_by("pk"))
        self.rows = _rows_of(self.entries)


def _rows_of(entries: list[Entry]) -> dict[int, Crf]:
    ids: dict[str, list[int]] = {}
    for entry in entries:
        ids.setdefault(entry.crf, []).append(entry.pk)
    found = [CRFS[key].model._default_manager.filter(pk__in=own) for key, own in ids.items()]
    return {row.entry_id: row for rows in found for row in rows}


def _site(code: str, count: int, templates: list[_Template], by: User) -> Reviewed:
    with acting(SYSTEM, source="bench"):
        site = Site.objects.create(
            code=code, name=f"Synthetic hospital {code}", time_zone="Asia/Tokyo", active_from=date(2000, 1, 1)
        )
        monitor = User.objects.create_user(f"reviewer{code}", "Synthetic monitor", PASSWORD)
        Membership.objects.create(user=monitor, role=Role.MONITOR, site=site)
    _last_visit(site, monitor)
    wanted, patients = islice(cycle(templates), count), list[Patient]()
    while batch := list(islice(wanted, AT_ONCE)):
        with acting(SYSTEM, source="bench"):
            patients += _copy(batch, site, len(patients), by)
        with acting(Actor(str(monitor.pk), monitor.username, Role.MONITOR, code), source="bench"):
            _review(patients[-len(batch) :], monitor)
    return Reviewed(site, monitor, patients)


def _last_visit(site: Site, monitor: User) -> None:
    """It ended before everything that is copied: all of it is new."""
    began = timezone.now() - timedelta(days=DAYS_AGO)
    with acting(SYSTEM, source="bench"):
        MonitoringVisit.objects.create(
            site=site,
            monitor=monitor,
            planned_on=began.date(),
            how=How.ON_SITE,
            request_key=uuid.uuid4(),
            worklist={"made_at": began.isoformat(), "sections": []},
            **dict.fromkeys(("started_at", "ended_at"), began),
            **dict.fromkeys(("started_by", "ended_by"), monitor),
        )


def _copy(batch: list[_Template], site: Site, before: int, by: User) -> list[Patient]:
    patients = [
        anew(
            t.patient,
            pk=None,
            site=site,
            sequence=before + n,
            number=f"{site.code}-{before + n:03}",
            request_key=uuid.uuid4(),
        )
        for n, t in enumerate(batch, 1)
    ]
    Patient.objects.bulk_create(patients)
    pairs = list(zip(batch, patients, strict=True))
    PatientStatus.objects.bulk_create(
        [anew(t.schedule_status, patient=p, pk=p.pk, site=site) for t, p in pairs]
    )
    visits = {(p.pk, v.pk): anew(v, pk=None, patient=p) for t, p in pairs for v in t.visits}
    Visit.objects.bulk_create(visits.values())
    entries: dict[tuple[int, int | None], Entry] = {}
    for is_row in (False, True):
        made = {
            (p.pk, e.pk): anew(
                e,
                pk=None,
                patient=p,
                visit=visits.get((p.pk, e.visit_id)),
                parent=entries.get((p.pk, e.parent_id)),
                status=Status.COMPLETE,
                missing=0,
                request_key=None,
            )
            for t, p in pairs
            for e in t.entries
            if bool(e.parent_id) == is_row
        }
        Entry.objects.bulk_create(made.values())
        entries |= made
    _copy_rows(pairs, entries)
    _add_to_logs(patients, by)
    return patients


def _copy_rows(pairs: list[tuple[_Template, Patient]], entries: dict[Any, Entry]) -> None:
    by_kind: dict[type[Crf], list[Crf]] = {}
    for template, patient in pairs:
        for pk, row in template.rows.items():
            by_kind.setdefault(type(row), []).append(anew(row, entry=entries[patient.pk, pk]))
    for model, rows in by_kind.items():
        model._default_manager.bulk_create(rows)
    _review_status([row for rows in by_kind.values() for row in rows])


def _add_to_logs(patients: list[Patient], by: User) -> None:
    """A serious event of every fifth patient, a deviation of every third."""
    trial, rows = protocol(), []
    for key, each, values in (
        (trial.serious_log, 5, {"adverse_event": "1"}),
        (trial.deviation_log, 3, {"visit_link": "W04.1"}),
    ):
        entries = [
            Place(patient, CRFS[key], number=ADDED).new_entry()
            for patient in patients
            if patient.sequence % each == 0
        ]
        for entry in entries:
            entry.status = Status.COMPLETE
        Entry.objects.bulk_create(entries)
        made = [CRFS[key].model(entry=entry, **values) for entry in entries]
        CRFS[key].model._default_manager.bulk_create(made)
        rows += made
    _review_status(rows)


def _review_status(rows: list[Crf]) -> None:
    at, dice = timezone.now(), random.Random(len(rows))  # noqa: S311  (the same marks at every run)
    review_statuses = []
    for row in rows:
        entry, sample = row.entry, dice.randrange(SAMPLES)
        review_statuses.append(
            ReviewStatus(
                entry=entry,
                patient=entry.patient,
                site_id=entry.patient.site_id,
                visit_id=entry.visit_id,
                completed_at=at,
                changed_at=at,
                sample=sample,
                is_sampled=is_sampled(sample, protocol().verified_share),
                **_counts(row),
            )
        )
    ReviewStatus.objects.bulk_create(review_statuses)


def _review(patients: list[Patient], monitor: User) -> None:
    """Of each patient some items verified, some queries open and one closed."""
    at = timezone.now() - timedelta(days=2)
    review_statuses = ReviewStatus.objects.filter(patient__in=patients, critical__gt=0).select_related(
        "entry__patient"
    )
    by_patient: dict[int, list[Entry]] = {}
    for review_status in review_statuses.order_by("pk"):
        by_patient.setdefault(review_status.patient_id, []).append(review_status.entry)
    rows = _rows_of([entry for own in by_patient.values() for entry in own])
    seen = [(e, name) for own in by_patient.values() for e, name in _items(own, rows)]
    Verification.objects.bulk_create(
        Verification(
            patient=entry.patient,
            site_id=entry.patient.site_id,
            entry=entry,
            item=name,
            is_critical=True,
            position=1,
            value="as it was",
            verified_at=at,
            verified_by=monitor,
        )
        for entry, name in seen
    )
    asked = [_query(n, own[n], rows[own[n].pk], monitor) for own in by_patient.values() for n in range(3)]
    Query.objects.bulk_create(asked)
    Message.objects.bulk_create(
        Message(query=query, act=Act.OPENED, text=query.text, said_at=query.opened_at, said_by=monitor)
        for query in asked
    )


def _items(entries: list[Entry], rows: dict[int, Crf]) -> list[tuple[Entry, str]]:
    """The first critical items of one patient."""
    found = []
    for entry in entries:
        row = rows[entry.pk]
        row.entry = entry
        found += [(entry, name) for name in items_to_verify(row) if is_critical(entry.crf, name)]
    return found[:VERIFIED_OF_A_PATIENT]


def _query(n: int, entry: Entry, row: Crf, monitor: User) -> Query:
    at = timezone.now() - timedelta(days=1 + (entry.patient.sequence * (n + 1)) % 60)
    closed = n >= QUERIES_OF_A_PATIENT
    return Query(
        patient=entry.patient,
        site_id=entry.patient.site_id,
        number=n + 1,
        entry=entry,
        item=next(iter(CRFS[entry.crf].entered)),
        text_as_asked="Please confirm against the source.",
        turn=Turn.NOBODY if closed else (Turn.SITE, Turn.MONITOR)[n % 2],
        turn_since=at,
        asked_in=Turn.MONITOR,
        opened_at=at,
        opened_by=monitor,
        closed_at=at if closed else None,
        closed_by=monitor if closed else None,
    )


def anew(row: Any, **changes: Any) -> Any:
    """A copy that is not stored yet, with some columns changed."""
    new = copy(row)
    new._state = copy(row._state)
    new._state.adding, new._state.fields_cache = True, {}
    for name, value in changes.items():
        setattr(new, name, value)
    return new
