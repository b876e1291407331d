"""When the product was away, as far as it can know: the worker beats each minute, and a beat that comes late has waited
for something: for the worker itself, for the database, or for the machine of both."""

from datetime import datetime, timedelta

from django.db import connection

from ecrf.anchors.models import Downtime
from ecrf.mail.scheduled import scheduled

EVERY = timedelta(minutes=1)
IS_AWAY_AFTER = timedelta(minutes=3)
"""An upgrade or a switch of the database that is done within that is none."""
LISTED = 20

_BEAT = """
    UPDATE anchors_heartbeat beat SET seen_at = clock_timestamp()
    FROM (SELECT id, seen_at FROM anchors_heartbeat FOR UPDATE) before
    WHERE before.id = beat.id RETURNING before.seen_at, beat.seen_at
"""
"""By the database's own clock, whatever machine it runs on. It also tells the servers that follow, at quiet times too,
how old what they hold is (ecrf/web/servers.py)."""


@scheduled("heartbeat", every=EVERY)
def beat() -> int:
    """No mail. The first beat of an installation follows nothing; a clock that was set back makes no downtime."""
    with connection.cursor() as cursor:
        cursor.execute(_BEAT)
        found: tuple[datetime | None, datetime] | None = cursor.fetchone()
    if found is None:
        return 0
    before, now = found
    if before and now - before > IS_AWAY_AFTER:
        Downtime.objects.create(began_at=before, ended_at=now)
    return 0


def downtimes() -> list[Downtime]:
    """The newest first."""
    return list(Downtime.objects.all()[:LISTED])
