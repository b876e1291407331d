"""What was planned before, by whom it was changed and when: an appointment's own story, from the trail."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from ecrf.appointments.models import Appointment, AppointmentEnding
from ecrf.audit.models import AuditEvent


@dataclass(frozen=True)
class AppointmentStep:
    """One thing that was done: `moved from 2026-12-01 09:30`, by whom and when; `reason` in people's own words."""

    at: datetime
    by: str
    words: str
    reason: str = ""


def story_of(row: Appointment) -> list[AppointmentStep]:
    """The first step first; one statement."""
    events = AuditEvent.objects.filter(
        chain=row.patient_id, table=Appointment._meta.db_table, row=str(row.pk)
    )
    return [_step(event) for event in events.order_by("position")]


TEXTS = {"note": "note", "outside_reason": "reason"}


def _step(event: AuditEvent) -> AppointmentStep:
    changes: dict[str, list[str | None]] = event.changes
    before = {name: pair[0] for name, pair in changes.items()}
    after = {name: pair[1] or "" for name, pair in changes.items()}
    reason = after.get("outside_reason", "")
    if event.operation == "INSERT":
        words = f"made for {_when(after)}"
    elif after.get("ending"):
        words, reason = AppointmentEnding(after["ending"]).label.lower(), after.get("ending_reason", "")
    else:
        changed = {"moves": ("moved", _when(before))}
        changed |= {name: (f"{label} changed", _quoted(before.get(name))) for name, label in TEXTS.items()}
        words = "; ".join(
            f"{what}, was {was or 'blank'}" for name, (what, was) in changed.items() if name in changes
        )
    return AppointmentStep(event.at, event.actor, words, reason)


def _quoted(text: str | None) -> str:
    return f"“{text}”" if text else ""


def _when(values: Mapping[str, str | None]) -> str:
    """Of what an event changed: the day, the time, or both."""
    return " ".join(
        part for part in (values.get("planned_on"), (values.get("planned_time") or "")[:5]) if part
    )
