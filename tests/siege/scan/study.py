"""The world of the access table, one object of everything, in a database that every role gets a copy of."""

from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import unquote, urlsplit, urlunsplit

from django.db import connections, transaction

from ecrf.access.roles import Role
from tests.conftest import make_site, make_user
from tests.postgres import cursor_on
from tests.rules.test_access import _world, asked_of
from tests.siege.fuzzing import ITEM
from tests.siege.scan.targets import ANONYMOUS, ROLES, TOKEN, Target, kind_of

NOTHING = {"403", "404", "405", "login"}


def make() -> dict[str, list[Target]]:
    """{role: the addresses of the access table at which it gets something}"""
    with transaction.atomic():
        site = make_site("01")
        people = {name: make_user(name, name.replace("_", "-"), site) for name in ROLES if name != ANONYMOUS}
        assert {one.replace("-", "_") for one in Role.values} == set(people)
        table = asked_of(_world(site, people["investigator"]), 1)
    connections.close_all()
    found: dict[str, list[Target]] = {role: [] for role in ROLES}
    for _name, method, url, data, expected in table:
        target = _target(method, url, data)
        for role in ROLES:
            if method in ("GET", "POST") and expected[role] not in NOTHING and kind_of(target):
                found[role].append(target)
    return found


def _target(method: str, url: str, data: dict[str, str]) -> Target:
    parts = urlsplit(url)
    query = tuple((pair.partition("=")[0], pair.partition("=")[2]) for pair in parts.query.split("&") if pair)
    path = unquote(parts.path)
    if method == "GET":
        return Target(method, path, query)
    given = {**dict(ITEM), **{name: value.replace("\x00", "") for name, value in data.items()}, TOKEN: ""}
    return Target(method, path, query, tuple(given.items()), by_script=True)


@contextmanager
def copied(url: str, name: str) -> Iterator[str]:
    """A copy of this database on the same server, gone at the end. Nobody is connected to the one it is made from."""
    parts = urlsplit(url)
    server, copy = (urlunsplit(parts._replace(path=f"/{one}")) for one in ("postgres", name))
    with cursor_on(server) as cursor:
        cursor.execute(f'CREATE DATABASE "{name}" TEMPLATE "{parts.path.lstrip("/")}"')
        cursor.execute(f'REVOKE TEMPORARY ON DATABASE "{name}" FROM PUBLIC')
    try:
        yield copy
    finally:
        with cursor_on(server) as cursor:
            cursor.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
