"""For whom this thread's connection acts; the database is told by a session's secret, or by the program's word.

What is told stands in a setting of the connection, `ecrf.session`. The database believes a secret whose hash it keeps,
and a word with the program's proof; anything else is nobody, who sees no patient.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import local
from typing import Any

import psycopg2
from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper

from ecrf.audit.bound.proof import proof

_TELL = "SELECT set_config('ecrf.session', %s, false)"
_now = local()


def person_now() -> int | None:
    """The account for whom the request at hand acts, by the secret that came with it; None where there is none."""
    person: int | None = getattr(_now, "person", None)
    return person


def note_said(secret: str | None, person: int | None) -> None:
    """Of a statement that has told it to the database."""
    _now.said, _now.person = secret or "", person


def leave() -> None:
    """At the end of a request: the next one on this connection begins as nobody."""
    if getattr(_now, "said", ""):
        _tell_or_close("", None)


def _word(person: int, on: BaseDatabaseWrapper) -> str:
    """The program's own word that a connection acts for this person."""
    return f"vouched:{person}:{proof(f'reach|{person}', on)}"


@contextmanager
def reach_of(person: int) -> Iterator[None]:
    """The program reads what this person reaches, where nobody is logged in: for a calendar's address."""
    before = getattr(_now, "said", ""), person_now()
    _tell(_word(person, connection), None)
    try:
        yield
    finally:
        _tell_or_close(*before)


PROGRAM = 0


def act_for_program(on: BaseDatabaseWrapper) -> None:
    """A connection beside this thread's, which the program opens for itself and closes."""
    with on.cursor() as cursor:
        cursor.execute(_TELL, [_word(PROGRAM, on)])


def whole_study() -> Any:
    """The program reads every site, for what is kept for several people: each is shown only his own part of it."""
    return reach_of(PROGRAM)


def _tell(secret: str, person: int | None) -> None:
    """Past Django's own cursor, so that it also works where that is in the middle of something that failed."""
    connection.ensure_connection()
    with connection.connection.cursor() as cursor:
        cursor.execute(_TELL, [secret])
    note_said(secret, person)


def _tell_or_close(secret: str, person: int | None) -> None:
    """A connection that does not let itself be told is closed: the one that is made in its stead is nobody's."""
    note_said(secret, person)
    try:
        if connection.connection is not None:
            _tell(secret, person)
    except psycopg2.Error:
        if not connection.in_atomic_block:  # whose end takes back what was told in it
            connection.close()


def tell_again(connection: Any, **_: Any) -> None:
    """Of a connection that was made in the middle of a request: it acts for the same person."""
    said = getattr(_now, "said", "")
    if not said:
        return
    if said.startswith("vouched:"):  # the program's word is good on the connection for which it was made
        said = _word(int(said.split(":")[1]), connection)
    with connection.cursor() as cursor:
        cursor.execute(_TELL, [said])
