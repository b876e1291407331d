"""The do-file that reads the CSV files into Stata: names of at most 32 letters, labels, code lists, dates."""

import re
from collections.abc import Iterable, Iterator

from ecrf.exports.package import Package
from ecrf.exports.tables.description import Column, ColumnKind, Table

NAME_LETTERS = 32
LABEL_LETTERS = 80
RESERVED = frozenset(
    (
        *("_all", "_b", "_coef", "_cons", "_n", "_pi", "_pred", "_rc", "_skip", "if", "in", "using", "with"),
        *("byte", "double", "float", "int", "long", "strl"),
    )
)
HEAD = """\
* Reads the CSV files of this package into Stata 15 or later; saves each table in the folder stata.
* Run it from the folder that holds csv and readers:  do readers/read.do
* A text that begins with an apostrophe has it taken off: it was put there for spreadsheets.
version 15
clear all
capture mkdir stata
"""


def stata_names(table: Table) -> dict[str, str]:
    """Of the columns by their long names: the same, but for what is too long or means something to Stata."""
    found: dict[str, str] = {}
    for column in table.columns:
        name = column.name
        if name in RESERVED or re.fullmatch(r"str[0-9]+", name):
            name += "_"
        name, number = name[:NAME_LETTERS], 2
        while name in found.values():
            name = f"{name[: NAME_LETTERS - len(str(number)) - 1]}_{number}"
            number += 1
        found[column.name] = name
    return found


def do_file(package: Package) -> str:
    return "\n".join([HEAD, *(line for table in package.tables for line in _table(table))]) + "\n"


def _table(table: Table) -> Iterator[str]:
    names = stata_names(table)
    yield f"\n* {_plain(table.title)}"
    yield (
        f'capture import delimited using "csv/{table.name}.csv", varnames(nonames) rowrange(2) stringcols(_all) '
        'bindquotes(strict) maxquotedrows(unlimited) encoding("utf-8") clear'
    )
    yield f'if _rc display as text "{table.name}: no rows"'
    yield "else {"
    yield from (f"    {line}" for line in _columns(table, names))
    yield f'    save "stata/{table.name}.dta", replace'
    yield "}"


def _columns(table: Table, names: dict[str, str]) -> Iterator[str]:
    def named(wanted: Iterable[Column]) -> str:
        return " ".join(names[column.name] for column in wanted)

    yield f"rename (v1-v{len(table.columns)}) ({' '.join(names.values())})"
    if texts := named(column for column in table.columns if column.is_text):
        yield f"foreach v of varlist {texts} {{"
        yield "    replace `v' = substr(`v', 2, .) if substr(`v', 1, 1) == char(39)"
        yield "}"
    if numbers := named(
        column for column in table.columns if column.kind in (ColumnKind.WHOLE, ColumnKind.DECIMAL)
    ):
        yield f"destring {numbers}, replace"
    if days := named(column for column in table.columns if column.kind == ColumnKind.DAY):
        yield f"foreach v of varlist {days} {{"
        yield "    generate long read_ = daily(`v', \"YMD\"), after(`v')"
        yield from ("    format read_ %td", "    drop `v'", "    rename read_ `v'", "}")
    for number, column in enumerate(table.columns, 1):
        if column.codes:
            yield from _coded(column, names[column.name], f"codes{number}")
        label = f"{column.label} ({column.unit})" if column.unit else column.label
        yield f'mata: st_varlabel("{names[column.name]}", {expression(_cut(label))})'


def _coded(column: Column, name: str, list_name: str) -> Iterator[str]:
    """As a number with a label. A column with a code that is not in the list stays a text."""
    numbered = all(re.fullmatch(r"[0-9]{1,4}", code) for code, _label in column.codes)
    numbers = [int(code) if numbered else n for n, (code, _label) in enumerate(column.codes, 1)]
    if len(set(numbers)) < len(numbers):
        numbers = list(range(1, len(numbers) + 1))
    yield f"generate int read_ = ., after({name})"
    for number, (code, label) in zip(numbers, column.codes, strict=True):
        yield f"replace read_ = {number} if {name} == {expression(code)}"
        yield f'mata: st_vlmodify("{list_name}", {number}, {expression(label)})'
    yield f'count if missing(read_) & {name} != ""'
    yield "if r(N) drop read_"
    yield "else {"
    yield from (f"    drop {name}", f"    rename read_ {name}", f"    label values {name} {list_name}", "}")


def expression(text: str) -> str:
    """A text as Stata and Mata both read it. What either might take for something else is named by its code."""
    parts = []
    for part in re.findall(r"[^\"`'$\\\x00-\x1f]+|[\"`'$\\\x00-\x1f]", text):
        parts.append(f"char({ord(part)})" if re.fullmatch(r"[\"`'$\\\x00-\x1f]", part) else f'"{part}"')
    return " + ".join(parts) or '""'


def _cut(label: str) -> str:
    return label if len(label) <= LABEL_LETTERS else f"{label[: LABEL_LETTERS - 1]}~"


def _plain(text: str) -> str:
    """For a comment: on one line, with nothing that goes on behind it."""
    return re.sub(r"[^\w .,:;()-]", " ", text)
