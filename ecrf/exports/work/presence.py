"""Whether a worker is there: each holds a lock of its session for each queue that it works on, which ends with it,
however that ends."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from django.db import DatabaseError, connection
from django.db.backends.base.base import BaseDatabaseWrapper

NUMBERS = {"exports": 0, "imports": 1}
"""{queue: the lock's second number}"""
_SAY = "SELECT pg_advisory_lock_shared(hashtext('ecrf.worker'), number) FROM unnest(%s::int[]) number"
_STILL = "SELECT 1"
_IS_THERE = """
    SELECT EXISTS (
        SELECT FROM pg_locks l JOIN pg_database d ON d.oid = l.database AND d.datname = current_database()
        WHERE l.locktype = 'advisory' AND l.granted AND l.classid = hashtext('ecrf.worker')::oid
            AND l.objid = %s::int::oid
    )
"""


@contextmanager
def alive(*queues: str) -> Iterator[Callable[[], None]]:
    """Of a worker of these queues, for its whole life, on a connection of its own. What it gives is called now and
    then: where the database was away, the locks are taken anew."""
    own = connection.copy()
    numbers = [NUMBERS[queue] for queue in queues]

    def still_here() -> None:
        is_new = own.connection is None
        try:
            with own.cursor() as cursor:
                if is_new:
                    cursor.execute(_SAY, [numbers])
                else:
                    cursor.execute(_STILL)
        except Exception:
            own.close()
            raise

    try:
        still_here()
        yield still_here
    finally:
        _leave(own)


def _leave(own: BaseDatabaseWrapper) -> None:
    """At once, and not when the server notices that the connection has ended."""
    if own.connection is not None:
        with suppress(DatabaseError), own.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock_all()")
    own.close()


def is_worker_there(queue: str = "exports") -> bool:
    """Whether anybody would do what waits in the queue."""
    with connection.cursor() as cursor:
        cursor.execute(_IS_THERE, [NUMBERS[queue]])
        return bool(cursor.fetchone()[0])
