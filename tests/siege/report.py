"""docs/performance.md, written by the run that measured."""

import os
import platform
import subprocess
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import psutil
from django.db import connection

from ecrf import __version__
from ecrf.demo import ROOT
from tests.bench.table import Line
from tests.siege import drive, journeys
from tests.siege.drive import Found, Pace, percentile
from tests.siege.journeys import ACT, PAGE, SAVE
from tests.siege.seeding import Study

PAGE_MS, SAVE_MS = 300, 100
"""What 95 of 100 are to be answered within, with fifty people on two cores."""
FEW = 20
"""Requests, of which a ninety-fifth percentile says little: such a line has no verdict."""
QUIET = 0.05
"""Share of the processors' time that others may take before the milliseconds say little."""
PEERS = """\
| | clinicedc 4.12 in a real trial | plain Django, 36-field form |
| --- | --- | --- |
| save one form, median ms / SQL statements | 1,040 / 291 | 11.6 / 5 |
| saves per second with 8 clients | 2.5 | 172–201 |
| open one form, ms / SQL | 108 / 11 | 17 / 3 |
| patient page, ms / SQL | 493 / 266–297 | |
| patient list at 73, 1,000, 10,000 patients | 0.9 s, 10.6 s, 100 s | |
| writes on a GET | 29 | 0 |
| export, rows per second | 11,900–16,400 | |
"""
"""As they stand in our notes on peers: measured side by side on two cores with two workers, in November 2026."""


def machine() -> list[str]:
    model = next(
        (
            line.partition(":")[2].strip()
            for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
            if line.startswith("model name")
        ),
        platform.machine(),
    )
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        postgres = cursor.fetchone()[0]
        cursor.execute("SHOW shared_buffers")
        buffers = cursor.fetchone()[0]
    libraries = ", ".join(f"{name} {version(name)}" for name in ("django", "gunicorn", "psycopg2-binary"))
    return [
        f"{os.cpu_count()} cores ({model}), {psutil.virtual_memory().total / 2**30:.0f} GB of memory,"
        f" {platform.system()} {platform.release()}",
        f"Python {platform.python_version()}, {libraries}, PostgreSQL {postgres} (shared_buffers {buffers})",
        f"eCRF {product_version()}",
    ]


def product_version() -> str:
    try:
        said = subprocess.run(
            ["git", "describe", "--always", "--dirty"], cwd=ROOT, capture_output=True, text=True, check=True
        )
        commit = f", commit {said.stdout.strip()}"
    except (OSError, subprocess.CalledProcessError):
        commit = ""
    return f"{__version__}{commit}"


def lines_of(found: Found) -> list[Line]:
    """What is held against the goals."""
    lines = []
    for (kind, what), times in sorted(found.times.items()):
        if kind in (PAGE, SAVE):
            limit, p95 = (PAGE_MS if kind == PAGE else SAVE_MS), percentile(times, 0.95)
            said = f"{p95:.0f} ms of {len(times)}"
            ok = p95 <= limit if len(times) >= FEW else None
            lines.append(Line(f"p95 of {what}", said, f"≤ {limit} ms", ok))
    wrong = sum(found.errors.values())
    lines.append(Line("errors", str(wrong), "0", wrong == 0))
    return lines


def performance(study: Study, found: Found, pace: Pace, workers: str, lists: list[str]) -> str:
    """The document."""
    now = datetime.now(UTC)
    growth = (study.bytes_after - study.bytes_before) / study.visits
    held = [line for line in lines_of(found) if line.ok is not None]
    kept = sum(bool(line.ok) for line in held)
    busy = ", on a busy machine" if found.others > QUIET else ""
    saves = sum(len(times) for (kind, _), times in found.times.items() if kind == SAVE)
    at_most, of_all = found.memory_most, sum(found.errors.values())
    wrong = "".join(f"; {times} × {what}" for what, times in found.errors.items())
    sums = [
        (
            "requests",
            f"{found.requests:,} in {found.seconds:.0f} s, {found.requests / found.seconds:.1f} a second",
        ),
        ("saves of an item", f"{saves:,}, {found.saves_a_second:.1f} a second as people type"),
        (
            f"saves a second of {drive.BURST_CLIENTS} who never pause",
            f"{found.saves_at_most:.0f} (the reference: {found.reference_at_most:.0f})",
        ),
        ("errors", f"{of_all}{wrong}"),
        *(
            (
                f"memory of the {name} processes (PSS)",
                f"{mb:.0f} MB at most; {found.memory_before[name]:.0f} MB before anybody came",
            )
            for name, mb in at_most.items()
        ),
        (
            "database, for each visit",
            f"{growth / 1000:.0f} kB with {study.events / study.visits:.0f} events of the trail, indexes counted",
        ),
        (
            "database, as people worked",
            f"{found.bytes_written / 1e6:.1f} MB for {found.events_written:,} events",
        ),
        (
            "reference, nobody else there",
            f"page {found.alone['page']:.1f} ms, save {found.alone['save']:.1f} ms (medians)",
        ),
    ]
    waits = [(name, f"{s * pace.think:g}", source) for name, (s, source) in journeys.THINK_S.items()]
    parts = [
        "# What it does under load",
        "This page is written by `make siege`, and not edited. How it is measured stands in `tests/siege`.",
        f"**{now:%-d %B %Y, %H:%M} UTC.** " + ". ".join(machine()) + ".",
        _told_of_load(found),
        f"**{kept} of {len(held)} goals kept{busy}** (of every page, 95 of 100 within {PAGE_MS} ms; of every save,"
        f" within {SAVE_MS} ms; no errors).\n"
        + "".join(
            f"\n- Not kept: {line.what}: {line.measured} ({line.limit})." for line in held if not line.ok
        ),
        "## What was there",
        f"{study.patients} invented patients at {len(study.sites)} sites, {study.visits:,} visits with"
        f" {study.events:,} events in the audit trail, made in {study.seconds:.0f} s ({'; '.join(study.words)})."
        f" Served by gunicorn with {workers} processes of 64 threads, four of each for Django, as the compose file"
        " does, in the web role, which row-level security binds, and without a proxy. The database, the product and"
        " the people who ask share the cores.",
        f"{pace.people} people, who came within {pace.ramp_s:.0f} s and were then counted for {found.seconds:.0f} s."
        " What they do and how long they look is an assumption, as no study's access log exists yet:",
        _table(("who waits", "s in the mean", "where that comes from"), waits),
        _table(("role", "what they do"), [(str(role.label), what) for role, what in journeys.PEOPLE.items()]),
        "## Pages and acts, in ms",
        "`× reference`: beside a bare Django page with one form of 36 fields, or its save, asked for by one more person"
        " all along. That ratio holds on other machines; the milliseconds do not.",
        _steps(found),
        "## Sums",
        _table(("what", "measured"), sums),
    ]
    if lists:
        parts += ["## Lists with 10,000 patients", *lists]
    parts += [
        "## Peers",
        "No peer publishes figures under load. This is what was measured of two of them, with one person and with eight"
        " clients. Medians with nobody else there: to be read beside the tables above, and not into them.",
        PEERS.rstrip(),
    ]
    return "\n\n".join(parts) + "\n"


def _told_of_load(found: Found) -> str:
    said = (
        f"While it was measured, {found.load:.1f} processes ran or waited for the cores on average, and"
        f" **{found.others:.0%} of the processors' time went to programs that have nothing to do with it**"
    )
    busy = ": the milliseconds below are those of a busy machine, and the goals are not to be judged by them"
    return said + (busy if found.others > QUIET else "") + "."


def _steps(found: Found) -> str:
    """Pages first; within a kind by name."""
    plain = {name: found.times.get(("reference", f"reference: its {name}"), []) for name in ("page", "save")}
    everything, rows = sum(map(len, found.times.values())) - sum(map(len, plain.values())), []
    for kind in (PAGE, SAVE, ACT, "reference"):
        for (of, what), times in sorted(found.times.items()):
            if of == kind:
                beside = plain["page" if kind == PAGE or what.endswith("page") else "save"]
                base = percentile(beside, 0.5)
                p50, p95, p99 = (percentile(times, share) for share in (0.5, 0.95, 0.99))
                share = f"{len(times) / everything:.1%}" if kind != "reference" else ""
                ratio = f"{p50 / base:.1f}" if base else ""
                rows.append((what, str(len(times)), share, f"{p50:.0f}", f"{p95:.0f}", f"{p99:.0f}", ratio))
    return _table(("page or act", "count", "share", "p50", "p95", "p99", "p50 × reference"), rows)


def _table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join(f"| {' | '.join(row)} |" for row in lines)
