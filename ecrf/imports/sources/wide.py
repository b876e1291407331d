"""A CSV file of one form: a column for each item, a row for each form or each row of a form."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from django.utils.translation import gettext

from ecrf.access.language import in_master
from ecrf.casebook.record.values import Missing
from ecrf.forms.protocol import LabTest, protocol
from ecrf.forms.registry import CRFS, CrfDefinition
from ecrf.imports.reading.cells import CellRefused, CellWays, cell_text, plain_text
from ecrf.imports.reading.encodings import UnreadableFile
from ecrf.imports.reading.tables import TableRow, TextTable, column_name, key_of
from ecrf.imports.sources.row import SourceRow, missing_of

PATIENT, VISIT, VISIT_ON, PARENT, NUMBER, ROW_NAME = (
    *("patient", "visit", "visit_date", "parent_number", "number", "row_name"),
)
WHY_REFUSED = "why_refused"
"""What stands before the rows of a file that was given back to be corrected."""
TEST_CODE, USUAL_UNITS = "test_code", "usual_units"
"""Of a template whose rows are laboratory tests: to read, nothing is taken from them."""
WITHOUT_VALUES = frozenset(
    {"site", "visit_label", "entry", "parent_entry", WHY_REFUSED, TEST_CODE, USUAL_UNITS}
)
"""Columns of this product's own files that say where a row is, once more, or what was wrong with it."""
OF_STATUS = "crf_"
MISSING, COMMENT = "_missing", "_missing_comment"
"""Behind an item's name: why it has no value, and what was written about that."""
NAMED = 8


def template_columns(definition: CrfDefinition) -> list[str]:
    """The columns of a form's template: where a row belongs, then its items."""
    return [
        *_places(definition),
        *([TEST_CODE, USUAL_UNITS] if lab_tests_of(definition) else []),
        *_items(definition),
    ]


def template_rows(definition: CrfDefinition) -> list[list[str]]:
    """Of a form with a fixed set of rows, each of them by its name, a test with its code and units; else none."""
    columns, tests = template_columns(definition), lab_tests_of(definition)
    rows = []
    for at, name in enumerate(definition.row_names):
        known = {ROW_NAME: str(name)}
        if tests:
            known |= {TEST_CODE: tests[at].code, USUAL_UNITS: ", ".join(tests[at].units)}
        rows.append([known.get(column, "") for column in columns])
    return rows


def lab_tests_of(definition: CrfDefinition) -> tuple[LabTest, ...]:
    """The tests, where the form's rows are the trial's laboratory tests; else none."""
    tests = protocol().lab_tests
    return tests if tests and definition.row_names == tuple(test.label for test in tests) else ()


def is_not_filled_in(source: SourceRow) -> bool:
    """Whether nobody has written anything into the row of a template: it says where it belongs, and no value."""
    if source.values or source.faults:
        return False
    is_listed = bool(CRFS[source.form].row_names)
    return is_listed or not (source.patient.strip() or source.visit.strip() or source.visit_on.strip())


def _places(definition: CrfDefinition) -> list[str]:
    above = CRFS[definition.row_of] if definition.row_of else definition
    trial = protocol()
    is_log = above.key in (*trial.patient_forms, *trial.logs)
    return [
        PATIENT,
        *([] if is_log else [VISIT]),
        *([] if is_log or above.key == trial.visit_form else [VISIT_ON]),
        *([PARENT] if definition.row_of and may_be_several(above) else []),
        *([ROW_NAME] if definition.row_names else []),
        *([NUMBER] if may_be_several(definition) and not definition.row_names else []),
    ]


def may_be_several(definition: CrfDefinition) -> bool:
    return bool(definition.repeat or definition.row_of)


def _items(definition: CrfDefinition) -> dict[str, str]:
    """{column: item}; an item that is called like a column of places gets another name, as in our exports."""
    places = {PATIENT, VISIT, "visit_label", VISIT_ON, PARENT, NUMBER, ROW_NAME, *WITHOUT_VALUES}
    return {f"{name}_item" if name in places else name: name for name in definition.entered}


@dataclass(frozen=True)
class WideColumns:
    """What stands in which column, from 0: where a row belongs, items, and why an item has no value."""

    places: dict[str, int]
    items: dict[str, int]
    reasons: dict[str, int] = field(default_factory=dict)
    comments: dict[str, int] = field(default_factory=dict)


def columns_of(header: list[str], definition: CrfDefinition) -> WideColumns:
    """`UnreadableFile` names every column that is none of the form, and what is missing. Items may be called by their
    name or by their label."""
    items, found = _items(definition), WideColumns({}, {})
    by_key = {key_of(column): name for column, name in items.items()} | _labels(definition)
    reasons = {key_of(f"{column}{MISSING}"): name for column, name in items.items()}
    comments = {key_of(f"{column}{COMMENT}"): name for column, name in items.items()}
    calculated = {key_of(name) for name in definition.calculated}
    strange = []
    for at, name in enumerate(header):
        key = key_of(name)
        if key in (PATIENT, VISIT, VISIT_ON, PARENT, NUMBER, ROW_NAME):
            found.places[key] = at
        elif key in by_key:
            if by_key[key] in found.items:
                raise UnreadableFile(
                    gettext("Two columns are for “%(item)s”.")
                    % {"item": definition.items[by_key[key]].verbose_name}
                )
            found.items[by_key[key]] = at
        elif key in reasons:
            found.reasons[reasons[key]] = at
        elif key in comments:
            found.comments[comments[key]] = at
        elif key not in WITHOUT_VALUES and key not in calculated and not key.startswith(OF_STATUS):
            strange.append(f"“{name[:40]}” ({column_name(at)})")
    _refuse(strange, found, definition)
    return found


def _labels(definition: CrfDefinition) -> dict[str, str]:
    """Labels that name one item alone."""
    with in_master():  # files are written in English, as the template is
        keys = [(key_of(str(item.verbose_name)), name) for name, item in definition.entered.items()]
    return {key: name for key, name in keys if [one for one, _name in keys].count(key) == 1}


def _refuse(strange: list[str], found: WideColumns, definition: CrfDefinition) -> None:
    if strange:
        named = ", ".join(strange[:NAMED])
        if len(strange) > NAMED:
            words = gettext("%(names)s and %(number)s more")
            named = words % {"names": named, "number": len(strange) - NAMED}
        raise UnreadableFile(
            gettext(
                "“%(title)s” has no item for the columns %(named)s. Take them out, or name them as in "
                "the template."
            )
            % {"title": definition.title, "named": named}
        )
    places = _places(definition)
    wanted = [name for name in places if name in (PATIENT, VISIT) and name not in found.places]
    if PARENT in places and PARENT not in found.places:
        wanted.append(PARENT)
    if may_be_several(definition) and not {NUMBER, ROW_NAME} & set(found.places):
        wanted.append(ROW_NAME if definition.row_names else NUMBER)
    if wanted:
        raise UnreadableFile(
            gettext("The file lacks the column %(wanted)s. Take the template of the form.")
            % {"wanted": " and ".join(wanted)}
        )
    if not (found.items or found.reasons):
        raise UnreadableFile(
            gettext("The file has no column for any item of “%(title)s”.") % {"title": definition.title}
        )


def read_wide(table: TextTable, definition: CrfDefinition, ways: CellWays) -> Iterator[SourceRow]:
    columns = columns_of(table.header, definition)
    for row in table.rows:
        yield _row(row, columns, definition, ways)


def _row(row: TableRow, columns: WideColumns, definition: CrfDefinition, ways: CellWays) -> SourceRow:
    def cell(name: str) -> str:
        at = columns.places.get(name)
        return plain_text(row.cells[at]).strip() if at is not None else ""

    source = SourceRow(row.number, cell(PATIENT), definition.key, visit=cell(VISIT), visit_on=cell(VISIT_ON))
    if row.fault:
        source.faults[""] = row.fault
    if definition.row_of:
        source.form_number, source.row = cell(PARENT), cell(NUMBER) or cell(ROW_NAME)
    else:
        source.form_number = cell(NUMBER)
    for name in definition.entered:
        _take(source, name, row, columns, definition, ways)
    return source


def _take(
    source: SourceRow,
    name: str,
    row: TableRow,
    columns: WideColumns,
    definition: CrfDefinition,
    ways: CellWays,
) -> None:
    """One item of the row: its value, or why there is none. A blank cell says nothing."""
    item = definition.items[name]
    text = row.cells[columns.items[name]] if name in columns.items else ""
    reason = plain_text(row.cells[columns.reasons[name]]) if name in columns.reasons else ""
    try:
        text = cell_text(text, item.kind, ways, getattr(item, "decimal_places", 3) or 0)
    except CellRefused as refused:
        source.faults[name] = str(refused)
        return
    if reason.strip():
        comment = plain_text(row.cells[columns.comments[name]]) if name in columns.comments else ""
        found = missing_of(reason, comment)
        if isinstance(found, Missing) and not text:
            source.values[name] = found
        else:
            source.faults[name] = (
                found if isinstance(found, str) else gettext("A value and why there is none, in one row.")
            )
    elif text:
        source.values[name] = text
