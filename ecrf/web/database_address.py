"""DATABASE_URL, as operators and PostgreSQL write it, in Django's settings."""

import re
from typing import Any
from urllib.parse import unquote, urlencode, urlsplit

import dj_database_url
import psycopg2
from django.core.exceptions import ImproperlyConfigured

WHAT_TO_DO = (
    "Write it as postgresql://user:password@host:5432/name, or of several servers"
    " postgresql://user:password@h1:5432,h2:5432/name?target_session_attrs=read-write."
)
LONGEST_NAME = 63
_WHOLE_NUMBERS = {
    *("connect_timeout", "keepalives", "keepalives_idle", "keepalives_interval", "keepalives_count"),
    "tcp_user_timeout",
}
_NOWHERE = "/no-server-is-here"
SEVERAL: dict[str, object] = {
    "target_session_attrs": "read-write",
    "connect_timeout": 2,
    "keepalives_idle": 2,
    "keepalives_interval": 1,
    "keepalives_count": 3,
    "tcp_user_timeout": 5_000,
}
"""Of several servers the one that takes writes is used. A machine that has gone says nothing any more: it is given up
after two seconds, and a connection to it after five, so that the next request reaches another one."""


def _with_hosts_in_query(url: str) -> str:
    """`user@h1:5432,h2:5433/name`, as PostgreSQL writes several servers, with them where the library looks for them:
    `user@/name?host=h1,h2&port=5432,5433`."""
    parts = urlsplit(url)
    user, at, servers = parts.netloc.rpartition("@")
    if "," not in servers:
        return url
    found = [re.fullmatch(r"(\[[^\]]+\]|[^:]*)(?::(\d*))?", server) for server in servers.split(",")]
    if None in found:
        raise ValueError
    hosts, ports = zip(
        *[(unquote(one[1]).strip("[]"), one[2] or "5432") for one in found if one], strict=True
    )
    query = urlencode({"host": ",".join(hosts), "port": ",".join(ports)})
    return parts._replace(netloc=f"{user}{at}", query="&".join(filter(None, (query, parts.query)))).geturl()


def database(url: str) -> dict[str, Any]:
    """Django's settings of the database; ImproperlyConfigured, without the password, for what names none."""
    try:
        if urlsplit(url).scheme in ("postgres", "postgresql"):
            url = _with_hosts_in_query(url)
            found: dict[str, Any] = dict(dj_database_url.parse(url, conn_max_age=60, conn_health_checks=True))
        else:
            raise ImproperlyConfigured(f"DATABASE_URL does not name a PostgreSQL database. {WHAT_TO_DO}")
    except ValueError:  # whose text would show parts of the password
        raise ImproperlyConfigured(f"DATABASE_URL cannot be read. {WHAT_TO_DO}") from None
    options = found.setdefault("OPTIONS", {})
    _refuse_unlike_numbers(options)
    _refuse_what_postgresql_would(found)
    more = SEVERAL if len(servers_of(found)) > 1 else {}
    # A host that swallows packets must not hold every request for minutes.
    found["OPTIONS"] = {"connect_timeout": 5, **more, **options}
    return found


def servers_of(settings: dict[str, Any]) -> list[tuple[str, int]]:
    """Host and port of each server that is named; a path instead of a host is that of a socket on this machine."""
    options = settings.get("OPTIONS", {})
    hosts = str(options.get("host") or settings.get("HOST") or "").split(",")
    ports = str(options.get("port") or settings.get("PORT") or "").split(",")
    ports *= len(hosts) if len(ports) == 1 else 1
    return [(host, int(port or 5432)) for host, port in zip(hosts, ports, strict=True)]


def _refuse_what_postgresql_would(found: dict[str, Any]) -> None:
    """Its library says that an option is wrong when it connects; by then it would look as if the database were away.
    It is made to say so by a connection to a place where no server is."""
    name, options = found["NAME"], found["OPTIONS"]
    if not name and "service" not in options:
        raise ImproperlyConfigured(f"DATABASE_URL names no database. {WHAT_TO_DO}")
    if len(name) > LONGEST_NAME:
        raise ImproperlyConfigured(
            f"DATABASE_URL names a database of more than {LONGEST_NAME} characters. {WHAT_TO_DO}"
        )
    for key in _WHOLE_NUMBERS & options.keys():
        if not (text := str(options[key])).isascii() or not text.isdigit():
            raise ImproperlyConfigured(f"DATABASE_URL: {key} is {text!r}, which is no number. {WHAT_TO_DO}")
    given = {key: value for key, value in options.items() if key not in ("host", "hostaddr", "port")}
    try:
        psycopg2.connect(**given, host=_NOWHERE, port=5432, dbname=name or None, user="nobody")
    except psycopg2.Error as error:
        if _NOWHERE not in (why := str(error)):
            raise ImproperlyConfigured(f"DATABASE_URL: {why.strip().splitlines()[0]}. {WHAT_TO_DO}") from None


def _refuse_unlike_numbers(options: dict[str, Any]) -> None:
    """What PostgreSQL's library would say of each connection, said at the start."""
    hosts, ports = (str(options.get(name, "")).split(",") for name in ("host", "port"))
    if len(ports) not in (1, len(hosts)):
        raise ImproperlyConfigured(
            f"DATABASE_URL names {len(hosts)} hosts and {len(ports)} ports."
            " Name one port for all of them, or one for each."
        )
    if not all(port.isascii() and port.isdigit() and 0 < int(port[:9]) < 2**16 for port in ports if port):
        raise ImproperlyConfigured(f"DATABASE_URL names a port that is none. {WHAT_TO_DO}")
