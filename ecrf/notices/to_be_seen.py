"""The serious events that wait for safety to see them: their number in the head of every page, and each in words."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest

from ecrf.access.models import User
from ecrf.access.reach import reachable
from ecrf.access.roles import Right
from ecrf.casebook.report_clock import ReportClock, report_clock
from ecrf.forms.protocol import protocol
from ecrf.forms.registry import CRFS
from ecrf.monitoring.lists.facts import facts_of
from ecrf.monitoring.reach import rows
from ecrf.notices.models import SeriousNotice
from ecrf.notices.serious_events import may_confirm, notices

FIRST = 5
"""So many stand on safety's first page."""


@dataclass(frozen=True)
class Case:
    """A serious event as it is decided on. `facts`: (what, in words); `clock`: until when its report is due."""

    notice: SeriousNotice
    facts: list[tuple[str, str]] = field(default_factory=list)
    clock: ReportClock | None = None


def cases(found: Iterable[SeriousNotice]) -> list[Case]:
    """In the order in which they came; a fixed number of statements."""
    listed = list(found)
    if not listed:
        return []
    definition = CRFS[protocol().serious_log]
    stored = rows(definition).filter(pk__in=[notice.event_id for notice in listed])
    events = {row.pk: row for row in stored.select_related("entry__patient__site", "entry__parent")}
    facts = facts_of(definition, list(events.values()))
    return [_case(notice, events.get(notice.event_id), facts.get(notice.event_id, [])) for notice in listed]


def _case(notice: SeriousNotice, event: Any, facts: list[tuple[str, str]]) -> Case:
    """Without facts where the event is not of today's serious log: the notice is still to be seen."""
    if event is None:
        return Case(notice)
    return Case(notice, facts, report_clock(event, event.entry.patient.site.zone))


def to_be_seen(user: User) -> QuerySet[SeriousNotice]:
    """What nobody has confirmed to have seen, of what this person reads; the oldest first."""
    found = reachable(user, notices(), Right.REVIEW_SAFETY)
    return found.filter(confirmed_at=None, event__struck_at=None).order_by("pk")


def waiting(request: HttpRequest) -> dict[str, object]:
    """For the head of every page and safety's first one: read when a page shows it, once; nothing for others."""
    user = getattr(request, "user", None)

    @cache
    def confirms() -> bool:
        return isinstance(user, User) and Right.REVIEW_SAFETY in user.rights and may_confirm(user)

    @cache
    def count() -> int:
        return to_be_seen(user).count() if confirms() else 0  # type: ignore[arg-type]

    @cache
    def first() -> list[Case]:
        return cases(to_be_seen(user)[:FIRST]) if confirms() else []  # type: ignore[arg-type]

    return {"sees_serious_events": confirms, "events_to_be_seen": count, "first_to_be_seen": first}
