"""A listing of ten items over ten thousand rows and over five hundred: its first page, sorted, narrowed, joined."""

import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.db import connection

from ecrf.access.models import Membership, Site, User
from ecrf.access.roles import Role
from ecrf.audit.actor import SYSTEM, acting
from ecrf.casebook.models import Entry, Patient, Visit
from ecrf.forms.registry import CRFS, CrfDefinition
from tests.bench.browsing import PASSWORD, Browser, medians
from tests.bench.counting import client_of, statements
from tests.bench.table import Line, at_most, told

FEW, MANY = 500, 10_000
VISITS = ("SCR", *(f"W{week:02}" for week in range(1, 56, 3)))
AT_ONCE = 100
PAGES = 30
GROWTH_AT_MOST = 1.5
STATEMENTS_AT_MOST = 20
SIGNS = ("weight_kg", "measured_at", "systolic", "diastolic", "pulse", "temperature", "spo2")
LISTING = [
    ("main", "vital-signs"),
    ("join", "visit,visit,,,,,0,0,,all"),
    ("join", "demographics,latest,,,,,0,0,,all"),
    *(("col", f"vital-signs.{name}") for name in SIGNS),
    ("col", "visit.visited_on"),
    ("col", "visit.contact"),
    ("col", "demographics.sex"),
]
OTHERS = {
    "sorted by a value": [("sort", "-vital-signs.weight_kg")],
    "narrowed to half of the rows": [("f", "vital-signs.pulse,min,75")],
    "narrowed by a form beside the rows": [("f", "visit.visited_on,min,2026-06-01")],
    "the two hundredth page": [("start", "400")],
}


@dataclass(frozen=True)
class ListedSite:
    """One site, its monitor, and how many forms of a kind it has."""

    monitor: User
    rows: int


def seed_listings() -> tuple[ListedSite, ListedSite, str]:
    """Two sites, and what to tell of them."""
    start = time.perf_counter()
    found = [_site(code, rows) for code, rows in (("71", FEW), ("72", MANY))]
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    words = f"{FEW + MANY:,} visits with two forms each in {time.perf_counter() - start:.0f} s"
    return found[0], found[1], words


def _site(code: str, rows: int) -> ListedSite:
    with acting(SYSTEM, source="bench"):
        site = Site.objects.create(
            code=code, name=f"Synthetic hospital {code}", time_zone="Asia/Tokyo", active_from=date(2000, 1, 1)
        )
        monitor = User.objects.create_user(f"lister{code}", "Synthetic monitor", PASSWORD)
        Membership.objects.create(user=monitor, role=Role.MONITOR, site=site)
    count = rows // len(VISITS)
    for first in range(0, count, AT_ONCE):
        with acting(SYSTEM, source="bench"):
            _patients(site, monitor, range(first, min(first + AT_ONCE, count)))
    return ListedSite(monitor, count * len(VISITS))


def _patients(site: Site, by: User, numbers: range) -> None:
    patients = [
        Patient(
            site=site, sequence=n + 1, number=f"{site.code}-{n + 1:03}", request_key=uuid.uuid4(), added_by=by
        )
        for n in numbers
    ]
    Patient.objects.bulk_create(patients)
    visits = [Visit(patient=patient, code=code, opened_by=by) for patient in patients for code in VISITS]
    Visit.objects.bulk_create(visits)
    firsts = [visit for visit in visits if visit.code == VISITS[0]]
    _forms("demographics", firsts, lambda n: {"sex": "MF"[n % 2]})
    _forms("visit", visits, lambda n: {"occurrence": "done", "visited_on": _day(n), "contact": "on-site"})
    _forms("vital-signs", visits, _signs)


def _day(n: int) -> date:
    return date(2026, 1, 1) + timedelta(days=21 * (n % len(VISITS)))


def _signs(n: int) -> dict[str, Any]:
    return {
        "weight_kg": Decimal(50 + n % 40),
        "systolic": 110 + n % 30,
        "diastolic": 70 + n % 15,
        "pulse": 60 + n % 30,
        "temperature": Decimal("36.5"),
        "spo2": 98,
    }


def _forms(crf: str, visits: list[Visit], values: Any) -> None:
    definition: CrfDefinition = CRFS[crf]
    versions = {"form_version": definition.version, "form_fingerprint": definition.fingerprint}
    entries = [Entry(patient=visit.patient, visit=visit, crf=crf, **versions) for visit in visits]
    Entry.objects.bulk_create(entries)
    definition.model._default_manager.bulk_create(
        [definition.model(entry=entry, **values(n)) for n, entry in enumerate(entries)]
    )


def measure_listings(port: int, few: ListedSite, many: ListedSite) -> Iterator[Line]:
    """The two sites' monitors in turn."""
    url = f"/listings/show/?{urlencode(LISTING)}"
    small, large = (Browser(port).log_in(site.monitor.username) for site in (few, many))
    found = medians(PAGES, {"few": lambda: small.get(url), "many": lambda: large.get(url)})
    ratio = found["many"] / found["few"]
    said = f"{found['many']:.1f} ms = {ratio:.2f} × {found['few']:.1f} ms at {FEW}"
    what = f"listing of 10 items: first page of {MANY:,} rows, median"
    yield at_most(what, ratio, GROWTH_AT_MOST, said, f"≤ {GROWTH_AT_MOST} ×")
    counts = [_statements(site, url) for site in (few, many)]
    is_same = len(set(counts)) == 1 and max(counts) <= STATEMENTS_AT_MOST
    yield Line("  SQL statements", ", ".join(map(str, counts)), f"the same, ≤ {STATEMENTS_AT_MOST}", is_same)
    for words, more in OTHERS.items():
        other = f"/listings/show/?{urlencode([*LISTING, *more])}"
        found = medians(PAGES, {"few": lambda u=other: small.get(u), "many": lambda u=other: large.get(u)})
        times = (
            f"{found['many']:.1f} ms = {found['many'] / found['few']:.2f} × {found['few']:.1f} ms at {FEW}"
        )
        yield told(f"  {words}, median", times)


def _statements(site: ListedSite, url: str) -> int:
    client = client_of(site.monitor)
    return statements(lambda: client.get(url)).count
