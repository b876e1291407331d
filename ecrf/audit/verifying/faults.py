"""What verification finds: one fault for each place, in words, with a mark by which it can be recorded as known."""

from dataclasses import dataclass, field
from enum import StrEnum

from ecrf.audit.chain import event_hash


class FaultKind(StrEnum):
    """What is wrong, by the word that stands before it in the list."""

    TAMPERED = "TAMPERED"
    """An event, or a value that the trail tells otherwise."""
    DERIVED = "DERIVED"
    """What the system derives from the trail and the data is not what follows from them."""
    ALTERED = "ALTERED"
    """The database is not the one that this version ships: a trigger, a function, a constraint, a column."""
    OPEN = "OPEN"
    """Somebody may write past the trail who must not."""


@dataclass(frozen=True)
class Fault:
    """One place where something is wrong: an event of a chain, the end of one, or, of no chain, a row or the database.

    `mark` is the sha256 of what stands there: if that is tampered with again, it is another fault. `known` says since
    when and why it is a known one, "" if it is not. `table` and `row` name the row, where it is one of a table.
    """

    chain: int | None
    position: int
    what: str
    mark: str
    known: str = ""
    kind: FaultKind = FaultKind.TAMPERED
    table: str = ""
    row: str = ""

    def __str__(self) -> str:
        if self.chain is None:
            return self.what
        whose = f"patient id {self.chain}" if self.chain else "the system's chain"
        return f"{whose}, event {self.position}: {self.what}"


def row_fault(table: str, row: object, what: str, *stands: object, kind: FaultKind) -> Fault:
    """Of a row of a table. `stands`: all that the fault is made of, so that another one has another mark."""
    words = f"row {row} of {table}: {what}"
    mark = event_hash("row", [table, str(row), what, *map(str, stands)])
    return Fault(None, 0, words, mark, kind=kind, table=table, row=str(row))


def database_fault(
    what: str, *stands: object, kind: FaultKind = FaultKind.ALTERED, table: str = "", row: str = ""
) -> Fault:
    """Of the database itself, or of the rights in it."""
    mark = event_hash(str(kind), [what, *map(str, stands)])
    return Fault(None, 0, what, mark, kind=kind, table=table, row=row)


@dataclass(frozen=True)
class Verdict:
    """What verification found: how many chains and events there are, every fault, those that were recorded as known,
    who may write past the trail, and from how many events personal data were taken out as the trail itself tells."""

    chains: int
    events: int
    faults: list[Fault]
    known: list[Fault]
    open: list[Fault] = field(default_factory=list)
    redacted: int = 0
