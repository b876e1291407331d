"""The server is killed, between two saves and in the middle of one: what was acknowledged is there, and no more."""

import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from http.client import HTTPConnection, HTTPException
from urllib.parse import urlencode

import psycopg2
import pytest

from ecrf.demo import ROOT, gunicorn
from tests.conftest import PASSWORD
from tests.postgres import cursor_on, fresh_database

pytestmark = [pytest.mark.requirement("R-024"), pytest.mark.requirement("R-093")]

SEED = f"""
import uuid
from datetime import date
import django
django.setup()
from ecrf.access.models import Membership, Site, User
from ecrf.audit.actor import SYSTEM, acting
from ecrf.casebook.services import add_patient, open_visit
with acting(SYSTEM, source="test"):
    more = dict(time_zone="Asia/Tokyo", active_from=date(2000, 1, 1))
    site = Site.objects.create(code="01", name="Synthetic hospital", **more)
    user = User.objects.create_user("coordinator", "Synthetic", {PASSWORD!r})
    Membership.objects.create(user=user, role="coordinator", site=site)
open_visit(patient=add_patient(site=site, by=user, request_key=uuid.uuid4()), code="W01", by=user)
"""


@pytest.fixture(scope="module")
def scratch() -> Iterator[dict[str, str]]:
    """A database of its own with one patient: the environment of it."""
    with fresh_database() as url:
        env = {**os.environ, "DATABASE_URL": url, "TLS": "off"}
        subprocess.run([sys.executable, "-c", SEED], cwd=ROOT, env=env, check=True)
        yield env


class Server:
    """Gunicorn with two workers in a process group of its own, so that all of it can be killed at once."""

    def __init__(self, env: dict[str, str], command: Callable[[str], list[str]] = gunicorn) -> None:
        self.cookies: dict[str, str] = {}
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.process = subprocess.Popen(command(str(self.port)), cwd=ROOT, env=env, start_new_session=True)
        self._wait()

    def _wait(self) -> None:
        for _ in range(200):
            with contextlib.suppress(OSError):
                if self.ask("GET", "/healthz")[0] == 200:
                    return
            time.sleep(0.05)
        raise AssertionError("the server does not start")

    def ask(self, method: str, path: str, data: dict[str, str] | None = None) -> tuple[int, dict[str, str]]:
        """Status and the cookies it sets; OSError where the connection breaks."""
        headers = {
            "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
            "Content-Type": "application/x-www-form-urlencoded",
            "X-CSRFToken": self.cookies.get("csrftoken", ""),
            "HX-Request": "true",
        }
        http = HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            http.request(method, path, urlencode(data or {}), headers)
            response = http.getresponse()
            response.read()
            found = dict(re.findall(r"(csrftoken|sessionid)=([^;]+)", str(response.msg)))
            return response.status, found
        finally:
            http.close()

    def log_in(self) -> "Server":
        self.cookies = self.ask("GET", "/login/again/")[1]
        status, cookies = self.ask("POST", "/login/again/", {"username": "coordinator", "password": PASSWORD})
        assert status == 204
        self.cookies |= cookies
        return self

    def save(self, item: str, value: str) -> int:
        return self.ask("POST", f"/patients/01-001/W01/reading/1/{item}/", {"value": value})[0]

    def kill(self) -> None:
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(10)


@pytest.fixture
def serve(scratch) -> Iterator:
    running: list[Server] = []

    def start() -> Server:
        running.append(Server(scratch))
        return running[-1].log_in()

    yield start
    for server in running:
        with contextlib.suppress(ProcessLookupError):
            server.kill()


def stored(env: dict[str, str]) -> tuple[dict[str, str], list[tuple[str, str]]]:
    """The grip values in the table, and (item, value) of every event of the trail, in order."""
    items = ("value_1", "value_2", "value_3", "value_4", "value_5", "value_6")
    with cursor_on(env["DATABASE_URL"]) as cursor:
        cursor.execute(f"SELECT {', '.join(items)} FROM stub_trial_stubreading")
        row = cursor.fetchone() or [None] * len(items)
        cursor.execute(
            "SELECT changes FROM audit_auditevent WHERE \"table\" = 'stub_trial_stubreading' ORDER BY position"
        )
        changes = [changed for (changed,) in cursor.fetchall()]
    trail = [(item, str(change[item][1])) for change in changes for item in items if item in change]
    return {i: str(v) for i, v in zip(items, row, strict=True) if v is not None}, trail


def verify(env: dict[str, str]) -> str:
    command = [sys.executable, "manage.py", "verify_audit"]
    return subprocess.run(command, cwd=ROOT, env=env, check=True, capture_output=True, text=True).stdout


def test_whatever_was_acknowledged_before_a_kill_is_there_with_its_event(serve, scratch):
    acknowledged: list[tuple[str, str]] = []
    server = serve()
    for item, value in (("value_1", "31.5"), ("value_2", "30.5")):
        assert server.save(item, value) == 200
        acknowledged.append((item, value))
    server.kill()
    assert stored(scratch) == (dict(acknowledged), acknowledged)

    server = serve()
    assert server.save("value_3", "29.5") == 200
    acknowledged.append(("value_3", "29.5"))
    kill_in_the_middle_of_a_save(server, scratch)
    assert stored(scratch) == (dict(acknowledged), acknowledged)

    server = serve()
    assert server.save("value_4", "28.5") == 200
    acknowledged.append(("value_4", "28.5"))
    acknowledged += kill_at_any_moment(server)
    values, trail = stored(scratch)
    assert set(acknowledged) <= set(trail)
    assert len(set(trail) - set(acknowledged)) <= 1, "at most the one save that was under way"
    assert values == dict(trail)
    assert "The audit trail holds" in verify(scratch)


def kill_in_the_middle_of_a_save(server: Server, env: dict[str, str]) -> None:
    """The row is written, its event waits for the head of the chain, which we hold; then the server dies."""
    answers: list[int | Exception] = []

    def save() -> None:
        try:
            answers.append(server.save("value_6", "11.5"))
        except (OSError, HTTPException) as error:
            answers.append(error)

    holder = psycopg2.connect(env["DATABASE_URL"])
    try:
        with holder.cursor() as cursor:
            cursor.execute("SELECT 1 FROM audit_auditchain WHERE chain > 0 FOR UPDATE")
            thread = threading.Thread(target=save)
            thread.start()
            assert _somebody_waits(env), "the save did not come as far as its event"
            server.kill()
            thread.join(20)
    finally:
        holder.rollback()
        holder.close()
    assert isinstance(answers[0], Exception), "it was never acknowledged"
    for _ in range(100):
        if not _somebody_waits(env, tries=1):
            break
        time.sleep(0.05)


def _somebody_waits(env: dict[str, str], tries: int = 100) -> bool:
    with cursor_on(env["DATABASE_URL"]) as cursor:
        for _ in range(tries):
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
            )
            if cursor.fetchone()[0]:
                return True
            time.sleep(0.05)
    return False


def kill_at_any_moment(server: Server) -> list[tuple[str, str]]:
    """Save without a pause until the server dies under it; what was answered with 200."""
    acknowledged: list[tuple[str, str]] = []
    killer = threading.Timer(0.2, server.kill)
    with contextlib.suppress(OSError, HTTPException):
        for n in range(10_000):
            assert server.save("value_5", f"{n % 200}.5") == 200
            acknowledged.append(("value_5", f"{n % 200}.5"))
            if len(acknowledged) == 1:  # a process that has rendered nothing yet takes its time
                killer.start()
    killer.join()
    return acknowledged
