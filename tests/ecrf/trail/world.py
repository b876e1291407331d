"""One patient to whom everything happened once, for the tests of the trail."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.utils import timezone

from ecrf.access.models import User
from ecrf.access.roles import Right
from ecrf.audit.actor import acting
from ecrf.audit.models import AuditChain
from ecrf.casebook.models import Entry, Patient, Visit
from ecrf.casebook.services import complete_entries
from ecrf.locks.models import Lock, LockKind, LockScope
from ecrf.queries.models import Message, Query
from ecrf.signatures.models import Signature, SignatureScope
from ecrf.verification.models import Verification
from tests.builders import a_patient, a_place, a_visit, enter

SIGNS = {
    "systolic": "120",
    "diastolic": "80",
    "pulse": "70",
    "temperature": "36.5",
    "respiration": "14",
    "spo2": "98",
    "weight_kg": "70",
}


@dataclass(frozen=True)
class World:
    """Vital signs of week 4, complete, and who acts on them."""

    patient: Patient
    visit: Visit
    entry: Entry
    coordinator: User
    investigator: User
    monitor: User
    data_manager: User

    @contextmanager
    def as_(self, user: User, right: Right, source: str = "monitor") -> Iterator[None]:
        by = user.acting_at(self.patient.site, right)
        with acting(by, patient_id=self.patient.pk, source=source):
            yield

    def change(self, value: str, item: str = "pulse", reason: str = "Misread") -> None:
        done = enter(self.visit, "vital-signs", self.coordinator, reason=reason, **{item: value})
        assert done.changed == [item], done

    def ask(self, text: str = "Please check the pulse.", number: int = 1) -> Query:
        """A query of the monitor on the pulse, with its first message."""
        at = timezone.now()
        with self.as_(self.monitor, Right.QUERY):
            query = Query.objects.create(
                patient=self.patient,
                site=self.patient.site,
                number=number,
                entry=self.entry,
                item="pulse",
                text_as_asked=text,
                value="70 /min",
                turn="site",
                turn_since=at,
                asked_in="monitor",
                opened_at=at,
                opened_by=self.monitor,
            )
            self.say(query, self.monitor, "opened", text, "monitor")
        return query

    def say(self, query: Query, by: User, act: str, text: str, role: str) -> None:
        Message.objects.create(
            query=query, act=act, text=text, said_at=timezone.now(), said_by=by, role=role, value="70 /min"
        )

    def verify(self, item: str = "pulse", value: str = "70 /min") -> Verification:
        with self.as_(self.monitor, Right.VERIFY):
            return Verification.objects.create(
                patient=self.patient,
                site=self.patient.site,
                entry=self.entry,
                item=item,
                is_critical=False,
                position=1,
                value=value,
                verified_at=timezone.now(),
                verified_by=self.monitor,
            )

    def sign(self) -> Signature:
        chain = AuditChain.objects.get(chain=self.patient.pk)
        with self.as_(self.investigator, Right.SIGN, "site"):
            return Signature.objects.create(
                patient=self.patient,
                site=self.patient.site,
                scope=SignatureScope.VISIT,
                visit=self.visit,
                position=chain.length,
                head=chain.head,
                meaning="I have reviewed these data.",
                printed_name="Synthetic investigator",
                role="investigator",
                signed_at=timezone.now(),
                signed_by=self.investigator,
            )

    def lock(self, scope: str = LockScope.VISIT, kind: str = LockKind.FREEZE) -> Lock:
        site, patient = self.patient.site, self.patient
        where = {
            LockScope.VISIT: {"site": site, "patient": patient, "visit": self.visit},
            LockScope.SITE: {"site": site},
            LockScope.STUDY: {},
        }[LockScope(scope)]
        with acting(self.data_manager.acting_at(site, Right.LOCK), source="monitor"):
            return Lock.objects.create(
                kind=kind,
                scope=scope,
                reason="Interim analysis",
                set_at=timezone.now(),
                set_by=self.data_manager,
                **where,
            )

    def lift(self, lock: Lock) -> None:
        lock.lifted_at, lock.lifted_by, lock.lift_reason = timezone.now(), self.data_manager, "It is done"
        with acting(self.data_manager.acting_at(self.patient.site, Right.LOCK), source="monitor"):
            lock.save()


def a_world(site, coordinator, investigator, monitor, data_manager) -> World:
    visit = a_visit(a_patient(site, coordinator), "W04", coordinator)
    place = a_place(visit, "vital-signs")
    enter(visit, "vital-signs", coordinator, **SIGNS)
    by = coordinator.acting_at(site, Right.ENTER)
    gaps = complete_entries(patient=visit.patient, places=[place], by=by)
    assert gaps == [], gaps
    entry = Entry.objects.get(visit=visit, crf="vital-signs")
    return World(visit.patient, visit, entry, coordinator, investigator, monitor, data_manager)
