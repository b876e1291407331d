"""What a check of derived state is made of: what follows from trail and data, compared with what is stored."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from django.db import connection, transaction

from ecrf.audit.verifying.faults import Fault, FaultKind, database_fault, row_fault

Rows = Mapping[Any, Mapping[str, Any]]
"""{the row's key: {column: value}}"""


def compared(table: str, derived: Rows, stored: Rows) -> Iterator[Fault]:
    """Each value that is another one, each row that is not there, and each that follows from nothing."""
    for row in sorted(derived.keys() | stored.keys(), key=str):
        if row not in stored:
            yield row_fault(table, row, "it follows from the data, and is gone", kind=FaultKind.DERIVED)
        elif row not in derived:
            yield row_fault(table, row, "it follows from nothing", kind=FaultKind.DERIVED)
        else:
            yield from _columns(table, row, derived[row], stored[row])


def _columns(table: str, row: Any, derived: Mapping[str, Any], stored: Mapping[str, Any]) -> Iterator[Fault]:
    for column, value in derived.items():
        if stored[column] != value:
            what = f"{column} is {_words(stored[column])}, and {_words(value)} follows"
            yield row_fault(table, row, what, kind=FaultKind.DERIVED)


def _words(value: Any) -> str:
    return "nothing" if value in (None, "") else str(value)


def compared_by(table: str, statement: str, *columns: str) -> Iterator[Fault]:
    """The same by one statement: the row's key, then of each column what follows, then what is stored."""
    with connection.cursor() as cursor:
        cursor.execute(statement)
        for row, *values in cursor.fetchall():
            derived = dict(zip(columns, values[: len(columns)], strict=True))
            stored = dict(zip(columns, values[len(columns) :], strict=True))
            yield from _columns(table, row, derived, stored)


def attempt(what: str, find: Callable[[], Iterable[Fault]]) -> list[Fault]:
    """What is found. Where data were made such that nothing can be computed from them, that is the fault."""
    try:
        with transaction.atomic():
            return list(find())
    # Whatever somebody made of the data, the other checks go on.
    except Exception as error:
        words = " ".join(str(error).split())
        return [
            database_fault(
                f"{what}: cannot be verified ({type(error).__name__}: {words})", kind=FaultKind.DERIVED
            )
        ]
