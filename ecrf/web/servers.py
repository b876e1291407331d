"""The servers of the database, where there are several: which answer, and how far each that follows has come."""

import socket
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg2
from django.db import connection

from ecrf.web.database_address import servers_of

Address = tuple[str, int]

_ANSWERS_WITHIN_MS = 2000
_ASKED = """
    SELECT NOT pg_is_in_recovery(),
        (CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_lsn() END
            - '0/0'::pg_lsn)::bigint,
        CASE WHEN pg_is_in_recovery() THEN pg_last_xact_replay_timestamp() ELSE clock_timestamp() END,
        extract(epoch FROM clock_timestamp() - pg_last_xact_replay_timestamp())::float,
        current_setting('synchronous_standby_names')
"""


@dataclass(frozen=True)
class DatabaseServer:
    """One that answers. `position`: how much of the log it holds, and shows, in bytes; `as_of`: when what it shows last
    had been saved, and `age` how many seconds ago that was; neither is known of one that has followed nothing yet.
    `waits_for`: for which others a save waits there."""

    address: Address
    takes_writes: bool
    position: int
    as_of: datetime | None
    age: float | None
    waits_for: str = ""

    @property
    def name(self) -> str:
        return name_of(self.address)

    def behind(self, others: Iterable["DatabaseServer"]) -> float | None:
        """For how many seconds it lacks what another one holds: 0 where it lacks nothing, however long nobody has saved
        anything; None where it lacks something, and nobody knows since when."""
        return 0.0 if all(self.position >= other.position for other in others) else self.age


def name_of(address: Address) -> str:
    host, port = address
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def named() -> list[Address]:
    """As DATABASE_URL names them."""
    return servers_of(connection.settings_dict)


def has_several_servers() -> bool:
    return len(named()) > 1


def listens(address: Address) -> bool:
    """Whether a connection can be made there, be it the database's or not."""
    host, port = address
    with suppress(OSError):
        if host.startswith("/"):
            with socket.socket(socket.AF_UNIX) as probe:
                probe.settimeout(1)
                probe.connect(f"{host}/.s.PGSQL.{port}")
                return True
        with socket.create_connection((host, port), timeout=1):
            return True
    return False


def answering(addresses: Iterable[Address]) -> list[DatabaseServer]:
    """Those that say how far they are; all are asked at once, so that one that is silent holds nobody up for long."""
    asked = list(addresses)
    if not asked:
        return []
    own = connection.get_connection_params()
    params = {
        **own,
        "target_session_attrs": "any",
        "connect_timeout": 2,
        "options": f"{own.get('options', '')} -c statement_timeout={_ANSWERS_WITHIN_MS}",
    }
    with ThreadPoolExecutor(len(asked)) as pool:
        found = pool.map(lambda address: _ask(address, params), asked)
    return [server for server in found if server]


def _ask(address: Address, params: dict[str, Any]) -> DatabaseServer | None:
    with suppress(psycopg2.Error):
        asked = psycopg2.connect(**{**params, "host": address[0], "port": address[1]})
        try:
            with asked.cursor() as cursor:
                cursor.execute(_ASKED)
                takes_writes, position, as_of, age, waits_for = cursor.fetchone()
        finally:
            asked.close()
        age = 0.0 if takes_writes else None if age is None else max(age, 0.0)
        return DatabaseServer(address, takes_writes, position, as_of, age, waits_for)
    return None


def furthest(servers: Iterable[DatabaseServer]) -> DatabaseServer | None:
    """The one that takes writes, if it is among them; else the one that has come furthest."""
    return max(servers, key=lambda one: (one.takes_writes, one.position), default=None)
