"""What a trial's outcomes consist of, as data: the trial fills it, the page and the print draw it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from itertools import accumulate
from typing import ClassVar

from django.utils.translation import gettext

from ecrf.access.models import Site
from ecrf.exports.models import DataCut
from ecrf.exports.tables.selection import read_selection

COURSES_AT_MOST = 60
"""More lines than that are a tangle in which no eye follows one: bands say more."""


@dataclass(frozen=True)
class ReportScope:
    """Whose results, and of which data. `site`: its patients alone; None for the whole study.

    `at`: the moment that the data are of; `cut`: they are those of a data cut, read from the audit trail.
    """

    at: datetime
    site: Site | None = None
    cut: DataCut | None = None

    @property
    def data_words(self) -> str:
        """Which data, for every page and print: live ones, or those of which cut, taken by which version."""
        if not self.cut:
            live = gettext("live data as of %(moment)s UTC, no data cut")
            return live % {"moment": f"{self.at:%Y-%m-%d %H:%M}"}
        chosen = read_selection(self.cut.selection)
        match chosen.sites is not None, chosen.patients is not None:
            case True, True:
                words = gettext(
                    "data cut %(name)s (its sites and patients alone) of %(moment)s UTC, taken with eCRF %(version)s"
                )
            case True, False:
                words = gettext(
                    "data cut %(name)s (its sites alone) of %(moment)s UTC, taken with eCRF %(version)s"
                )
            case False, True:
                words = gettext(
                    "data cut %(name)s (its patients alone) of %(moment)s UTC, taken with eCRF %(version)s"
                )
            case _:
                words = gettext("data cut %(name)s of %(moment)s UTC, taken with eCRF %(version)s")
        moment = f"{self.at.astimezone(UTC):%Y-%m-%d %H:%M:%S}"
        return words % {"name": self.cut.name, "moment": moment, "version": self.cut.version}


@dataclass(frozen=True)
class ReportCell:
    """One printed number; `rows` names the list of what it was calculated from."""

    text: str
    rows: str = ""


@dataclass(frozen=True)
class ReportRow:
    """One line of a table. `site`: the code of the site whose own results the line leads to."""

    label: str
    cells: tuple[ReportCell, ...]
    site: str = ""


@dataclass(frozen=True)
class ReportTable:
    """A table; its columns begin with that of the lines' labels.

    `groups` stand above the columns: (words, how many columns they span). `is_text`: the cells are words, not numbers,
    and lead nowhere.
    `empty` is said where there is no line; `rows_behind` names the rows of a table that is a list.
    """

    title: str
    columns: tuple[str, ...]
    rows: tuple[ReportRow, ...]
    note: str = ""
    groups: tuple[tuple[str, int], ...] = ()
    is_text: bool = False
    empty: str = field(default_factory=lambda: gettext("Nothing yet."))
    rows_behind: str = ""

    kind: ClassVar[str] = "table"

    @cached_property
    def starts(self) -> frozenset[int]:
        """The columns with which a group begins, counted from 0."""
        ends = accumulate(span for _words, span in self.groups)
        return frozenset(ends) if self.groups else frozenset()


@dataclass(frozen=True)
class FlowBox:
    """One box of the participants' flow; `aside` are those who left before the next box."""

    title: str
    count: ReportCell
    lines: tuple[tuple[str, ReportCell], ...] = ()
    is_aside: bool = False


@dataclass(frozen=True)
class ReportFlow:
    """The participants' flow (CONSORT), from the top to the bottom."""

    title: str
    boxes: tuple[FlowBox, ...]

    kind: ClassVar[str] = "flow"


@dataclass(frozen=True)
class PatientCourse:
    """The values of one patient: (week of the study, value), in order. `left`: the patient left the study early."""

    number: str
    points: tuple[tuple[int, float], ...]
    left: bool = False


@dataclass(frozen=True)
class VisitMean:
    """Mean and standard deviation of a visit; no deviation below two values."""

    week: int
    n: int
    mean: float
    sd: float | None


@dataclass(frozen=True)
class VisitBand:
    """How the patients' values of a visit spread: their 5th, 25th, 50th, 75th and 95th percentile."""

    week: int
    percentiles: tuple[float, ...]


@dataclass(frozen=True, eq=False)
class ReportPlot:
    """One measure over the weeks, drawn twice on one scale: each patient's course, and mean ± SD of the visits.

    `patients`: how many have a course. Of more than `COURSES_AT_MOST` there are `bands` instead of courses.
    Compared as the object that it is, so that its drawing is found again.
    """

    title: str
    unit: str
    low: int
    high: int
    weeks: tuple[int, ...]
    patients: int
    courses: tuple[PatientCourse, ...]
    means: tuple[VisitMean, ...]
    bands: tuple[VisitBand, ...] = ()

    kind: ClassVar[str] = "plot"

    @property
    def courses_words(self) -> str:
        """What the drawing of the courses shows."""
        if not self.bands:
            return gettext("A line a patient, n = %(patients)d; ○ left the study early.") % {
                "patients": self.patients
            }
        return gettext(
            "n = %(patients)d patients, too many for a line each: at each visit the median, and the bands that hold the"
            " middle 50 %% and 90 %% of the values."
        ) % {"patients": self.patients}


ReportPart = ReportTable | ReportFlow | ReportPlot


@dataclass(frozen=True)
class ReportSection:
    """One subject. `definitions`: (what, in words) of every number in it: population, value, statistics."""

    key: str
    title: str
    definitions: tuple[tuple[str, str], ...]
    parts: tuple[ReportPart, ...]


@dataclass(frozen=True)
class RowBehind:
    """One line behind a number; `visit_code` where it belongs to a visit."""

    number: str
    cells: tuple[str, ...]
    visit_code: str = ""


@dataclass(frozen=True)
class RowsBehind:
    """What a number was calculated from, and what was left out of it: (patient, why)."""

    title: str
    definitions: tuple[tuple[str, str], ...]
    columns: tuple[str, ...]
    rows: tuple[RowBehind, ...]
    left_out: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Report:
    """The outcomes of a scope. `behind` makes a list of rows when it is asked for."""

    sections: tuple[ReportSection, ...]
    behind: Mapping[str, Callable[[], RowsBehind]] = field(default_factory=dict)
