"""The codebook: every column of every table, once for programs (CSV) and once to read or print (HTML).

Its labels stand in all languages beside each other, whoever asks for it: those of the edition of the forms.
"""

import csv
from collections.abc import Iterable, Mapping, Sequence
from io import TextIOWrapper

from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import mark_safe

from ecrf.exports.formats.sas_names import SasNames, sas_names
from ecrf.exports.odm.edition.content import Edition
from ecrf.exports.odm.edition.today import code_at, column_at, edition_of_today
from ecrf.exports.package import Package
from ecrf.exports.readers.stata import stata_names
from ecrf.exports.tables.description import Column, ColumnKind, Table
from ecrf.trail.download.csv_file import safe, utc

HEAD = (
    *("table", "column", "label", "type", "unit", "codes", "decimals", "length", "cdash", "form", "item"),
    *("identifying", "rule", "key", "sas_table", "sas_name", "stata_name"),
)
"""Behind it: `label_ja` and so on."""
KINDS = {
    ColumnKind.TEXT: "Text",
    ColumnKind.CODE: "Code",
    ColumnKind.WHOLE: "Whole number",
    ColumnKind.DECIMAL: "Decimal number",
    ColumnKind.DAY: "Date",
    ColumnKind.PARTIAL_DAY: "Date, perhaps in part",
    ColumnKind.CLOCK: "Time of day at the site",
    ColumnKind.MOMENT: "Moment, UTC",
}


def write_codebook(package: Package) -> None:
    """`codebook.csv`, `codes.csv` with a line for each code of each list, `codebook.html`."""
    sas, edition = sas_names(package.description), package.edition or edition_of_today()
    labelled = [f"label_{language.lower().replace('-', '_')}" for language in sorted(edition.labels)]
    lines = (line for table in package.tables for line in _lines(table, sas[table.name], edition))
    _write(package, "codebook/codebook.csv", (*HEAD, *labelled), lines)
    codes = (
        (table.name, column.name, code, label, *_in_others(edition, code_at(table, column, code), label))
        for table in package.tables
        for column in table.columns
        for code, label in column.codes
    )
    _write(package, "codebook/codes.csv", ("table", "column", "code", "label", *labelled), codes)
    with package.file("codebook/codebook.html", "Codebook") as file:
        file.write(_page(package, sas, edition).encode())


def _in_others(edition: Edition, place: str, label: str) -> list[str]:
    return [edition.label_in(language, place, label) for language in sorted(edition.labels)]


def _said_otherwise(edition: Edition, place: str, label: str) -> list[tuple[str, str]]:
    """(language, words), where these are others."""
    languages = sorted(edition.labels)
    return [
        pair for pair in zip(languages, _in_others(edition, place, label), strict=True) if pair[1] != label
    ]


def _lines(table: Table, sas: SasNames, edition: Edition) -> Iterable[tuple[str, ...]]:
    stata = stata_names(table)
    for column in table.columns:
        yield (
            *(table.name, column.name, column.label, column.kind.value, column.unit, _codes(column)),
            *(_number(column.decimals), _number(column.length), column.cdash, table.form, column.item),
            *("yes" if column.identifying else "no", column.rule, "yes" if column.is_key else "no"),
            *(sas.table, sas.columns[column.name], stata[column.name]),
            *_in_others(edition, column_at(table, column), column.label),
        )


def _number(number: int | None) -> str:
    return "" if number is None else str(number)


def _codes(column: Column) -> str:
    return "; ".join(f"{code} = {label}" for code, label in column.codes)


def _write(package: Package, name: str, head: Sequence[str], rows: Iterable[Iterable[str]]) -> None:
    with package.file(name, "Codebook", steps=0) as file:
        text = TextIOWrapper(file, encoding="utf-8-sig", newline="")
        writer = csv.writer(text, quoting=csv.QUOTE_ALL)
        writer.writerow(head)
        writer.writerows([safe(cell) for cell in row] for row in rows)
        text.detach()


def _page(package: Package, sas: Mapping[str, SasNames], edition: Edition) -> str:
    tables = [
        {
            "table": table,
            "sas_name": sas[table.name].table,
            "others": _said_otherwise(edition, table.name, table.title),
            "columns": [
                {
                    "column": column,
                    "others": _said_otherwise(edition, column_at(table, column), column.label),
                    "codes": [
                        (code, label, _said_otherwise(edition, code_at(table, column, code), label))
                        for code, label in column.codes
                    ],
                    "kind": KINDS[column.kind],
                    "sas_name": sas[table.name].columns[column.name],
                }
                for column in table.columns
            ],
        }
        for table in package.tables
    ]
    style = mark_safe(render_to_string("exports/codebook.css", {"languages": edition.labels}))  # noqa: S308  (a file of ours, without data)
    context = {
        "trial": package.description.trial,
        "cut": package.cut.name,
        "taken_at": utc(package.cut.taken_at),
        "synthetic": package.synthetic,
        "identifiers": package.selection.identifiers,
        "tables": tables,
        # The file stands alone: no style sheet is beside it, and no policy of ours goes with it.
        "style": format_html("<style>\n{}</style>", style),
    }
    return render_to_string("exports/codebook.html", context)
