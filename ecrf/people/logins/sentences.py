"""What is said of unusual access: stored in English, and read in each reader's language."""

import re
from functools import cache

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from ecrf.access.language import in_master

FROM_ELSEWHERE = gettext_lazy("Logged in from %(address)s, from where this person never did before.")
AT_NIGHT = gettext_lazy("Logged in at %(time)s on the clock of %(zone)s.")
TRIES = gettext_lazy("%(number)s wrong passwords or codes within an hour, the last from %(address)s.")
TRIES_OF_UNKNOWN = gettext_lazy(
    "%(number)s wrong passwords or codes within an hour, the last from an unknown address."
)
MANY_PAGES = gettext_lazy("More than %(number)s pages in the hour from %(time)s UTC.")
SENTENCES = (FROM_ELSEWHERE, AT_NIGHT, TRIES_OF_UNKNOWN, TRIES, MANY_PAGES)

PLACE = re.compile(r"%\((\w+)\)s")


def as_stored(sentence: Promise, **what: str) -> str:
    with in_master():
        return str(sentence) % what


def as_read(stored: str) -> str:
    """In the reader's language; as it is stored, where another version has worded it otherwise."""
    for sentence, pattern in _patterns():
        if found := pattern.fullmatch(stored):
            return str(sentence) % found.groupdict()
    return stored


@cache
def _patterns() -> tuple[tuple[Promise, re.Pattern[str]], ...]:
    with in_master():
        texts = [(sentence, PLACE.split(str(sentence))) for sentence in SENTENCES]
    return tuple((sentence, re.compile("".join(_pieces(parts)))) for sentence, parts in texts)


def _pieces(parts: list[str]) -> list[str]:
    """Words and names of places by turns."""
    return [f"(?P<{part}>.+)" if at % 2 else re.escape(part) for at, part in enumerate(parts)]
