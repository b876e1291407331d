"""Where the lines and the marks of a plot lie: numbers for the drawing, no words and no colours."""

from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import NamedTuple

from django.utils.translation import gettext

from ecrf.outcomes.current import KEPT
from ecrf.outcomes.report import PatientCourse, ReportPlot, VisitMean

WIDTH, HEIGHT = 600, 300
LEFT, RIGHT, TOP, BOTTOM = 44, 14, 14, 52
CAP = 4
"""Half the width of the ends of a mean's bar."""

LABELS_AT_MOST = 6
STEPS = (1, 2, 5, 10, 20, 25, 50, 100, 200, 500)


class AxisTick(NamedTuple):
    """A place on an axis, and what stands there."""

    at: float
    label: str


@dataclass(frozen=True)
class DrawnCourse:
    """One patient's line; `end` is where it stops for who left the study early."""

    label: str
    points: str
    end: tuple[str, str] | None


@dataclass(frozen=True)
class DrawnMean:
    """A visit's mean with its bar, which a single value has none of; `n` stands below the axis."""

    x: str
    y: str
    low: str | None
    high: str | None
    left: str
    right: str
    n: int
    label: str


@dataclass(frozen=True)
class PlotDrawing:
    """Both drawings of a plot, on one scale."""

    plot: ReportPlot

    width, height = WIDTH, HEIGHT
    left, right, top, bottom = LEFT, WIDTH - RIGHT, TOP, HEIGHT - BOTTOM
    tick_x, n_x, label_y, n_y = LEFT - 8, 8, HEIGHT - BOTTOM + 18, HEIGHT - BOTTOM + 38

    def x(self, week: float) -> float:
        first, last = self.plot.weeks[0], self.plot.weeks[-1]
        return self.left + (self.right - self.left) * (week - first) / max(last - first, 1)

    def y(self, value: float) -> float:
        """A bar may reach beyond what the measure can be, and is cut there."""
        low, high = self.plot.low, self.plot.high
        share = (min(max(value, low), high) - low) / max(high - low, 1)
        return self.bottom - (self.bottom - self.top) * share

    @cached_property
    def across(self) -> list[AxisTick]:
        """The weeks that are written: not all, the first and the last in any case."""
        weeks = self.plot.weeks
        step = -(-len(weeks) // LABELS_AT_MOST)
        apart = (weeks[-1] - weeks[0]) / (LABELS_AT_MOST + 2)
        shown = [week for week in weeks[::step] if week == weeks[0] or weeks[-1] - week > apart]
        return [AxisTick(round(self.x(week), 1), str(week)) for week in dict.fromkeys([*shown, weeks[-1]])]

    @cached_property
    def up(self) -> list[AxisTick]:
        low, high = self.plot.low, self.plot.high
        step = next((one for one in STEPS if (high - low) / one <= LABELS_AT_MOST), STEPS[-1])
        first = -(-low // step) * step
        return [AxisTick(round(self.y(value), 1), str(value)) for value in range(first, high + 1, step)]

    @cached_property
    def courses(self) -> list[DrawnCourse]:
        """A line each, as long as they can be told apart."""
        return [self._course(course) for course in self.plot.courses]

    def _course(self, course: PatientCourse) -> DrawnCourse:
        places = [(_place(self.x(week)), _place(self.y(value))) for week, value in course.points]
        return DrawnCourse(
            course.number, " ".join(map(",".join, places)), places[-1] if course.left else None
        )

    @cached_property
    def bands(self) -> list[str]:
        """The corners of the band of nine tenths of the values, and of that of the middle half."""
        return [f"{self._edge(upper)} {self._edge(lower, -1)}" for lower, upper in ((0, 4), (1, 3))]

    @property
    def median_line(self) -> str:
        return self._edge(2)

    def _edge(self, place: int, way: int = 1) -> str:
        """One percentile over the weeks, from the left or (-1) from the right."""
        bands = self.plot.bands[::way]
        return " ".join(f"{_place(self.x(b.week))},{_place(self.y(b.percentiles[place]))}" for b in bands)

    @cached_property
    def means(self) -> list[DrawnMean]:
        found = []
        for one in self.plot.means:
            x, sd = self.x(one.week), one.sd
            low, high = (None, None) if sd is None else (self.y(one.mean - sd), self.y(one.mean + sd))
            found.append(
                DrawnMean(
                    _place(x),
                    _place(self.y(one.mean)),
                    None if low is None else _place(low),
                    None if high is None else _place(high),
                    _place(x - CAP),
                    _place(x + CAP),
                    one.n,
                    _label(one),
                )
            )
        return found

    @property
    def courses_alt(self) -> str:
        """For who does not see the courses."""
        words = gettext("%(measure)s of %(patients)d patients over the weeks of the study")
        return words % {"measure": self.plot.title, "patients": self.plot.patients}

    @property
    def means_alt(self) -> str:
        """For who does not see the means."""
        words = gettext(
            "%(measure)s, mean and standard deviation of %(visits)d visits; the numbers stand in the table"
        )
        return words % {"measure": self.plot.title, "visits": len(self.plot.means)}

    @property
    def week_words(self) -> str:
        """Below the axis."""
        return gettext("week of the study")

    @property
    def mean_line(self) -> str:
        return " ".join(f"{mean.x},{mean.y}" for mean in self.means)


@lru_cache(maxsize=2 * KEPT)
def drawing_of(plot: ReportPlot) -> PlotDrawing:
    """The same drawing for the same plot, as long as its report is kept."""
    return PlotDrawing(plot)


def _label(one: VisitMean) -> str:
    """What the mark of a mean says."""
    mean = f"{one.mean:.1f}" if one.sd is None else f"{one.mean:.1f} ± {one.sd:.1f}"
    words = gettext("Week %(week)d: %(mean)s, n = %(number)d")
    return words % {"week": one.week, "mean": mean, "number": one.n}


def _place(at: float) -> str:
    """As text: a template would write it in the reader's language."""
    return f"{at:.1f}"
