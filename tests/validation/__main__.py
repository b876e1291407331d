"""`make validate`: runs the tests, gathers what there is, and writes one signed report with its data.

RESULTS names a folder with results of a run of before (`*.jsonl`, written by tests.validation.results); TESTS a few
tests alone, to look at the report; INTO another folder than .data/validation.
"""

import argparse
import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.validation import results
from tests.validation.catalogue import ROOT, catalogue
from tests.validation.report.gathering import (
    controls_taken_away,
    count_of,
    files_below,
    installation,
    known_issues,
    peers_with_results,
    requirements_with_results,
    sheets,
)
from tests.validation.report.sbom import bill_of_materials
from tests.validation.report.words import shown

DATA = ROOT / ".data"
RUNS = {"trial": "ecrf.settings", "stub": "tests.stub_trial.settings"}
WENT_THROUGH = (0, 1, 5)
"""Passed, failed, nothing to run; else the run itself broke."""


def main(words: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.validation", description=__doc__)
    parser.add_argument("--results", type=Path)
    parser.add_argument("--into", type=Path, default=DATA / "validation")
    parser.add_argument("--stub", nargs="*", default=[], help="what is run on the stub protocol")
    parser.add_argument("--tests", nargs="*", default=[], help="these alone")
    chosen = parser.parse_args(words)
    at = datetime.now(UTC)
    into = chosen.into / f"{at:%Y%m%dT%H%M%SZ}"
    (into / "pictures").mkdir(parents=True)
    broken = [] if chosen.results else run_tests(into, chosen.stub, chosen.tests)
    outcomes = results.read(chosen.results or into / "results")
    notes = [f"The results are those of an earlier run, in {chosen.results}."] if chosen.results else []
    if chosen.tests:
        notes.append(f"Only a part of the tests was asked for: {len(chosen.tests)} places.")
    found = gather(into, outcomes, at, broken, notes)
    from ecrf.upkeep.validation.report import write_report

    printed = shown(found)
    (into / "sbom.json").write_text(
        json.dumps(found["sbom"], ensure_ascii=False, indent=1) + "\n", encoding="utf-8"
    )
    report = write_report(found, printed, into, chosen.into / "signing_key.pem", at)
    print(f"{printed['outcome']}.\nThe report: {report}")
    return 0 if printed["is_complete"] else 1


def run_tests(into: Path, on_stub: list[str], only: list[str]) -> list[str]:
    """On both protocols, as `make test` does; what broke, in words."""
    (into / "results").mkdir()
    broken = []
    for name, settings in RUNS.items():
        here = [one for one in only if name == "trial" or one.startswith(tuple(on_stub))]
        if only and not here:
            continue
        print(f"Tests, on the protocol {name} ...", flush=True)
        env = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": settings,
            "VALIDATION_RESULTS": str(into / "results" / f"{name}.jsonl"),
            "EVIDENCE_FOLDER": str(into / "pictures"),
        }
        command = [sys.executable, "-m", "pytest", "-q", "-p", "tests.validation.results"]
        parallel = ["-n0"] if only else ["--numprocesses=logical", "--dist=worksteal"]
        places = here or (on_stub if name == "stub" else [])
        code = subprocess.run([*command, *parallel, *places], cwd=ROOT, env=env).returncode
        if code not in WENT_THROUGH and not only:
            broken.append(f"The run on the protocol {name} broke off (pytest ended with {code}).")
    return broken


def gather(
    into: Path, outcomes: dict[str, str], at: datetime, broken: list[str], notes: list[str]
) -> dict[str, Any]:
    asked = requirements_with_results(outcomes)
    known = {node: outcome for node, outcome in outcomes.items() if node in catalogue()}
    return {
        "at": at.isoformat(timespec="seconds"),
        "commit": _commit(),
        **installation(),
        "requirements": asked,
        "counts": count_of(asked),
        "peers": peers_with_results(outcomes),
        "results": known,
        "controls": controls_taken_away(),
        "sheets": sheets(DATA),
        "known_issues": known_issues(),
        "sbom": bill_of_materials(at),
        "pictures": files_below(into / "pictures"),
        "broken_runs": broken,
        "notes": notes,
    }


def _commit() -> str:
    """With a word about what is not committed: then nobody else can run the same."""
    said = subprocess.run(
        ["git", "describe", "--always", "--dirty", "--abbrev=40"], cwd=ROOT, capture_output=True, text=True
    )
    return said.stdout.strip().replace("-dirty", ", with changes that are not committed") or "unknown"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
