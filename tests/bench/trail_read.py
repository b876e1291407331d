"""Reading the trail: a patient with ten thousand events beside one with few, a site with many, the download."""

import time
import tracemalloc
from tempfile import TemporaryFile
from urllib.parse import urlencode

from django.db import connection
from django.test import Client

from ecrf.access.roles import Right
from ecrf.audit.actor import acting
from ecrf.audit.models import AuditChain, AuditEvent
from ecrf.casebook.models import Entry, Patient
from ecrf.trail.download import csv_file
from ecrf.trail.download import csv_lines as trail_csv
from ecrf.trail.events import oldest_first
from ecrf.trail.filters import Filters, TrailScope
from tests.bench.browsing import Browser, medians
from tests.bench.counting import client_of, statements
from tests.bench.seeding import Study
from tests.bench.table import Line, at_most, told

EVENTS = 10_000
STATEMENTS_AT_MOST = 22
SLOWER_AT_MOST = 1.5
MEMORY_AT_MOST = 2
ROUNDS = 20
CHANGE = """
    UPDATE trial_vitalsigns SET pulse = 60 + (coalesce(pulse, 0) + 1) %% 40 WHERE entry_id = %s
"""


def lengthen(study: Study) -> tuple[Patient, Patient]:
    """Bring one patient's chain to ten thousand events, another's of the same kind to five hundred."""
    long, short = study.large.patients[0], study.large.patients[1]
    for patient, wanted in ((long, EVENTS), (short, 500)):
        entry = Entry.objects.filter(patient=patient, crf="vital-signs").earliest("pk")
        by = study.large.coordinator.acting_at(patient.site, Right.ENTER)
        missing = wanted - AuditChain.objects.get(chain=patient.pk).length
        for _ in range(max(missing, 0)):
            with acting(by, patient_id=patient.pk, reason="Misread"), connection.cursor() as cursor:
                cursor.execute(CHANGE, [entry.pk])
    return long, short


def measure_trail_read(browser: Browser, study: Study) -> list[Line]:
    """Statements and times of the pages, and what a download takes."""
    long, short = lengthen(study)
    client = client_of(study.large.coordinator)
    return [
        *_count(client, long),
        *_time(browser, long, short),
        *_site(client, browser, study),
        *_download(long, short),
    ]


def _count(client: Client, long: Patient) -> list[Line]:
    """The first page, one in the middle, the last; narrowed in every way."""
    path = f"/patients/{long.number}/trail/"
    entry = Entry.objects.filter(patient=long, crf="vital-signs").earliest("pk")
    asked = [{}, {"before": 5000}, {"before": 60}, {"entry": entry.pk}, {"kind": "verification"}]
    asked += [
        {"form": "vital-signs", "item": "pulse", "before": 9000},
        {"visit": "SCR", "who": "coordinator02"},
    ]
    counts = [statements(lambda each=each: client.get(f"{path}?{urlencode(each)}")).count for each in asked]
    what = f"trail of a patient with {EVENTS:,} events, SQL statements of any page"
    return [at_most(what, max(counts), STATEMENTS_AT_MOST, f"{min(counts)} to {max(counts)}")]


def _time(browser: Browser, long: Patient, short: Patient) -> list[Line]:
    """Pages of a hundred changes of one item each, so that only the length of the chain differs."""
    item = urlencode({"form": "vital-signs", "item": "pulse"})
    sides = {
        "short": lambda: browser.get(f"/patients/{short.number}/trail/"),
        "first": lambda: browser.get(f"/patients/{long.number}/trail/"),
        "middle": lambda: browser.get(f"/patients/{long.number}/trail/?before=5000"),
        "item": lambda: browser.get(f"/patients/{long.number}/trail/?{item}&before=5000"),
    }
    found = medians(ROUNDS, sides)
    plain = found.pop("short")
    lines = []
    for page, ms in found.items():
        said = f"{ms:.0f} ms = {ms / plain:.2f} × {plain:.0f} ms at 500 events"
        what = f"trail, {page} page of {EVENTS:,} events, median"
        lines.append(at_most(what, ms / plain, SLOWER_AT_MOST, said, f"≤ {SLOWER_AT_MOST} ×"))
    return lines


def _site(client: Client, browser: Browser, study: Study) -> list[Line]:
    """The trail and the review screens of a site with 10,000 patients."""
    lines = []
    for what, path in (("trail", "trail/"), ("review screens", "trail/review/")):
        url = f"/sites/{study.large.site.code}/{path}"
        count = statements(lambda url=url: client.get(url)).count
        ms = medians(5, {what: lambda url=url: browser.get(url)})[what]
        title = f"{what} of a site with {AuditEvent.objects.count():,} events"
        lines.append(at_most(f"{title}, SQL statements", count, STATEMENTS_AT_MOST, str(count)))
        lines.append(told(f"{title}, median", f"{ms:.0f} ms"))
    return lines


def _download(long: Patient, short: Patient) -> list[Line]:
    small, _ = _taken(short)
    large, seconds = _taken(long)
    said = f"{large:.1f} MB = {large / small:.2f} × {small:.1f} MB for 500"
    what = f"download of {EVENTS:,} events"
    return [
        at_most(f"{what}, memory at its peak", large / small, MEMORY_AT_MOST, said, f"≤ {MEMORY_AT_MOST} ×"),
        told(what, f"{seconds:.1f} s"),
    ]


def _taken(patient: Patient) -> tuple[float, float]:
    """Megabytes at the peak, and the seconds without that measurement."""
    scope = TrailScope(patient.site, patient)

    def run() -> None:
        events = oldest_first(scope, Filters()).iterator(chunk_size=trail_csv.CHUNK)
        with TemporaryFile() as file:
            csv_file.write(file, trail_csv.COLUMNS, trail_csv.rows(events, scope, Filters()))

    start = time.perf_counter()
    run()
    seconds = time.perf_counter() - start
    tracemalloc.start()
    run()
    peak = tracemalloc.get_traced_memory()[1] / 1e6
    tracemalloc.stop()
    return peak, seconds
