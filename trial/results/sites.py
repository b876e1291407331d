"""The sites side by side: how many took part, and the means; too few patients each for more than that."""

import numpy as np
from django.utils.translation import gettext, pgettext
from numpy.typing import NDArray

from ecrf.forms.protocol import protocol
from ecrf.outcomes.report import ReportCell, ReportRow, ReportSection, ReportTable
from trial.results.data import StudyData
from trial.results.facts import StudyPatient
from trial.results.measures import MeasuredVisits
from trial.results.summaries import printed, summarise
from trial.schedule import LAST_VISIT


def sites_section(data: StudyData, measured: list[MeasuredVisits]) -> ReportSection:
    """One line a site that has a patient."""
    by_site: dict[str, list[StudyPatient]] = {}
    for patient in data.patients:
        by_site.setdefault(patient.site, []).append(patient)
    site_of = np.array([patient.site for patient in data.enrolled], dtype=str)
    rows = tuple(
        _site_row(code, patients, measured, site_of == code) for code, patients in sorted(by_site.items())
    )
    columns = (
        pgettext("outcomes", "Site"),
        pgettext("outcomes", "Screened"),
        pgettext("outcomes", "Enrolled"),
        pgettext("outcomes", "Withdrawn"),
        pgettext("outcomes", "Completed"),
        *("n", pgettext("outcomes", "Mean")) * 4,
    )
    groups = [("", 1), (pgettext("outcomes", "Patients"), 4)]
    for one in measured:
        measure = {"measure": one.measure.short_name}
        groups += [
            (gettext("%(measure)s, baseline") % measure, 2),
            (gettext("%(measure)s, week 52") % measure, 2),
        ]
    table = ReportTable(pgettext("outcomes", "By site"), columns, rows, groups=tuple(groups))
    return ReportSection("sites", pgettext("outcomes", "Sites"), _definitions(), (table,))


def _definitions() -> tuple[tuple[str, str], ...]:
    return (
        (
            pgettext("outcomes", "Population"),
            gettext("As in the sections above, of the patients of the site."),
        ),
        (
            pgettext("outcomes", "Means"),
            gettext("Of those who have the value at the visit; n stands before each."),
        ),
    )


def _site_row(
    code: str, patients: list[StudyPatient], measured: list[MeasuredVisits], here: NDArray[np.bool_]
) -> ReportRow:
    """`here`: which of those enrolled belong to the site."""
    counts = [
        len(patients),
        sum(one.is_enrolled for one in patients),
        sum(one.has_withdrawn for one in patients),
        sum(one.has_completed for one in patients),
    ]
    cells = [ReportCell(str(count)) for count in counts]
    for one in measured:
        for visit in (protocol().baseline, LAST_VISIT):
            summary = summarise(one.values[visit][here])
            cells += [ReportCell(str(summary.n)), ReportCell(printed(summary.mean))]
    return ReportRow(code, tuple(cells), site=code)
