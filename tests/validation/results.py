"""pytest plugin: writes what came of each test, one line of JSON each, to the file that VALIDATION_RESULTS names."""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

PASSED, FAILED, SKIPPED, NOT_RUN = "passed", "failed", "skipped", "not run"
WORST_FIRST = (FAILED, SKIPPED, PASSED)


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """In the process that the reports of all workers come to. Of set-up and tear-down only what went wrong is told."""
    if "PYTEST_XDIST_WORKER" in os.environ or not (file := os.environ.get("VALIDATION_RESULTS")):
        return
    if report.when == "call" or report.outcome != PASSED:
        line = {"test": report.nodeid, "outcome": report.outcome, "seconds": round(report.duration, 3)}
        if report.outcome == SKIPPED and isinstance(report.longrepr, tuple):
            line["why"] = report.longrepr[2]
        with Path(file).open("a", encoding="utf-8") as results:
            results.write(json.dumps(line, ensure_ascii=False) + "\n")


def read(folder: Path) -> dict[str, str]:
    """{test without its parameters: what came of it}, of all `*.jsonl` there: the worst of its runs."""
    found: dict[str, str] = {}
    for node, outcome in _lines(folder):
        found[node] = min(found.get(node, PASSED), outcome, key=WORST_FIRST.index)
    return found


def _lines(folder: Path) -> Iterator[tuple[str, str]]:
    for file in sorted(folder.glob("*.jsonl")):
        for line in file.read_text(encoding="utf-8").splitlines():
            said = json.loads(line)
            yield said["test"].partition("[")[0], said["outcome"]
