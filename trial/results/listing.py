"""Lists of single rows: the page shows the first of them, the rest stands behind their number."""

from ecrf.outcomes.report import ReportCell, ReportRow, ReportTable

LISTED_AT_MOST = 25


def listed(
    title: str, columns: tuple[str, ...], lines: list[tuple[str, tuple[str, ...]]], count: int, key: str
) -> ReportTable:
    """`lines`: (patient, cells), no more of them than are shown; `count`: how many there are."""
    rows = tuple(ReportRow(number, tuple(map(ReportCell, cells))) for number, cells in lines)
    cut = f"The first {len(lines)} of {count}; the others stand in the rows behind it."
    note = cut if count > len(lines) else ""
    return ReportTable(title, columns, rows, note, is_text=True, empty="None.", rows_behind=key)
