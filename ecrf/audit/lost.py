"""What an error of the database says: that the product asks wrongly, or that the database does not do what it is asked
for, or that the connection is of no use any more: it is opened anew then, and the job done once more."""

import logging
from collections.abc import Callable

import psycopg2
from django.db import Error, InterfaceError, InternalError, OperationalError, connection
from psycopg2.errors import ReadOnlySqlTransaction

log = logging.getLogger("ecrf.database")

AWAY = ("08", "57P")
"""How the codes of PostgreSQL begin that say that it ended the connection; one that was just cut has no code at all."""


def fails(error: BaseException | None) -> bool:
    """Whether it is the database that does not do what it is asked for, and not the product that asks wrongly."""
    return isinstance(error, OperationalError | InterfaceError) or _only_follows(error) or _was_cut_off(error)


def is_lost(error: BaseException | None) -> bool:
    """Whether this error says that the connection is gone, or its server takes no writes any more, and not that a
    statement alone failed: the next connection may be to a server that does."""
    if isinstance(error, InterfaceError) or _only_follows(error) or _was_cut_off(error):
        return True
    code = getattr(getattr(error, "__cause__", None), "pgcode", None)
    return isinstance(error, OperationalError) and (not code or code.startswith(AWAY))


def _only_follows(error: BaseException | None) -> bool:
    return isinstance(error, InternalError) and isinstance(error.__cause__, ReadOnlySqlTransaction)


def _was_cut_off(error: BaseException | None) -> bool:
    """Whether the server was killed in the middle of its answer, for which the driver has no better class."""
    cause = getattr(error, "__cause__", None)
    is_vague = isinstance(error, Error) and type(cause) is psycopg2.DatabaseError
    return is_vague and not getattr(cause, "pgcode", None)


def once_more_if_lost(job: Callable[[], None]) -> None:
    """Only for a job that leaves all or nothing, and that finds out by itself whether it was done: the connection may
    have been lost after the last word was kept, and before that was heard."""
    try:
        job()
    except Error as error:
        if not is_lost(error):
            raise
        log.warning("the connection to the database was lost in the middle of a job: it is done once more")
        connection.close()
        job()
