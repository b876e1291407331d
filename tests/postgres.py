"""pytest plugin, loaded before the settings: gives the tests a real PostgreSQL where none is named."""

import atexit
import os
import tempfile
from contextlib import ExitStack
from pathlib import Path

from ecrf.demo import embedded_postgres

_stack = ExitStack()
TEST_SETTINGS = {
    "SECRET_KEY": "only-for-tests-" * 5,
    "ALLOWED_HOSTS": "testserver,127.0.0.1,localhost",
    "TLS": "off",
    "SYNTHETIC_DATA": "on",
    "LOG_LEVEL": "ERROR",
}


def start() -> None:
    for name, value in TEST_SETTINGS.items():
        os.environ.setdefault(name, value)
    if "DATABASE_URL" not in os.environ:
        folder = Path(_stack.enter_context(tempfile.TemporaryDirectory(prefix="ecrf-tests-")))
        folder.chmod(0o755)
        os.environ["DATABASE_URL"] = _stack.enter_context(embedded_postgres(folder / "postgres"))
        atexit.register(_stack.close)


start()
