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
from trial.results.listing import LISTED_AT_MOST, listed
from trial.results.summaries import DASH

DEFINITIONS = (
    ("Population", "Enrolled patients."),
    ("Deviation", "Each line of the log of protocol deviations that is not struck out."),
)
COLUMNS = ("Happened on", "Category", "Severity", "What happened", "Action taken")
READS = ("casebook_patient", "casebook_entry", "trial_protocoldeviation")
DEVIATIONS = """
    FROM trial_protocoldeviation r
    JOIN casebook_entry e ON e.id = r.entry_id
    JOIN casebook_patient p ON p.id = e.patient_id
    WHERE e.crf = 'protocol-deviation' AND e.struck_at IS NULL AND e.patient_id = ANY(%(patients)s)
"""
COUNTS = ReportStatement(
    f"""
    SELECT r.category, count(DISTINCT e.patient_id), count(*), count(*) FILTER (WHERE r.severity = %(major)s)
    {DEVIATIONS} GROUP BY GROUPING SETS ((), (r.category)) ORDER BY grouping(r.category) DESC
    """,
    READS,
)
LINES = ReportStatement(
    f"""
    SELECT p.number, r.occurred_on, r.category, r.severity, r.what, r.action
    {DEVIATIONS} ORDER BY p.number, e.number LIMIT %(at_most)s
    """,
    READS,
)


def deviations_section(data: StudyData) -> ReportSection:
    """Of those enrolled: by category, and listed."""
    enrolled = data.ids_of(lambda patient: patient.is_enrolled)
    (_every, *total), *counts = data.read(COUNTS, patients=enrolled, major=DeviationSeverity.MAJOR)
    by_category = {category or None: numbers for category, *numbers in counts}
    overview = ReportTable(
        "Patients and deviations",
        ("", "Patients", "Deviations", "Major"),
        (
            ReportRow("Any protocol deviation", _cells(total)),
            *(
                ReportRow(kind.label if kind else "Category not recorded", _cells(by_category[kind]))
                for kind in (*DeviationCategory, None)
                if kind in by_category
            ),
        ),
        note=f"n = {len(enrolled)} enrolled patients.",
    )
    lines = _lines(data, enrolled, LISTED_AT_MOST)
    every = listed("Each deviation", ("Patient", *COLUMNS), lines, total[1], "deviations")
    return ReportSection("deviations", "Protocol deviations", DEFINITIONS, (overview, every))


def _cells(counts: list[int]) -> tuple[ReportCell, ...]:
    return tuple(ReportCell(str(count), "deviations") for count in counts)


def _lines(
    data: StudyData, patients: list[int], at_most: int | None = None
) -> list[tuple[str, tuple[str, ...]]]:
    return [(number, _words(*line)) for number, *line in data.read(LINES, patients=patients, at_most=at_most)]


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
        enrolled = data.ids_of(lambda patient: patient.is_enrolled)
        others = data.ids_of(lambda patient: not patient.is_enrolled)
        counted, left_out = _lines(data, enrolled), _lines(data, others)
        return RowsBehind(
            "Protocol deviations",
            DEFINITIONS,
            COLUMNS,
            tuple(RowBehind(number, cells) for number, cells in counted),
            tuple((number, f"{cells[3]}: not enrolled") for number, cells in left_out),
        )

    return {"deviations": made}
