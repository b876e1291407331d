"""What the database refused a write for, read from its error."""

LOCKED = "EC004"


def locked_by(error: BaseException) -> int | None:
    """The id of the freeze or lock for which the database refused a write; None if it refused for something else."""
    cause = error.__cause__
    if getattr(cause, "pgcode", None) != LOCKED:
        return None
    return int(cause.diag.message_detail)  # type: ignore[union-attr]
