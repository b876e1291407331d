"""What a reason is, wherever one is asked for: 3 to 500 characters. Any other is refused, and none is ever cut."""

SHORTEST, LONGEST = 3, 500


def tidy(reason: str) -> str:
    """The reason as it is stored: without null characters, which cannot be, and without blanks around it."""
    return reason.replace("\x00", "").strip()


def fault_of(reason: str) -> str:
    """Why a tidy reason cannot stand, in words for the page; "" if it can."""
    if len(reason) < SHORTEST:
        return f"Say why, in {SHORTEST} to {LONGEST} characters."
    if len(reason) > LONGEST:
        return f"The reason is longer than {LONGEST} characters ({len(reason)}). Shorten it; nothing was changed."
    return ""
