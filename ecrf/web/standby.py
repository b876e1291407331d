"""While the database moves to another machine: a page is asked for once more, and read from a server that follows.

A page that is only read (GET) does nothing that must not be done twice. What is sent (POST) is never tried again here:
whether its last try was kept, only the person, or the page that sent it, finds out.
"""

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import Error, connection
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

from ecrf.audit.bound.person import leave
from ecrf.web.servers import Address, DatabaseServer, answering, furthest, has_several_servers, listens, named

GetResponse = Callable[[HttpRequest], HttpResponse]
LOOKS_AGAIN_AFTER_S = 2.0
"""For so long pages are read from a server that follows before the one that takes writes is looked for again: each look
waits for machines that do not answer."""

_here = threading.local()


@dataclass
class _ServersSeen:
    """Of this process. `away_until`: pages need not look for a server that takes writes. `reached`: servers to which
    a connection could be made at `looked_at`. `furthest`: of those the one that had come furthest at `asked_at`.
    `writer_heard_at`: when a server that takes writes last answered the proxy's question."""

    away_until: float = 0.0
    looked_at: float = float("-inf")
    reached: tuple[Address, ...] = ()
    asked_at: float = float("-inf")
    furthest: DatabaseServer | None = None
    writer_heard_at: float | None = None


_seen = _ServersSeen()


def reads_from_standby() -> bool:
    """Whether this thread's connection may be to a server that only follows: nothing can be written on it."""
    return getattr(_here, "reads", False)


def read_again(get_response: GetResponse) -> GetResponse:
    """Middleware: what is only read is asked for again where the connection was lost, and where that does not help, of
    any server that answers."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.method not in ("GET", "HEAD"):
            return _noted(get_response(request))
        if has_several_servers() and not _is_to_look() and reaches_most():
            return _of_furthest(get_response, request) or database_away(request)
        was_open = connection.connection is not None
        response = _noted(get_response(request))
        if _is_of_bad_days(response) and was_open:  # it was lost: a new one may be had at once
            response = _noted(_once_more(get_response, request))
        if _is_of_bad_days(response) and has_several_servers() and reaches_most():
            return _of_furthest(get_response, request) or response
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
    for name in ("user", "_cached_user"):  # whose page it was, for the line of the log
        vars(request).pop(name, None)
        if name in vars(again):
            setattr(request, name, vars(again)[name])
    return response


def _of_furthest(get_response: GetResponse, request: HttpRequest) -> HttpResponse | None:
    """Of those that were reached a moment ago the one that holds most; None where none of them answers. What is too old
    is not shown: rights may have been taken back since, and values corrected."""
    server = _furthest()
    if server is None:
        return None
    if is_too_old(server):
        return database_away(request, too_old=server)
    host, port = server.address
    before: dict[str, Any] = connection.settings_dict
    this_one = {"host": host, "port": str(port), "target_session_attrs": "any"}
    _forget()
    connection.settings_dict = {**before, "OPTIONS": {**before["OPTIONS"], **this_one}}
    _here.reads = True
    try:
        return _once_more(get_response, request)
    finally:
        _here.reads = False
        _forget()
        connection.settings_dict = before


def _furthest() -> DatabaseServer | None:
    if time.monotonic() - _seen.asked_at > LOOKS_AGAIN_AFTER_S:
        _seen.furthest = furthest(answering(_seen.reached))
        _seen.asked_at = time.monotonic()
    return _seen.furthest


def is_too_old(server: DatabaseServer) -> bool:
    """It lagged already when the server that takes writes was last heard of: since then nobody can have saved anything
    that it lacks. Also where nobody knows how old it is: it has followed nothing since it was started."""
    if server.age is None:
        return True
    heard = _seen.writer_heard_at
    silence = 0.0 if heard is None else _seen.asked_at - heard
    return server.age - max(silence, 0.0) > timedelta(minutes=settings.STANDBY_LAG_MINUTES).total_seconds()


def database_away(request: HttpRequest, too_old: DatabaseServer | None = None) -> HttpResponse:
    """The calm page (503). `too_old`: the server that could be read, were it not so far behind."""
    context = {"was_sent": request.method == "POST", "too_old": too_old}
    page = render_to_string("errors/database_away.html", context)
    return HttpResponse(page, status=503, headers={"Retry-After": "10"})


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
            _seen.writer_heard_at = time.monotonic()
            return True
    connection.close()
    return not has_several_servers() or reaches_most()


def reaches_most() -> bool:
    """More than half of the servers. Whoever is cut off from most of them sees the one beside it alone, which may know
    nothing of what the others have saved since, or of who may no longer read it."""
    servers = named()
    if time.monotonic() - _seen.looked_at > LOOKS_AGAIN_AFTER_S:
        _seen.reached = tuple(server for server in servers if listens(server))
        _seen.looked_at = time.monotonic()
    return len(_seen.reached) > len(servers) / 2
