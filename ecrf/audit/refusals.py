"""What the database refuses, in the words of its trigger: a write of something that is frozen or locked."""

from django.db import DatabaseError

LOCKED = "EC004"


class Locked(DatabaseError):
    """What should be written is frozen or locked; the text says since when, by whom and why. Nothing was changed."""


def locked_by(error: BaseException) -> str:
    """The words of the refusal, or "" if the database refused for another reason."""
    cause = error.__cause__
    if getattr(cause, "pgcode", None) != LOCKED:
        return ""
    return str(cause.diag.message_primary)  # type: ignore[union-attr]
