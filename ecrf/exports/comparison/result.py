"""A comparison as a page shows it and as a file."""

from collections import Counter
from dataclasses import dataclass

from django.http import FileResponse
from django.utils import timezone

from ecrf.access.models import User
from ecrf.access.roles import Right
from ecrf.audit.actor import acting
from ecrf.exports.comparison.changes import CHANGE_WORDS, COLUMNS, CutChange, changes
from ecrf.exports.comparison.in_words import in_words
from ecrf.exports.models import DataCut, Download
from ecrf.trail.download import csv_file

SHOWN = 500


@dataclass(frozen=True)
class Comparison:
    """The first changes and how many there are of each kind."""

    rows: list[CutChange]
    counts: dict[str, int]

    @property
    def rows_in_words(self) -> list[CutChange]:
        """As a page shows them."""
        return [in_words(row) for row in self.rows]

    @property
    def counts_in_words(self) -> dict[str, int]:
        """The same of the numbers."""
        return {str(CHANGE_WORDS.get(change, change)): count for change, count in self.counts.items()}

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    @property
    def more(self) -> int:
        return self.total - len(self.rows)


def compare(earlier: DataCut, later: DataCut) -> Comparison:
    """Values that identify are shown only where both cuts hold them."""
    rows: list[CutChange] = []
    counts: Counter[str] = Counter()
    for row in changes(earlier, later):
        counts[row.change] += 1
        if len(rows) < SHOWN:
            rows.append(row)
    return Comparison(rows, dict(counts))


def write_comparison(earlier: DataCut, later: DataCut, *, by: User) -> FileResponse:
    """All of it as a CSV file; that it is taken along stands in the trail."""

    def note() -> None:
        with acting(
            by.acting_at(None, Right.EXPORT), reason=f"compared with {earlier.name}", source="export"
        ):
            Download.objects.create(export=later.export, downloaded_at=timezone.now(), downloaded_by=by)

    name = csv_file.file_name(f"changes-{earlier.name}-to-{later.name}", later.taken_at)
    rows = (["" if cell is None else str(cell) for cell in row] for row in changes(earlier, later))
    return csv_file.answer(name, COLUMNS, rows, note)


def hold_the_same(earlier: DataCut, later: DataCut) -> bool:
    """Whether the same forms, sites, patients and columns were chosen for both."""
    return bool(earlier.selection == later.selection)
