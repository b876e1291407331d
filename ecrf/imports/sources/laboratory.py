"""A laboratory's file: one result a row, read by a mapping of its columns and of its names of tests."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext, pgettext_lazy

from ecrf.forms.items import Day, Line
from ecrf.forms.registry import CRFS, CrfDefinition
from ecrf.forms.typed_text import NOT_WHOLE, day
from ecrf.imports.reading.cells import CellRefused, CellWays, cell_text, plain_text
from ecrf.imports.reading.encodings import UnreadableFile
from ecrf.imports.reading.tables import TableRow, TextTable, key_of
from ecrf.imports.sources.row import SourceRow, row_numbers
from ecrf.imports.sources.wide import lab_tests_of

COLUMNS: dict[str, Promise] = {
    "patient": pgettext_lazy("column of a laboratory’s file", "Patient number"),
    "test": pgettext_lazy("column of a laboratory’s file", "Test"),
    "value": pgettext_lazy("column of a laboratory’s file", "Result"),
    "unit": pgettext_lazy("column of a laboratory’s file", "Unit"),
    "day": pgettext_lazy("column of a laboratory’s file", "Day of the sample"),
    "visit": pgettext_lazy("column of a laboratory’s file", "Visit"),
}
"""What a column can be; those from the unit on may be lacking."""
NEEDED = ("patient", "test", "value", "day")
AS_VALUES = frozenset({"value", "unit", "day"})
"""They are read by their kind; the others say where a row belongs."""
GUESSES = {
    "patient": ("patient", "subject", "subjid", "usubjid", "patient number", "patient_id", "患者番号"),
    "test": ("test", "lbtest", "lbtestcd", "analyte", "parameter", "検査項目"),
    "value": ("value", "result", "lborres", "結果"),
    "unit": ("unit", "units", "lborresu", "単位"),
    "day": ("date", "day", "collected", "collected_on", "lbdtc", "lbdat", "sample date", "採取日"),
    "visit": ("visit", "visit code", "来院"),
}
MOST_TESTS = 300


@dataclass(frozen=True)
class ResultsForm:
    """A form with a fixed set of rows, one a test: the items that take a result, its unit and, on the form whose rows
    they are, the day."""

    definition: CrfDefinition
    values: dict[str, str]
    units: dict[str, str]
    days: dict[str, str]


def results_forms() -> list[ResultsForm]:
    """The forms of the trial that can take results from a laboratory."""
    found = []
    for definition in CRFS.values():
        if not definition.row_names:
            continue
        above = CRFS[definition.row_of]
        numbers = _named(definition, lambda item: item.kind == "number")
        if numbers:
            lines = _named(definition, lambda item: isinstance(item, Line) and not item.identifying)
            found.append(
                ResultsForm(definition, numbers, lines, _named(above, lambda item: isinstance(item, Day)))
            )
    return found


def _named(definition: CrfDefinition, fits: Any) -> dict[str, str]:
    return {name: str(item.verbose_name) for name, item in definition.entered.items() if fits(item)}


def first_mapping(header: list[str], form: ResultsForm) -> dict[str, Any]:
    """What can be seen from the names of the columns; the person corrects it."""
    keys = {key_of(name): name for name in header}
    columns = {
        what: next((keys[key_of(guess)] for guess in guesses if key_of(guess) in keys), "")
        for what, guesses in GUESSES.items()
    }
    target = {
        "form": form.definition.key,
        "value": next(iter(form.values)),
        "unit": next(iter(form.units), ""),
        "day": next(iter(form.days), ""),
    }
    return {"columns": columns, "target": target, "tests": {}}


def guessed_row(test: str, definition: CrfDefinition) -> int:
    """The number of the row that is called like the test, by its name or by the code of the test; 0 for none."""
    codes = {key_of(one.code): at for at, one in enumerate(lab_tests_of(definition), 1)}
    return row_numbers(definition.key).get(key_of(test)) or codes.get(key_of(test), 0)


def tests_in(table: TextTable, column: str) -> list[str]:
    """Every test that the file names, once, in the order of its rows."""
    at = table.header.index(column)
    found: dict[str, str] = {}
    for row in table.rows:
        name = plain_text(row.cells[at]).strip()
        if name:
            found.setdefault(key_of(name), name)
        if len(found) > MOST_TESTS:
            raise UnreadableFile(
                gettext("The column “%(column)s” names more than %(most)d tests: is it the right one?")
                % {"column": column, "most": MOST_TESTS}
            )
    return list(found.values())


def read_results(table: TextTable, mapping: dict[str, Any], ways: CellWays) -> Iterator[SourceRow]:
    """A row for each result whose test is mapped to a row of the form; what is left out by the mapping is not read."""
    columns = {
        what: table.header.index(name) for what, name in mapping["columns"].items() if name in table.header
    }
    if lacking := [str(COLUMNS[what]) for what in NEEDED if what not in columns]:
        raise UnreadableFile(
            gettext("The file has no column for: %(lacking)s. Name its columns.")
            % {"lacking": ", ".join(lacking)}
        )
    target, tests = mapping["target"], {key_of(name): number for name, number in mapping["tests"].items()}
    definition = CRFS[target["form"]]
    for row in table.rows:
        cell = {
            what: (row.cells[at] if what in AS_VALUES else plain_text(row.cells[at])).strip()
            for what, at in columns.items()
        }
        number = tests.get(key_of(cell["test"]))
        if number == 0:
            continue
        yield _result(row, cell, number, definition, target, ways)


def _result(
    row: TableRow,
    cell: dict[str, str],
    number: int | None,
    definition: CrfDefinition,
    target: dict[str, str],
    ways: CellWays,
) -> SourceRow:
    source = SourceRow(row.number, cell["patient"], definition.key, visit=cell.get("visit", ""))
    source.form_number, source.row, source.unit = "1", str(number or cell["test"]), target["unit"]
    item = definition.items[target["value"]]
    try:
        if row.fault:
            raise CellRefused(row.fault)
        if number is None:
            raise CellRefused(
                gettext("The test “%(test)s” is not mapped to a row of “%(title)s”.")
                % {"test": cell["test"][:40], "title": definition.title}
            )
        source.day, source.day_item = _day(cell["day"], ways), target["day"]
        value = cell_text(cell["value"], item.kind, ways, getattr(item, "decimal_places", 3) or 0)
        unit = cell_text(cell.get("unit", ""), "line")
    except CellRefused as refused:
        source.faults[""] = str(refused)
        return source
    if not value:
        source.faults[""] = gettext("The row has no result.")
    else:
        source.values[target["value"]] = value
        if unit and target["unit"]:
            source.values[target["unit"]] = unit
    return source


def _day(text: str, ways: CellWays) -> str:
    try:
        found = day(cell_text(text, "day", ways), timezone.now())
    except ValidationError as error:
        raise CellRefused(
            gettext("Day of the sample: %(why)s") % {"why": " ".join(error.messages)}
        ) from error
    if not found:
        raise CellRefused(gettext("The row has no day of the sample."))
    if len(found) != len("YYYY-MM-DD"):
        raise CellRefused(gettext("Day of the sample: %(why)s") % {"why": NOT_WHOLE})
    return found
