"""What a reason is, wherever one is asked for: 3 to 500 characters. Any other is refused, and none is ever cut."""

SHORTEST, LONGEST = 3, 500


def tidy(reason: str) -> str:
    """The reason as it is stored: without null characters, which cannot be, and without blanks around it."""
    return reason.replace("\x00", "").strip()


def fault_of(reason: str, of: str = "") -> str:
    """Why a tidy reason cannot stand, in words for the page; "" if it can. `of` says what the reason is of: "the row is
    struck out"."""
    if SHORTEST <= len(reason) <= LONGEST:
        return ""
    wanted = f"Say why{of and f' {of}'}, in {SHORTEST} to {LONGEST} characters"
    return f"{wanted}: it has {len(reason)}. Shorten it." if len(reason) > LONGEST else f"{wanted}."
