"""How far real servers are that follow a real one: which is asked, and what each says of itself."""

import shutil
import tempfile
import time
from pathlib import Path
from types import SimpleNamespace

import psycopg2
import pytest
from django.db import connection

from ecrf.upkeep.drill.server import Server as Cluster
from ecrf.web.servers import answering, furthest, listens, name_of
from tests.drill.machine import binaries
from tests.postgres import cursor_on

AS = "postgres"
OFTEN = {"fsync": "off", "wal_receiver_status_interval": "1s", "shared_buffers": "16MB"}
PATIENCE_S = 20


@pytest.fixture(scope="module")
def clusters():
    """One that takes writes, and two that follow it, of which one applies nothing any more after a while."""
    work = Path(tempfile.mkdtemp(prefix="ecrf-servers-"))
    work.chmod(0o755)  # PostgreSQL does not run as root
    first = Cluster(work / "first", binaries(), OFTEN)
    begun = []
    try:
        first.folder.mkdir()
        first._hand_over()
        made = first._run("initdb", "-U", AS, "--no-sync", "--auth", "trust", "--encoding", "UTF8")
        assert made.returncode == 0, made.stderr
        first.start()
        begun.append(first)
        for name in ("prompt", "slow"):
            begun.append(follower(work / name, first))
        yield SimpleNamespace(first=first, prompt=begun[1], slow=begun[2])
    finally:
        for one in reversed(begun):
            one.stop()
        shutil.rmtree(work, ignore_errors=True)


def follower(folder, first: Cluster) -> Cluster:
    to_first = f"host={first.sockets} user={AS}"
    one = Cluster(folder, binaries(), {**OFTEN, "primary_conninfo": to_first, "hot_standby": "on"})
    folder.mkdir(mode=0o700)
    one._hand_over()
    copied = one._run("pg_basebackup", "--no-sync", "--checkpoint", "fast", "-d", to_first)
    assert copied.returncode == 0, copied.stderr
    (folder / "standby.signal").touch()
    one.start()
    return one


@pytest.fixture
def asked(clusters, monkeypatch):
    """What the three say of themselves, by name; whoever is silent is not in it."""
    own = {"dbname": AS, "user": AS, "target_session_attrs": "read-write", "connect_timeout": 2}
    monkeypatch.setattr(connection, "get_connection_params", lambda: dict(own))
    names = vars(clusters)

    def ask():
        addresses = {(str(one.sockets), 5432): name for name, one in names.items()}
        return {addresses[one.address]: one for one in answering(addresses)}

    return ask


def save(clusters) -> None:
    with cursor_on(clusters.first.url(AS, AS)) as cursor:
        cursor.execute("CREATE TABLE IF NOT EXISTS kept (at timestamptz); INSERT INTO kept VALUES (now())")


def wait(is_so) -> None:
    until = time.monotonic() + PATIENCE_S
    while not is_so():
        assert time.monotonic() < until
        time.sleep(0.05)


@pytest.mark.requirement("R-130")
def test_one_that_lags_is_told_from_one_that_does_not_and_is_not_the_one_that_is_read(clusters, asked):
    save(clusters)
    wait(lambda: (now := asked()) and now["slow"].position >= now["first"].position)
    found = asked()
    assert [found[name].takes_writes for name in ("first", "prompt", "slow")] == [True, False, False]
    assert found["slow"].behind(found.values()) == 0
    assert found["slow"].as_of is not None
    with cursor_on(clusters.slow.url(AS, AS)) as cursor:
        cursor.execute("SELECT pg_wal_replay_pause()")
    time.sleep(1)
    save(clusters)
    wait(lambda: (now := asked()) and now["prompt"].position >= now["first"].position)
    found = asked()
    assert found["prompt"].behind(found.values()) == 0
    assert found["slow"].behind(found.values()) >= 1
    assert found["slow"].as_of < found["prompt"].as_of
    assert furthest(found.values()) == found["first"]

    clusters.first.kill()
    wait(lambda: "first" not in asked())
    assert not listens((str(clusters.first.sockets), 5432))
    found = asked()
    assert furthest(found.values()) == found["prompt"]
    assert found["slow"].behind(found.values()) >= 1


def test_server_that_is_silent_or_refuses_is_left_out(monkeypatch, tmp_path):
    monkeypatch.setattr(connection, "get_connection_params", lambda: {"dbname": AS, "user": "nobody-here"})
    assert answering([(str(tmp_path), 5432), ("127.0.0.1", 1)]) == []
    assert answering([]) == []


def test_servers_are_named_as_their_addresses():
    assert [name_of(one) for one in (("h1", 5432), ("::1", 5433))] == ["h1:5432", "[::1]:5433"]
    assert psycopg2.extensions.parse_dsn(f"postgresql://u@{name_of(('::1', 5433))}/n")["port"] == "5433"
