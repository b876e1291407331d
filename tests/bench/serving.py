"""Starts what is measured, PostgreSQL and the product on gunicorn as in the demo; stops and removes it."""

import contextlib
import http.client
import os
import re
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO
from urllib.parse import urlsplit, urlunsplit

import psycopg2

from ecrf.demo import ROOT, embedded_postgres, environment, gunicorn, manage

WEB = "ecrf_web"

START_WITHIN_SECONDS = 60
STOP_WITHIN_SECONDS = 20


@contextlib.contextmanager
def database() -> Iterator[dict[str, str]]:
    """A migrated database and static files in a temporary folder; gives the environment to use them, as the owner."""
    with tempfile.TemporaryDirectory(prefix="ecrf-bench-") as name:
        folder = Path(name)
        folder.chmod(0o755)  # PostgreSQL runs as another user where the bench runs as root
        with embedded_postgres(folder / "postgres") as url:
            env = bench_environment(url, folder)
            add_role(url)
            manage({**env, "DJANGO_SETTINGS_MODULE": "ecrf.settings"}, "migrate", "--verbosity", "0")
            manage(env, "migrate", "--verbosity", "0", "--run-syncdb")
            _grant_reference(url)
            manage(env, "collectstatic", "--no-input", "--verbosity", "0")
            yield env


def bench_environment(url: str, folder: Path) -> dict[str, str]:
    """The demo's environment, whatever the caller's own says, with the reference beside the product."""
    given = {
        "ALLOWED_HOSTS": "127.0.0.1",
        "TLS": "off",
        "DEBUG": "off",
        "SYNTHETIC_DATA": "on",
        "LOG_LEVEL": "WARNING",
    }
    bench = {"DJANGO_SETTINGS_MODULE": "tests.bench.settings", "BENCH_STATIC_ROOT": str(folder / "static")}
    return {**environment(url), **given, **bench, "SECRET_KEY": "only-for-the-bench-" * 4}


def add_role(url: str) -> None:
    """As the compose file makes it; the migrations grant to it what it may."""
    _run(url, f"CREATE ROLE {WEB} LOGIN; ALTER ROLE {WEB} SET track_activities = off")


def _grant_reference(url: str) -> None:
    _run(url, f"GRANT SELECT, UPDATE ON reference_plain TO {WEB}")


def _run(url: str, statements: str) -> None:
    connection = psycopg2.connect(url)
    with connection, connection.cursor() as cursor:
        cursor.execute(statements)
    connection.close()


def as_web(url: str) -> str:
    """The same database for the role that serves people where the product runs: bound by the policies."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=f"{WEB}:@{parts.netloc.rpartition('@')[2]}"))


@contextlib.contextmanager
def server(
    env: dict[str, str], as_owner: bool = False, workers: str = "2", says: BinaryIO | None = None
) -> Iterator["Server"]:
    """gunicorn by the demo's command on a free port, ended at the end. It serves as the web role, as it is shipped;
    `as_owner`, whom no policy binds, to see what these cost. `says`: a file for what it prints."""
    port = _free_port()
    start = time.perf_counter()
    served = env if as_owner else {**env, "DATABASE_URL": as_web(env["DATABASE_URL"])}
    process = subprocess.Popen(
        gunicorn(str(port), workers), cwd=ROOT, env=served, stdout=says, stderr=says and subprocess.STDOUT
    )
    try:
        _wait_until_healthy(process, port)
        yield Server(process.pid, port, time.perf_counter() - start)
    finally:
        process.terminate()
        try:
            process.wait(STOP_WITHIN_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def processes_of_compose() -> str:
    """How many the compose file starts."""
    said = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
    found = re.search(r"WEB_CONCURRENCY:-(\d+)", said)
    assert found
    return found[1]


class Server:
    """The running server: where it answers and how long it took to."""

    def __init__(self, pid: int, port: int, started_in: float) -> None:
        self.pid, self.port, self.started_in = pid, port, started_in

    def worker_memory_mb(self) -> list[float]:
        """Of each worker: its own memory and its share of what it shares (PSS), in MB."""
        return [pss_mb(pid) for pid in self.workers()]

    def workers(self) -> list[int]:
        """The ids of their processes."""
        children = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text(encoding="ascii").split()
        return [int(child) for child in children]


def pss_mb(pid: int) -> float:
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) / 1024
    raise LookupError(f"The kernel does not tell the memory of process {pid}.")


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def _wait_until_healthy(process: subprocess.Popen, port: int) -> None:
    end = time.monotonic() + START_WITHIN_SECONDS
    while time.monotonic() < end:
        if process.poll() is not None:
            sys.exit("The server did not start; what it says stands above.")
        with contextlib.suppress(OSError):
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", "/healthz")
            if connection.getresponse().status == 200:
                return
        time.sleep(0.01)
    sys.exit(f"The server did not answer within {START_WITHIN_SECONDS} seconds.")


def use(env: dict[str, str]) -> None:
    """Make this process one more of the product, on the same database, to seed and to count statements."""
    import django

    os.environ.update(env)
    django.setup()
