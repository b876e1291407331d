"""When the product was away, as far as it can know."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from ecrf.anchors.downtime import LISTED, beat, downtimes
from ecrf.anchors.models import Downtime, Heartbeat
from ecrf.mail.scheduled import JOBS
from tests.database import sql, tamper
from tests.ecrf.anchors.test_page import at, page_of

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("R-131")]


@pytest.fixture(autouse=True)
def heartbeat():
    """The one row that migrations make: tests that empty all tables take it away."""
    if not Heartbeat.objects.exists():
        Heartbeat.objects.create()


def last_seen(minutes: float) -> None:
    sql("UPDATE anchors_heartbeat SET seen_at = clock_timestamp() - %s", timedelta(minutes=minutes))


def test_worker_beats_each_minute_and_the_first_beat_follows_nothing():
    assert JOBS["heartbeat"].every <= timedelta(minutes=1)
    assert Heartbeat.objects.get().seen_at is None
    beat()
    first = Heartbeat.objects.get().seen_at
    assert abs(timezone.now() - first) < timedelta(minutes=1)
    assert downtimes() == []


@pytest.mark.parametrize(
    ("minutes", "is_one"), [(1, False), (2.9, False), (3.1, True), (60 * 24 * 3, True), (-90, False)]
)
def test_beat_that_comes_late_is_a_downtime_and_one_in_time_or_of_a_clock_set_back_is_none(minutes, is_one):
    last_seen(minutes)
    before = Heartbeat.objects.get().seen_at
    beat()
    now = Heartbeat.objects.get().seen_at
    assert [(one.began_at, one.ended_at) for one in downtimes()] == ([(before, now)] if is_one else [])
    beat()
    assert len(downtimes()) == is_one


def test_downtime_is_never_changed_or_removed():
    last_seen(10)
    beat()
    for statement in ("UPDATE anchors_downtime SET ended_at = now()", "DELETE FROM anchors_downtime"):
        with pytest.raises(DatabaseError, match="never"), transaction.atomic():
            sql(statement)


def test_page_tells_the_newest_with_their_length_to_whom_it_is_open(inspector, coordinator):
    assert "None yet." in page_of(inspector).partition("Downtimes")[2]
    for minutes in (7, 95):
        last_seen(minutes)
        beat()
    told = page_of(inspector).partition("Downtimes")[2]
    assert told.index(" 95") < told.index(" 7")
    assert f"{Downtime.objects.first().began_at:%Y-%m-%d %H:%M}" in told
    assert at(coordinator).get("/audit-trail/").status_code == 403
    more = "INSERT INTO anchors_downtime (began_at, ended_at) SELECT now(), now() + interval '1 hour'"
    tamper(f"{more} FROM generate_series(1, 40)")
    assert len(downtimes()) == LISTED
