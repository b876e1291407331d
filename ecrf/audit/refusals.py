"""What the database refuses, in the words of its trigger: a write of something that is frozen or locked."""

from collections.abc import Callable

from django.db import DatabaseError

LOCKED = "EC004"
READ_AS: list[Callable[[str], str]] = []
"""What floors above put in place of names that only the database uses, such as the code of a visit."""


class Locked(DatabaseError):
    """What should be written is frozen or locked; the text says since when, by whom and why. Nothing was changed."""


def locked_by(error: BaseException) -> str:
    """The words of the refusal, or "" if the database refused for another reason."""
    cause = error.__cause__
    if getattr(cause, "pgcode", None) != LOCKED:
        return ""
    return as_read(str(cause.diag.message_primary))  # type: ignore[union-attr]


def as_read(words: str) -> str:
    """The database's words as the pages say them."""
    for read in READ_AS:
        words = read(words)
    return words
