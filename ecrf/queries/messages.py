"""Writes what is said in a query, and whose turn it is after that. Called inside `acting` with the patient."""

from datetime import datetime

from django.utils import timezone

from ecrf.access.models import User
from ecrf.queries.models import Act, Message, Query, Turn

MOVED = [*Query.QUESTION, "value", "turn", "turn_since", "asked_in", "closed_at", "closed_by"]
"""The columns of a query that an act may change."""


def say(
    query: Query,
    act: Act,
    text: str,
    *,
    turn: Turn | str,
    value: str,
    by: User | None = None,
    role: str = "",
    together: int | None = None,
) -> Message:
    """One message, and the turn it brings; two statements. `by` None: the system itself; `together`: the number of
    queries for which the act was asked at once."""
    now = timezone.now()
    turn_to(query, act, turn, now, by)
    query.save(update_fields=MOVED)
    said = message(query, act, text, value, now)
    said.said_by, said.role, said.together = by, role, together
    said.save(force_insert=True)
    query.__dict__.pop("said", None)
    return said


def turn_to(query: Query, act: Act, turn: Turn | str, now: datetime, by: User | None = None) -> None:
    """Set whose turn it is; the clock begins anew when the turn changes, and when something new is asked."""
    if query.turn != turn or act == Act.ASKED_AGAIN:
        query.turn_since = now
    query.turn = turn
    query.closed_at, query.closed_by = (now, by) if turn == Turn.NOBODY else (None, None)


def say_first(query: Query, words: str, by: User, role: str, together: int | None = None) -> None:
    """What opened it, at the same moment; one statement."""
    said = message(query, Act.OPENED, words, query.value, query.opened_at)
    said.said_by, said.role, said.together = by, role, together
    said.save(force_insert=True)


def message(query: Query, act: Act, text: str, value: str, now: datetime) -> Message:
    return Message(query=query, act=act, text=text, value=value, said_at=now)
