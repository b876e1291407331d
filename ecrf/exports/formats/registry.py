"""Which formats there are, by the name that a request bears, and what goes into every package."""

from collections.abc import Callable, Mapping

from ecrf.exports.formats.codebook import write_codebook
from ecrf.exports.formats.csv_tables import write_csv
from ecrf.exports.formats.dataset_json import write_dataset_json
from ecrf.exports.formats.parquet_tables import write_parquet
from ecrf.exports.formats.readers import write_readers
from ecrf.exports.formats.readme import write_readme
from ecrf.exports.formats.sas_transport import write_xpt
from ecrf.exports.package import Package

Write = Callable[[Package], None]

FORMATS: Mapping[str, tuple[str, Write]] = {
    "csv": ("CSV", write_csv),
    "parquet": ("Parquet", write_parquet),
    "xpt": ("SAS transport (XPORT version 5)", write_xpt),
    "dataset-json": ("Dataset-JSON 1.1", write_dataset_json),
}
"""{name: (title, what writes it)}; the name is also the folder in the package."""

ALWAYS: tuple[Write, ...] = (write_codebook, write_readers, write_readme)
"""After the formats: what they wrote is described."""
