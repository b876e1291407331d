"""pytest plugin, loaded before the settings: gives the tests a real PostgreSQL where none is named."""

import atexit
import os
import tempfile
from contextlib import ExitStack
from pathlib import Path

import psycopg2

from ecrf.demo import embedded_postgres
from tests import clock

_stack = ExitStack()
TEST_SETTINGS = {
    "SECRET_KEY": "only-for-tests-" * 5,
    "ALLOWED_HOSTS": "testserver,127.0.0.1,localhost",
    "TLS": "off",
    "SYNTHETIC_DATA": "on",
    "LOG_LEVEL": "ERROR",
}


def start() -> None:
    clock.start()
    for name in ("DATABASE_URL_FILE", "SECRET_KEY_FILE", "ALLOWED_HOSTS_FILE"):
        os.environ.pop(name, None)
    for name, value in TEST_SETTINGS.items():
        os.environ.setdefault(name, value)
    if "DATABASE_URL" not in os.environ:
        folder = Path(_stack.enter_context(tempfile.TemporaryDirectory(prefix="ecrf-tests-")))
        folder.chmod(0o755)
        os.environ["DATABASE_URL"] = url = _stack.enter_context(embedded_postgres(folder / "postgres"))
        _hurry(url)
        clock.move_postgres(url)
        atexit.register(_stack.close)


def _hurry(url: str) -> None:
    """This cluster need not survive a power cut: it is thrown away."""
    connection = psycopg2.connect(url)
    connection.autocommit = True
    with connection.cursor() as cursor:
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            cursor.execute(f"ALTER SYSTEM SET {setting} = off")
        cursor.execute("SELECT pg_reload_conf()")
    connection.close()


start()
