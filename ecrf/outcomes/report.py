"""What a trial's outcomes consist of, as data: the trial fills it, the page and the print draw it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import accumulate
from typing import ClassVar

from ecrf.access.models import Site


@dataclass(frozen=True)
class ReportScope:
    """Whose results, and as of which moment. `site`: its patients alone; None for the whole study."""

    at: datetime
    site: Site | None = None


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

    `groups` stand above the columns: (words, how many columns they span). `is_text`: the cells are words, not numbers.
    `empty` is said where there is no line; `rows_behind` names the rows of a table that is a list.
    """

    title: str
    columns: tuple[str, ...]
    rows: tuple[ReportRow, ...]
    note: str = ""
    groups: tuple[tuple[str, int], ...] = ()
    is_text: bool = False
    empty: str = "Nothing yet."
    rows_behind: str = ""

    kind: ClassVar[str] = "table"

    @property
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


@dataclass(frozen=True, eq=False)
class ReportPlot:
    """One measure over the weeks, drawn twice on one scale: each patient's course, and mean ± SD of the visits.

    Compared as the object that it is, so that its drawing is found again.
    """

    title: str
    unit: str
    low: int
    high: int
    weeks: tuple[int, ...]
    courses: tuple[PatientCourse, ...]
    means: tuple[VisitMean, ...]

    kind: ClassVar[str] = "plot"


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
