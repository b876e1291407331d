"""A patient's name was typed everywhere it can be typed; the site has corrected it since."""

import json
import uuid
from dataclasses import dataclass

import pytest
from django.utils import timezone

from ecrf.access.roles import Right
from ecrf.audit.actor import acting
from ecrf.audit.models import AuditEvent, Redaction
from ecrf.casebook.record.values import Missing
from ecrf.checks.models import Discrepancy
from ecrf.locks.models import LockScope
from ecrf.monitoring.models import MonitoringVisit
from ecrf.redaction.services import Order, RedactionOutcome, redact
from ecrf.trail.models import TrailExport
from tests.builders import enter
from tests.database import sql
from tests.ecrf.trail.world import World, a_world

NAME = 'Nashi "仮名"\\太郎'
"""Nobody's name; what JSON has to escape stands in it."""
WHY = "A name was typed into a comment."


@dataclass(frozen=True)
class Mistake:
    """The patient's world, with the name typed into all of it."""

    world: World
    name: str = NAME

    def type_it(self) -> None:
        """Into an item, a missing reason's comment and a reason, and corrected."""
        visit, by = self.world.visit, self.world.coordinator
        enter(visit, "reading", by, device=f"of {self.name}, and {self.name}")
        enter(visit, "reading", by, assessor=Missing("unknown", f"{self.name} did it"))
        enter(visit, "reading", by, device="JD-1", reason=f"That was {self.name}")
        enter(visit, "reading", by, assessor="A7")

    def copy_it(self) -> None:
        """Into everything that is kept beside the data."""
        world, at = self.world, timezone.now()
        world.ask(f"Who is {self.name}?")
        world.verify(value=f"70 /min ({self.name})")
        with world.as_(world.coordinator, Right.ENTER):
            Discrepancy.objects.create(
                entry=world.entry, check_id="OLD-001", item="pulse", text_as_asked=f"Is {self.name} right?"
            )
        lock = world.lock(LockScope.SITE)
        world.lift(lock)
        with world.as_(world.data_manager, Right.LOCK):
            type(lock).objects.filter(pk=lock.pk).update(open_points=f"{self.name}; two more")
            TrailExport.objects.create(
                site=world.patient.site, filters=self.name, events=1, made_at=at, made_by=world.monitor
            )
            MonitoringVisit.objects.create(
                site=world.patient.site,
                monitor=world.monitor,
                planned_on="2026-11-01",
                how="remote",
                request_key=uuid.uuid4(),
                started_at=at,
                started_by=world.monitor,
                worklist={"made_at": "", "sections": [{"lines": [{"note": f"asked: {self.name}"}]}]},
                ended_at=at,
                ended_by=world.monitor,
                report=f"{self.name} was seen.\n",
                finished_at=at,
                finished_by=world.monitor,
            )

    def order(self, **other) -> Order:
        given = {
            "patient": self.world.patient,
            "said": self.name,
            "reason": WHY,
            "by": self.world.data_manager,
        }
        return Order(**{**given, "operator": "root", **other})

    def redact(self, **other) -> RedactionOutcome:
        return redact(self.order(**other))

    def events(self):
        return AuditEvent.objects.filter(chain=self.world.patient.pk).order_by("position")

    def tombstones(self):
        return Redaction.objects.filter(chain=self.world.patient.pk).order_by("position")


@pytest.fixture
def mistake(site, coordinator, investigator, monitor, data_manager) -> Mistake:
    return Mistake(a_world(site, coordinator, investigator, monitor, data_manager))


@pytest.fixture
def typed(mistake) -> Mistake:
    mistake.type_it()
    return mistake


@pytest.fixture
def everywhere(typed) -> Mistake:
    typed.copy_it()
    return typed


def dump() -> dict[str, list[str]]:
    """{table: every row of it as JSON text}, for every table of the database."""
    tables = sql(
        "SELECT relname FROM pg_class WHERE relkind IN ('r', 'm', 'p') AND relnamespace = 'public'::regnamespace"
    )
    return {
        table: [row for (row,) in sql(f'SELECT to_jsonb(t)::text FROM "{table}" t')]
        for (table,) in sorted(tables)
    }


def tables_with(said: str) -> list[str]:
    """Every table in which the text stands, in whatever column."""
    escaped = json.dumps(said, ensure_ascii=False)[1:-1]
    return [table for table, rows in dump().items() if any(escaped in row for row in rows)]


def wrote_as(user, patient):
    return acting(user.acting_at(patient.site, Right.ENTER), patient_id=patient.pk)
