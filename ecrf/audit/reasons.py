"""What a reason is, wherever one is asked for: 3 to 500 characters. Any other is refused, and none is ever cut."""

from collections.abc import Callable

from django.utils.functional import Promise
from django.utils.translation import gettext

from ecrf.audit.texts import cleaned, fault_of_text

SHORTEST, LONGEST = 3, 500
KEPT_AS: list[Callable[[str], str]] = []
"""What floors above store in place of a reason that was chosen from a list."""


def tidy(reason: str) -> str:
    """The reason as it is stored: see `cleaned`; one that was chosen from a list, in English."""
    words = cleaned(reason)
    for keep in KEPT_AS:
        words = keep(words)
    return words


def fault_of(reason: str, of: str | Promise = "", shortest: int = SHORTEST, longest: int = LONGEST) -> str:
    """Why a tidy reason cannot stand, in words for the page; "" if it can. `of` says what the reason is of: "the row is
    struck out"; `shortest`: 1 where a reason is not asked for; `longest`: less where something is named beside it."""
    if shortest <= len(reason) <= longest:
        return fault_of_text(reason)
    is_long = len(reason) > longest
    if of and is_long:
        words = gettext(
            "Say why %(of)s, in %(shortest)d to %(longest)d characters: it has %(length)d. Shorten it."
        )
    elif of:
        words = gettext("Say why %(of)s, in %(shortest)d to %(longest)d characters.")
    elif is_long:
        words = gettext("Say why, in %(shortest)d to %(longest)d characters: it has %(length)d. Shorten it.")
    else:
        words = gettext("Say why, in %(shortest)d to %(longest)d characters.")
    return words % {"of": of, "shortest": SHORTEST, "longest": longest, "length": len(reason)}
