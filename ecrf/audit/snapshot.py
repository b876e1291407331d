"""Reads of one moment: what is written meanwhile is not seen."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction


@contextmanager
def one_snapshot(*, writes: bool = False) -> Iterator[None]:
    """Everything that is read within is of one moment, and nothing is written, unless it is said. Inside another
    transaction (of a test) that transaction's own view holds."""
    nested = connection.in_atomic_block
    with transaction.atomic():
        if not nested:
            with connection.cursor() as cursor:
                cursor.execute(
                    f"SET TRANSACTION ISOLATION LEVEL REPEATABLE READ{'' if writes else ' READ ONLY'}"
                )
        yield
