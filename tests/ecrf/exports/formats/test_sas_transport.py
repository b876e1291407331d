"""The limits of SAS transport files: names of eight, labels of forty bytes, texts of two hundred, numbers of eight."""

import csv
import re
import struct
from dataclasses import replace
from decimal import Decimal
from math import isclose, ldexp

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecrf.audit.snapshot import one_snapshot
from ecrf.exports.formats.registry import FORMATS
from ecrf.exports.formats.sas_names import sas_label, sas_names
from ecrf.exports.formats.sas_transport import split
from ecrf.exports.formats.transport import ibm_double
from ecrf.exports.package import CannotBeWritten
from ecrf.exports.tables.description import ColumnKind, FormDescription, ItemDescription, describe
from ecrf.exports.tables.selection import Selection
from ecrf.exports.tables.statements import tables_of
from ecrf.forms.protocol import protocol
from tests.builders import a_patient, enter
from tests.ecrf.exports.formats.conftest import EVERYTHING, package_of

NAME = re.compile(r"[A-Z_][A-Z0-9_]{0,7}")
LIKE = (
    "weight_kg",
    "weight_kilogram",
    "wghtkg",
    "wghtkg2",
    "question_10",
    "question_11",
    "narrative",
    "narra1",
)


def with_items(*names: str):
    """The stub, and a form with texts of these names."""
    items = [ItemDescription(name, name, ColumnKind.TEXT) for name in names]
    described = describe(protocol())
    return replace(described, forms=[*described.forms, FormDescription("odd", "Odd", "odd", items)])


def all_names(names) -> list[str]:
    parts = [f"{prefix}{n}" for prefix in names.prefixes.values() for n in (1, 9, 10, 163)]
    return [*names.columns.values(), *parts]


@pytest.mark.parametrize("description", [describe(protocol()), with_items(*LIKE)], ids=["stub", "alike"])
def test_names_have_eight_letters_and_are_no_others(description):
    found = sas_names(description)
    assert len({names.table for names in found.values()}) == len(found)
    for names in found.values():
        assert all(NAME.fullmatch(name) for name in [names.table, *all_names(names)])
        assert len(set(all_names(names))) == len(all_names(names))


def test_short_name_stays_and_a_long_one_is_made_by_rule():
    names = sas_names(describe(protocol()))["vital_signs"]
    assert names.table == "VTLSGN"
    assert [names.columns[f"weight_kg{end}"] for end in ("", "_missing", "_missing_comment")] == [
        *("WGHTKG", "WGHTKG_R", "WGHTKG_C"),
    ]
    assert names.columns["systolic"] == "SYSTOLIC"
    assert names.columns["pulse_missing"] == "PULSE_R"


def test_leaving_columns_out_renames_none():
    description = with_items(*LIKE)
    whole = next(table for table in tables_of(description, EVERYTHING) if table.name == "odd")
    left_out = Selection(left_out={"odd": ("wghtkg", "weight_kg", "weight_kg_missing")})
    fewer = next(table for table in tables_of(description, left_out) if table.name == "odd")
    assert len(fewer.columns) < len(whole.columns)
    names = sas_names(description)["odd"].columns
    assert {column.name for column in fewer.columns} <= names.keys()


@given(st.text())
def test_label_has_forty_bytes_and_says_where_it_was_shortened(label):
    short = sas_label(label)
    assert len(short.encode()) <= 40
    assert short == label or (short.endswith("~") and label.startswith(short[:-1]))


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=900).map(lambda text: text.rstrip(" ")))
def test_parts_of_a_text_are_the_text_again_also_without_the_blanks_at_their_ends(text):
    column = tables_of(describe(protocol()), EVERYTHING)[0].columns[0]
    table = tables_of(describe(protocol()), EVERYTHING)[0]
    parts = split(text, column, table)
    assert all(len(part) <= 200 for part in parts)
    assert b"".join(part.rstrip(b" ") for part in parts).decode() == text
    assert all(part.decode() is not None for part in parts)


@pytest.mark.parametrize("text", ["x" * 32_768, "手" * 10_923, "a" + " " * 400 + "b"])
def test_text_that_parts_cannot_hold_is_refused_in_words(text):
    table = tables_of(describe(protocol()), EVERYTHING)[0]
    with pytest.raises(CannotBeWritten, match=r"“Site” of Sites .*another format\."):
        split(text, table.columns[0], table)


def from_ibm(eight: bytes) -> float:
    (bits,) = struct.unpack(">Q", eight)
    power = (bits >> 56 & 0x7F) - 64
    return (-1 if bits >> 63 else 1) * ldexp(bits & (1 << 56) - 1, 4 * power - 56)


@given(st.floats(1e-70, 1e70) | st.floats(-1e70, -1e-70) | st.integers(-(2**53), 2**53).map(float))
def test_eight_bytes_of_sas_hold_the_very_number(number):
    assert from_ibm(ibm_double(number)) == number


@given(st.decimals(-(10**9), 10**9, places=3))
def test_measured_numbers_come_back_with_their_digits(number):
    assert isclose(from_ibm(ibm_double(float(number))), number)
    assert Decimal(repr(from_ibm(ibm_double(float(number))))) == number


@pytest.mark.parametrize(("number", "eight"), [(1, "4110000000000000"), (-118.625, "c276a00000000000")])
def test_numbers_are_those_of_an_ibm_mainframe(number, eight):
    assert ibm_double(number).hex() == eight


@pytest.mark.django_db
def test_long_text_goes_on_in_columns_that_the_list_of_names_explains(package):
    with (package.folder / "xpt/names.csv").open(encoding="utf-8-sig", newline="") as file:
        listed = list(csv.DictReader(file))
    note = [row for row in listed if (row["table"], row["column"]) == ("dose", "note")]
    assert [row["sas_name"] for row in note][:3] == ["NOTE", "NOTE1", "NOTE2"]
    assert [int(row["part"]) for row in note] == list(range(1, len(note) + 1))
    assert len(note) > 40
    assert {row["label"] for row in note} == {"Remarks"}
    cut = [row for row in listed if row["sas_label"].endswith("~")]
    assert cut
    assert all(len(row["sas_label"].encode()) <= 40 < len(row["label"].encode()) + 4 for row in cut)
    assert len({(row["sas_table"], row["sas_name"]) for row in listed}) == len(listed)


@pytest.mark.django_db
def test_text_too_long_for_sas_stops_the_export_aloud(study, tmp_path):
    by = study.memberships.get(user__username="coordinator").user
    enter(a_patient(study, by), "adverse-event", by, term="Headache", story="手" * 20_000)
    package = package_of(
        tmp_path / "package", Selection(identifiers=True, left_out={"trail": ("old", "new")})
    )
    with one_snapshot(), pytest.raises(CannotBeWritten, match="“What happened” of Adverse event holds"):
        FORMATS["xpt"].write(package)


def test_every_table_has_a_number_or_a_key_that_is_never_empty():
    """A transport file loses a row of blanks alone."""
    for table in tables_of(describe(protocol()), Selection()):
        numbers = [
            c for c in table.columns if c.kind in (ColumnKind.WHOLE, ColumnKind.DECIMAL, ColumnKind.DAY)
        ]
        assert numbers or table.keys[0] in ("site", "person"), table.name
