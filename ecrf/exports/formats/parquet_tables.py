"""Parquet: a file for each table with typed columns, compressed by zstd; labels, units and code lists in its metadata.

PostgreSQL writes plain CSV into a pipe, and Arrow reads it at the other end: rows never become Python objects. NULL is
null, and a text without characters stays a text. A decimal number has as many places as its item allows: 5 and 5.0 of
a laboratory are one value here; their digits stand in the CSV file.
"""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread
from typing import IO

import pyarrow as pa
from pyarrow import csv, parquet

from ecrf.exports.package import Package
from ecrf.exports.tables.description import Column, ColumnKind, Table
from ecrf.trail.download.csv_file import utc

BLOCK = 4 << 20
"""Bytes of CSV that Arrow reads at once; no row is longer."""
GROUP = 8192
"""Rows of a row group, whatever the blocks were: the same rows always give the same bytes."""
PLACES = 10
"""Of a decimal number whose item says nothing of its places."""
DIGITS = 38


def write_parquet(package: Package) -> None:
    for table in package.tables:
        with package.file(f"parquet/{table.name}.parquet", f"Parquet: {table.title}") as file:
            _write(package, table, file)


def schema_of(table: Table, about: dict[str, str] | None = None) -> pa.Schema:
    """The columns of a table, the same whether it has rows or not."""
    fields = [pa.field(column.name, _type(column), metadata=_metadata(column)) for column in table.columns]
    return pa.schema(fields, metadata=about)


def _type(column: Column) -> pa.DataType:
    match column.kind:
        case (
            ColumnKind.WHOLE
        ):  # an item's own column is an integer of four bytes, numbers of rows and events have eight
            return pa.int32() if column.item else pa.int64()
        case ColumnKind.DECIMAL:
            return pa.decimal128(DIGITS, PLACES if column.decimals is None else column.decimals)
        case ColumnKind.DAY:
            return pa.date32()
        case ColumnKind.MOMENT:
            return pa.timestamp("us", tz="UTC")
        case _:
            return pa.string()


def _metadata(column: Column) -> dict[str, str]:
    given = {
        "label": column.label,
        "unit": column.unit,
        "codes": json.dumps(dict(column.codes), ensure_ascii=False) if column.codes else "",
        "cdash": column.cdash,
        "item": column.item,
        "kind": column.kind.value,
    }
    return {key: text for key, text in given.items() if text}


def _about(package: Package, table: Table) -> dict[str, str]:
    return {
        "title": table.title,
        "trial": package.description.trial,
        "data_cut": package.cut.name,
        "taken_at": utc(package.cut.taken_at),
        "synthetic": "yes" if package.synthetic else "no",
    }


def _write(package: Package, table: Table, file: IO[bytes]) -> None:
    schema = schema_of(table, _about(package, table))
    with (
        parquet.ParquetWriter(file, schema, compression="zstd") as writer,
        _at_the_other_end(writer, schema) as pipe,
    ):
        package.copy(table, pipe, "FORMAT csv, HEADER, ENCODING 'UTF8'")


@contextmanager
def _at_the_other_end(writer: parquet.ParquetWriter, schema: pa.Schema) -> Iterator[IO[bytes]]:
    """What is written here, a second thread reads as CSV and gives to the writer. What goes wrong there is raised."""
    reading, writing = os.pipe()
    faults: list[BaseException] = []

    def read() -> None:
        try:
            with os.fdopen(reading, "rb") as source:
                _convert(source, writer, schema)
        except BaseException as fault:
            faults.append(fault)

    thread = Thread(target=read, name="parquet")
    thread.start()
    try:
        with os.fdopen(writing, "wb") as pipe:
            yield pipe
    except BrokenPipeError:
        if not faults:
            raise
    finally:
        thread.join()
    if faults:
        raise faults[0]


def _convert(source: IO[bytes], writer: parquet.ParquetWriter, schema: pa.Schema) -> None:
    batches = csv.open_csv(
        source,
        read_options=csv.ReadOptions(use_threads=False, block_size=BLOCK),
        parse_options=csv.ParseOptions(newlines_in_values=True),
        convert_options=csv.ConvertOptions(
            column_types=schema.remove_metadata(),
            null_values=[""],
            strings_can_be_null=True,
            quoted_strings_can_be_null=False,
        ),
    )
    waiting = schema.empty_table()
    for batch in batches:
        waiting = pa.concat_tables([waiting, pa.Table.from_batches([batch]).cast(schema)])
        while waiting.num_rows >= GROUP:
            writer.write_table(waiting.slice(0, GROUP).combine_chunks())
            waiting = waiting.slice(GROUP)
    if waiting.num_rows:
        writer.write_table(waiting.combine_chunks())
