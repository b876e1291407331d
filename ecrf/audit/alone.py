"""That only one process at a time does something: a lock of its session, which ends with it, however that ends."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

_TAKE = "SELECT pg_try_advisory_lock(hashtext(%s), %s::integer)"
_RELEASE = "SELECT pg_advisory_unlock(hashtext(%s), %s::integer)"


@contextmanager
def only_one(doing: str, which: int = 0) -> Iterator[bool]:
    """Whether nobody else is at it. `doing`: what, such as `ecrf.export`; `which` of several, by its number."""
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, [doing, which])
        is_mine = bool(cursor.fetchone()[0])
    try:
        yield is_mine
    finally:
        if is_mine:
            with connection.cursor() as cursor:
                cursor.execute(_RELEASE, [doing, which])
