"""Which formats there are, by the name that a choice bears, and what goes into every package."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from ecrf.exports.formats.codebook import write_codebook
from ecrf.exports.formats.csv_tables import write_csv
from ecrf.exports.formats.dataset_json import write_dataset_json
from ecrf.exports.formats.parquet_tables import write_parquet
from ecrf.exports.formats.readers import write_readers
from ecrf.exports.formats.readme import write_readme
from ecrf.exports.formats.sas_transport import write_xpt
from ecrf.exports.odm.file import write_odm
from ecrf.exports.package import Package
from ecrf.exports.sdtm.writing import has_sdtm, write_sdtm

Write = Callable[[Package], None]


@dataclass(frozen=True)
class Format:
    """`title` names it on the page, `hint` says who wants it, `folder` is where it stands in the package; `steps`: how
    many tables, patients and files its progress counts."""

    title: str | Promise
    hint: Promise
    write: Write
    folder: str
    steps: Callable[[Package], int]


def write_snapshot(package: Package) -> None:
    with package.file("odm/snapshot.xml", "ODM-XML, the data as they stand") as file:
        write_odm(file, package.cut, "snapshot", package.progress, package.edition)


def write_archive(package: Package) -> None:
    with package.file("odm/archive.xml", "ODM-XML, everything that was done") as file:
        write_odm(file, package.cut, "transactional", package.progress, package.edition)


def _by_table(package: Package) -> int:
    return len(package.tables)


def _by_patient(package: Package) -> int:
    return package.patients + 1


FORMATS: dict[str, Format] = {
    "csv": Format("CSV", gettext_lazy("for any program, safe in spreadsheets"), write_csv, "csv", _by_table),
    "parquet": Format(
        "Parquet",
        gettext_lazy("for Python, R and databases, with types"),
        write_parquet,
        "parquet",
        _by_table,
    ),
    "xpt": Format(
        gettext_lazy("SAS transport, XPORT version 5"),
        gettext_lazy("for SAS"),
        write_xpt,
        "xpt",
        lambda package: len(package.tables) + 1,
    ),
    "dataset-json": Format(
        "Dataset-JSON 1.1",
        gettext_lazy("of CDISC, in place of SAS"),
        write_dataset_json,
        "dataset-json",
        _by_table,
    ),
    "odm": Format(
        gettext_lazy("ODM-XML 1.3.2, snapshot"),
        gettext_lazy("for other data systems: the data as they stand"),
        write_snapshot,
        "odm",
        _by_patient,
    ),
    "odm-archive": Format(
        gettext_lazy("ODM-XML 1.3.2, transactional"),
        gettext_lazy("for archives: every change with who, when and why"),
        write_archive,
        "odm",
        _by_patient,
    ),
    "sdtm": Format(
        gettext_lazy("SDTM with Define-XML 2.1"),
        gettext_lazy("for authorities and pooled analyses"),
        write_sdtm,
        "sdtm",
        lambda package: package.patients + 2,
    ),
}

ALWAYS: tuple[Write, ...] = (write_codebook, write_readers, write_readme)
"""After the formats: what they wrote is described."""


MANIFEST_STEPS = 1


def offered() -> dict[str, Format]:
    """Those that this trial has: SDTM where it says how its data become SDTM."""
    return {name: format for name, format in FORMATS.items() if name != "sdtm" or has_sdtm()}


def write_formats(package: Package, formats: Iterable[str], more: int = 0) -> None:
    """In the order of `FORMATS`, whatever the order of the choice. `more`: steps that whoever asks adds to them."""
    wanted = set(formats)
    steps = sum(format.steps(package) for name, format in FORMATS.items() if name in wanted)
    package.progress.expects(steps + len(ALWAYS) + MANIFEST_STEPS + more)
    for name, format in FORMATS.items():
        if name in wanted:
            format.write(package)
    for write in ALWAYS:
        write(package)
