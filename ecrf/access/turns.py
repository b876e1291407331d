"""Acts about accounts, roles and sites take turns: what one of them has looked at cannot change before it writes."""

from django.db import connection


def take_turns() -> None:
    """Wait until nobody else acts so; until the end of the transaction, nobody else does. Before the first write: who
    has written holds the end of the trail's chain, for which the one before would wait in turn."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('ecrf.people'))")
