"""The dry run: each patient's rows are carried out, looked at, and taken back; what was seen is kept with the rows."""

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import suppress

from django.db import connection, transaction
from django.utils.translation import gettext

from ecrf.audit.turns import hold_for_long
from ecrf.casebook.models import Patient
from ecrf.imports.comparison.comparing import compare
from ecrf.imports.models import Import, ImportRow, RowKind
from ecrf.imports.plan.carrying_out import Between, carry_out
from ecrf.imports.plan.outcome import RowOutcome
from ecrf.imports.plan.places import chain_length
from ecrf.imports.rights import actor_at, patients_of
from ecrf.imports.sources.row import SourceRow, read_row
from ecrf.imports.work.giving_way import GaveWay, giving_way
from ecrf.imports.work.progress import ImportProgress

STAND_IN = "Looked at before it is done"
"""The reason of what is taken back at once; nobody reads it."""
AT_ONCE = 500
STORE = f"""
    UPDATE {ImportRow._meta.db_table} r
    SET kind = v.kind, result = v.result::jsonb, differs = v.differs, entry = v.entry, seen = v.seen
    FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::boolean[], %s::bigint[], %s::bigint[])
        AS v(id, kind, result, differs, entry, seen)
    WHERE r.id = v.id
"""  # noqa: S608 - the name of a table
"""In one statement, whatever the number of rows: Django's own way takes a hundred times as long to put together."""


class _LookedAt(Exception):
    pass


def look_at_rows(batch: Import, progress: ImportProgress) -> dict[str, object]:
    """Look at every row; returns the counts. Each patient's turn is taken by itself, and for no longer than needed."""
    progress.begin(gettext("Looking at the rows"), batch.rows.count())
    counts = ImportCounts()
    for patient, number in patients_in(batch):
        for rows in _rows_of(batch, number, whole=patient is not None):
            before = progress.done
            outcomes = _look(batch, patient, rows, progress)
            _store(rows, outcomes)
            counts.add(outcomes, patient)
            progress.go_to(before + len(rows))
    return counts.as_json()


def patients_in(batch: Import) -> Iterator[tuple[Patient | None, str]]:
    """The patients of the file, in the order in which turns are taken, then the numbers that are unknown."""
    numbers = list(batch.rows.order_by("patient_number").values_list("patient_number", flat=True).distinct())
    known = {
        patient.number: patient for patient in patients_of(batch).filter(number__in=numbers).order_by("pk")
    }
    yield from ((patient, number) for number, patient in known.items())
    yield from ((None, number) for number in numbers if number not in known)


def rows_in_order(batch: Import, number: str) -> list[ImportRow]:
    return list(batch.rows.filter(patient_number=number).order_by("number", "place"))


def _rows_of(batch: Import, number: str, *, whole: bool) -> Iterator[list[ImportRow]]:
    """All rows of a patient; of an unknown one, some at a time."""
    if whole:
        yield rows_in_order(batch, number)
        return
    last = 0
    while some := list(
        batch.rows.filter(patient_number=number, pk__gt=last).order_by("pk")[:AT_ONCE],
    ):
        yield some
        last = some[-1].pk


def sources_of(rows: Iterable[ImportRow]) -> list[SourceRow]:
    return [read_row(row.number, row.place, row.patient_number, row.given) for row in rows]


def _look(
    batch: Import, patient: Patient | None, rows: list[ImportRow], progress: ImportProgress
) -> list[RowOutcome]:
    if patient is None:
        return _unknown(batch, rows)
    sources = sources_of(rows)
    if batch.is_comparison:
        outcomes, entries = compare(patient, sources)
        seen = chain_length(patient)
        for row, entry in zip(rows, entries, strict=True):
            row.entry, row.seen = entry, seen
        return outcomes
    actor = actor_at(batch.brought_by, patient.site)
    if actor is None:
        return _unknown(batch, rows)
    before = progress.done
    for between in giving_way(patient):
        progress.go_to(before)
        with suppress(_LookedAt, GaveWay), transaction.atomic():
            if between.is_last:
                hold_for_long(batch.pk)
            counted = _counting(between, progress)
            outcomes = carry_out(patient, sources, batch.brought_by, actor, STAND_IN, counted)
            raise _LookedAt
        if not between.gave_way:
            break
    return outcomes


def _counting(between: Between, progress: ImportProgress) -> Between:
    """All rows of a file may be one patient's: they are counted one by one."""

    def count(*, only_links: bool) -> None:
        between(only_links=only_links)
        progress.add(0 if only_links else 1)

    return count


def _unknown(batch: Import, rows: list[ImportRow]) -> list[RowOutcome]:
    """Of rows that name one number; a large file may name it often."""
    number = rows[0].patient_number
    why = unknown(number, batch)
    return [RowOutcome(where=number, why=why) for _row in rows]


def unknown(number: str, batch: Import) -> str:
    """Another site's patient is as unknown as one whom nobody added."""
    if not number.strip():
        return gettext("The row names no patient.")
    if batch.is_comparison:
        words = gettext("There is no patient “%(number)s” whose data you can compare.")
        if batch.site:
            words = gettext("There is no patient “%(number)s” at site %(site)s whose data you can compare.")
    else:
        words = gettext("There is no patient “%(number)s” for whom you can import.")
        if batch.site:
            words = gettext("There is no patient “%(number)s” at site %(site)s for whom you can import.")
    said = words % {"number": number[:40], "site": batch.site.code if batch.site else ""}
    return " ".join(filter(None, (said, _hint(number, batch))))


def _hint(number: str, batch: Import) -> str:
    """What a spreadsheet may have made of a number: 1-1 or a day, of 01-001."""
    found = re.fullmatch(r"0*(\d+)-0*(\d+)", number.strip())
    if found:
        padded = patients_of(batch).filter(number__regex=rf"^0*{found[1]}-0*{found[2]}$").first()
        if padded:
            words = gettext("Is %(number)s meant? Spreadsheets drop zeros: format the column as text.")
            return words % {"number": padded.number}
    if re.fullmatch(r"\d{1,2}[-. ]+[^\W\d]{3}\.?|[^\W\d]{3}[-. ]+\d{1,2}|\d{5}", number.strip()):
        return gettext("A spreadsheet may have turned the number into a day: format the column as text.")
    return ""


def _store(rows: list[ImportRow], outcomes: list[RowOutcome]) -> None:
    for row, outcome in zip(rows, outcomes, strict=True):
        result = outcome.as_json()
        row.differs = row.kind != RowKind.READ and result != row.result
        row.kind, row.result = outcome.kind, result
    columns = zip(
        *((r.pk, r.kind, json.dumps(r.result), r.differs, r.entry, r.seen) for r in rows), strict=True
    )
    with connection.cursor() as cursor:
        cursor.execute(STORE, [list(column) for column in columns])


class ImportCounts:
    """Of all rows: how many of each kind, how many values, visits opened, things undone; at which sites it changes."""

    def __init__(self) -> None:
        self.rows: Counter[str] = Counter()
        self.values: Counter[str] = Counter()
        self.undoes: Counter[str] = Counter()
        self.opens = 0
        self.changes_at: set[str] = set()
        self.patients = 0

    def add(self, outcomes: list[RowOutcome], patient: Patient | None) -> None:
        self.patients += patient is not None
        for outcome in outcomes:
            self.rows[str(outcome.kind)] += 1
            self.values.update(str(cell.kind) for cell in outcome.cells)
            self.undoes.update(str(what) for what, _words in outcome.undoes)
            self.opens += bool(outcome.opens)
            if patient and outcome.changes_stored:
                self.changes_at.add(patient.site.code)

    def as_json(self) -> dict[str, object]:
        return {
            "all": self.rows.total(),
            "rows": dict(self.rows),
            "values": dict(self.values),
            "undoes": dict(self.undoes),
            "opens": self.opens,
            "patients": self.patients,
            "changes_at": sorted(self.changes_at),
        }
