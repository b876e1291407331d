"""The history of one value, read from the audit trail in words people use."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from ecrf.audit.models import AuditEvent
from ecrf.casebook.items import ClockTime, Item, Measure
from ecrf.casebook.models import Crf, MissingReason, Patient
from ecrf.casebook.registry import CRFS, CrfDefinition

BLANK = "blank"


@dataclass(frozen=True)
class HistoryLine:
    """One change: when (UTC), who in which role, from what to what, why; `calculated` if the system derived it."""

    at: datetime
    actor: str
    role: str
    old: str
    new: str
    reason: str
    source: str
    calculated: bool


def item_history(definition: CrfDefinition, row: Crf, item: str) -> list[HistoryLine]:
    """Every change of one item, oldest first; one statement."""
    events = AuditEvent.objects.filter(table=definition.model._meta.db_table, row=str(row.pk))
    lines = [_line(event, definition.items[item], item) for event in events.order_by("position")]
    return [line for line in lines if line]


def changes_after_completion(patient: Patient, entries: Any) -> dict[tuple[int, str], HistoryLine]:
    """{(entry id, item): its last change or first entry that had to give a reason}; one statement.

    `entries`: their ids, or a query that gives them.
    """
    kinds = {definition.model._meta.db_table: definition for definition in CRFS.values()}
    events = AuditEvent.objects.filter(chain=patient.pk, entry_id__in=entries, table__in=kinds)
    found = {}
    for event in events.exclude(reason="").order_by("position"):
        for name, item in kinds[event.table].entered.items():
            if event.entry_id and (line := _line(event, item, name)):
                found[event.entry_id, name] = line
    return found


def _line(event: AuditEvent, item: Item, name: str) -> HistoryLine | None:
    value = event.changes.get(name) or event.calculated.get(name)
    reason = event.changes.get(f"{name}.missing")
    if not value and not reason:
        return None
    old, new = value or (None, None)
    old_reason, new_reason = reason or (None, None)
    return HistoryLine(
        at=event.at,
        actor=event.actor,
        role=event.role,
        old=_words(item, old, old_reason),
        new=_words(item, new, new_reason),
        reason=event.reason,
        source=event.source,
        calculated=name in event.calculated,
    )


def _words(item: Item, value: Any, missing: dict[str, str] | None) -> str:
    if missing:
        comment = f" ({missing['comment']})" if missing.get("comment") else ""
        return f"{MissingReason(missing['reason']).label}{comment}"
    return BLANK if value is None else item.words(_from_trail(item, value))


def _from_trail(item: Item, value: Any) -> Any:
    """The trail holds JSON: give decimals and times their form back."""
    if isinstance(item, Measure):
        return Decimal(str(value))
    return datetime.strptime(value[:5], "%H:%M").time() if isinstance(item, ClockTime) else value
