"""The clock of a serious event: since when the site knows of it, until when its report is due, and how it stands."""

from dataclasses import dataclass
from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.translation import gettext

from ecrf.forms.local_time import moments
from ecrf.forms.protocol import protocol


def aware_since(row: Any, zone: ZoneInfo) -> datetime | None:
    """The first moment at which the site may have become aware of the serious event, so that none is late unnoticed:
    a time of day that is not known counts from midnight. None where the day is not known."""
    clock = protocol().serious_clock
    if clock is None or not (day := getattr(row, clock.aware_on)):
        return None
    return moments(day, getattr(row, clock.aware_at) or time(0), zone)[0]


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
    reported = getattr(row, clock.reported_on)
    is_waited_for = not reported and clock.reported_on not in row.missing_reasons
    due, late = aware + clock.within, row.late_words(zone)
    if is_waited_for and not late and timezone.now() > due:
        hours = int((timezone.now() - aware).total_seconds() // 3600)
        late = gettext("late: %(hours)s h known, not reported") % {"hours": hours}
    in_time = "" if is_waited_for or late else row.in_time_words(zone)
    return ReportClock(aware, bool(getattr(row, clock.aware_at)), due, is_waited_for, late, in_time)
