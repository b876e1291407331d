"""A wall clock's time as moments in UTC, over every hour and every change of clocks of a year."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from ecrf.forms.local_time import exists, minutes_between, moments, surely_before

ZONES = [
    "Asia/Tokyo",
    "America/New_York",
    "Europe/London",
    "Australia/Lord_Howe",  # by half an hour
    "America/Santiago",  # at midnight
    "Asia/Kathmandu",
]
STEP = timedelta(minutes=30)
BEGINS, ENDS = datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize("name", ZONES)
def test_every_moment_of_a_year_is_one_that_its_wall_clock_may_mean(name):
    zone, at = ZoneInfo(name), BEGINS
    shown: dict[datetime, list[datetime]] = {}
    while at < ENDS:
        shown.setdefault(at.astimezone(zone).replace(tzinfo=None), []).append(at)
        at += STEP
    for wall, meant in shown.items():
        assert list(moments(wall.date(), wall.time(), zone)) == meant or wall.year != 2026, wall
        assert exists(wall.date(), wall.time(), zone)
    twice = [wall for wall, meant in shown.items() if len(meant) == 2]
    assert len(twice) == {"Asia/Tokyo": 0, "Asia/Kathmandu": 0, "Australia/Lord_Howe": 1}.get(name, 2)


@pytest.mark.parametrize("name", ZONES)
def test_an_hour_that_did_not_exist_is_known(name):
    zone = ZoneInfo(name)
    walls = [datetime(2026, 1, 1) + n * STEP for n in range(365 * 48)]  # noqa: DTZ001 - a wall's clock
    missing = [wall for wall in walls if not exists(wall.date(), wall.time(), zone)]
    assert len(missing) == {"Asia/Tokyo": 0, "Asia/Kathmandu": 0, "Australia/Lord_Howe": 1}.get(name, 2)
    assert all(moments(wall.date(), wall.time(), zone) for wall in missing)


def test_before_is_said_only_where_every_reading_is():
    day, zone = date(2026, 11, 1), ZoneInfo("America/New_York")
    at = {hour: moments(day, time.fromisoformat(hour), zone) for hour in ("00:50", "01:10", "01:50", "02:10")}
    assert not surely_before(at["01:10"], at["01:50"])
    assert not surely_before(at["01:50"], at["01:10"])
    assert surely_before(at["00:50"], at["01:10"])
    assert surely_before(at["01:50"], at["02:10"])
    assert minutes_between(at["01:50"], at["01:10"]) == [-100, -40, 20]
    assert minutes_between(at["00:50"], at["02:10"]) == [140]
