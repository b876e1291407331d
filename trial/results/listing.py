"""Lists of single rows: the page shows the first of them, the rest stands behind their number."""

from django.utils.translation import gettext, pgettext

from ecrf.outcomes.report import ReportCell, ReportRow, ReportTable

LISTED_AT_MOST = 25


def listed(
    title: str, columns: tuple[str, ...], lines: list[tuple[str, tuple[str, ...]]], count: int, key: str
) -> ReportTable:
    """`lines`: (patient, cells), no more of them than are shown; `count`: how many there are."""
    rows = tuple(ReportRow(number, tuple(map(ReportCell, cells))) for number, cells in lines)
    cut = gettext("The first %(shown)d of %(number)d; the others stand in the rows behind it.") % {
        "shown": len(lines),
        "number": count,
    }
    note = cut if count > len(lines) else ""
    empty = pgettext("a list without lines", "None.")
    return ReportTable(title, columns, rows, note, is_text=True, empty=empty, rows_behind=key)
