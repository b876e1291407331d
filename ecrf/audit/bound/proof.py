"""The program's own word to the database: what no statement that somebody slipped in can make."""

import hmac
from functools import cache
from hashlib import sha256

from django.conf import settings
from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper


def program_key() -> bytes:
    """Follows from SECRET_KEY, which cannot be found from it. `migrate` puts it where the owner alone reads it."""
    return _key(settings.SECRET_KEY)


@cache
def _key(secret: str) -> bytes:
    return hmac.digest(secret.encode(), b"ecrf.program", "sha256")


def proof(words: str, on: BaseDatabaseWrapper | None = None) -> str:
    """As the database's `access_proof` makes it; good on one connection only: `on`, or this thread's."""
    on = on or connection
    on.ensure_connection()
    secret = program_key()
    pid = on.connection.get_backend_pid()
    return sha256(secret + sha256(secret + f"{pid}|{words}".encode()).digest()).hexdigest()
