"""The page of the outcomes made anew, of thirteen patients and of a thousand: processor time, size, statements."""

import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from django.db import connection
from django.http import HttpResponse

from ecrf.access.models import User
from ecrf.exports.cut import present_positions
from ecrf.exports.models import DataCut
from ecrf.exports.tables.description import describe
from ecrf.exports.tables.selection import Selection
from ecrf.forms.protocol import protocol
from ecrf.outcomes.current import current_report, forget
from ecrf.outcomes.drawing import drawing_of
from ecrf.outcomes.report import ReportScope
from tests.bench.counting import client_of, statements
from tests.bench.outcomes.patients import FEW, MANY
from tests.bench.table import Line, at_most, told

ROUNDS = 15
URL = "/outcomes/"
TIME_AT_MOST, SIZE_AT_MOST = 2.0, 1.5
"""How many times what it takes of thirteen patients."""


@dataclass(frozen=True)
class Measured:
    """Medians in milliseconds: of the product's process, of its PostgreSQL process, and on the clock; `kept` on the
    clock, where the report is the one that was made before."""

    product: float
    database: float
    clock: float
    kept: float
    cut: float
    size: int
    statements: int


def measure(user: User) -> Measured:
    """In this process, through Django's test client."""
    client = client_of(user)

    def anew() -> HttpResponse:
        forget()
        drawing_of.cache_clear()
        return client.get(URL)

    size, count = len(anew().content), statements(anew).count
    seconds: list[tuple[float, float, float]] = []
    for _ in range(ROUNDS):
        before = _times()
        anew()
        seconds.append(tuple(b - a for a, b in zip(before, _times(), strict=True)))
    product, database, clock = (1000 * median(column) for column in zip(*seconds, strict=True))
    kept = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        client.get(URL)
        kept.append(1000 * (time.perf_counter() - start))
    return Measured(product, database, clock, median(kept), _cut(), size, count)


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
    what = f"outcomes of {MANY:,} patients beside {FEW}"
    ratio, size = many.product / few.product, many.size / few.size
    both = [one.product + one.database for one in (few, many)]
    same = few.statements == many.statements
    return [
        at_most(
            f"{what}, made anew: processor time of the product",
            ratio,
            TIME_AT_MOST,
            f"{many.product:.0f} ms = {ratio:.2f} × {few.product:.0f} ms",
            f"≤ {TIME_AT_MOST:g} ×",
        ),
        told("  with PostgreSQL's", f"{both[1]:.0f} ms = {both[1] / both[0]:.2f} × {both[0]:.0f} ms"),
        told("  on the clock", f"{many.clock:.0f} ms beside {few.clock:.0f} ms"),
        told("  looked at again, on the clock", f"{many.kept:.0f} ms beside {few.kept:.0f} ms"),
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
        Line("  SQL statements", f"{few.statements}, {many.statements}", "the same", same),
    ]
