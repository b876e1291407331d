"""The datasets while they grow: their rows wait on the disk, and how wide each variable is becomes known."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from ecrf.exports.sdtm.domains import Domain, Presence, Row, Variable, VariableType
from ecrf.exports.sdtm.texts import in_pieces

PLAIN_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")


@dataclass
class ResultShape:
    """What the results of one test look like: bytes of the longest, decimals, and whether all are plain numbers."""

    width: int = 0
    decimals: int = 0
    is_number: bool = True

    def widen(self, written: str) -> None:
        self.width = max(self.width, len(written.encode()))
        self.decimals = max(self.decimals, len(written.partition(".")[2]))
        self.is_number = self.is_number and PLAIN_NUMBER.fullmatch(written) is not None


@dataclass
class Dataset:
    """One dataset. `widths`: {variable: bytes of its longest text, or digits of its widest number}; `seen`: {variable:
    its values} of those that have a list of terms; `tests`: {code: {variable: the shape of its results}}; `labels`:
    {QNAM: its label} of supplemental qualifiers."""

    domain: Domain
    path: Path
    widths: dict[str, int] = field(default_factory=dict)
    decimals: dict[str, int] = field(default_factory=dict)
    seen: dict[str, set[str]] = field(default_factory=dict)
    tests: dict[str, dict[str, ResultShape]] = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict)
    not_ascii: set[str] = field(default_factory=set)
    count: int = 0
    _file: IO[str] | None = None

    @property
    def name(self) -> str:
        return self.domain.name

    @property
    def variables(self) -> list[Variable]:
        """Those that the dataset has: all but the permissible ones without a value. A study day stands by its date."""
        held = {
            v.name for v in self.domain.variables if v.presence is not Presence.PERMISSIBLE
        } | self.widths.keys()
        return [
            variable
            for variable in self.domain.variables
            if variable.name in held or (variable.name.endswith("DY") and f"{variable.name[:-1]}TC" in held)
        ]

    def width(self, variable: Variable) -> int:
        return max(self.widths.get(variable.name, 0), 1)

    def add(self, row: Row) -> None:
        """Raises ValueError for a variable that the domain does not have: the mapping is wrong then."""
        if strange := sorted(row.values.keys() - self.domain.names):
            raise ValueError(f"{self.name} has no variable {strange[0]}.")
        values = {
            n: v for n, v in in_pieces(row.values).items() if n in self.domain.names and v not in (None, "")
        }
        for variable in self.domain.variables:
            if variable.name in values:
                values[variable.name] = self._measured(variable, values[variable.name])
        self._of_test(values)
        if self._file is None:
            self._file = self.path.open("w", encoding="utf-8")
        self._file.write(json.dumps(values, ensure_ascii=False) + "\n")
        self.count += 1

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None

    def rows(self) -> Iterator[Mapping[str, Any]]:
        """Each row's values; what has none is not in it."""
        self.close()
        if self.count:
            with self.path.open(encoding="utf-8") as file:
                for line in file:
                    yield json.loads(line)

    def _measured(self, variable: Variable, value: Any) -> Any:
        if variable.type.is_number:
            value = int(value) if variable.type is VariableType.INTEGER else float(value)
            written = repr(value).removesuffix(".0")
            decimals = len(written.partition(".")[2])
            self.decimals[variable.name] = max(self.decimals.get(variable.name, 0), decimals)
            width = len(written)
        else:
            value = str(value)
            width = len(value.encode())
            if not value.isascii():
                self.not_ascii.add(variable.name)
            if variable.codes:
                self.seen.setdefault(variable.name, set()).add(value)
        self.widths[variable.name] = max(self.widths.get(variable.name, 0), width)
        return value

    def _of_test(self, values: Mapping[str, Any]) -> None:
        """Value-level metadata need the width of each test's results, and of each qualifier's values."""
        code, results = self.topic
        if code not in values:
            return
        shapes = self.tests.setdefault(values[code], {})
        for name in results:
            if name in values:
                shapes.setdefault(name, ResultShape()).widen(values[name])
        if "QLABEL" in values:
            self.labels[values["QNAM"]] = values["QLABEL"]

    @property
    def topic(self) -> tuple[str, tuple[str, ...]]:
        """By which variable the meaning of which others is told row by row."""
        if "QNAM" in self.domain.names:
            return "QNAM", ("QVAL",)
        if self.domain.tests:
            return f"{self.name}TESTCD", (f"{self.name}ORRES", f"{self.name}STRESC")
        return "", ()


class Datasets:
    """All datasets of a package, made as their first row comes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.all: dict[str, Dataset] = {}

    def of(self, domain: Domain) -> Dataset:
        if domain.name not in self.all:
            self.all[domain.name] = Dataset(domain, self.folder / f"{domain.name}.jsonl")
        return self.all[domain.name]

    def with_rows(self) -> list[Dataset]:
        return [dataset for dataset in self.all.values() if dataset.count]
