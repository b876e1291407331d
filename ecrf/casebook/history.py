"""The history of one value, read from the audit trail in words people use, with what was done about it."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, time
from decimal import Decimal
from functools import cache
from typing import Any

from django.utils.translation import gettext, pgettext, pgettext_lazy

from ecrf.audit.models import REDACTED, AuditEvent, Redaction
from ecrf.casebook.models import Patient
from ecrf.casebook.moving import MOVED
from ecrf.casebook.record.hooks import HOOKS, HistoryMoment
from ecrf.casebook.role_words import words_of_role
from ecrf.casebook.stored_rows import lines_of, read_json
from ecrf.forms.crf import Crf, MissingReason
from ecrf.forms.items import ClockTime, Item, Measure
from ecrf.forms.registry import CRFS, CrfDefinition

SOURCES: dict[str, Any] = {
    "copied": pgettext_lazy("where a value came from", "copied"),
    MOVED: pgettext_lazy("where a value came from", "moved"),
    "monitor": pgettext_lazy("where a value came from", "monitor"),
    "import": pgettext_lazy("where a value came from", "import"),
    "command": pgettext_lazy("where a value came from", "command"),
    "system": pgettext_lazy("where a value came from", "system"),
    "ranges": pgettext_lazy("where a value came from", "ranges"),
}
"""The codes of what writes values, but for the site's own pages, as people read them."""


class Blank(str):
    """The word for no value. On a page it looks other than a text that somebody typed, of the same five letters."""

    __slots__ = ()

    def __html__(self) -> str:
        return f'<i class="no-value">{self}</i>'


def blank() -> Blank:
    """In the reader's language."""
    return Blank(pgettext("no value", "blank"))


EVENTS = """
    SELECT to_jsonb(a)::text FROM audit_auditevent a
    WHERE a.chain = %s AND a.entry_id = ANY(%s) AND a."table" = ANY(%s) AND {} ORDER BY a.position
"""
AFTER = "a.at > ({})"
WITH_REASON = """
    a.reason <> '' AND (a.source = %s OR EXISTS (
        SELECT 1 FROM casebook_entry e JOIN audit_auditevent c ON c.entry_id IN (e.id, e.parent_id)
        WHERE e.id = a.entry_id AND c.chain = a.chain AND c."table" = 'casebook_entry'
          AND c.changes -> 'status' ->> 1 = 'complete' AND c.position < a.position))
"""
"""Changes of a form, or of a row of one, that had been complete before; and what a move wrote."""


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
    position: int = 0

    @property
    def was_blank(self) -> bool:
        return isinstance(self.old, Blank)

    @property
    def role_words(self) -> str:
        return words_of_role(self.role)

    @property
    def source_words(self) -> str:
        return str(SOURCES.get(self.source, self.source))


ItemEvent = HistoryLine | HistoryMoment


def item_story(definition: CrfDefinition, row: Crf, item: str) -> list[ItemEvent]:
    """Every change of one item and what was done about it, oldest first; a few statements, however much it is."""
    lines = item_history(definition, row, item)
    moments: list[ItemEvent] = [*lines, *_redactions(row, lines)]
    moments += [moment for step in HOOKS.history for moment in step(row.entry, item)]
    return sorted(moments, key=lambda moment: moment.at)


def _redactions(row: Crf, lines: list[HistoryLine]) -> Iterable[HistoryMoment]:
    """Who took personal data out of these lines, when and why; no statement where nobody did."""
    touched = [line.position for line in lines if REDACTED in f"{line.old} {line.new} {line.reason}"]
    if not touched:
        return
    redactions = Redaction.objects.filter(chain=row.entry.patient_id, position__in=touched)
    acts = redactions.order_by("pk").values_list("redacted_at", "redacted_by__username", "reason")
    seen: dict[tuple[str, str], datetime] = {}
    for at, by, reason in acts:
        seen.setdefault((by, reason), at)
    for (by, reason), at in seen.items():
        yield HistoryMoment(at, by, "", gettext("redacted personal data"), reason)


def item_history(definition: CrfDefinition, row: Crf, item: str) -> list[HistoryLine]:
    """Every change of one item, oldest first; one statement."""
    events = AuditEvent.objects.filter(table=definition.model._meta.db_table, row=str(row.pk))
    lines = [_line(event, definition.items[item], item) for event in events.order_by("position")]
    return [line for line in lines if line]


@dataclass(frozen=True)
class LaterChanges:
    """What has to be said of forms beside their values.

    `changes`: {(entry id, item): its last change, or first entry, after the form was complete}. `arrivals`: {entry id:
    what moved it to where it stands}; what came in that way is no later change.
    """

    changes: dict[tuple[int, str], HistoryLine] = field(default_factory=dict)
    arrivals: dict[int, HistoryLine] = field(default_factory=dict)


def later_changes(patient: Patient, entries: list[int]) -> LaterChanges:
    """What became of these entries after they were complete, and which of them were moved here; one statement."""
    found = LaterChanges()
    for (entry, name), lines in _changes(patient, entries, WITH_REASON, [MOVED]).items():
        for line in lines:
            if line.source == MOVED and line.was_blank:
                found.arrivals.setdefault(entry, line)
            else:
                found.changes[entry, name] = line
    return found


def every_change(patient: Patient, entries: list[int]) -> dict[tuple[int, str], list[HistoryLine]]:
    """{(entry id, entered item): its changes, oldest first}; one statement."""
    return _changes(patient, entries, "TRUE", [])


def changes_after(
    patient: Patient, entries: list[int], moment: str, given: list[Any]
) -> dict[tuple[int, str], list[HistoryLine]]:
    """{(entry id, entered item): its changes after this moment, oldest first}; one statement.

    `moment`: a statement that finds one time, with what it is `given`; none of them where it finds none.
    """
    return _changes(patient, entries, AFTER.format(moment), given)


def _changes(
    patient: Patient, entries: list[int], which: str, given: list[Any]
) -> dict[tuple[int, str], list[HistoryLine]]:
    kinds = _kinds_by_table()
    found: dict[tuple[int, str], list[HistoryLine]] = {}
    for (text,) in lines_of(EVENTS.format(which), [patient.pk, entries, list(kinds), *given]):
        event = read_json(AuditEvent, text)
        for name, item in kinds[event.table].entered.items():
            if event.entry_id and (line := _line(event, item, name)):
                found.setdefault((event.entry_id, name), []).append(line)
    return found


@cache
def _kinds_by_table() -> dict[str, CrfDefinition]:
    return {definition.model._meta.db_table: definition for definition in CRFS.values()}


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
        old=value_words(item, old, old_reason),
        new=value_words(item, new, new_reason),
        reason=event.reason,
        source=event.source,
        calculated=name in event.calculated,
        position=event.position,
    )


def value_words(item: Item | None, value: Any, missing: Any = None) -> str:
    """A value as the trail holds it, in words. What the code no longer knows keeps the form it has there."""
    if missing:
        return _missing_words(missing)
    if value is None:
        return blank()
    if item is None or isinstance(value, dict | list):
        return _raw(value)
    try:
        return item.words(_from_trail(item, value)) or _raw(value)
    except (ArithmeticError, KeyError, TypeError, ValueError):
        return _raw(value)


def _missing_words(missing: Any) -> str:
    if not isinstance(missing, dict):
        return _raw(missing)
    reason = str(missing.get("reason", ""))
    label = str(MissingReason(reason).label) if reason in MissingReason.values else reason
    return f"{label} ({missing['comment']})" if missing.get("comment") else label


def _raw(value: Any) -> str:
    return (
        str(value) if isinstance(value, str | Decimal) else json.dumps(value, ensure_ascii=False, default=str)
    )


def _from_trail(item: Item, value: Any) -> Any:
    """The trail holds JSON: give decimals and times their form back."""
    if isinstance(item, Measure):
        return Decimal(str(value))
    return time.fromisoformat(value[:5]) if isinstance(item, ClockTime) else value
