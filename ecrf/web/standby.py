"""While the database moves to another machine: a page is asked for once more, and read from a server that follows.

A page that is only read (GET) does nothing that must not be done twice. What is sent (POST) is never tried again here:
whether its last try was kept, only the person, or the page that sent it, finds out.
"""

import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import Error, InterfaceError, InternalError, OperationalError, connection
from django.http import HttpRequest, HttpResponse
from psycopg2.errors import ReadOnlySqlTransaction

from ecrf.audit.bound.person import leave
from ecrf.audit.lost import is_lost
from ecrf.web.database_address import servers_of

GetResponse = Callable[[HttpRequest], HttpResponse]
LOOKS_AGAIN_AFTER_S = 2.0
"""For so long pages are read from a server that follows before the one that takes writes is looked for again: each look
waits for machines that do not answer."""

_here = threading.local()


@dataclass
class _ServersSeen:
    """Of this process. `away_until`: pages need not look for a server that takes writes. `reached`: servers to which
    a connection could be made at `looked_at`."""

    away_until: float = 0.0
    looked_at: float = float("-inf")
    reached: tuple[tuple[str, int], ...] = ()


_seen = _ServersSeen()


def fails(error: object) -> bool:
    """Whether it is the database that does not do what it is asked for, and not the product that asks wrongly."""
    if isinstance(error, InternalError):
        return isinstance(error.__cause__, ReadOnlySqlTransaction)
    return isinstance(error, OperationalError | InterfaceError) or (
        isinstance(error, Error) and is_lost(error)
    )


def is_away(error: object) -> bool:
    """Whether an error means that no server that takes writes answers (any more)."""
    return fails(error) and (isinstance(error, InternalError) or is_lost(error))  # type: ignore[arg-type]


def reads_from_standby() -> bool:
    """Whether this thread's connection may be to a server that only follows: nothing can be written on it."""
    return getattr(_here, "reads", False)


def has_several_servers() -> bool:
    return len(servers_of(connection.settings_dict)) > 1


def read_again(get_response: GetResponse) -> GetResponse:
    """Middleware: what is only read is asked for again where the connection was lost, and where that does not help, of
    any server that answers."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.method not in ("GET", "HEAD"):
            return _noted(get_response(request))
        if has_several_servers() and not _is_to_look() and reaches_most():
            return _of_any_server(get_response, request)
        was_open = connection.connection is not None
        response = _noted(get_response(request))
        if _is_of_bad_days(response) and was_open:  # it was lost: a new one may be had at once
            response = _noted(_once_more(get_response, request))
        if _is_of_bad_days(response) and has_several_servers() and reaches_most():
            return _of_any_server(get_response, request)
        return response

    return middleware


def _is_to_look() -> bool:
    """Whether this request looks for a server that takes writes. While none was there, one request in a while does."""
    now = time.monotonic()
    if now < _seen.away_until:
        return False
    if _seen.away_until:
        _seen.away_until = now + LOOKS_AGAIN_AFTER_S
    return True


def _is_of_bad_days(response: HttpResponse) -> bool:
    return getattr(response, "is_database_away", False)


def _noted(response: HttpResponse) -> HttpResponse:
    is_away_now = _is_of_bad_days(response)
    _seen.away_until = time.monotonic() + LOOKS_AGAIN_AFTER_S if is_away_now else 0.0
    return response


def _once_more(get_response: GetResponse, request: HttpRequest) -> HttpResponse:
    """As if it had just arrived: nothing that the first try found out is believed."""
    _forget()
    again = type(request)(request.environ)  # type: ignore[attr-defined, call-arg]
    response = get_response(again)
    request.resolver_match = again.resolver_match
    return response


def _of_any_server(get_response: GetResponse, request: HttpRequest) -> HttpResponse:
    """Of those that were reached a moment ago: none is waited for."""
    settings: dict[str, Any] = connection.settings_dict
    hosts, ports = zip(*_seen.reached, strict=True)
    named = {"host": ",".join(hosts), "port": ",".join(map(str, ports))}
    _forget()
    connection.settings_dict = {
        **settings,
        "OPTIONS": {**settings["OPTIONS"], **named, "target_session_attrs": "any"},
    }
    _here.reads = True
    try:
        return _once_more(get_response, request)
    finally:
        _here.reads = False
        _forget()
        connection.settings_dict = settings


def _forget() -> None:
    leave()
    if not connection.in_atomic_block:
        connection.close()


def last_change_seen() -> datetime | None:
    """Of the server that follows: when what it was told last had been saved."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_last_xact_replay_timestamp()")
        found: datetime | None = cursor.fetchone()[0]
        return found


def is_worth_asking() -> bool:
    """Whether a proxy does well to send people here: the database answers, or more than half of its servers do."""
    with suppress(Error):
        connection.close_if_unusable_or_obsolete()
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            return True
    connection.close()
    return not has_several_servers() or reaches_most()


def reaches_most() -> bool:
    """More than half of the servers. Whoever is cut off from most of them sees the one beside it alone, which may know
    nothing of what the others have saved since, or of who may no longer read it."""
    servers = servers_of(connection.settings_dict)
    if time.monotonic() - _seen.looked_at > LOOKS_AGAIN_AFTER_S:
        _seen.reached = tuple(server for server in servers if _listens(*server))
        _seen.looked_at = time.monotonic()
    return len(_seen.reached) > len(servers) / 2


def _listens(host: str, port: int) -> bool:
    with suppress(OSError):
        if host.startswith("/"):
            with socket.socket(socket.AF_UNIX) as probe:
                probe.settimeout(1)
                probe.connect(f"{host}/.s.PGSQL.{port}")
                return True
        with socket.create_connection((host, port), timeout=1):
            return True
    return False
