"""A connection to the database that was lost in the middle of a job: it is opened anew, and the job done once more."""

import logging
from collections.abc import Callable

import psycopg2
from django.db import DatabaseError, InterfaceError, OperationalError, connection

log = logging.getLogger("ecrf.database")

AWAY = ("08", "57P")
"""How the codes of PostgreSQL begin that say that it ended the connection; one that was just cut has no code at all."""


def is_lost(error: BaseException) -> bool:
    """Whether this error says that the connection is gone, and not that a statement failed."""
    if isinstance(error, InterfaceError):
        return True
    cause = error.__cause__
    code = getattr(cause, "pgcode", None)
    if (
        type(cause) is psycopg2.DatabaseError
    ):  # killed in the middle of its answer: the driver knows no better class
        return not code
    return isinstance(error, OperationalError) and (not code or code.startswith(AWAY))


def once_more_if_lost(job: Callable[[], None]) -> None:
    """Only for a job that leaves all or nothing, and that finds out by itself whether it was done: the connection may
    have been lost after the last word was kept, and before that was heard."""
    try:
        job()
    except (DatabaseError, InterfaceError) as error:
        if not is_lost(error):
            raise
        log.warning("the connection to the database was lost in the middle of a job: it is done once more")
        connection.close()
        job()
