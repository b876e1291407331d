"""While the database moves: what is read is asked for again, of a standby too; what is sent is tried once."""

import logging
import time
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace

import psycopg2
import pytest
from django.db import DatabaseError, InternalError, OperationalError, connection
from django.utils import timezone
from psycopg2.errors import DeadlockDetected, DiskFull, ReadOnlySqlTransaction

from ecrf.account.models import UserSession
from ecrf.account.session_store import SEEN, row_key
from ecrf.audit.lost import fails, is_lost
from ecrf.web import health, standby
from ecrf.web.metrics import machines
from ecrf.web.servers import DatabaseServer, furthest
from tests.builders import a_patient

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("R-134")]

LOST = OperationalError("server closed the connection unexpectedly")
TOKEN = "only-for-the-tests-only-for-the-tests"
BANNER = "For a moment this can only be read"


def a_standby(host: str, position: int = 1000, age: float | None = 5.0) -> DatabaseServer:
    as_of = None if age is None else timezone.now() - timedelta(seconds=age)
    return DatabaseServer((host, 5432), takes_writes=False, position=position, as_of=as_of, age=age)


@pytest.fixture(autouse=True)
def _as_at_the_start(monkeypatch, client):
    client.raise_request_exception = False
    monkeypatch.setattr(standby, "_seen", standby._ServersSeen())
    monkeypatch.setattr(connection, "close", lambda: None)
    monkeypatch.setattr(connection, "close_if_unusable_or_obsolete", lambda: None)


@pytest.fixture
def page(client, coordinator, site) -> str:
    client.force_login(coordinator)
    return f"/patients/{a_patient(site, coordinator).number}/"


@pytest.fixture
def servers(monkeypatch):
    """Three, of which those in `up` let themselves be reached; `follow` says what each answers. `chosen`: which one was
    taken for the furthest."""
    follow = {host: a_standby(host) for host in ("h2", "h3")}
    found = SimpleNamespace(up={"h1", "h2", "h3"}, follow=follow, chosen=[])
    addresses = [(host, 5432) for host in ("h1", "h2", "h3")]
    for module in (standby, health, machines):
        if hasattr(module, "named"):
            monkeypatch.setattr(module, "named", lambda: addresses)
        monkeypatch.setattr(module, "has_several_servers", lambda: True)
        monkeypatch.setattr(
            module,
            "answering",
            lambda asked: [
                found.follow[host] for host, _ in asked if host in found.up and host in found.follow
            ],
        )
    monkeypatch.setattr(standby, "listens", lambda address: address[0] in found.up)
    monkeypatch.setattr(
        standby, "furthest", lambda among: found.chosen.append(furthest(among)) or found.chosen[-1]
    )
    return found


@contextmanager
def failing(error: Exception, times: float = float("inf"), *, standby_answers: bool = False):
    """Every statement fails, so many times; those on a standby may go through. Gives how many have failed."""
    failed = []

    def wrapper(execute, sql, params, many, context):
        if len(failed) >= times or (standby_answers and standby.reads_from_standby()):
            return execute(sql, params, many, context)
        failed.append(sql)
        raise error

    with connection.execute_wrapper(wrapper):
        yield failed


def test_page_whose_connection_was_lost_is_asked_for_again(client, page):
    with failing(LOST, times=1):
        answer = client.get(page)
    assert answer.status_code == 200
    assert BANNER not in answer.content.decode()


def test_server_killed_in_the_middle_of_its_answer_is_one_that_is_away(client, page):
    """The driver then tells no more than that it is an error of the database: no code, and no class of its own."""
    killed = DatabaseError("error with status PGRES_TUPLES_OK and no message from the libpq")
    killed.__cause__ = psycopg2.DatabaseError("the same")
    assert is_lost(killed)
    with failing(killed, times=1):
        assert client.get(page).status_code == 200
    with failing(killed):
        assert client.post(page).status_code == 503
    assert not is_lost(DatabaseError("Forced update did not affect any rows."))


def test_page_is_asked_for_again_once_and_not_for_ever(client, page):
    with failing(LOST) as failed:
        assert client.get(page).status_code == 503
    assert len(failed) == 2


def test_save_whose_connection_was_lost_is_tried_once_and_said_not_to_be_saved(client, page):
    with failing(LOST) as failed:
        answer = client.post(f"{page}add/", {"reading:1:value_1": "31.5"})
    assert answer.status_code == 503
    assert len(failed) == 1
    words = answer.content.decode()
    assert "not saved, as far as we know" in words
    assert "what you" in words


def test_server_that_has_become_a_standby_counts_as_away(client, page):
    error = InternalError("cannot execute UPDATE in a read-only transaction")
    error.__cause__ = ReadOnlySqlTransaction()
    with failing(error):
        assert client.post(page).status_code == 503
    assert fails(error)
    assert is_lost(error)
    for other in (InternalError("something else"), ValueError(), None):
        assert not fails(other)
        assert not is_lost(other)


def test_statement_that_alone_failed_sends_nobody_elsewhere(client, page, servers):
    """Of two that waited in turn one is ended, a disk is full: the server is there, and takes the next."""
    for cause in (DeadlockDetected(), DiskFull()):
        error = OperationalError("not now")
        error.__cause__ = type(
            "Told", (type(cause),), {"pgcode": "40P01" if "Dead" in repr(cause) else "53100"}
        )()
        with failing(error) as failed:
            assert client.post(page).status_code == 503
        assert standby._seen.away_until == 0
        failed.clear()
        assert BANNER not in client.get(page).content.decode()


def test_while_none_takes_writes_pages_are_read_from_a_standby_and_say_so(client, page, servers):
    servers.up = {"h2", "h3"}
    with failing(LOST, standby_answers=True):
        answer = client.get(page)
    assert answer.status_code == 200
    assert BANNER in answer.content.decode()
    assert not standby.reads_from_standby()


def test_only_one_page_in_a_while_looks_for_the_server_that_takes_writes(client, page, servers):
    with failing(LOST, standby_answers=True) as failed:
        client.get(page)
        first = len(failed)
        assert client.get(page).status_code == 200
        assert len(failed) == first
        standby._seen.away_until = time.monotonic() - 1
        assert client.get(page).status_code == 200
        assert len(failed) > first
    standby._seen.away_until = time.monotonic() - 1
    assert BANNER not in client.get(page).content.decode()
    assert standby._seen.away_until == 0


def test_nothing_is_written_by_the_way_while_pages_are_read_from_a_standby(client, page, servers):
    session = client.session
    session[SEEN] = int(time.time()) - 600
    session.save()
    before = UserSession.objects.get(session_key=row_key(session.session_key)).seen_at
    with failing(LOST, standby_answers=True):
        assert client.get(page).status_code == 200
    assert UserSession.objects.get(session_key=row_key(session.session_key)).seen_at == before
    standby._seen.away_until = 0
    assert client.get(page).status_code == 200
    assert UserSession.objects.get(session_key=row_key(session.session_key)).seen_at > before


def test_who_is_cut_off_from_most_servers_shows_nothing_of_the_one_beside(client, page, servers):
    servers.up = {"h1"}
    with failing(LOST, standby_answers=True):
        assert client.get(page).status_code == 503


def test_of_one_server_alone_nothing_is_read_while_it_is_away(client, page):
    with failing(LOST, standby_answers=True):
        assert client.get(page).status_code == 503


@pytest.mark.parametrize(
    ("up", "status"), [({"h1", "h2"}, 200), ({"h1"}, 503), (set(), 503)], ids=["most", "one", "none"]
)
def test_proxy_is_told_who_is_cut_off_from_most_servers(up, status, client, servers):
    servers.up = up
    with failing(LOST):
        assert client.get("/healthz?proxy").status_code == status
    assert client.get("/healthz").status_code == 200


def test_proxy_of_one_server_goes_on_to_send_people_to_the_page_that_says_why(client):
    with failing(LOST):
        assert client.get("/healthz?proxy").status_code == 200


def test_the_one_that_has_come_furthest_is_read(client, page, servers):
    servers.up = {"h2", "h3"}
    servers.follow = {"h2": a_standby("h2", position=900), "h3": a_standby("h3", position=901)}
    with failing(LOST, standby_answers=True):
        assert BANNER in client.get(page).content.decode()
    assert {one.name for one in servers.chosen} == {"h3:5432"}


def test_one_that_takes_writes_comes_before_all_that_follow():
    writes = DatabaseServer(("h1", 5432), takes_writes=True, position=5, as_of=timezone.now(), age=0.0)
    assert furthest([a_standby("h2", position=6), writes]) == writes
    assert furthest([]) is None


@pytest.mark.parametrize(
    ("age", "minutes", "is_read"),
    [(599.0, 10, True), (601.0, 10, False), (601.0, 11, True), (None, 10, False)],
    ids=["within", "beyond", "as set", "unknown"],
)
def test_what_is_too_old_is_not_shown_and_the_page_says_so(
    age, minutes, is_read, client, page, servers, settings
):
    settings.STANDBY_LAG_MINUTES = minutes
    servers.up = {"h2", "h3"}
    servers.follow = {host: a_standby(host, age=age) for host in servers.up}
    with failing(LOST, standby_answers=True):
        answers = [
            client.get(page),
            client.get(page),
        ]  # the second one does not look for the one that takes writes
    for answer in answers:
        words = answer.content.decode()
        assert (BANNER in words) is is_read
        assert answer.status_code == (200 if is_read else 503)
        if not is_read:
            assert "A copy of it can be reached" in words
            day = f"{servers.follow['h2'].as_of:%Y-%m-%d %H:%M:%S}" if age else "how old it is"
            assert day in words


def test_one_that_did_not_lag_when_the_last_save_was_made_is_read_for_as_long_as_none_takes_writes(
    client, page, servers
):
    assert client.get("/healthz?proxy").status_code == 200
    standby._seen.writer_heard_at -= 3600
    servers.follow = {host: a_standby(host, age=3600 + 30) for host in ("h2", "h3")}
    with failing(LOST, standby_answers=True):
        assert BANNER in client.get(page).content.decode()
    servers.follow = {host: a_standby(host, age=3600 + 700) for host in ("h2", "h3")}
    standby._seen.asked_at -= 60
    with failing(LOST, standby_answers=True):
        assert client.get(page).status_code == 503


def test_servers_that_can_be_reached_and_do_not_answer_are_not_read(client, page, servers):
    servers.follow = {}
    with failing(LOST, standby_answers=True):
        assert [client.get(page).status_code for _ in range(2)] == [503, 503]


def test_page_that_was_read_from_a_standby_is_logged_with_who_read_it(
    client, page, servers, coordinator, caplog
):
    """At the first look, which has failed elsewhere before, and at the second, which begins there."""
    caplog.set_level(logging.INFO, "ecrf.request")
    with failing(LOST, standby_answers=True):
        for _ in range(2):
            assert client.get(page).status_code == 200
    lines = [line for line in caplog.records if line.name == "ecrf.request" and line.message == "request"]
    assert [(line.user, line.status) for line in lines] == [(coordinator.pk, 200)] * 2


WRITES = DatabaseServer(
    ("h1", 5432), takes_writes=True, position=1000, as_of=timezone.now(), age=0.0, waits_for="ANY 1 (h2,h3)"
)


@pytest.mark.parametrize(
    ("answers", "behind", "words"),
    [
        ({"h1": WRITES, "h2": a_standby("h2", age=3600), "h3": a_standby("h3")}, [0, 0, 0], []),
        (
            {
                "h1": WRITES,
                "h2": a_standby("h2", position=999, age=3600.0),
                "h3": a_standby("h3", 999, age=3.0),
            },
            [0, 3600, 3],
            ["h2:5432 follows, and has lacked for 3600 seconds"],
        ),
        (
            {"h1": WRITES, "h2": a_standby("h2", position=1, age=None), "h3": a_standby("h3")},
            [0, None, 0],
            ["h2:5432 follows, and has lacked for nobody knows how long"],
        ),
        ({"h1": WRITES, "h3": a_standby("h3")}, [0, None, 0], ["h2:5432 does not answer"]),
        (
            {host: a_standby(host) for host in ("h2", "h3")},
            [None, 0, 0],
            ["h1:5432 does not answer", "No server takes writes"],
        ),
        (
            {"h1": replace(WRITES, waits_for=""), "h2": a_standby("h2"), "h3": a_standby("h3")},
            [0, 0, 0],
            ["A save waits for no second server"],
        ),
    ],
    ids=["well", "lags for an hour", "unknown", "gone", "none takes writes", "one copy"],
)
def test_how_each_server_stands_is_told_in_words_and_numbers(
    answers, behind, words, servers, client, settings
):
    settings.HEALTH_TOKEN = TOKEN
    servers.follow = answers
    asked = {"authorization": f"Bearer {TOKEN}"}
    part = client.get("/healthz?full", headers=asked).json()["servers"]
    assert part["ok"] is (not words)
    assert [row["seconds_behind"] for row in part["servers"]] == behind
    assert len(part["words"]) == len(words)
    assert all(expected in said for expected, said in zip(words, part["words"], strict=True))
    told = client.get("/metrics", headers=asked).content.decode()
    for host, lacks in zip(("h1", "h2", "h3"), behind, strict=True):
        answered = host in answers
        assert f'ecrf_server_answers{{server="{host}:5432"}} {float(answered)}\n' in told
        lag = "+Inf" if lacks is None else float(lacks)
        assert (f'ecrf_server_seconds_behind{{server="{host}:5432"}} {lag}\n' in told) is answered


def test_servers_are_told_while_none_takes_writes(servers, client, settings):
    settings.HEALTH_TOKEN = TOKEN
    with failing(LOST):
        found = client.get("/healthz?full", headers={"authorization": f"Bearer {TOKEN}"})
        told = client.get("/metrics", headers={"authorization": f"Bearer {TOKEN}"}).content.decode()
    assert found.status_code == 503
    assert found.json()["servers"]["words"]
    assert 'ecrf_server_answers{server="h2:5432"} 1.0' in told
    assert "ecrf_database_up 0.0" in told


def test_of_one_server_no_others_are_told():
    assert health._servers() == {}
    assert list(machines.Machines().collect()) == []
