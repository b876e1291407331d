"""Rows per second of each format beside a raw COPY of the same rows, and its memory with ten times the patients."""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from ecrf.audit.snapshot import one_snapshot
from ecrf.demo import ROOT
from ecrf.exports.cut import present_cut
from ecrf.exports.formats import registry
from ecrf.exports.package import Package
from ecrf.exports.tables.description import Table, describe
from ecrf.exports.tables.selection import Selection
from ecrf.forms.protocol import protocol
from tests.bench.exports.patients import FEW
from tests.bench.table import Line, at_least, at_most, told

ROUNDS = 3
OF_TABLES = ("csv", "parquet", "xpt", "dataset-json")
"""The formats whose rows are those of a table."""
AT_LEAST = {"csv": 0.8, "parquet": 0.5}
"""Of the rows per second of a raw COPY."""
MEMORY_AT_MOST = 1.5
TABLE = "vital_signs"
"""Of which the rows per second are measured."""


def measure_formats(numbers: list[str]) -> list[Line]:
    """Speed on one table, in turn with the raw COPY; memory in a process of its own for each format."""
    return [*_speeds(), *(_memory(name, numbers) for name in registry.FORMATS)]


def package_in(folder: Path, selection: Selection) -> Package:
    """Of all tables but the trail, which is written in the same way and would take most of the time."""
    package = Package(folder, present_cut("bench"), describe(protocol()), selection, synthetic=True)
    package.tables = [table for table in package.tables if table.name != "trail"]
    return package


def _speeds() -> list[Line]:
    with tempfile.TemporaryDirectory(prefix="ecrf-bench-") as folder, one_snapshot():
        package = package_in(Path(folder), Selection(identifiers=True))
        table = next(table for table in package.tables if table.name == TABLE)
        package.tables = [table]
        rows = package.count(table)
        ways = {"raw": lambda: _raw(package, table)}
        ways |= {key: _writing(registry.FORMATS[key].write, package) for key in OF_TABLES}
        seconds: dict[str, list[float]] = {key: [] for key in ways}
        for _ in range(ROUNDS):
            for key, way in ways.items():
                start = time.perf_counter()
                way()
                seconds[key].append(time.perf_counter() - start)
    speeds = {key: rows / statistics.median(found) for key, found in seconds.items()}
    raw = speeds.pop("raw")
    lines = [told(f"{rows:,} rows of {TABLE}, raw COPY", f"{raw:,.0f} rows/s")]
    for key, speed in speeds.items():
        words, share = f"{speed:,.0f} rows/s, {speed / raw:.2f} of the raw COPY", speed / raw
        what = f"  {registry.FORMATS[key].title}"
        limit = AT_LEAST.get(key)
        lines.append(at_least(what, share, limit, words) if limit else told(what, words))
    return lines


def _raw(package: Package, table: Table) -> None:
    with package.file("raw.csv") as file:
        package.copy(table, file, "FORMAT csv")


def _writing(write: Callable[[Package], None], package: Package) -> Callable[[], None]:
    return lambda: write(package)


def _memory(name: str, numbers: list[str]) -> Line:
    few, many = _peak_mb(name, numbers[:FEW]), _peak_mb(name, numbers)
    what = f"{registry.FORMATS[name].title}: memory of {len(numbers):,} patients beside that of {FEW}"
    words = f"{many:.0f} MB beside {few:.0f} MB: {many / few:.2f}"
    return at_most(what, many / few, MEMORY_AT_MOST, words)


def _peak_mb(name: str, numbers: list[str]) -> float:
    """Of a process that writes this format for these patients and does nothing else."""
    given = [sys.executable, "-m", "tests.bench.exports.alone", name]
    done = subprocess.run(
        given, input="\n".join(numbers), cwd=ROOT, env=os.environ, capture_output=True, text=True, check=True
    )
    return float(done.stdout)
