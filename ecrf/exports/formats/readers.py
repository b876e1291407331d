"""Programs that read the package into R, Python, Stata and SAS, with labels, code lists and dates.

Those for R and Python take what they need from the codebook beside them, and are the same in every package.
"""

from pathlib import Path

from django.utils.translation import pgettext

from ecrf.exports import readers
from ecrf.exports.package import Package
from ecrf.exports.readers.sas import sas_program
from ecrf.exports.readers.stata import do_file

SHIPPED = Path(readers.__file__).parent


def write_readers(package: Package) -> None:
    """Each where the files that it reads are in the package."""
    found: dict[str, bytes] = {}
    if (package.folder / "csv").is_dir():
        found |= {name: (SHIPPED / name).read_bytes() for name in ("read.R", "read.py")}
        found["read.do"] = do_file(package).encode()
    if (package.folder / "xpt/names.csv").is_file():
        found["read.sas"] = sas_program(package).encode()
    package.progress(pgettext("step of an export", "Readers"))
    for name, text in found.items():
        with package.file(f"readers/{name}", "Readers", steps=0) as file:
            file.write(text)
