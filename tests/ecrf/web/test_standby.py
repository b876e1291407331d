"""While the database moves: what is read is asked for again, of a standby too; what is sent is tried once."""

import time
from contextlib import contextmanager
from types import SimpleNamespace

import psycopg2
import pytest
from django.db import DatabaseError, InternalError, OperationalError, connection
from psycopg2.errors import DeadlockDetected, DiskFull, ReadOnlySqlTransaction

from ecrf.account.models import UserSession
from ecrf.account.session_store import SEEN, row_key
from ecrf.web import health, standby
from tests.builders import a_patient

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("R-134")]

LOST = OperationalError("server closed the connection unexpectedly")
BANNER = "For a moment this can only be read"


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
    """Three, of which those in `up` let themselves be reached."""
    found = SimpleNamespace(up={"h1", "h2", "h3"})
    monkeypatch.setattr(standby, "servers_of", lambda settings: [(host, 5432) for host in ("h1", "h2", "h3")])
    monkeypatch.setattr(standby, "_listens", lambda host, port: host in found.up)
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
    assert standby.is_away(killed)
    with failing(killed, times=1):
        assert client.get(page).status_code == 200
    with failing(killed):
        assert client.post(page).status_code == 503
    assert not standby.is_away(DatabaseError("Forced update did not affect any rows."))


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
    assert not standby.is_away(InternalError("something else"))
    assert not standby.is_away(ValueError())


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


def test_which_server_answers_is_told_and_that_a_save_waits_for_no_second_one(monkeypatch):
    assert health._servers() == {}
    monkeypatch.setattr(health, "has_several_servers", lambda: True)
    part = health._servers()["servers"]
    assert (part["role"], part["saves_wait_for"], part["seconds_behind"]) == ("primary", "", None)
    assert part["ok"] is False
    assert part["words"] == [health.ONE_COPY]
