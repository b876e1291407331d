"""CSV files, however they are written: the same cells, or a refusal that names the row."""

import contextlib
import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecrf.imports.reading.encodings import UnreadableFile
from ecrf.imports.reading.tables import DELIMITERS, column_name, open_table

CELL = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\x00\r"), max_size=20)
ROWS = st.lists(
    st.lists(CELL, min_size=3, max_size=3).filter(lambda row: any(cell.strip() for cell in row)), max_size=8
)


def read(text: str, delimiter: str = ""):
    table = open_table(io.StringIO(text, newline=""), delimiter)
    return table, list(table.rows)


@given(ROWS, st.sampled_from(list(DELIMITERS)), st.sampled_from(["\r\n", "\n", "\r"]), st.booleans())
def test_every_cell_comes_back(rows, delimiter, ends, says):
    file = io.StringIO(newline="")
    writer = csv.writer(file, delimiter=delimiter, lineterminator=ends, quoting=csv.QUOTE_ALL)
    writer.writerows([["patient", "a", "b"], *rows])
    first = f"sep={delimiter}{ends}" if says and ends != "\r" else ""
    table, found = read(first + file.getvalue(), "" if first else delimiter)
    assert table.header == ["patient", "a", "b"]
    assert [row.cells for row in found] == rows
    assert not any(row.fault for row in found)


@given(ROWS)
def test_quoted_files_need_no_delimiter_said_unless_there_are_two(rows):
    file = io.StringIO(newline="")
    csv.writer(file).writerows([["patient", "a", "b"], *rows])
    with contextlib.suppress(UnreadableFile):  # which is right where semicolons would divide it as well
        _table, found = read(file.getvalue())
        assert [row.cells for row in found] == rows


def test_semicolons_beside_decimal_commas_are_found():
    table, rows = read("patient;weight_kg\n01-001;60,5\n01-002;61,0\n")
    assert table.delimiter == ";"
    assert [row.cells[1] for row in rows] == ["60,5", "61,0"]


def test_rows_are_numbered_as_a_spreadsheet_numbers_them():
    _table, rows = read('patient,note\n\n01-001,"two\nlines"\n,\n01-002,b\n')
    assert [(row.number, row.cells[0]) for row in rows] == [(3, "01-001"), (5, "01-002")]


def test_empty_columns_behind_the_last_name_are_nothing():
    table, rows = read("patient,a,,\n01-001,1,,\n01-002,2, ,\n")
    assert table.header == ["patient", "a"]
    assert [row.cells for row in rows] == [["01-001", "1"], ["01-002", "2"]]
    assert not any(row.fault for row in rows)


def test_a_value_without_a_column_is_refused_by_its_place():
    _table, (row,) = read("patient,a,,\n01-001,1,,x\n")
    assert "Column D has no name" in row.fault


def test_a_short_row_is_refused_and_not_filled_up():
    _table, (row,) = read("patient,a,b\n01-001,1\n", ",")
    assert "2 cells" in row.fault


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('patient,a\n01-001,"open\n01-002,b\n', "quotation mark"),
        ('patient,a\n01-001,"x"y\n', "quotation mark"),
        ("patient\n01-001\n", "Only one column"),
        ("patient,a,A\n1,2,3\n", "Two columns"),
        ("patient,,b\n1,2,3\n", "Column B has no name"),
        ("a,b;c\n1,2;3\n", "divided by"),
        ("patient," + ",".join(f"c{n}" for n in range(600)), "at most 500"),
    ],
)
def test_a_file_that_cannot_be_read_for_sure_is_refused(text, words):
    with pytest.raises(UnreadableFile, match=words):
        read(text)


def test_columns_are_called_as_in_a_spreadsheet():
    assert [column_name(at) for at in (0, 25, 26, 51, 52, 701, 702)] == [
        "A",
        "Z",
        "AA",
        "AZ",
        "BA",
        "ZZ",
        "AAA",
    ]
