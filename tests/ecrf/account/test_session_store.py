"""What is noted in a session at the end of a request, while the database is away or after the session was ended."""

import psycopg2
import pytest
from django.contrib.sessions.backends.base import UpdateError
from django.db import DatabaseError, OperationalError

from ecrf.account.models import UserSession
from ecrf.account.session_store import SessionStore, row_key
from ecrf.audit.lost import fails

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("R-024")]


@pytest.fixture
def session(client, coordinator) -> SessionStore:
    client.force_login(coordinator)
    found = SessionStore(client.session.session_key)
    found["noted"] = 1
    return found


def test_database_that_is_away_is_not_told_as_a_session_that_was_ended(session, monkeypatch):
    """Or the answer would be 400, “bad request”, where it is to be that the database is away."""

    def lost(*_args, **_more):
        raise OperationalError("server closed the connection unexpectedly")

    monkeypatch.setattr(UserSession, "save", lost)
    with pytest.raises(OperationalError):
        session.save()


def test_server_killed_in_the_middle_of_its_answer_is_still_known_as_away(session, monkeypatch):
    """Its error has no class of its own: that it was cut off is known by the driver's error behind it."""

    def cut_off(*_args, **_more):
        raise DatabaseError from psycopg2.DatabaseError("no message from the libpq")

    monkeypatch.setattr(UserSession, "save", cut_off)
    with pytest.raises(DatabaseError) as raised:
        session.save()
    assert fails(raised.value)


def test_session_that_was_ended_meanwhile_is_told_as_such(session):
    UserSession.objects.filter(session_key=row_key(session.session_key)).delete()
    with pytest.raises(UpdateError):
        session.save()
