"""Every page of every test is served as the web role: with its rights, and bound by the policies.

The tests' own connection is a superuser's, whom no policy binds. So each request takes a role on, such as the compose
file and the migrations make it, and gives it back.
"""

import contextlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

import psycopg2
from django.db import connection
from django.utils import timezone

from ecrf.account import acting_for
from ecrf.audit.bound.grants import WEB, grant
from tests.postgres import cursor_on

ROLE = f"ecrf_pages_of_test_{os.getpid()}"
"""Roles belong to the whole server, which the workers share."""


@contextmanager
def role_of_pages(url: str, name: str = ROLE, like: str = WEB) -> Iterator[str]:
    """A role with the rights of `like` in this database; gone at the end."""
    with cursor_on(url) as cursor:
        cursor.execute(f"CREATE ROLE {name} LOGIN")
        for statement in grant(like, name):
            cursor.execute(statement)
        try:
            yield name
        finally:
            cursor.execute(f"DROP OWNED BY {name}")
            cursor.execute(f"DROP ROLE {name}")


@contextmanager
def as_role(name: str = ROLE) -> Iterator[bool]:
    """What is done within, this role does. Not counted among the product's own statements. It gives whether the
    database's clock is the program's: where a test moves the latter, sessions and roles are over in one of them."""
    connection.ensure_connection()
    moment = _set_role(name)
    try:
        yield abs(timezone.now() - moment) < timedelta(minutes=30)
    finally:
        with contextlib.suppress(psycopg2.Error):  # where all was rolled back, the role was too
            _set_role("NONE")


def _set_role(name: str) -> datetime:
    with connection.connection.cursor() as cursor:
        cursor.execute("SELECT set_config('role', %s, false), clock_timestamp()", [name.lower()])
        return cursor.fetchone()[1]


def serve_pages_so() -> None:
    """Around the middleware that is around all others."""
    ours = acting_for.nobody_is_left

    def bound(get_response):
        inner = ours(get_response)

        def middleware(request):
            if connection.settings_dict["NAME"] != _bound_in or not connection.in_atomic_block:
                return inner(request)
            try:
                connection.ensure_connection()
                _set_role("NONE")
            except psycopg2.Error:  # a test has taken the database away
                return inner(request)
            with as_role() as is_of_today:
                if not is_of_today:
                    _set_role("NONE")
                return inner(request)

        return middleware

    acting_for.nobody_is_left = bound


_bound_in = ""


def bind(database: str) -> None:
    global _bound_in
    _bound_in = database
