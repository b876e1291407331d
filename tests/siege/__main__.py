"""`make siege`: `python -m tests.siege [quick] [figures] [fire] [fuzzing] [scan]`; without a part, all of them.

`figures` seeds a study, lets fifty people work on it, and at full size writes docs/performance.md. `fire` does to a
copy what a bad night does. `fuzzing` sends every form what no page would send, as every role. `scan` lets wapiti and
sqlmap attack it, as every role. Exit code 1: something was lost or broke, or a goal was not kept.
"""

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from ecrf.demo import ROOT
from tests.bench.serving import database, processes_of_compose, server, use
from tests.bench.table import Line, progress, show

PARTS = ("figures", "fire", "fuzzing", "scan")
REQUESTS, PAGES = 25_000, 2_000


def main(words: list[str]) -> int:
    if wrong := set(words) - {*PARTS, "quick"}:
        print(f"siege: there is no part {', '.join(sorted(wrong))}. Say {', '.join(PARTS)}, or none for all.")
        return 2
    is_quick = "quick" in words
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that what was begun is ended
    run: dict[str, Callable[[bool], list[Line]]] = {
        "figures": figures,
        "fire": lambda is_quick: of_its_own("fire", is_quick),
        "fuzzing": fuzzing,
        "scan": lambda is_quick: of_its_own("scan", is_quick),
    }
    lines = []
    for part in [part for part in PARTS if part in words] or PARTS:
        progress(f"{part}, load {os.getloadavg()[0]:.1f}")
        lines += run[part](is_quick)
    return tell(lines)


def tell(lines: list[Line]) -> int:
    """The table, and the exit code that it means."""
    print(show(lines))
    broken = sum(line.ok is False for line in lines)
    print(f"\n{broken or 'Nothing'} of it is not as it should be.")
    return 1 if broken else 0


def figures(is_quick: bool) -> list[Line]:
    """In this process, which becomes one of the product's."""
    with database() as env:
        use(env)
        from tests.siege import drive, lists, report, seeding

        size, pace = (seeding.QUICK, drive.QUICK) if is_quick else (seeding.FULL, drive.FULL)
        progress(f"{size.patients} patients × {seeding.VISITS} visits")
        study = seeding.seed(size, os.cpu_count() or 1)
        progress(f"{study.events:,} events in {study.seconds:.0f} s")
        workers = processes_of_compose()
        with server(env, workers=workers) as running:
            found = drive.drive(study, running, pace, progress)
        tables: list[str] = []
        if size.large:
            progress("10,000 patients")
            seconds = seeding.grow_large(study)
            with server(env, workers=workers) as running:
                tables = lists.measure_lists(study, running, seconds)
        text = report.performance(study, found, pace, workers, tables)
        if is_quick:
            print(text)
        else:
            (ROOT / "docs" / "performance.md").write_text(text, encoding="utf-8")
        return report.lines_of(found)


def of_its_own(part: str, is_quick: bool) -> list[Line]:
    """In a process of its own, whose settings are set where it begins; it prints its lines as JSON."""
    command = [sys.executable, "-m", f"tests.siege.{part}", *(["quick"] if is_quick else [])]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    return [Line(**one) for one in json.loads(done.stdout or "[]")] or [
        Line(part, "it ended before its end: see above", "", False)
    ]


def fuzzing(is_quick: bool) -> list[Line]:
    """By pytest, which makes the world of the access table; on the trial's forms and on the stub's."""
    lines = []
    for name, settings in (
        ("the trial", "ecrf.settings"),
        ("the stub protocol", "tests.stub_trial.settings"),
    ):
        progress(f"fuzzing of {name}")
        with tempfile.TemporaryDirectory(prefix="ecrf-siege-") as folder:
            result = Path(folder) / "result.json"
            env = {
                **os.environ,
                "DJANGO_SETTINGS_MODULE": settings,
                **({} if is_quick else {"SIEGE_REQUESTS": str(REQUESTS), "SIEGE_PAGES": str(PAGES)}),
                "SIEGE_RESULT": str(result),
            }
            for own in ("DATABASE_URL", "SECRET_KEY", "BENCH_STATIC_ROOT", "ANCHOR_KEY", "MAIL_TO_MAILBOX"):
                env.pop(own, None)
            command = [
                sys.executable,
                "-m",
                "pytest",
                "-p",
                "no:xdist",
                "-q",
                "tests/siege/test_fuzzing.py",
            ]
            done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True)
            if not result.exists():
                print(done.stdout[-3000:], file=sys.stderr)
                lines.append(Line(f"fuzzing of {name}", "it did not run: see above", "", False))
                continue
            found = json.loads(result.read_text(encoding="utf-8"))
        for what, (count, example) in found["faults"].items():
            print(f"{count} × {what}\n    {example}", file=sys.stderr)
        said = f"{found['requests']:,} requests to {found['targets']} forms and addresses"
        said += f", {len(found['faults'])} ways to break it"
        lines.append(Line(f"fuzzing of {name}: answers of 500", said, "0", not found["faults"]))
    return lines


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
