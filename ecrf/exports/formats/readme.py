"""README.txt of a package: what it is, of which moment, what is in it, how to read it, how to see that it is whole."""

from django.template.loader import render_to_string

from ecrf.exports.package import Package
from ecrf.trail.download.csv_file import utc

FOLDERS = {
    "csv": "CSV files in UTF-8, one for each table",
    "parquet": "Parquet files with types; labels, units and code lists in their metadata",
    "xpt": "SAS transport files (XPORT version 5) in UTF-8; names.csv lists their short names",
    "dataset-json": "Dataset-JSON 1.1 of CDISC",
    "odm": "CDISC ODM-XML 1.3.2: snapshot.xml, the data as they stand; archive.xml, everything that was done",
    "sdtm": "CDISC SDTM datasets with define.xml; its own README says what was decided",
    "codebook": "every column of every table: codebook.html to read, codebook.csv and codes.csv for programs",
    "readers": "programs that read the files into R, Python, Stata and SAS",
}
"""What this program writes: {folder of the package: what is in it}. Another format adds its line."""


def write_readme(package: Package) -> None:
    selection = package.selection
    present = {path.name for path in package.folder.iterdir() if path.is_dir()}
    context = {
        "trial": package.description.trial,
        "version": package.version,
        "cut": package.cut.name,
        "taken_at": utc(package.cut.taken_at),
        "synthetic": package.synthetic,
        "reason": package.remarks.get("reason", ""),
        "taken_by": package.remarks.get("taken_by", ""),
        "sites": _listed(selection.sites, "all"),
        "patients": _listed(selection.patients, "all"),
        "forms": _listed(selection.forms, "all"),
        "left_out": [
            f"{table}: {', '.join(sorted(names))}" for table, names in sorted(selection.left_out.items())
        ],
        "identifiers": selection.identifiers,
        "folders": [(f"{name}/".ljust(15), what) for name, what in FOLDERS.items() if name in present],
        "formats": present,
        "tables": [(table.name.ljust(24), table.title) for table in package.tables],
    }
    with package.file("README.txt", "README") as file:
        file.write(render_to_string("exports/README.txt", context).encode())


def _listed(chosen: tuple[str, ...] | None, otherwise: str) -> str:
    return otherwise if chosen is None else ", ".join(sorted(chosen)) or "none"
