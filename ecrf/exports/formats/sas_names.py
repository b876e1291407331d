"""Names of eight letters for SAS, and labels of forty bytes: made by rule from all columns, so that none changes when
another is left out. `xpt/names.csv` of a package lists them.

A name of at most eight letters stays. Of a longer one the vowels and underscores behind the first letters of its words
go, then what is behind the sixth letter; why a value is missing ends in `_R`, the comment on that in `_C`. Where two
would be the same, the later gets a number.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from string import ascii_uppercase, digits

from ecrf.exports.tables.description import Description, Table
from ecrf.exports.tables.selection import Selection
from ecrf.exports.tables.statements import tables_of

NAME_LETTERS = 8
LABEL_BYTES = 40
CUT = "~"
"""Ends a label that is longer than SAS allows; the whole one stands in the codebook."""
ENDINGS = (("_missing_comment", "_C"), ("_missing", "_R"))
STEM_LETTERS = 6
PREFIX_LETTERS = 5
"""Of the columns a long text goes on in: `NARRA1`, room for three digits."""


@dataclass(frozen=True)
class SasNames:
    """Of one table, by the columns' long names. A prefix and a number name what a long text goes on in."""

    table: str
    columns: dict[str, str]
    prefixes: dict[str, str]


def sas_names(description: Description) -> dict[str, SasNames]:
    """By the tables' long names; of all tables with all columns, whatever is taken out."""
    everything = tables_of(description, Selection(identifiers=True))
    tables = _short(table.name for table in everything)
    return {table.name: _names_of(table, tables[table.name]) for table in everything}


def _names_of(table: Table, name: str) -> SasNames:
    columns = _short(column.name for column in table.columns)
    numbered = {_without_number(name) for name in columns.values() if name[-1].isdigit()}
    prefixes = {}
    for column in table.columns:
        if column.is_text:
            wished = _without_number(columns[column.name][:PREFIX_LETTERS])
            prefixes[column.name] = prefix = _free_prefix(wished, numbered)
            numbered.add(prefix)
    return SasNames(name, columns, prefixes)


def _without_number(name: str) -> str:
    return name.rstrip(digits)


def _free_prefix(wished: str, numbered: set[str]) -> str:
    """One that no other name goes on from with digits alone; letters, as digits would run into the number."""
    tries = (
        wished,
        *(wished[:4] + a for a in ascii_uppercase),
        *(wished[:3] + a + b for a in ascii_uppercase for b in ascii_uppercase),
    )
    return next(prefix for prefix in tries if prefix not in numbered)


def _short(names: Iterable[str]) -> dict[str, str]:
    """Short enough already comes first: no longer name may take its place."""
    listed = list(names)
    found = {name: name.upper() for name in listed if len(name) <= NAME_LETTERS}
    taken = set(found.values())
    for name in listed:
        if name not in found:
            found[name] = _free(*_stem_and_ending(name), taken)
            taken.add(found[name])
    return found


def _stem_and_ending(name: str) -> tuple[str, str]:
    for long, short in ENDINGS:
        if name.endswith(long):
            stem = name.removesuffix(long)
            return (stem if len(stem) <= STEM_LETTERS else _squeezed(stem)).upper(), short
    return _squeezed(name).upper(), ""


def _squeezed(name: str) -> str:
    """`weight_kg` → `wghtkg`. Digits at the end tell columns apart and stay."""
    number = name[len(_without_number(name)) :][-2:]
    words = [word for word in name[: len(name) - len(number)].split("_") if word]
    letters = "".join(word[0] + re.sub("[aeiou]", "", word[1:]) for word in words)
    return letters[: STEM_LETTERS - len(number)] + number


def _free(stem: str, ending: str, taken: set[str]) -> str:
    if (name := stem + ending) not in taken:
        return name
    for number in map(str, range(2, 1000)):
        name = stem[: NAME_LETTERS - len(ending) - len(number)] + number + ending
        if name not in taken:
            return name
    raise AssertionError("no table has a thousand columns of one name")


@lru_cache(maxsize=4096)
def sas_label(label: str) -> str:
    """At most 40 bytes of UTF-8. A longer one is cut at a letter and ends in `~`."""
    if len(label.encode()) <= LABEL_BYTES:
        return label
    kept = label.encode()[: LABEL_BYTES - len(CUT)].decode(errors="ignore")
    return kept.rstrip() + CUT
