"""DATABASE_URL, as operators and PostgreSQL write it, in Django's settings."""

import re
from typing import Any
from urllib.parse import unquote, urlencode, urlsplit

import dj_database_url
from django.core.exceptions import ImproperlyConfigured


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
    what_to_do = "Write it as postgresql://user:password@host:5432/name."
    try:
        if urlsplit(url).scheme in ("postgres", "postgresql"):
            url = _with_hosts_in_query(url)
            found: dict[str, Any] = dict(dj_database_url.parse(url, conn_max_age=60, conn_health_checks=True))
            # A host that swallows packets must not hold every request for minutes.
            found.setdefault("OPTIONS", {})
            found["OPTIONS"].setdefault("connect_timeout", 5)
            return found
    except ValueError:  # whose text would show parts of the password
        raise ImproperlyConfigured(f"DATABASE_URL cannot be read. {what_to_do}") from None
    raise ImproperlyConfigured(f"DATABASE_URL does not name a PostgreSQL database. {what_to_do}")
