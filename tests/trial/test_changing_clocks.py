"""What happened in the night in which clocks change can be entered as the wall showed it."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from ecrf.access.roles import Role
from tests.builders import a_patient, a_visit, enter
from tests.conftest import make_site, make_user

CHANGES = [
    ("America/New_York", datetime(2025, 11, 2, 6, tzinfo=UTC)),
    ("America/New_York", datetime(2026, 3, 8, 7, tzinfo=UTC)),
    ("Europe/London", datetime(2025, 10, 26, 1, tzinfo=UTC)),
    ("Europe/London", datetime(2026, 3, 29, 1, tzinfo=UTC)),
    ("Australia/Lord_Howe", datetime(2026, 4, 4, 15, tzinfo=UTC)),
    ("Australia/Lord_Howe", datetime(2025, 10, 4, 15, 30, tzinfo=UTC)),
    ("America/Santiago", datetime(2026, 4, 5, 3, tzinfo=UTC)),
]
OFFSETS = [timedelta(minutes=n) for n in (-90, -50, -10, 10, 50, 90)]
PAIRS = [(one, other) for one in OFFSETS for other in OFFSETS if one < other]


@pytest.fixture(params=CHANGES, ids=lambda change: f"{change[0]} {change[1]:%Y-%m}")
def night(request, db):
    """A site whose clocks change then, somebody there, and the wall's day and time some minutes before or after."""
    name, change = request.param
    site = make_site("07", name)
    person = make_user("coordinator07", Role.COORDINATOR, site)
    walls = {offset: (change + offset).astimezone(ZoneInfo(name)).replace(tzinfo=None) for offset in OFFSETS}
    return a_patient(site, person), person, walls


def test_reports_events_and_infusions_of_that_night_are_taken(night):
    patient, person, walls = night
    visit = a_visit(patient, "W04", person)
    for number, (first, last) in enumerate(PAIRS, 1):
        start, end = walls[first], walls[last]
        known = enter(
            patient, "serious-adverse-event", person, number=number,
            became_aware_on=f"{start:%Y-%m-%d}", became_aware_at=f"{start:%H:%M}",
            reported_on=f"{end:%Y-%m-%d}", reported_at=f"{end:%H:%M}",
        )  # fmt: skip
        assert known.refused == {}, (start, end)
        event = enter(
            patient, "adverse-event", person, number=number, started_on=f"{start:%Y-%m-%d}",
            started_at=f"{start:%H:%M}", ended_on=f"{end:%Y-%m-%d}", ended_at=f"{end:%H:%M}",
        )  # fmt: skip
        assert event.refused == {}, (start, end)
        infusion = enter(
            visit, "infusion", person, number=number, infused_on=f"{start:%Y-%m-%d}", started_at=f"{start:%H:%M}",
            ended_next_day="yes" if end.date() > start.date() else "no", ended_at=f"{end:%H:%M}",
        )  # fmt: skip
        assert infusion.refused == {}, (start, end)


def test_what_cannot_have_been_is_refused_as_on_any_day(night):
    patient, person, walls = night
    early, late = walls[OFFSETS[0]], walls[OFFSETS[-1]]
    event = enter(
        patient, "adverse-event", person, started_on=f"{late:%Y-%m-%d}", started_at=f"{late:%H:%M}",
        ended_on=f"{early:%Y-%m-%d}", ended_at=f"{early:%H:%M}",
    )  # fmt: skip
    assert event.refused
