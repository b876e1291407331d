"""Protocol deviations: counted by category, and listed."""

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext, pgettext

from ecrf.forms.words import said
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

Deviations = list[tuple[int, PatientDeviation]]
"""(patient's id, deviation), in the order of the patients"""

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
    found = _of(data.enrolled)
    by_category = {
        kind: [(pk, one) for pk, one in found if one.category == kind] for kind in (*DeviationCategory, "")
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
                if some
            ),
        ),
        note=gettext("n = %(number)d enrolled patients.") % {"number": len(data.enrolled)},
    )
    lines = _lines(data, found[:LISTED_AT_MOST])
    columns = (pgettext("outcomes", "Patient"), *_columns())
    every = listed(gettext("Each deviation"), columns, lines, len(found), "deviations")
    return ReportSection(
        "deviations", pgettext("outcomes", "Protocol deviations"), _definitions(), (overview, every)
    )


def _category(kind: str | None) -> str:
    """In words; "" where none is recorded."""
    return said(DeviationCategory(kind).label) if kind else ""


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
        _category(category) or DASH,
        said(DeviationSeverity(severity).label) if severity else DASH,
        what or DASH,
        action or DASH,
    )


def behind_deviations(data: StudyData) -> dict[str, Callable[[], RowsBehind]]:
    """Every deviation, in one list."""

    def made() -> RowsBehind:
        others = data.who(lambda patient: not patient.is_enrolled)
        counted, left_out = _lines(data, _of(data.enrolled)), _lines(data, _of(others))
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
