"""Protocol deviations: counted by category, and listed."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.utils.translation import gettext, pgettext
from numpy.typing import NDArray

from ecrf.forms.words import said
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


def _definitions() -> tuple[tuple[str, str], ...]:
    return (
        (pgettext("outcomes", "Population"), gettext("Enrolled patients.")),
        (
            pgettext("outcomes", "Deviation"),
            gettext("Each line of the log of protocol deviations that is not struck out."),
        ),
    )


def _columns() -> tuple[str, ...]:
    return (
        pgettext("outcomes", "Happened on"),
        pgettext("outcomes", "Category"),
        pgettext("outcomes", "Severity"),
        pgettext("outcomes", "What happened"),
        pgettext("outcomes", "Action taken"),
    )


def deviations_section(data: StudyData) -> ReportSection:
    """Of those enrolled: by category, and listed."""
    found = _of(data, data.is_enrolled)
    by_category = {
        kind: found.at((found.categories == kind).astype(bool)) for kind in (*DeviationCategory, "")
    }
    overview = ReportTable(
        gettext("Patients and deviations"),
        (
            "",
            pgettext("outcomes", "Patients"),
            pgettext("outcomes", "Deviations"),
            pgettext("outcomes", "Major"),
        ),
        (
            ReportRow(gettext("Any protocol deviation"), _cells(found)),
            *(
                ReportRow(_category(kind) or gettext("Category not recorded"), _cells(some))
                for kind, some in by_category.items()
                if some.count
            ),
        ),
        note=gettext("n = %(number)d enrolled patients.") % {"number": int(data.is_enrolled.sum())},
    )
    lines = _lines(data, found, LISTED_AT_MOST)
    columns = (pgettext("outcomes", "Patient"), *_columns())
    every = listed(gettext("Each deviation"), columns, lines, found.count, "deviations")
    return ReportSection(
        "deviations", pgettext("outcomes", "Protocol deviations"), _definitions(), (overview, every)
    )


def _category(kind: str | None) -> str:
    """In words; "" where none is recorded."""
    return said(DeviationCategory(kind).label) if kind else ""


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
        _category(category) or DASH,
        said(DeviationSeverity(severity).label) if severity else DASH,
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
            pgettext("outcomes", "Protocol deviations"),
            _definitions(),
            _columns(),
            tuple(RowBehind(number, cells) for number, cells in counted),
            tuple(
                (number, gettext("%(deviation)s: not enrolled") % {"deviation": cells[3]})
                for number, cells in left_out
            ),
        )

    return {"deviations": made}
