"""Fifty connections that send or read as slowly as they can keep nobody else from working, and are ended."""

import socket
import sys
import time
from collections.abc import Iterator
from statistics import median

import pytest

from ecrf.demo import gunicorn
from ecrf.web.worker import DJANGO_THREADS
from tests.ecrf.casebook.record.test_killed_server import Server, scratch  # noqa: F401  (the second is a fixture)
from tests.postgres import cursor_on
from tests.siege.slow import SLOW, SlowSender

COMES_WITHIN = 4
IN_A_HURRY = f"""
import sys, ecrf.web.worker
ecrf.web.worker.COMES_WITHIN = {COMES_WITHIN}
from gunicorn.app.wsgiapp import run
run()
"""


def in_a_hurry(port: str) -> list[str]:
    return [sys.executable, "-c", IN_A_HURRY, *gunicorn(port)[3:]]


@pytest.fixture(scope="module")
def server(scratch) -> Iterator[Server]:  # noqa: F811
    running = Server(scratch, in_a_hurry)
    yield running.log_in()
    running.kill()


@pytest.fixture
def senders(server) -> Iterator[list[SlowSender]]:
    begun = [SlowSender(server.port, kind) for kind in SLOW for _ in range(10)]
    yield begun
    for sender in begun:
        sender.close()


def test_others_are_answered_at_once_beside_fifty_slow_senders_which_are_ended(server, senders, scratch):  # noqa: F811
    began = time.monotonic()
    answered = []
    while time.monotonic() < began + COMES_WITHIN - 1:
        for sender in senders:
            sender.go_on()
        asked = time.monotonic()
        assert server.save("value_1", f"{30 + len(answered) % 9}.5") == 200
        answered.append(time.monotonic() - asked)
        time.sleep(0.1)
    assert median(answered) < 2, answered  # who stands behind a sender is answered when that one is ended
    # Those that wait for a sender hold no connection to the database.
    with cursor_on(scratch["DATABASE_URL"]) as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
            " AND backend_type = 'client backend' AND application_name NOT LIKE 'test_%'"
        )
        assert cursor.fetchone()[0] <= 2 * DJANGO_THREADS
    while left := [sender for sender in senders if not sender.is_ended]:
        assert time.monotonic() < began + COMES_WITHIN + 8, {sender.kind for sender in left}
        for sender in left:
            sender.go_on()
        time.sleep(0.2)
    assert server.save("value_1", "29.5") == 200


def test_answer_does_not_tell_which_server_it_is(server):
    with socket.create_connection(("127.0.0.1", server.port), timeout=5) as plain:
        plain.sendall(b"GET /healthz HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n")
        assert b"gunicorn" not in plain.recv(4096).lower()
