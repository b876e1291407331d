"""Says in words what the database itself refused because of a freeze or a lock."""

from django.db import DatabaseError

LOCKED = "EC004"


def locked_by(error: DatabaseError) -> str | None:
    """`This patient is locked.`; None if the error is another one."""
    cause = error.__cause__
    if getattr(cause, "pgcode", None) != LOCKED:
        return None
    return str(cause.diag.message_primary)  # type: ignore[union-attr]
