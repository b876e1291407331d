"""Protocol deviations: counted by category, and listed."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ecrf.outcomes.gathering import Keys, Places
from ecrf.outcomes.reading import ReportStatement
from ecrf.outcomes.report import (
    ReportCell,
    ReportRow,
    ReportSection,
    ReportTable,
    RowBehind,
    RowsBehind,
)
from trial.crfs.protocol_deviation import DeviationCategory, DeviationSeverity
from trial.results.data import StudyData
from trial.results.listing import LISTED_AT_MOST, listed
from trial.results.summaries import DASH

DEFINITIONS = (
    ("Population", "Enrolled patients."),
    ("Deviation", "Each line of the log of protocol deviations that is not struck out."),
)

COLUMNS = ("Happened on", "Category", "Severity", "What happened", "Action taken")
LINES = ReportStatement(
    """
    SELECT p.number, r.occurred_on, r.category, r.severity, r.what, r.action
    FROM trial_protocoldeviation r
    JOIN casebook_entry e ON e.id = r.entry_id
    JOIN casebook_patient p ON p.id = e.patient_id
    WHERE e.id = ANY(%(entries)s) AND e.struck_at IS NULL
    ORDER BY p.number, e.number
    """,
    ("casebook_patient", "casebook_entry", "trial_protocoldeviation"),
)


@dataclass(frozen=True)
class Deviations:
    """Some deviations, in the order of the patients: whose, which entries, whether major, of which category."""

    patient_of: Places
    entries: Places
    is_major: Places
    categories: Keys

    def at(self, chosen: NDArray[np.bool_]) -> "Deviations":
        return Deviations(
            self.patient_of[chosen], self.entries[chosen], self.is_major[chosen], self.categories[chosen]
        )

    @property
    def count(self) -> int:
        return len(self.entries)


def deviations_section(data: StudyData) -> ReportSection:
    """Of those enrolled: by category, and listed."""
    found = _of(data, data.is_enrolled)
    by_category = {
        kind: found.at((found.categories == kind).astype(bool)) for kind in (*DeviationCategory, "")
    }
    overview = ReportTable(
        "Patients and deviations",
        ("", "Patients", "Deviations", "Major"),
        (
            ReportRow("Any protocol deviation", _cells(found)),
            *(
                ReportRow(DeviationCategory(kind).label if kind else "Category not recorded", _cells(some))
                for kind, some in by_category.items()
                if some.count
            ),
        ),
        note=f"n = {int(data.is_enrolled.sum())} enrolled patients.",
    )
    lines = _lines(data, found, LISTED_AT_MOST)
    every = listed("Each deviation", ("Patient", *COLUMNS), lines, found.count, "deviations")
    return ReportSection("deviations", "Protocol deviations", DEFINITIONS, (overview, every))


def _of(data: StudyData, which: NDArray[np.bool_]) -> Deviations:
    rows = data.facts.deviations
    all_of_them = Deviations(rows[:, 0], rows[:, 2], rows[:, 3], data.facts.categories)
    return all_of_them.at(which[rows[:, 0]])


def _cells(found: Deviations) -> tuple[ReportCell, ...]:
    counts = len(np.unique(found.patient_of)), found.count, int(found.is_major.sum())
    return tuple(ReportCell(str(count), "deviations") for count in counts)


def _lines(
    data: StudyData, found: Deviations, at_most: int | None = None
) -> list[tuple[str, tuple[str, ...]]]:
    entries = found.entries[:at_most].tolist()
    return [(number, _words(*line)) for number, *line in data.read(LINES, entries=entries)]


def _words(
    occurred_on: Any, category: str | None, severity: str | None, what: str | None, action: str | None
) -> tuple[str, ...]:
    return (
        str(occurred_on or DASH),
        DeviationCategory(category).label if category else DASH,
        DeviationSeverity(severity).label if severity else DASH,
        what or DASH,
        action or DASH,
    )


def behind_deviations(data: StudyData) -> dict[str, Callable[[], RowsBehind]]:
    """Every deviation, in one list."""

    def made() -> RowsBehind:
        counted, left_out = (
            _lines(data, _of(data, which)) for which in (data.is_enrolled, ~data.is_enrolled)
        )
        return RowsBehind(
            "Protocol deviations",
            DEFINITIONS,
            COLUMNS,
            tuple(RowBehind(number, cells) for number, cells in counted),
            tuple((number, f"{cells[3]}: not enrolled") for number, cells in left_out),
        )

    return {"deviations": made}
