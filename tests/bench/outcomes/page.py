"""The page of the outcomes of thirteen patients and of a thousand: after a write, with nothing kept, and again."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path
from statistics import median

from django.db import connection
from django.test import Client

from ecrf.access.models import User
from ecrf.audit.actor import SYSTEM, acting
from ecrf.casebook.models import Patient
from ecrf.exports.cut import present_positions
from ecrf.exports.models import DataCut
from ecrf.exports.tables.description import describe
from ecrf.exports.tables.selection import Selection
from ecrf.forms.protocol import protocol
from ecrf.forms.registry import CRFS
from ecrf.outcomes.current import current_report, forget
from ecrf.outcomes.drawing import drawing_of
from ecrf.outcomes.facts import forget_facts
from ecrf.outcomes.report import ReportScope
from tests.bench.counting import client_of, statements
from tests.bench.outcomes.patients import FEW, MANY
from tests.bench.table import Line, at_most, told

ROUNDS = 25
URL = "/outcomes/"
AT_MOST, SIZE_AT_MOST = 2.0, 1.5
"""How many times what it takes of thirteen patients. With nothing kept no page is made: a worker reads everybody before
its first request, and what that costs is said beside the limits."""


@dataclass(frozen=True)
class Times:
    """Medians in milliseconds: of the product's process, of its PostgreSQL process, and on the clock."""

    product: float
    database: float
    clock: float


@dataclass(frozen=True)
class Measured:
    """`written`: made anew after a write to one patient; `cold`: with nothing kept; `again`: nothing was written."""

    written: Times
    cold: Times
    again: Times
    cut: float
    size: int
    statements: tuple[int, int]


def measure(user: User) -> Measured:
    """In this process, through Django's test client."""
    client, write = client_of(user), _writes()
    size = len(client.get(URL).content)
    _forget_all()
    cold = statements(lambda: client.get(URL)).count
    next(write)
    written = statements(lambda: client.get(URL)).count
    return Measured(
        _measure(client, lambda: next(write)),
        _measure(client, _forget_all),
        _measure(client, lambda: None),
        _cut(),
        size,
        (cold, written),
    )


def _measure(client: Client, prepare: Callable[[], None]) -> Times:
    seconds: list[tuple[float, ...]] = []
    for _ in range(ROUNDS):
        prepare()
        before = _times()
        client.get(URL)
        seconds.append(tuple(b - a for a, b in zip(before, _times(), strict=True)))
    return Times(*(1000 * median(column) for column in zip(*seconds, strict=True)))


def _writes() -> Iterator[None]:
    """Each changes a value of one patient, of one after the other."""
    rows = CRFS["mrc-strength"].model._default_manager
    for turn, pk in enumerate(cycle(Patient.objects.values_list("pk", flat=True)[:FEW])):
        with acting(SYSTEM, patient_id=pk, source="bench"):
            rows.filter(entry__patient=pk, entry__visit__code="W04").update(sum_score=turn % 100)
        yield


def _forget_all() -> None:
    forget()
    forget_facts()
    drawing_of.cache_clear()


def _times() -> tuple[float, float, float]:
    """Seconds of the processor that this process and its PostgreSQL process have had; and the clock."""
    connection.ensure_connection()
    of_database = Path(f"/proc/{connection.connection.get_backend_pid()}/schedstat")
    nanoseconds = int(of_database.read_text(encoding="ascii").split()[0])
    return time.process_time(), nanoseconds / 1e9, time.perf_counter()


def _cut() -> float:
    """A report of the same data made from the audit trail alone, on the clock."""
    moment, positions = present_positions()
    cut = DataCut(
        pk=0,
        name="Bench",
        taken_at=moment,
        positions={str(chain): position for chain, position in positions.items()},
        description=describe(protocol()).as_json(),
        selection=Selection().as_json(),
    )
    forget()
    start = time.perf_counter()
    current_report(ReportScope(moment, cut=cut))
    return 1000 * (time.perf_counter() - start)


def compare(few: Measured, many: Measured) -> list[Line]:
    """Of a thousand patients beside thirteen."""
    size = many.size / few.size
    return [
        told(f"outcomes of {MANY:,} patients beside {FEW}", ""),
        *_compare("made anew after a write to one patient", few.written, many.written, AT_MOST),
        *_compare("made with nothing kept, as a worker does before its first request", few.cold, many.cold),
        *_compare("looked at again", few.again, many.again, AT_MOST),
        told(
            "  of a data cut, from the trail alone, on the clock",
            f"{many.cut:,.0f} ms beside {few.cut:.0f} ms",
        ),
        at_most(
            "  HTML",
            size,
            SIZE_AT_MOST,
            f"{many.size / 1000:.0f} kB = {size:.2f} × {few.size / 1000:.0f} kB",
            f"≤ {SIZE_AT_MOST:g} ×",
        ),
        Line(
            "  SQL statements, with nothing kept and after a write",
            f"{few.statements}, {many.statements}",
            "the same",
            few.statements == many.statements,
        ),
    ]


def _compare(what: str, few: Times, many: Times, limit: float | None = None) -> Iterator[Line]:
    ratio, processor = many.clock / few.clock, many.product / few.product
    on_the_clock = f"  {what}, on the clock", f"{many.clock:.0f} ms = {ratio:.2f} × {few.clock:.0f} ms"
    if limit is None:
        yield told(*on_the_clock)
    else:
        yield at_most(on_the_clock[0], ratio, limit, on_the_clock[1], f"≤ {limit:g} ×")
    yield told(
        "    processor time of the product, and of its PostgreSQL",
        f"{many.product:.0f} ms = {processor:.2f} × {few.product:.0f} ms,"
        f" {many.database:.0f} ms beside {few.database:.0f} ms",
    )
