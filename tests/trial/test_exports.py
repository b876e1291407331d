"""Each format gives back the trial's synthetic study, cell by cell, from the tables and from the trail."""

from dataclasses import replace

import pytest

from ecrf.audit.snapshot import one_snapshot
from ecrf.exports.cut import present_cut
from ecrf.exports.formats.registry import ALWAYS, FORMATS
from ecrf.exports.formats.sas_names import sas_names
from ecrf.exports.package import Package
from ecrf.exports.tables.description import describe
from ecrf.exports.tables.selection import Selection
from ecrf.forms.protocol import protocol
from tests.ecrf.exports.formats.conftest import stored
from tests.ecrf.exports.formats.reading_back import READERS
from tests.ecrf.exports.formats.test_formats import TELL_NOTHING_FROM_NO_LETTERS
from trial.synthetic import accounts, casebook, loading
from trial.synthetic.patients import STORIES


@pytest.fixture(scope="module")
def study(module_db) -> None:
    """The first patient until week 7, with an adverse event and laboratory results."""
    accounts.create("synthetic password")
    loading.add_ranges_where_none()
    story = next(story for story in STORIES if story.name == "S01")
    wanted = ("", "SCR", "W01", "W04", "W07")
    loading.load_patient(story, [page for page in casebook.pages(story) if page.code in wanted])


@pytest.fixture(scope="module")
def package(study, tmp_path_factory) -> Package:
    folder = tmp_path_factory.mktemp("exports")
    package = Package(folder, present_cut("All"), describe(protocol()), Selection(identifiers=True))
    with one_snapshot():
        for write in (each.write for each in FORMATS.values()):
            write(package)
        for always in ALWAYS:
            always(package)
    return package


@pytest.mark.django_db
@pytest.mark.parametrize("name", READERS)
def test_each_cell_comes_back_as_it_is_stored(name, package):
    cells = 0
    for table_name, rows in stored(package).items():
        table = next(table for table in package.tables if table.name == table_name)
        if name not in TELL_NOTHING_FROM_NO_LETTERS:
            rows = [{column: None if cell == "" else cell for column, cell in row.items()} for row in rows]
        assert READERS[name](package, table) == rows, table_name
        cells += sum(cell is not None for row in rows for cell in row.values())
    assert cells > 10_000


@pytest.mark.django_db
def test_files_are_the_same_bytes_from_the_trail(package, tmp_path):
    again = replace(package, folder=tmp_path, from_trail=True)
    with one_snapshot():
        for write in (each.write for each in FORMATS.values()):
            write(again)
        for always in ALWAYS:
            always(again)
    names = [path.relative_to(package.folder) for path in package.folder.rglob("*") if path.is_file()]
    differ = [
        str(name) for name in names if (package.folder / name).read_bytes() != (tmp_path / name).read_bytes()
    ]
    assert differ == []
    assert len(names) > 100


def test_no_two_columns_of_a_form_have_one_name_in_sas():
    for names in sas_names(describe(protocol())).values():
        parts = [f"{prefix}{n}" for prefix in names.prefixes.values() for n in (1, 9, 10, 163)]
        found = [*names.columns.values(), *parts]
        assert len(set(found)) == len(found)
        assert all(len(name) <= 8 for name in found)
