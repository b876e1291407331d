"""Every format gives back what the database holds, cell by cell, of each table: live, from the trail, when empty."""

import hashlib
import json
import re

import jsonschema
import pyreadstat
import pytest
from pyarrow import parquet

from ecrf.audit.snapshot import one_snapshot
from ecrf.exports.formats.parquet_tables import schema_of
from ecrf.exports.formats.registry import ALWAYS, FORMATS
from ecrf.exports.package import Package
from ecrf.exports.tables.selection import Selection
from tests.ecrf.exports.formats.conftest import EVERYTHING, HOSTILE, LONG, package_of, stored
from tests.ecrf.exports.formats.dataset_json_schema import SCHEMA
from tests.ecrf.exports.formats.reading_back import READERS

pytestmark = pytest.mark.django_db

TELL_NOTHING_FROM_NO_LETTERS = {"parquet", "dataset-json"}
"""In the others a text without letters reads as no value. The CSV file has it in quotes, which few readers look at."""


def sums(package: Package) -> dict[str, str]:
    files = [path for path in sorted(package.folder.rglob("*")) if path.is_file()]
    return {
        path.relative_to(package.folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in files
    }


@pytest.mark.parametrize("name", READERS)
def test_each_table_comes_back_as_it_is_stored(name, package):
    expected = stored(package)
    assert sum(len(rows) for rows in expected.values()) > 300
    for table in package.tables:
        rows = expected[table.name]
        if name not in TELL_NOTHING_FROM_NO_LETTERS:
            rows = [{column: None if cell == "" else cell for column, cell in row.items()} for row in rows]
        assert READERS[name](package, table) == rows, table.name


def test_hostile_texts_are_among_what_is_compared(package):
    tables = stored(package)
    stories = [row["story"] for row in tables["adverse_event"]]
    assert len(stories) == len(HOSTILE) - 1
    assert {"=1+1", "＝全角", 'He said "no", and; left'} <= set(stories)
    assert tables["dose"][0]["note"] == LONG.strip()
    assert tables["reading"][0]["value_2_missing_comment"] == "=broken"


def test_same_package_is_written_in_the_same_bytes_from_the_tables_and_from_the_trail(package, written):
    once = sums(package)
    assert once == sums(written(*FORMATS, name="again", cut=package.cut))
    assert once == sums(written(*FORMATS, name="trail", cut=package.cut, from_trail=True))
    assert len(once) > 60


@pytest.mark.parametrize("name", READERS)
def test_columns_are_the_same_when_no_table_has_rows(name, db, tmp_path, study):
    nobody = Selection(identifiers=True, patients=(), sites=())
    package = package_of(tmp_path / "empty", nobody)
    with one_snapshot():
        FORMATS[name].write(package)
    for table in package.tables:
        assert READERS[name](package, table) == []
        if name == "parquet":
            path = package.folder / f"parquet/{table.name}.parquet"
            assert parquet.read_schema(path).equals(schema_of(table))


def test_parquet_tells_of_each_column_what_the_form_says(package):
    schema = parquet.read_schema(package.folder / "parquet/vital_signs.parquet")
    assert schema.field("weight_kg").metadata == {
        b"label": b"Weight",
        b"unit": b"kg",
        b"cdash": b"WEIGHT_VSORRES",
        b"item": b"vital-signs.weight_kg",
        b"kind": b"decimal",
    }
    assert json.loads(schema.field("rested").metadata[b"codes"]) == {"yes": "Yes", "no": "No"}
    assert schema.metadata[b"data_cut"] == b"Test"
    assert schema.metadata[b"synthetic"] == b"yes"
    types = {name: str(schema.field(name).type) for name in ("weight_kg", "pulse", "entry", "measured_at")}
    assert types == {
        "weight_kg": "decimal128(38, 1)",
        "pulse": "int32",
        "entry": "int64",
        "measured_at": "string",
    }


def test_a_fault_of_the_reading_thread_reaches_whoever_asked(written, monkeypatch):
    monkeypatch.setattr("ecrf.exports.formats.parquet_tables.BLOCK", 40)  # a row is longer than what is read
    with pytest.raises(Exception, match="CSV"):
        written("parquet")


def test_dataset_json_follows_the_standards_rules(package):
    check = jsonschema.Draft202012Validator(SCHEMA)
    for table in package.tables:
        told = json.loads((package.folder / f"dataset-json/{table.name}.json").read_bytes())
        check.validate(told)
        assert len({column["itemOID"] for column in told["columns"]}) == len(table.columns)
        keyed = [column for column in told["columns"] if "keySequence" in column]
        assert [column["name"] for column in keyed] == list(table.keys)


def test_schema_of_dataset_json_refuses_what_is_wrong():
    check = jsonschema.Draft202012Validator(SCHEMA)
    assert not check.is_valid({"datasetJSONVersion": "1.1.0", "rows": []})


@pytest.mark.requirement("R-137")
def test_values_that_identify_are_in_no_format_unless_asked_for(study, tmp_path):
    package = package_of(tmp_path / "plain", Selection())
    with one_snapshot():
        for write in (each.write for each in FORMATS.values()):
            write(package)
        for write in ALWAYS:
            write(package)
    text = LONG.strip()[:60].encode()
    found = [path.name for path in package.folder.rglob("*") if path.is_file() and text in path.read_bytes()]
    assert found == []
    assert "story" not in [column.name for column in package.tables[-1].columns]


def test_transport_files_carry_the_cuts_moment_and_whole_titles(package):
    at = package.cut.taken_at
    raw = (package.folder / "xpt/patients.xpt").read_bytes()
    assert raw.count(at.strftime("%d%b%y:%H:%M:%S").upper().encode()) == 4
    assert len(raw) % 80 == 0
    _rows, about = pyreadstat.read_xport(str(package.folder / "xpt/patients.xpt"), output_format="dict")
    assert about.table_name == "PATIENTS"
    assert about.file_label == "Patients"


DEVICES = {"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(10))}
"""Names that Windows keeps for itself."""


def test_names_of_files_are_read_alike_by_every_file_system(package):
    names = [path.relative_to(package.folder) for path in package.folder.rglob("*")]
    assert all(re.fullmatch(r"[A-Za-z0-9_-]+(\.[A-Za-z0-9]+)?", path.name) for path in names)
    assert len({str(path).lower() for path in names}) == len(names)
    assert not {path.stem.lower() for path in names} & DEVICES
    first = [path.read_bytes()[3:5] for path in (package.folder / "csv").iterdir()]
    assert b"ID" not in first  # or Excel takes the file for another of its formats


def test_progress_names_each_file_and_may_end_the_work(study, tmp_path):
    seen: list[str] = []
    package = package_of(tmp_path / "told", EVERYTHING, progress=lambda what, _steps: seen.append(what))
    with one_snapshot():
        FORMATS["xpt"].write(package)
    assert seen[0] == "SAS transport: Sites"
    assert len(seen) == len(package.tables) + 1
