"""`python -m tests.mutate [PATH ...]`: mutants of these files and folders, or else of what differs from BASE (main).

Prints each survivor with its place, and for each room a line "N mutants, M survived (x %)". MINUTES (10) is what all of
it may take; where that is too short, the mutants are a sample, drawn by SEED, which is the same unless it is given.
"""

import ast
import hashlib
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable
from pathlib import Path, PurePath

from tests.mutate.mutants import NO_TEST, SURVIVED, mutants
from tests.touched import ROOT, changed, tests_and_imports, touched

STUB, TRIAL = "tests.stub_trial.settings", "ecrf.settings"
RUNS = {"ecrf": (STUB, TRIAL), "trial": (TRIAL,)}
"""The protocols with whose tests a module's mutants meet, one after the other: survivors go on to the second."""
SHARE_OF_FIRST = 0.75
"""Of the time, where there is a second run."""
SHARE_OF_RECORD = 0.4
"""Of a run's time, at most, to record which test runs which line: that is kept, and the next run goes on from there."""
RULES_OF_FORMS = {
    f"tests/rules/test_{name}.py" for name in ("catalogue", "checks", "check_statements", "crfs")
}
RULES_OF_WORDS = {
    f"tests/rules/test_{name}.py" for name in ("check_texts", "clocks", "moments", "own_words", "roles")
}
"""Of the rules, those that say more of a module than that each address answers."""
Place = tuple[str, int]


def files(named: list[str], base: str) -> list[str]:
    """The modules below these paths, or those that differ from `base`; no migrations."""
    paths = [ROOT / path for path in (named or changed(base))]
    modules = [module for path in paths for module in (path.rglob("*.py") if path.is_dir() else [path])]
    below = sorted({module.relative_to(ROOT).as_posix() for module in modules if module.suffix == ".py"})
    return [path for path in below if path.split("/")[0] in RUNS and "/migrations/" not in path]


def run(paths: list[str], minutes: float, seed: int) -> dict[Place, str]:
    """{(path, index of the mutant): verdict}, of those there was time for."""
    until = time.time() + minutes * 60
    verdicts: dict[Place, str] = {}
    for top, runs in RUNS.items():
        own = [path for path in paths if path.startswith(f"{top}/")]
        places = [(path, index) for path in own for index, _ in enumerate(mutants(_text(path)))]
        random.Random(seed).shuffle(places)  # noqa: S311
        runs = tuple(settings for settings in runs if own and nearest(own, settings))
        for number, settings in enumerate(runs):
            left = [one for one in places if verdicts.get(one, NO_TEST) in (SURVIVED, NO_TEST)]
            if number:
                left = [one for one in left if one in verdicts]
            share = SHARE_OF_FIRST if number + 1 < len(runs) else 1
            if left:
                found = _run(own, left, settings, time.time() + (until - time.time()) * share)
                # What no test of the second run reaches stays what it was.
                verdicts |= {
                    one: said for one, said in found.items() if said != NO_TEST or one not in verdicts
                }
    return verdicts


def nearest(paths: list[str], settings: str) -> list[str]:
    """The test files in the mirror of these modules' room, and those that import one of them, which run on this
    protocol. What half of the tests run is found by those near it, or not in ten minutes."""
    top = paths[0].partition("/")[0]
    rooms = tuple({f"tests/{'/'.join(path.split('/')[:2])}/" for path in paths})
    modules = {path.removesuffix(".py").removesuffix("/__init__").replace("/", ".") for path in paths}
    runs = _on_the_stub() if settings == STUB else _on_the_trial()
    return sorted(
        test
        for test, imported in tests_and_imports().items()
        if test in runs
        and (
            test.startswith("tests/trial/")
            if top == "trial"
            else modules & imported or test.startswith(rooms)
        )
    )


def _on_the_stub() -> set[str]:
    """As the Makefile says: what holds for any trial. Of the rules, those that go through all addresses as all roles
    take too long for this, and find by chance what others look for."""
    still = _still_on_the_trial()
    return {
        test
        for test in tests_and_imports()
        if (test.startswith(("tests/stub_trial/", "tests/ecrf/")) and test not in still)
        or test in RULES_OF_FORMS
    }


def _on_the_trial() -> set[str]:
    return {
        *_still_on_the_trial(),
        *(test for test in tests_and_imports() if test.startswith("tests/trial/")),
        *RULES_OF_WORDS,
    }


def _still_on_the_trial() -> set[str]:
    """As tests/ecrf/conftest.py says, which can be imported with settings only."""
    calls = (one for one in ast.walk(ast.parse(_text("tests/ecrf/conftest.py"))) if isinstance(one, ast.Call))
    names = next(call.args[0] for call in calls if call.args and isinstance(call.args[0], ast.Set))
    return {f"tests/ecrf/{name}" for name in ast.literal_eval(names)}


def distances(path: str, tests: Iterable[str]) -> dict[str, int]:
    """How far from the module those of the test files are that are named like it, those that lie in the mirror of its
    folder, and others that import it, where these are few."""
    folder = PurePath("tests", path).parent
    while not (ROOT / folder).is_dir():
        folder = folder.parent
    few = touched([path])
    ranks = (
        lambda test: PurePath(test).stem == f"test_{PurePath(path).stem}",
        lambda test: PurePath(test).parent == folder and test in few,
        lambda test: PurePath(test).parent == folder,
        lambda test: test in few,
    )
    return {
        test: next(rank for rank, holds in enumerate(ranks) if holds(test))
        for test in tests
        if any(holds(test) for holds in ranks)
    }


def _run(paths: list[str], places: list[Place], settings: str, until: float) -> dict:
    near = {path: distances(path, nearest(paths, settings)) for path in paths}
    tests = nearest(paths, settings)
    of_these = hashlib.sha256("".join([settings, *paths, *map(_text, paths)]).encode()).hexdigest()[:16]
    now = time.time()
    with tempfile.TemporaryDirectory() as folder:
        work, results = Path(folder) / "work.json", Path(folder) / "results.json"
        given = {
            "paths": paths,
            "mutants": places,
            "near": near,
            "workers": int(os.environ.get("WORKERS", os.cpu_count() or 1)),
            "until": until,
            "record_until": now + (until - now) * SHARE_OF_RECORD,
            "record": str(ROOT / ".data/mutate" / f"{of_these}.json"),
            "results": str(results),
            "options": ["-p", "no:cacheprovider"],
        }
        work.write_text(json.dumps(given), encoding="utf-8")
        env = {**os.environ, "MUTATE": str(work), "DJANGO_SETTINGS_MODULE": settings}
        command = [sys.executable, "-m", "pytest", "-q", "-n0", "-p", "tests.mutate.plugin", "--durations=0"]
        done = subprocess.run([*command, *tests], cwd=ROOT, env=env, capture_output=True, text=True)
        if not results.exists():
            sys.exit(f"{done.stdout}{done.stderr}\nThe mutants were not run.")
        return {(path, index): verdict for path, index, verdict in json.loads(results.read_text("utf-8"))}


def _text(path: str) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


def report(paths: list[str], verdicts: dict[Place, str]) -> None:
    known = {path: mutants(_text(path)) for path in paths}
    for (path, index), verdict in sorted(verdicts.items()):
        if verdict in (SURVIVED, NO_TEST):
            mutant = known[path][index]
            note = " (no test runs it)" if verdict == NO_TEST else ""
            print(f"{path}:{mutant.lines[0]}: {mutant.what}{note}")
    rooms: dict[str, Counter[str]] = {}
    for (path, _), verdict in verdicts.items():
        for room in (path.rpartition("/")[0], "all"):
            rooms.setdefault(room, Counter())[verdict] += 1
    for room, counts in sorted(rooms.items(), key=lambda one: (one[0] == "all", one[0])):
        survived = counts[SURVIVED] + counts[NO_TEST]
        print(
            f"{room}: {counts.total()} mutants, {survived} survived ({100 * survived / counts.total():.0f} %)"
        )
    of = sum(map(len, known.values()))
    if of > len(verdicts):
        print(f"A sample: there was time for {len(verdicts)} of {of}.")


if __name__ == "__main__":
    chosen = files(sys.argv[1:], os.environ.get("BASE") or "main")
    minutes, seed = float(os.environ.get("MINUTES") or 10), int(os.environ.get("SEED") or 11)
    report(chosen, run(chosen, minutes, seed) if chosen else {})
