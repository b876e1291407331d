"""`/healthz?full`: how everything stands, as JSON, for the hospital's monitoring; to whoever shows the token."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import Error, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.utils.crypto import constant_time_compare

import ecrf
from ecrf.anchors.downtime import downtimes
from ecrf.anchors.state import TrailWarning, trail_state
from ecrf.audit.lost import fails
from ecrf.exports.folder import free_bytes
from ecrf.exports.work.presence import is_worker_there
from ecrf.web.servers import DatabaseServer, answering, has_several_servers, name_of, named

LEAST_FREE = 1_000_000_000
"""Bytes; with less, exports begin to fail, and soon the database where it shares the disk."""
MOST_SECONDS_BEHIND = 120
ONE_COPY = (
    "A save waits for no second server: what is saved now is on one machine only. Look at patronictl list, and that"
    " synchronous_mode is not off."
)
SCHEME = "Bearer "
REFUSAL = (
    "Show the token of the setting HEALTH_TOKEN, in the header “Authorization: Bearer …”. Without it, /healthz tells"
    " whether the database answers.\n"
)

Part = dict[str, object]


def full_health(request: HttpRequest) -> HttpResponse:
    """200 if all is well, 503 if something is wrong: then its part says what, and what to do. 403 without the token."""
    if not shows_token(request):
        return HttpResponse(REFUSAL, status=403, content_type="text/plain; charset=utf-8")
    parts: dict[str, Part] = {"disk": _disk(), **_servers()}
    try:
        connection.close_if_unusable_or_obsolete()
        parts |= {
            "database": _database(),
            "worker": _worker(),
            "importer": _importer(),
            **_trail(),
        }
    except Error as error:
        if not fails(error):
            raise
        connection.close()
        parts["database"] = {"ok": False, "words": ["The database does not answer."]}
    is_ok = all(part["ok"] for part in parts.values())
    found = {"ok": is_ok, "version": ecrf.__version__, "at": _moment(timezone.now()), **parts}
    return JsonResponse(found, status=200 if is_ok else 503)


def shows_token(request: HttpRequest) -> bool:
    """Whether the request carries the token of the setting; compared in constant time."""
    given = request.headers.get("Authorization", "")
    token = settings.HEALTH_TOKEN
    return (
        bool(token) and given.startswith(SCHEME) and constant_time_compare(given.removeprefix(SCHEME), token)
    )


def _database() -> Part:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_database_size(current_database()), NOT pg_is_in_recovery()")
        size, takes_writes = cursor.fetchone()
    words = [] if takes_writes else ["The database only lets itself be read: it is a standby."]
    return {"ok": bool(takes_writes), "bytes": size, "words": words}


def _servers() -> dict[str, Part]:
    """Of several servers: which answer, how far behind those are that follow, and whether a save waits for a
    second one. Nothing where there is one."""
    if not has_several_servers():
        return {}
    found = {server.address: server for server in answering(named())}
    rows = [_server(name_of(address), found.get(address), [*found.values()]) for address in named()]
    words = [str(row["words"]) for row in rows if row["words"]]
    writes = next((one for one in found.values() if one.takes_writes), None)
    if writes is None:
        words.append("No server takes writes: look at patronictl list, and at etcd.")
    elif not writes.waits_for:
        words.append(ONE_COPY)
    waits_for = writes.waits_for if writes else None
    return {"servers": {"ok": not words, "servers": rows, "saves_wait_for": waits_for, "words": words}}


def _server(name: str, server: DatabaseServer | None, others: list[DatabaseServer]) -> Part:
    if server is None:
        words = f"Server {name} does not answer: bring its machine back. Patroni takes it in again by itself."
        return {"server": name, "role": None, "seconds_behind": None, "words": words}
    behind = server.behind(others)
    role = "primary" if server.takes_writes else "standby"
    return {"server": name, "role": role, "seconds_behind": behind, "words": _of_lag(name, behind)}


def _of_lag(name: str, behind: float | None) -> str:
    if behind is not None and behind <= MOST_SECONDS_BEHIND:
        return ""
    for_long = "for nobody knows how long" if behind is None else f"for {behind:.0f} seconds"
    return (
        f"Server {name} follows, and has lacked {for_long} what another one holds. Look at its disk, the network and"
        " patronictl list; patronictl reinit ecrf machine-N copies it anew. While the database moves, pages are read"
        f" from it only if that is less than {settings.STANDBY_LAG_MINUTES} minutes (STANDBY_LAG_MINUTES)."
    )


def _worker() -> Part:
    is_there = is_worker_there()
    words = [] if is_there else ["No worker runs: start manage.py work (the service worker)."]
    return {"ok": is_there, "words": words}


def _importer() -> Part:
    is_there = is_worker_there("imports")
    words = "No importer runs: start manage.py work --only imports (the service importer)."
    return {"ok": is_there, "words": [] if is_there else [words]}


def _trail() -> dict[str, Part]:
    state = trail_state()
    last, anchor = state.verification, state.anchor
    verification = {
        "at": _moment(last.begun_at) if last else None,
        "hours": _hours(last.begun_at) if last else None,
        "faults": last.faults if last else None,
        "whole_at": _moment(state.whole.begun_at) if state.whole else None,
    }
    made = {
        "set_up": anchor is not None,
        "number": anchor.number if anchor else None,
        "at": _moment(anchor.made_at) if anchor else None,
        "hours": _hours(anchor.made_at) if anchor else None,
    }
    away = downtimes()[:1]
    last_away = {"began_at": _moment(away[0].began_at), "ended_at": _moment(away[0].ended_at)} if away else {}
    return {
        "downtime": {"ok": True, "words": [], **last_away},
        "verification": {**_part(state.verification_warnings), **verification},
        "anchor": {**_part(state.anchor_warnings), **made},
    }


def _part(warnings: list[TrailWarning]) -> Part:
    return {"ok": not warnings, "words": [f"{one.words} {one.to_do}" for one in warnings]}


def _disk() -> Part:
    free = free_bytes()
    words = [] if free >= LEAST_FREE else ["The disk of the exports is nearly full: make room."]
    return {"ok": free >= LEAST_FREE, "free_bytes": free, "words": words}


def _moment(at: datetime) -> str:
    return at.isoformat(timespec="seconds")


def _hours(at: datetime) -> float:
    return round((timezone.now() - at) / timedelta(hours=1), 1)
