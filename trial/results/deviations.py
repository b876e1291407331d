"""Protocol deviations: counted by category, and listed."""

from collections.abc import Callable
from typing import Any

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
from trial.results.facts import PatientDeviation, StudyPatient
from trial.results.listing import LISTED_AT_MOST, listed
from trial.results.summaries import DASH

DEFINITIONS = (
    ("Population", "Enrolled patients."),
    ("Deviation", "Each line of the log of protocol deviations that is not struck out."),
)
Deviations = list[tuple[int, PatientDeviation]]
"""(patient's id, deviation), in the order of the patients"""

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


def deviations_section(data: StudyData) -> ReportSection:
    """Of those enrolled: by category, and listed."""
    found = _of(data.enrolled)
    by_category = {
        kind: [(pk, one) for pk, one in found if one.category == kind] for kind in (*DeviationCategory, "")
    }
    overview = ReportTable(
        "Patients and deviations",
        ("", "Patients", "Deviations", "Major"),
        (
            ReportRow("Any protocol deviation", _cells(found)),
            *(
                ReportRow(DeviationCategory(kind).label if kind else "Category not recorded", _cells(some))
                for kind, some in by_category.items()
                if some
            ),
        ),
        note=f"n = {len(data.enrolled)} enrolled patients.",
    )
    lines = _lines(data, found[:LISTED_AT_MOST])
    every = listed("Each deviation", ("Patient", *COLUMNS), lines, len(found), "deviations")
    return ReportSection("deviations", "Protocol deviations", DEFINITIONS, (overview, every))


def _of(patients: list[StudyPatient]) -> Deviations:
    return [(patient.pk, one) for patient in patients for one in patient.deviations]


def _cells(found: Deviations) -> tuple[ReportCell, ...]:
    counts = len({pk for pk, _one in found}), len(found), sum(one.is_major for _pk, one in found)
    return tuple(ReportCell(str(count), "deviations") for count in counts)


def _lines(data: StudyData, found: Deviations) -> list[tuple[str, tuple[str, ...]]]:
    entries = [one.entry for _pk, one in found]
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
        others = data.who(lambda patient: not patient.is_enrolled)
        counted, left_out = _lines(data, _of(data.enrolled)), _lines(data, _of(others))
        return RowsBehind(
            "Protocol deviations",
            DEFINITIONS,
            COLUMNS,
            tuple(RowBehind(number, cells) for number, cells in counted),
            tuple((number, f"{cells[3]}: not enrolled") for number, cells in left_out),
        )

    return {"deviations": made}
