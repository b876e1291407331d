"""A dry run holds a patient's turn for as long as the rows of that patient take, and would let everybody wait who
saves there. It is taken back anyway: so it steps back for whoever waits, and looks anew."""

import time
from collections.abc import Iterator

from django.db import connection

from ecrf.audit.turns import TURN
from ecrf.casebook.models import Patient

HOLDS_FOR = 0.3
"""Seconds after which it first asks whether anybody waits: a save takes no longer."""
ASKS_EVERY = 0.2
GIVES_WAY = 6
"""So often; then it goes through, or a patient for whom much is typed were never looked at, and who saves is told."""
PAUSE = 0.2
"""Seconds, so that who waited is there before it is back in the queue."""

_WAITS = f"""
    SELECT EXISTS (
        SELECT FROM pg_locks l JOIN pg_database d ON d.oid = l.database AND d.datname = current_database()
        WHERE l.locktype = 'advisory' AND NOT l.granted AND l.classid = {TURN}::oid
            AND l.objid = %s::int::oid
    )
"""  # noqa: S608  (a name that stands in the code)


class GaveWay(Exception):
    """Takes back what was looked at so far."""


class GivingWay:
    """Called between two rows; raises GaveWay where somebody waits for the patient's turn."""

    def __init__(self, patient: Patient, *, is_last: bool) -> None:
        self.patient, self.is_last, self.gave_way = patient, is_last, False
        self._asks_at: float | None = None

    def __call__(self, *, only_links: bool) -> None:
        now = time.monotonic()
        if self._asks_at is None:  # at the first row: from here on it has the turn
            self._asks_at = now + HOLDS_FOR
        if self.is_last or now < self._asks_at:
            return
        self._asks_at = now + ASKS_EVERY
        with connection.cursor() as cursor:
            cursor.execute(_WAITS, [self.patient.pk])
            if cursor.fetchone()[0]:
                self.gave_way = True
                raise GaveWay


def giving_way(patient: Patient) -> Iterator[GivingWay]:
    """One for each try; the last gives way to nobody."""
    for tries in range(GIVES_WAY + 1):
        if tries:
            time.sleep(PAUSE)
        yield GivingWay(patient, is_last=tries == GIVES_WAY)
