"""Runs the tests at another moment: `TEST_CLOCK=2027-03-14T06:30Z`. The clock goes on from there.

The Python processes that a test starts follow (sitecustomize.py), and so does the tests' own PostgreSQL. The product
knows nothing of it.
"""

import os
import time
from datetime import datetime
from pathlib import Path

import psycopg2

AHEAD = "TEST_CLOCK_AHEAD"
"""Seconds from the machine's clock to the tests'; set by the first process for all the others."""

CLOCKS = {
    "clock_timestamp": "VOLATILE",
    "statement_timestamp": "STABLE",
    "transaction_timestamp": "STABLE",
    "now": "STABLE",
}
"""The functions by which SQL asks for the time; the product writes no CURRENT_TIMESTAMP, which would not follow."""
MOVED = """
    SET allow_system_table_mods = on;
    ALTER FUNCTION pg_catalog.{name}() RENAME TO {name}_of_the_machine;
    CREATE FUNCTION pg_catalog.{name}() RETURNS timestamptz LANGUAGE sql {kind} PARALLEL SAFE
        AS 'SELECT pg_catalog.{name}_of_the_machine() + interval ''{ahead} seconds'''
"""


def start() -> None:
    """Move this process's clock, and that of every Python process it starts."""
    if moment := os.environ.pop("TEST_CLOCK", ""):
        if "DATABASE_URL" in os.environ:
            raise SystemExit(
                "TEST_CLOCK moves the clock of a PostgreSQL of the tests' own: unset DATABASE_URL."
            )
        os.environ[AHEAD] = str(datetime.fromisoformat(moment).timestamp() - time.time())
        here = str(Path(__file__).parent)
        os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, (here, os.environ.get("PYTHONPATH"))))
        from tests.clock import sitecustomize  # noqa: F401  (moves it)


def is_moved() -> bool:
    """Whether the tests run at another moment than the machine's."""
    return AHEAD in os.environ


def move_postgres(url: str) -> None:
    """Move the clock of every database that is made from here on."""
    if not is_moved():
        return
    connection = psycopg2.connect(url, dbname="template1")
    with connection, connection.cursor() as cursor:
        for name, kind in CLOCKS.items():
            cursor.execute(MOVED.format(name=name, kind=kind, ahead=os.environ[AHEAD]))
    connection.close()
