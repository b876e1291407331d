"""What a reason is, wherever one is asked for: 3 to 500 characters. Any other is refused, and none is ever cut."""

from ecrf.audit.texts import cleaned, fault_of_text

SHORTEST, LONGEST = 3, 500


def tidy(reason: str) -> str:
    """The reason as it is stored: see `cleaned`."""
    return cleaned(reason)


def fault_of(reason: str, of: str = "", shortest: int = SHORTEST) -> str:
    """Why a tidy reason cannot stand, in words for the page; "" if it can. `of` says what the reason is of: "the row is
    struck out"; `shortest`: 1 where a reason is not asked for."""
    wanted = f"Say why{of and f' {of}'}, in {SHORTEST} to {LONGEST} characters"
    if len(reason) > LONGEST:
        return f"{wanted}: it has {len(reason)}. Shorten it."
    return f"{wanted}." if len(reason) < shortest else fault_of_text(reason)
