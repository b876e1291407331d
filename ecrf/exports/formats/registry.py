"""The formats that a package may hold, by the word that chooses them; and what stands in every package."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from ecrf.exports.formats.csv_tables import write_csv
from ecrf.exports.odm.file import write_odm
from ecrf.exports.package import Package


@dataclass(frozen=True)
class Format:
    """`title` names it on the page, `hint` says who wants it."""

    title: str
    hint: str
    write: Callable[[Package], None]


def write_snapshot(package: Package) -> None:
    with package.file("odm/snapshot.xml", "ODM-XML, the data as they stand") as file:
        write_odm(file, package.cut, "snapshot")


def write_archive(package: Package) -> None:
    with package.file("odm/archive.xml", "ODM-XML, everything that was done") as file:
        write_odm(file, package.cut, "transactional")


FORMATS: dict[str, Format] = {
    "csv": Format("CSV", "For any program; safe in spreadsheets", write_csv),
    "odm": Format(
        "ODM-XML 1.3.2, snapshot", "For other data systems: the data as they stand", write_snapshot
    ),
    "odm-archive": Format(
        "ODM-XML 1.3.2, transactional", "For archives: every change with who, when and why", write_archive
    ),
}
ALWAYS: tuple[Callable[[Package], None], ...] = ()


def write_formats(package: Package, formats: Iterable[str]) -> None:
    """In the order of `FORMATS`, whatever the order of the choice."""
    wanted = set(formats)
    for name, format in FORMATS.items():
        if name in wanted:
            format.write(package)
    for write in ALWAYS:
        write(package)
