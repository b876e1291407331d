"""Whether a worker is there: each holds a lock of its session, which ends with it, however that ends."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.db import connection

_SAY = "SELECT pg_advisory_lock_shared(hashtext('ecrf.worker'), 0)"
_STILL = "SELECT 1"
_IS_THERE = """
    SELECT EXISTS (
        SELECT FROM pg_locks l JOIN pg_database d ON d.oid = l.database AND d.datname = current_database()
        WHERE l.locktype = 'advisory' AND l.granted AND l.classid = hashtext('ecrf.worker')::oid AND l.objid = 0
    )
"""


@contextmanager
def alive() -> Iterator[Callable[[], None]]:
    """Of a worker, for its whole life, on a connection of its own. What it gives is called now and then: where the
    database was away, the lock is taken anew."""
    own = connection.copy()

    def still_here() -> None:
        is_new = own.connection is None
        try:
            with own.cursor() as cursor:
                cursor.execute(_SAY if is_new else _STILL)
        except Exception:
            own.close()
            raise

    try:
        still_here()
        yield still_here
    finally:
        own.close()


def is_worker_there() -> bool:
    """Whether anybody would make what is asked for."""
    with connection.cursor() as cursor:
        cursor.execute(_IS_THERE)
        return bool(cursor.fetchone()[0])
