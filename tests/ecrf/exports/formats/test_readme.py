"""README.txt says what was taken out, and names nothing that is not there."""

import re
from dataclasses import replace

import pytest

from ecrf.exports.formats.registry import ALWAYS
from ecrf.exports.tables.selection import Selection
from tests.ecrf.exports.formats.conftest import package_of
from tests.ecrf.exports.formats.reading_back import READERS

pytestmark = pytest.mark.django_db


def text_of(package) -> str:
    return (package.folder / "README.txt").read_text(encoding="utf-8")


@pytest.mark.requirement("R-153")
def test_it_says_which_cut_of_when_and_what_was_chosen(written):
    chosen = Selection(sites=("01",), forms=("vital-signs",), left_out={"vital_signs": ("pulse",)})
    said = text_of(written(selection=chosen))
    assert said.startswith('Stub: data cut "Test"\n')
    assert "SYNTHETIC DATA" in said
    assert "taken out by ecrf 1.2.3" in said
    assert "Sites: 01\n" in said
    assert "Patients: all\n" in said
    assert "Forms: vital-signs\n" in said
    assert "left out; so are such values in the trail" in said
    assert "Left out of vital_signs: pulse\n" in said
    assert "sha256sum -c SHA256SUMS" in said


def test_it_lists_the_folders_that_are_there_and_every_table(package):
    said = text_of(package)
    folders = {path.name for path in package.folder.iterdir() if path.is_dir()}
    assert set(re.findall(r"^  ([a-z-]+)/ ", said, re.MULTILINE)) == folders
    assert all(f"  {table.name} " in said and table.title in said for table in package.tables)


@pytest.mark.parametrize("name", READERS)
def test_it_explains_the_formats_that_are_there_alone(name, study, tmp_path):
    package = package_of(tmp_path / "package")
    (package.folder / name).mkdir()
    ALWAYS[-1](package)
    said = text_of(package)
    assert ("\nCSV and spreadsheets\n" in said, "\nSAS transport files\n" in said) == (
        name == "csv",
        name == "xpt",
    )


def test_texts_are_not_escaped_as_on_a_page(study, tmp_path):
    package = package_of(tmp_path / "package")
    package.cut = replace(package.cut, name="Mary's <first>")
    ALWAYS[-1](package)
    assert text_of(package).startswith('Stub: data cut "Mary\'s <first>"\n')


def test_every_line_fits_a_terminal(package):
    assert all(len(line) <= 120 for line in text_of(package).splitlines())
