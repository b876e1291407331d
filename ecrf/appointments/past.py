"""What was planned before, by whom it was changed and when: an appointment's own story, from the trail."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext, gettext_lazy, pgettext

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


CHANGED: dict[str, Promise] = {
    "moves": gettext_lazy("moved, was %(was)s"),
    "note": gettext_lazy("note changed, was %(was)s"),
    "outside_reason": gettext_lazy("reason changed, was %(was)s"),
}


def _step(event: AuditEvent) -> AppointmentStep:
    changes: dict[str, list[str | None]] = event.changes
    before = {name: pair[0] for name, pair in changes.items()}
    after = {name: pair[1] or "" for name, pair in changes.items()}
    reason = after.get("outside_reason", "")
    if event.operation == "INSERT":
        words = gettext("made for %(when)s") % {"when": _when(after)}
    elif after.get("ending"):
        words, reason = AppointmentEnding(after["ending"]).label.lower(), after.get("ending_reason", "")
    else:
        was = {
            "moves": _when(before),
            **{name: _quoted(before.get(name)) for name in ("note", "outside_reason")},
        }
        words = gettext("; ").join(
            str(what) % {"was": was[name] or pgettext("a text that was empty", "blank")}
            for name, what in CHANGED.items()
            if name in changes
        )
    return AppointmentStep(event.at, event.actor, words, reason)


def _quoted(text: str | None) -> str:
    return f"“{text}”" if text else ""


def _when(values: Mapping[str, str | None]) -> str:
    """Of what an event changed: the day, the time, or both."""
    return " ".join(
        part for part in (values.get("planned_on"), (values.get("planned_time") or "")[:5]) if part
    )
