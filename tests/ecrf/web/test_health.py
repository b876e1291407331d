"""`/healthz?full` tells the hospital's monitoring how everything stands, and nobody else."""

import shutil
from collections import namedtuple
from contextlib import ExitStack

import pytest
from django.core.management import call_command
from django.db import OperationalError, connection
from django_tasks_db.management.commands.db_worker import Worker

from ecrf.anchors.configuration import AnchorSettings
from ecrf.anchors.making.anchor import make_anchor
from ecrf.anchors.making.delivery import deliver_due
from ecrf.anchors.signed.keys import new_key
from ecrf.exports.management.commands.work import QUEUES
from ecrf.exports.work.presence import NUMBERS, alive, is_worker_there
from ecrf.web import health
from tests.database import tamper
from tests.ecrf.anchors.test_runs import run

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("R-009")]

TOKEN = "synthetic-token-of-this-test-0123456789"
PARTS = {"database", "worker", "importer", "verification", "anchor", "disk"}


@pytest.fixture(autouse=True)
def _keep_the_tests_transaction(monkeypatch) -> None:
    monkeypatch.setattr(connection, "close_if_unusable_or_obsolete", lambda: None)


@pytest.fixture
def well(settings, tmp_path, site):
    """A product of which nothing is wrong; `close` ends its workers."""
    settings.HEALTH_TOKEN = TOKEN
    settings.ANCHORS = AnchorSettings(keys=(new_key(),), folder=tmp_path / "anchors")
    run()
    make_anchor("test")
    deliver_due()
    with ExitStack() as workers:
        workers.enter_context(alive("exports", "imports"))
        yield workers


def ask(client, token: str | None = TOKEN):
    headers = {} if token is None else {"Authorization": f"Bearer {token}"}
    return client.get("/healthz?full", headers=headers)


def wrong(answer) -> dict[str, list[str]]:
    assert answer.status_code == 503
    found = answer.json()
    assert found["ok"] is False
    return {name: found[name]["words"] for name in found.keys() & PARTS if not found[name]["ok"]}


def test_all_is_well(well, client):
    answer = ask(client)
    assert answer.status_code == 200
    found = answer.json()
    assert found["ok"] is True
    assert found.keys() >= PARTS
    assert found["verification"]["faults"] == 0
    assert found["anchor"]["number"] == 1
    assert found["database"]["bytes"] > 0


@pytest.mark.parametrize("token", [None, "", "wrong", TOKEN[:-1], f"{TOKEN} "])
def test_without_the_token_nothing_is_told(token, well, client):
    answer = ask(client, token)
    assert answer.status_code == 403
    assert answer["Content-Type"].startswith("text/plain")
    assert "HEALTH_TOKEN" in answer.content.decode()


def test_where_no_token_is_set_nobody_is_told(client, settings):
    settings.HEALTH_TOKEN = ""
    assert ask(client, "").status_code == ask(client, None).status_code == 403


def test_plain_look_stays_as_it_was(client):
    answer = client.get("/healthz")
    assert (answer.status_code, answer.content) == (200, b"ok\n")


NOBODY = {
    "worker": ["No worker runs: start manage.py work (the service worker)."],
    "importer": ["No importer runs: start manage.py work --only imports (the service importer)."],
}


@pytest.mark.parametrize(
    ("queues", "missing"),
    [((), {"worker", "importer"}), (("exports",), {"importer"}), (("imports",), {"worker"})],
)
def test_worker_that_is_gone_is_told_by_what_it_worked_on(queues, missing, well, client):
    well.close()
    with alive(*queues):
        assert wrong(ask(client)) == {part: NOBODY[part] for part in missing}


@pytest.mark.parametrize("only", [None, "exports", "imports"])
def test_worker_is_there_for_what_it_works_on_while_it_works(only, db, monkeypatch):
    seen = {}

    def look(self) -> None:
        seen.update({queue: is_worker_there(queue) for queue in NUMBERS})

    monkeypatch.setattr(Worker, "run", look)
    call_command("work", once=True, only=only)
    assert seen == {queue: only in (None, queue) for queue in NUMBERS}
    assert not any(is_worker_there(queue) for queue in NUMBERS)


def test_every_queue_has_a_lock_of_its_own():
    assert NUMBERS.keys() == QUEUES.keys()
    assert len(set(NUMBERS.values())) == len(NUMBERS)


def test_fault_of_the_trail_is_told(well, client, site):
    tamper("UPDATE audit_auditchain SET head = repeat('f', 64)")
    run()
    (words,) = wrong(ask(client))["verification"]
    assert "found one fault" in words


def test_anchor_that_is_late_is_told(well, client):
    tamper("UPDATE anchors_anchor SET made_at = made_at - interval '27 hours'")
    (words,) = wrong(ask(client))["anchor"]
    assert "the daily one is late" in words


def test_full_disk_is_told(well, client, monkeypatch):
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage(10, 9, 1))
    assert list(wrong(ask(client))) == ["disk"]


def test_database_that_is_away_is_told(well, client, monkeypatch):
    def away():
        raise OperationalError("the server closed the connection unexpectedly")

    monkeypatch.setattr(health, "_database", away)
    monkeypatch.setattr(connection, "close", lambda: None)
    assert wrong(ask(client)) == {"database": ["The database does not answer."]}


def test_installation_without_anchors_is_not_wrong_and_says_so(well, client):
    tamper("DELETE FROM anchors_anchordelivery")
    tamper("DELETE FROM anchors_anchor")
    answer = ask(client)
    assert answer.status_code == 200
    assert answer.json()["anchor"]["set_up"] is False
