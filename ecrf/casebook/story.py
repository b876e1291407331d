"""The patient's story: what one figure tells over the weeks of the study. The trial fills it, the pages draw it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache, cached_property
from typing import ClassVar

from django.utils.module_loading import import_string
from django.utils.translation import gettext, ngettext, pgettext

from ecrf.casebook.data import PatientData
from ecrf.casebook.schedule.due import ScheduleStatus
from ecrf.forms.protocol import protocol

MINUS = "−"
EVENTS = 100
"""How many events the figure draws: more of them cannot be told apart."""


@dataclass(frozen=True)
class Series:
    """One measure over time. `threshold`: a change for the worse by as much is flagged for review.

    `low` and `high` limit the scale; series with the same `panel` are drawn in one panel.
    """

    key: str
    name: str
    unit: str
    panel: str
    threshold: Decimal
    low: int
    high: int
    baseline: Decimal | None = None


@dataclass(frozen=True)
class StoryPoint:
    """One value of a series, and by how much it changed since the last visit at which it was assessed."""

    series: Series
    value: Decimal
    change: Decimal | None = None

    @property
    def fell(self) -> bool:
        """Whether it fell by the review threshold or more."""
        return self.change is not None and -self.change >= self.series.threshold

    @property
    def change_words(self) -> str:
        """`fell by 3`, `rose by 0.5`, `unchanged`; nothing for the first value."""
        if self.change is None:
            return ""
        if not self.change:
            return pgettext("a measured value", "unchanged")
        words = gettext("rose by %(change)s") if self.change > 0 else gettext("fell by %(change)s")
        return words % {"change": abs(self.change)}


@dataclass(frozen=True)
class Source:
    """Where it was entered, for the page's links: a visit, or an entry of a log."""

    visit_code: str = ""
    visit_id: int | None = None
    crf: str = ""
    number: int | None = None
    entry_id: int | None = None


@dataclass(frozen=True)
class Moment:
    """One dated thing. `day` counts from the baseline visit, which is 0; `on` is the date as entered."""

    day: int
    on: str
    title: str
    detail: str = ""
    source: Source = Source()

    kind: ClassVar[str] = ""

    @property
    def week(self) -> str:
        """The study week in words; the baseline visit is in week 1."""
        if self.day >= 0:
            return gettext("week %(number)s") % {"number": 1 + self.day // 7}
        words = ngettext("%(number)s day before week 1", "%(number)s days before week 1", -self.day)
        return words % {"number": -self.day}


@dataclass(frozen=True)
class Assessment(Moment):
    """A visit at which something was measured; `since_dose`: days since the last dose before it.

    `detail` says the same in words.
    """

    points: tuple[StoryPoint, ...] = ()
    since_dose: int | None = None

    kind = "assessment"

    @property
    def fell(self) -> bool:
        return any(point.fell for point in self.points)

    def point(self, series: Series) -> StoryPoint | None:
        return next((point for point in self.points if point.series == series), None)


@dataclass(frozen=True)
class Dose(Moment):
    """One day of treatment, with what was given and from which lots."""

    given: Decimal | None = None
    unit: str = ""
    lots: tuple[str, ...] = ()

    kind = "dose"


@dataclass(frozen=True)
class Event(Moment):
    """One adverse event. Where a date is partial, it surely lasted from `sure_from` to `sure_to` only.

    `until` is the last day it can have lasted; without an end, the last day of which is known: `is_open`.
    """

    until: int = 0
    sure_from: int = 0
    sure_to: int = 0
    is_open: bool = False
    severity: str = ""
    serious: bool = False

    kind = "event"


@dataclass(frozen=True)
class Missed(Moment):
    """A visit that was missed, on the day it was due."""

    kind = "missed"


@dataclass(frozen=True)
class Window(Moment):
    """The next visit: its due day, and the first and the last day of its window."""

    opens: int = 0
    closes: int = 0
    overdue: bool = False

    kind = "next"


@dataclass(frozen=True)
class End(Moment):
    """The day on which the patient left the study."""

    kind = "end"


@dataclass(frozen=True)
class Story:
    """Everything of the figure. `ticks`: the days of the scheduled visits, for the axis.

    `treatment` is what one dose is called: "injection".
    """

    series: tuple[Series, ...]
    moments: tuple[Moment, ...]
    ticks: tuple[int, ...]
    treatment: str = "dose"

    @cached_property
    def drawn(self) -> list[Moment]:
        """The moments that the figure and its table show: of very many events the serious ones, then those that lasted
        longest into the study."""
        events = [moment for moment in self.moments if isinstance(moment, Event)]
        if len(events) <= EVENTS:
            return list(self.moments)
        first = sorted(events, key=lambda event: (event.serious, event.until), reverse=True)[:EVENTS]
        kept = set(map(id, first))
        return [each for each in self.moments if not isinstance(each, Event) or id(each) in kept]

    @property
    def left_out(self) -> int:
        return len(self.moments) - len(self.drawn)

    @property
    def first(self) -> int:
        """The first day of the figure: the first measurement; an event that began before is cut there."""
        return min([0, *(m.day for m in self.moments if not isinstance(m, Event))])

    @property
    def last(self) -> int:
        return max([*self.ticks, *(m.day for m in self.moments)])

    @property
    def flagged(self) -> list[Assessment]:
        """The visits at which a measure had fallen by its threshold or more."""
        return [m for m in self.moments if isinstance(m, Assessment) and m.fell]

    @property
    def summary(self) -> str:
        """The figure in one breath, for who cannot see it."""
        parts = [self._course(series) for series in self.series]
        doses = sum(isinstance(m, Dose) for m in self.moments)
        events = [m for m in self.moments if isinstance(m, Event)]
        given = ngettext("%(number)s %(treatment)s day", "%(number)s %(treatment)s days", doses)
        fallen = gettext(", ").join(m.title for m in self.flagged)
        review = gettext("Deterioration to review: %(visits)s") % {"visits": fallen}
        parts += [
            given % {"number": doses, "treatment": self.treatment},
            _events_in_words(len(events), sum(e.serious for e in events)),
            *(m.title for m in self.moments if isinstance(m, Missed)),
            review if fallen else gettext("Deterioration to review: none"),
        ]
        return gettext("%(sentence)s.") % {"sentence": gettext("; ").join(part for part in parts if part)}

    def _course(self, series: Series) -> str:
        """From the baseline to the last value; from the first one there is if the baseline has none."""
        seen = [(m, point) for m in self.moments if isinstance(m, Assessment) and (point := m.point(series))]
        if not seen:
            return ""
        (first, start) = next((found for found in seen if found[0].day >= 0), seen[0])
        (last, end) = seen[-1]
        if first is last:
            words = gettext("%(measure)s %(value)s %(unit)s at %(visit)s")
            known = {"measure": series.name, "value": start.value, "unit": series.unit, "visit": first.title}
            return words % known
        words = gettext("%(measure)s from %(value)s at %(visit)s to %(last)s %(unit)s at %(last_visit)s")
        known = {"measure": series.name, "value": start.value, "unit": series.unit, "visit": first.title}
        return words % {**known, "last": end.value, "last_visit": last.title}


def _events_in_words(number: int, serious: int) -> str:
    if serious:
        words = ngettext(
            "%(number)s adverse event, %(serious)s of them serious",
            "%(number)s adverse events, %(serious)s of them serious",
            number,
        )
        return words % {"number": number, "serious": serious}
    return ngettext("%(number)s adverse event", "%(number)s adverse events", number) % {"number": number}


Renderer = Callable[[PatientData, ScheduleStatus, date], Story | None]


@cache
def _renderer(path: str) -> Renderer:
    found: Renderer = import_string(path)
    return found


def story_of(data: PatientData, schedule_status: ScheduleStatus) -> Story | None:
    """The patient's story as of today at the site; None where there is nothing to draw, or the trial tells none."""
    path = protocol().story
    return _renderer(path)(data, schedule_status, data.patient.site.today()) if path else None
