"""Dates of which only the year, or the year and the month, are known: ISO 8601, never completed silently."""

import calendar
import re
from datetime import date

from django.utils.translation import gettext

SHAPE = r"[0-9]{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?)?"


def earliest(partial: str) -> date:
    """The first day the partial date can mean: 2026-02 gives 2026-02-01."""
    year, month, day = _parts(partial)
    return date(year, month or 1, day or 1)


def latest(partial: str) -> date:
    """The last day the partial date can mean: 2026-02 gives 2026-02-28."""
    year, month, day = _parts(partial)
    month = month or 12
    return date(year, month, day or calendar.monthrange(year, month)[1])


def surely_before(one: str | date, other: str | date) -> bool:
    """Whether `one` is before `other` whatever the unknown parts are; a doubt is no."""
    return latest(str(one)) < earliest(str(other))


def validate(partial: str) -> None:
    """Raise ValueError unless `partial` is YYYY, YYYY-MM or YYYY-MM-DD and exists in the calendar."""
    if not re.fullmatch(SHAPE, partial):
        raise ValueError(gettext("Write a date as YYYY-MM-DD, or as YYYY-MM or YYYY if no more is known."))
    try:
        earliest(partial)
    except ValueError as error:
        raise ValueError(gettext("%(date)s is not in the calendar.") % {"date": partial}) from error


def _parts(partial: str) -> tuple[int, int | None, int | None]:
    numbers = [int(part) for part in partial.split("-")]
    padded: list[int | None] = [*numbers, None, None]
    return numbers[0], padded[1], padded[2]
