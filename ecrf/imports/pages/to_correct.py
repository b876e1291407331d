"""A file as it was brought, and before each row why it is refused: corrected there, it is brought again."""

from collections.abc import Iterator

from ecrf.audit.texts import fold
from ecrf.imports.models import Import, ImportFormat, ImportState, RowKind
from ecrf.imports.plan.outcome import outcome_of
from ecrf.imports.reading.cells import AS_BROUGHT, GIVEN_BACK, is_doubtful
from ecrf.imports.reading.tables import TextTable, key_of
from ecrf.imports.sources.wide import WHY_REFUSED
from ecrf.trail.download.csv_file import safe

MOST = 100_000
"""Rows of a file: it is built within the time that the server gives a request."""

STILL_OPEN = (
    f"Where {AS_BROUGHT} stands before a cell of this file, write the value in its place, or take out the ? alone if it"
    " is meant as a text."
)
"""Behind the reasons, which say what to do in the file that was brought."""


def can_be_corrected(batch: Import) -> bool:
    """Whether it is a table of which rows are refused. What is no table is corrected where it was made."""
    if batch.format == ImportFormat.ODM or batch.is_comparison or batch.state != ImportState.CHECKED:
        return False
    return bool(batch.counts["rows"].get(RowKind.REFUSED)) and batch.counts["all"] <= MOST


def columns_to_correct(table: TextTable) -> list[str]:
    """In front, so that a row with a cell too many keeps it. A laboratory calls its columns as it likes."""
    return [WHY_REFUSED, *(given_back(name) for name in table.header if key_of(name) != WHY_REFUSED)]


def given_back(cell: str) -> str:
    """The cell so that no spreadsheet runs it, and so that it is read as it was when it was brought.

    A blank one and one that begins with an apostrophe are harmless, and stay: each apostrophe more would be one more in
    what is stored. What is refused until somebody says that it is meant as a text gets a sign of its own, for an
    apostrophe would say so.
    """
    if not fold(cell) or cell.lstrip().startswith("'"):
        return cell
    guarded = safe(cell)
    return AS_BROUGHT + cell if guarded != cell and is_doubtful(cell) else guarded


def lines_to_correct(batch: Import, table: TextTable) -> Iterator[list[str]]:
    """Every row, for a file is imported whole; without what stood before it when it was corrected last."""
    refused = (row for row in batch.rows.filter(kind=RowKind.REFUSED).order_by("number").iterator(500))
    last = next((at for at, name in enumerate(table.header) if key_of(name) == WHY_REFUSED), None)
    waiting = next(refused, None)
    for row in table.rows:
        cells = [cell for at, cell in enumerate(row.as_brought) if at != last]
        why = ""
        if waiting and waiting.number == row.number:
            why, waiting = why_refused(waiting.result), next(refused, None)
            if any(GIVEN_BACK.match(given_back(cell)) for cell in cells):
                why = f"{why} {STILL_OPEN}"
        yield [why, *cells]


def why_refused(result: dict[str, object]) -> str:
    """Of the row and of each of its values, in one cell."""
    outcome = outcome_of(result)
    of_values = (f"{cell.label}: {cell.why}" for cell in outcome.cells if cell.kind == RowKind.REFUSED)
    return " ".join(part for part in (outcome.why, *of_values) if part)
