"""The list of people at ten accounts and at two thousand: processor time, size, statements; in this process."""

import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from django.db import connection

from ecrf.access.models import Membership, Site, User
from ecrf.access.roles import Role
from ecrf.audit.actor import SYSTEM, acting
from tests.bench.browsing import PASSWORD
from tests.bench.counting import client_of, statements
from tests.bench.people.accounts import add_accounts
from tests.bench.table import Line, at_most, told

FEW, MANY = 10, 2_000
ROUNDS = 25
URLS = ("/people/", "/people/?q=person&role=coordinator&state=invited")
TIME_AT_MOST = 1.5
"""How many times what it takes of as many rows on the page at ten accounts; a full page has five times as many."""


@dataclass(frozen=True)
class PageCost:
    """Medians in milliseconds: of the product's process, and of its PostgreSQL process; statements; rows shown."""

    product: float
    database: float
    statements: int
    rows: int

    @property
    def both(self) -> float:
        return self.product + self.database


def seed() -> User:
    """An administrator, three sites, ten accounts in all."""
    with acting(SYSTEM, source="bench"):
        by = User.objects.create_user("administrator", "Synthetic administrator", PASSWORD)
        Membership.objects.create(user=by, role=Role.ADMINISTRATOR)
        for number in range(1, 4):
            Site.objects.create(
                code=f"0{number}", name=f"Synthetic hospital {number}", time_zone="Asia/Tokyo"
            )
    add_accounts(FEW - 1)
    return by


def grow() -> None:
    add_accounts(MANY - FEW)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def measure(user: User, url: str) -> PageCost:
    client = client_of(user)
    count = statements(lambda: client.get(url)).count
    rows = client.get(url).content.count(b'<th scope="row"')
    times = []
    for _ in range(ROUNDS):
        before = _times()
        client.get(url)
        times.append(tuple(b - a for a, b in zip(before, _times(), strict=True)))
    product, database = (1000 * median(column) for column in zip(*times, strict=True))
    return PageCost(product, database, count, rows)


def _times() -> tuple[float, float]:
    connection.ensure_connection()
    of_database = Path(f"/proc/{connection.connection.get_backend_pid()}/schedstat")
    return time.process_time(), int(of_database.read_text(encoding="ascii").split()[0]) / 1e9


def compare(url: str, few: PageCost, many: PageCost) -> list[Line]:
    what = f"{url} of {MANY:,} accounts beside {FEW}"
    ratio = many.both / few.both
    same = few.statements == many.statements
    return [
        at_most(
            f"{what}: processor time",
            ratio,
            TIME_AT_MOST,
            f"{many.both:.1f} ms = {ratio:.2f} × {few.both:.1f} ms",
            f"≤ {TIME_AT_MOST:g} ×",
        ),
        told("  of it PostgreSQL's", f"{many.database:.1f} ms beside {few.database:.1f} ms"),
        told("  rows on the page", f"{many.rows}, {few.rows}"),
        Line("  SQL statements", f"{few.statements}, {many.statements}", "the same", same),
    ]
