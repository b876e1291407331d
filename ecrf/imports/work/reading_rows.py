"""Reads the file of an import into its rows, a few at a time, whatever its size."""

from collections.abc import Iterable, Iterator
from itertools import islice

from django.db import transaction
from django.utils.translation import gettext, ngettext

from ecrf.audit.actor import SYSTEM, acting
from ecrf.forms.registry import CRFS
from ecrf.imports.models import Import, ImportFormat, ImportRow
from ecrf.imports.reading.cells import CellWays
from ecrf.imports.reading.encodings import UnreadableFile, encoding_of
from ecrf.imports.reading.tables import open_table
from ecrf.imports.sources.laboratory import read_results
from ecrf.imports.sources.odm import read_odm
from ecrf.imports.sources.row import LONGEST_NUMBER, SourceRow
from ecrf.imports.sources.stored import ALTERED, StoredBytes, is_as_brought, pieces_of, text_of
from ecrf.imports.sources.wide import is_not_filled_in, read_wide
from ecrf.imports.work.progress import ImportProgress

AT_ONCE = 500
MOST_ROWS = 200_000
NOT_FILLED_IN = "not_filled_in"
"""In `Import.reading`: how many rows of a template nobody has written into; they are passed over."""


def read_in(batch: Import, progress: ImportProgress) -> int:
    """Read the file anew; how many rows it has. UnreadableFile says why it cannot be read: then it has none."""
    progress.begin(gettext("Reading the file"))
    is_of_form = batch.format == ImportFormat.FORM
    if not is_as_brought(batch.file):
        raise UnreadableFile(ALTERED)
    count = not_filled_in = 0
    with transaction.atomic():
        batch.rows.all().delete()
        for part in _in_parts(source_rows(batch)):
            some = [source for source in part if not (is_of_form and is_not_filled_in(source))]
            count += len(some)
            not_filled_in += len(part) - len(some)
            if count > MOST_ROWS:
                raise UnreadableFile(
                    gettext("The file has more than %(number)s rows. Divide it.")
                    % {"number": f"{MOST_ROWS:,}"}
                )
            ImportRow.objects.bulk_create(_row(batch, source) for source in some)
            progress.add(len(part))
        batch.reading[NOT_FILLED_IN] = not_filled_in
        # With the rows: who is killed behind this goes on with them, and does not read the file again.
        with acting(SYSTEM, source="worker"):
            batch.save(update_fields=["reading"])
    if not count and not_filled_in:
        raise UnreadableFile(
            ngettext(
                "The %(number)d row of the file is not filled in: it holds no value to import.",
                "None of the %(number)d rows of the file is filled in: they hold no value to import.",
                not_filled_in,
            )
            % {"number": not_filled_in}
        )
    if not count:
        raise UnreadableFile(gettext("The file has no rows: it holds no values to import."))
    return count


def source_rows(batch: Import) -> Iterator[SourceRow]:
    """The rows of the file, whatever it is. What was found of how it is written is kept in `batch.reading`."""
    if batch.format == ImportFormat.ODM:
        yield from read_odm(StoredBytes(batch.file), next(pieces_of(batch.file), b""))
        return
    reading = batch.reading
    codec = encoding_of(lambda: pieces_of(batch.file), reading.get("declared", ""))
    with text_of(batch.file, codec) as stream:
        table = open_table(stream, reading.get("delimiter", ""))
        reading |= {"encoding": codec, "found_delimiter": table.delimiter, "columns": table.header}
        ways = CellWays(reading.get("decimal", ""), reading.get("first", ""))
        if batch.format == ImportFormat.LABORATORY:
            yield from read_results(table, reading["mapping"], ways)
        else:
            yield from read_wide(table, CRFS[batch.form], ways)


def _row(batch: Import, source: SourceRow) -> ImportRow:
    return ImportRow(
        batch=batch,
        number=source.number,
        place=source.place,
        patient_number=source.patient[:LONGEST_NUMBER],
        given=source.as_json(),
    )


def _in_parts(rows: Iterable[SourceRow]) -> Iterator[list[SourceRow]]:
    waiting = iter(rows)
    while some := list(islice(waiting, AT_ONCE)):
        yield some
