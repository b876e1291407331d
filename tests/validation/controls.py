"""Takes the control of one requirement after another away, in a copy of the repository, and runs its tests there.

`python -m tests.validation.controls [R-001 …]`: all of controls.toml, or those that are named. What a test notices is
killed; what none does survived. Results go to .data/validation/controls.json, where the report finds them.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.validation.catalogue import ROOT

TABLE = Path(__file__).parent / "controls.toml"
KEPT = ROOT / ".data/validation/controls.json"
KILLED, SURVIVED, NOT_RUN = "killed", "SURVIVED", "its tests fail without it too"
PROTOCOLS = {"stub": "tests.stub_trial.settings", "trial": "ecrf.settings"}
BESIDE = ("static/vendor", "node_modules", ".venv")
"""Fetched, not in the repository: the copy has links to them."""
NO_TESTS_RAN = 5


@dataclass(frozen=True)
class Control:
    """`file` holds `this` once; with what `becomes` of it the requirement is not kept any more. `on`: a protocol."""

    id: str
    what: str
    file: str
    this: str
    becomes: str
    tests: tuple[str, ...]
    on: str = "stub"

    @property
    def nodes(self) -> list[str]:
        return [f"tests/{test}" for test in self.tests]


def controls() -> list[Control]:
    table = tomllib.loads(TABLE.read_text(encoding="utf-8"))["control"]
    return [Control(**{**one, "tests": tuple(one["tests"])}) for one in table]


def main(names: list[str]) -> int:
    chosen = [one for one in controls() if not names or one.id in names]
    with tempfile.TemporaryDirectory(prefix="ecrf-controls-") as folder:
        copy = Path(folder) / "copy"
        copy_repository(copy)
        found = []
        for one in try_all(chosen, copy):
            keep([one])  # a run that is stopped has tried something
            found.append(one)
    wrong = [one for one in found if one["result"] != KILLED]
    print(f"{len(found)} controls were taken away, {len(found) - len(wrong)} of them noticed.")
    return 1 if wrong else 0


def copy_repository(into: Path) -> None:
    """As it lies there, changes that are not committed among it."""
    listed = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    files = subprocess.run(listed, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\0")
    for name in filter(None, files):
        if (ROOT / name).is_file():
            (into / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, into / name)
    for name in BESIDE:
        if (ROOT / name).exists():
            (into / name).symlink_to((ROOT / name).resolve())


def try_all(chosen: Iterable[Control], copy: Path) -> Iterator[dict[str, Any]]:
    for control in chosen:
        began = time.monotonic()
        result = try_one(control, copy)
        print(f"{control.id} {result:<9} {control.what} ({time.monotonic() - began:.0f} s)", flush=True)
        yield {
            "id": control.id,
            "what": control.what,
            "file": control.file,
            "tests": control.nodes,
            "result": result,
            "at": datetime.now(UTC).isoformat(timespec="seconds"),
        }


def try_one(control: Control, copy: Path) -> str:
    """What the tests say of the copy without the control; of one that survives nothing has to be asked twice."""
    file = copy / control.file
    whole = file.read_text(encoding="utf-8")
    try:
        file.write_text(without(control, whole), encoding="utf-8")
        has_passed = passes(control, copy)
    finally:
        file.write_text(whole, encoding="utf-8")
    if has_passed:
        return SURVIVED
    return KILLED if passes(control, copy) else NOT_RUN


def without(control: Control, text: str) -> str:
    if text.count(control.this) != 1:
        raise SystemExit(
            f"{control.id}: {control.file} holds {control.this!r} {text.count(control.this)} times."
        )
    return text.replace(control.this, control.becomes)


def passes(control: Control, copy: Path) -> bool:
    env = {**os.environ, "DJANGO_SETTINGS_MODULE": PROTOCOLS[control.on], "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-n0", "-p", "no:cacheprovider", *control.nodes]
    done = subprocess.run(command, cwd=copy, env=env, capture_output=True, text=True)
    if done.returncode == NO_TESTS_RAN:
        raise SystemExit(f"{control.id}: none of its tests runs on the protocol {control.on}.\n{done.stdout}")
    return done.returncode == 0


def keep(found: list[dict[str, Any]]) -> None:
    """The newest result of each control; those of before stay."""
    before = {(one["id"], one["what"]): one for one in kept()}
    before |= {(one["id"], one["what"]): one for one in found}
    KEPT.parent.mkdir(parents=True, exist_ok=True)
    KEPT.write_text(json.dumps(list(before.values()), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def kept() -> list[dict[str, Any]]:
    return json.loads(KEPT.read_text(encoding="utf-8")) if KEPT.exists() else []


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
