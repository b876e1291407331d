"""The requirements by id with their risk, and what the peers ask for with our answer, as the files beside this say."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

HERE = Path(__file__).parent
MET, PARTLY, NOT_MET, NOT_APPLICABLE = STATES = ("met", "partly", "not met", "not applicable")
HIGH, MEDIUM, LOW = RISKS = ("high", "medium", "low")
HAVE, PARTLY_HAVE, LACK = ANSWERS = ("have", "partly", "not")


@dataclass(frozen=True)
class Requirement:
    """`missing`: in words, of one that is not met as a whole, or why it does not apply."""

    id: str
    text: str
    source: str
    risk: str
    at_stake: str
    state: str
    missing: str


@dataclass(frozen=True)
class PeersRequirement:
    """One of a peer's own test suite. `tests`: nodes, of ours, that show the answer; `missing`: what we lack of it."""

    peer: str
    id: str
    area: str
    text: str
    answer: str
    tests: tuple[str, ...]
    missing: str


@cache
def requirements() -> dict[str, Requirement]:
    return {row[0]: Requirement(*row) for row in rows(HERE / "requirements.psv")}


@cache
def peers() -> dict[str, tuple[str, tuple[PeersRequirement, ...]]]:
    """{key: (its name, what it asks for)}. The first line of each file names the peer."""
    return {file.stem: _peer(file) for file in sorted((HERE / "peers").glob("*.psv"))}


def _peer(file: Path) -> tuple[str, tuple[PeersRequirement, ...]]:
    name = file.read_text(encoding="utf-8").splitlines()[0].removeprefix("# ")
    return name, tuple(
        PeersRequirement(
            file.stem, one, area, text, answer, tuple(f"tests/{test}" for test in tests.split()), missing
        )
        for one, area, text, answer, tests, missing in rows(file)
    )


def rows(file: Path) -> Iterator[list[str]]:
    """Of a table with `|` between its columns: each line behind the one that names them; lines with # are remarks."""
    lines = [line for line in file.read_text(encoding="utf-8").splitlines() if line and line[0] != "#"]
    columns = lines[0].count("|")
    for line in lines[1:]:
        if line.count("|") != columns:
            raise ValueError(
                f"{file.name}: {line[:60]!r} has {line.count('|') + 1} columns, not {columns + 1}"
            )
        yield [cell.strip() for cell in line.split("|")]
