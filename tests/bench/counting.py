"""Counts the SQL statements of a request, in this process, through Django's test client."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any
from unittest import mock

from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext

from ecrf.access.models import User
from ecrf.casebook.record import record as recording
from ecrf.casebook.record import values
from ecrf.casebook.record.hooks import HOOKS, Hook

FRAME = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE")
# A test's own transaction stands around the product's, which then gives the actor back at its end.
ACTOR_GIVEN_BACK = "SELECT set_config('ecrf.actor_id', '', true)"
WRITES = ("INSERT", "UPDATE", "DELETE")


@dataclass(frozen=True)
class Statements:
    """What one request asked of the database, in order."""

    sql: list[str]

    @property
    def count(self) -> int:
        """Without BEGIN, COMMIT and savepoints."""
        return sum(not sql.startswith((*FRAME, ACTOR_GIVEN_BACK)) for sql in self.sql)

    @property
    def writes(self) -> list[str]:
        return [sql for sql in self.sql if sql.startswith(WRITES)]

    @property
    def writing_transactions(self) -> int:
        """Outermost transactions that hold a write; a write outside of any is one of its own."""
        found, depth, wrote = 0, 0, False
        for sql in self.sql:
            if sql.startswith(("BEGIN", "SAVEPOINT")):
                depth += 1
            elif sql.startswith(("COMMIT", "ROLLBACK", "RELEASE")):
                depth -= 1
                found, wrote = (found + wrote, False) if depth == 0 else (found, wrote)
            elif sql.startswith(WRITES):
                found, wrote = (found, True) if depth else (found + 1, wrote)
        return found


def statements(ask: Callable[[], HttpResponse], expected: int = 200) -> Statements:
    """The statements of one request that must be answered as expected."""
    with CaptureQueriesContext(connection) as captured:
        response = ask()
    if response.status_code != expected:
        raise RuntimeError(f"{response.request['PATH_INFO']} answered {response.status_code}")
    return Statements([query["sql"] for query in captured])


def client_of(user: User) -> Client:
    """A logged-in client that has just used its session, so that the next request does not note its time."""
    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(user)
    client.get("/assumptions/")
    return client


@contextmanager
def of_the_checks() -> Iterator[list[str]]:
    """The statements of the edit checks while values are recorded: what they load, what they ask, what they write."""
    found: list[str] = []

    def counted(step: Callable[..., Any]) -> Callable[..., Any]:
        def run(*args: Any) -> Any:
            with CaptureQueriesContext(connection) as captured:
                answer = step(*args)
            found.extend(query["sql"] for query in captured)
            return answer

        return run

    joined = {name: Hook(map(counted, getattr(HOOKS, name))) for name in ("before_write", "after_write")}
    hooks = replace(HOOKS, **joined)
    with (
        mock.patch.object(recording, "_load", counted(recording._load)),
        mock.patch.object(recording, "HOOKS", hooks),
        mock.patch.object(values, "HOOKS", hooks),
    ):
        yield found
