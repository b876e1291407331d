"""A day and a time of day at a site, as moments in UTC: a wall clock may mean one, two, or none.

In the night in which clocks go back, an hour comes twice; where they go forward, one does not exist. Who compares such
times refuses or asks only what holds for every moment that may be meant.
"""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo


def moments(day: date, at: time, zone: ZoneInfo) -> tuple[datetime, ...]:
    """The moments in UTC that this time may mean, in order: one, or two in a repeated hour. In an hour that did not
    exist, those of the clock before and after its change."""
    both = {datetime.combine(day, at.replace(fold=n), zone).astimezone(UTC) for n in (0, 1)}
    return tuple(sorted(both))


def exists(day: date, at: time, zone: ZoneInfo) -> bool:
    """Whether the clock on the wall ever showed it."""
    wall = datetime.combine(day, at)
    return any(moment.astimezone(zone).replace(tzinfo=None) == wall for moment in moments(day, at, zone))


def surely_before(one: tuple[datetime, ...], other: tuple[datetime, ...]) -> bool:
    """Whether the first is before the other, whichever moment each may mean."""
    return max(one) < min(other)


def minutes_between(start: tuple[datetime, ...], end: tuple[datetime, ...]) -> list[int]:
    """The times in minutes that can lie between the two, the shortest first; negative where the end comes first."""
    return sorted({int((last - first).total_seconds() // 60) for first in start for last in end})
