"""Moments as SDTM writes them: ISO 8601 in the site's local time, as far as they are known; study days; epochs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from ecrf.forms.partial_dates import earliest, latest

DAY_LENGTH = len("2026-11-22")


def iso(day: Any, clock: str | None = None) -> str:
    """Day (a date, or what is known of it) and time of day: 2026-11-22T10:30, 2026-11; "" without a day.

    Without an offset, as SDTM has it: a wall clock at the site. A time on a day that is not known says nothing.
    """
    written = str(day) if day else ""
    return f"{written}T{clock}" if clock and len(written) == DAY_LENGTH else written


def study_day(moment: str, reference: str) -> int | None:
    """1 on the day of the reference and -1 on the day before; there is no day 0."""
    if len(moment) < DAY_LENGTH or len(reference) < DAY_LENGTH:
        return None
    days = (date.fromisoformat(moment[:DAY_LENGTH]) - date.fromisoformat(reference[:DAY_LENGTH])).days
    return days + 1 if days >= 0 else days


def is_before(moment: str, other: str, unless_known: bool | None = None) -> bool:
    """Whether a moment lies before another. On one day, where one of them has no time, `unless_known` decides."""
    if not moment or not other:
        return False
    length = min(len(moment), len(other))
    if moment[:length] != other[:length] or (length > DAY_LENGTH and unless_known is None):
        return moment[:length] < other[:length]
    return bool(unless_known)


@dataclass(frozen=True)
class PatientElement:
    """An element that a patient went through."""

    epoch: str
    start: str


def epoch(moment: str, elements: Sequence[PatientElement], is_before_dose: bool | None = None) -> str:
    """The epoch in which something began: the first one where that was before them all, the last one behind them.

    "" where a partial date leaves it open. A day on which one element ends and the next begins belongs to the next,
    unless the row came before the dose.
    """
    if not moment or not elements:
        return ""
    if len(moment) < DAY_LENGTH:
        ends = {epoch(str(day), elements) for day in (earliest(moment), latest(moment))}
        return ends.pop() if len(ends) == 1 else ""
    begun = [one for one in elements[1:] if one.start and not is_before(moment, one.start, is_before_dose)]
    return begun[-1].epoch if begun else elements[0].epoch


@dataclass(frozen=True)
class VisitName:
    """How SDTM names a visit: its number, its name, and the day on which it is planned."""

    number: float
    name: str
    day: int | None


def visit_names(
    plans: Sequence[tuple[str, str, int | None]], labels: Mapping[str, str], dates: Mapping[str, str]
) -> dict[str, VisitName]:
    """{code: its names} of a patient's visits. `plans`: (code, label, day) in the order of the schedule; `labels` and
    `dates`: of the visits that the patient has. A visit that repeats stands behind the last one held before it."""
    places = {code: place for place, (code, _label, _day) in enumerate(plans, 1)}
    days = {code: day for code, _label, day in plans}
    names: dict[str, VisitName] = {}
    added: dict[int, int] = {}
    extra = [code for code in labels if code not in places]
    for code in [
        *(code for code in labels if code in places),
        *sorted(extra, key=lambda c: (dates.get(c, ""), c)),
    ]:
        if code in places:
            place = float(places[code])
        else:
            on = dates.get(code, "")
            held = [places[c] for c, day in dates.items() if c in places and day and on and day <= on]
            before = max(held, default=0)
            added[before] = added.get(before, 0) + 1
            place = round(before + added[before] / 100, 2)
        names[code] = VisitName(place, labels[code].upper(), days.get(code))
    return names
