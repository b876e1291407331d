"""The formats that a package may hold, by the word that chooses them; and what stands in every package."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from ecrf.exports.formats.csv_tables import write_csv
from ecrf.exports.package import Package


@dataclass(frozen=True)
class Format:
    """`title` names it on the page, `hint` says who wants it."""

    title: str
    hint: str
    write: Callable[[Package], None]


FORMATS: dict[str, Format] = {
    "csv": Format("CSV", "For any program; safe in spreadsheets", write_csv),
}
ALWAYS: tuple[Callable[[Package], None], ...] = ()


def write_formats(package: Package, formats: Iterable[str]) -> None:
    """In the order of `FORMATS`, whatever the order of the choice."""
    wanted = set(formats)
    for name, each in FORMATS.items():
        if name in wanted:
            each.write(package)
    for write in ALWAYS:
        write(package)
