"""The clock of a serious event: since when the site knows of it, until when its report is due, and how it stands."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.translation import gettext

from ecrf.forms.local_time import moments
from ecrf.forms.protocol import protocol
from ecrf.forms.registry import CRFS


def aware_since(row: Any, zone: ZoneInfo) -> datetime | None:
    """The first moment at which the site may have become aware of the serious event, so that none is late unnoticed:
    a time of day that is not known counts from midnight. None where the day is not known."""
    clock = protocol().serious_clock
    if clock is None or not (day := getattr(row, clock.aware_on)):
        return None
    return moments(day, getattr(row, clock.aware_at) or time(0), zone)[0]


def is_waited_for(row: Any) -> bool:
    """Whether the serious event is still to be reported: there is no report, and no reason why none will be known."""
    clock = protocol().serious_clock
    return (
        clock is not None
        and not getattr(row, clock.reported_on)
        and clock.reported_on not in row.missing_reasons
    )


def overdue_for(row: Any, zone: ZoneInfo) -> timedelta | None:
    """How long the site knows of a serious event that should have been reported; None where its report is not late."""
    clock, aware = protocol().serious_clock, aware_since(row, zone)
    if clock is None or aware is None or not is_waited_for(row):
        return None
    known_for = timezone.now() - aware
    return known_for if known_for > clock.within else None


def late_words(row: Any, zone: ZoneInfo) -> str:
    """What of any form came, or is, later than it may, as pages, lists and homes say it; "" if nothing is."""
    if said := str(row.late_words(zone)):
        return said
    log = CRFS.get(protocol().serious_log)
    known_for = overdue_for(row, zone) if log and isinstance(row, log.model) else None
    if known_for is None:
        return ""
    return gettext("late: %(hours)s h known, not reported") % {
        "hours": int(known_for.total_seconds() // 3600)
    }


@dataclass(frozen=True)
class ReportClock:
    """`knows_time`: whether the time of day is entered; `in_time`: of a report that is not known to be late."""

    aware: datetime
    knows_time: bool
    due: datetime
    is_waited_for: bool
    late: str
    in_time: str

    @property
    def hours(self) -> int:
        """Since the site knows of it."""
        return int((timezone.now() - self.aware).total_seconds() // 3600)

    @property
    def left(self) -> int | None:
        """In so many whole hours the report is due; None where it is there, or should be."""
        seconds = (self.due - timezone.now()).total_seconds()
        return int(seconds // 3600) if self.is_waited_for and seconds > 0 else None


def report_clock(row: Any, zone: ZoneInfo) -> ReportClock | None:
    """Of a row of the serious log; None where nobody knows since when, or the protocol has no such clock."""
    clock, aware = protocol().serious_clock, aware_since(row, zone)
    if clock is None or aware is None:
        return None
    is_waiting, late = is_waited_for(row), late_words(row, zone)
    in_time = "" if is_waiting or late else row.in_time_words(zone)
    return ReportClock(
        aware, bool(getattr(row, clock.aware_at)), aware + clock.within, is_waiting, late, in_time
    )
