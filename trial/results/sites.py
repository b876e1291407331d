"""The sites side by side: how many took part, and the means; too few patients each for more than that."""

from django.utils.translation import gettext, pgettext

from ecrf.forms.protocol import protocol
from ecrf.outcomes.report import ReportCell, ReportRow, ReportSection, ReportTable
from trial.results.data import StudyData
from trial.results.measures import MeasuredVisits
from trial.results.summaries import printed, summarise
from trial.schedule import LAST_VISIT


def sites_section(data: StudyData, measured: list[MeasuredVisits]) -> ReportSection:
    """One line a site that has a patient."""
    rows = tuple(_site_row(code, data, measured) for code in sorted(set(data.sites.tolist())))
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


def _site_row(code: str, data: StudyData, measured: list[MeasuredVisits]) -> ReportRow:
    is_here = (data.sites == code).astype(bool)
    counts = [is_here & which for which in (True, data.is_enrolled, data.has_withdrawn, data.has_completed)]
    cells = [ReportCell(str(int(count.sum()))) for count in counts]
    here = is_here[data.is_enrolled]
    for one in measured:
        for visit in (protocol().baseline, LAST_VISIT):
            summary = summarise(one.values[visit][here])
            cells += [ReportCell(str(summary.n)), ReportCell(printed(summary.mean))]
    return ReportRow(code, tuple(cells), site=code)
