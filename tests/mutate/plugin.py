"""pytest plugin: in the place of the tests runs mutants, each in a fork of this process, on the tests of its lines.

MUTATE names a file in JSON: `paths`, which test files are `near` each, the `mutants` to run as [path, index], how many
`workers`, `until` when, where the `record` of which test runs which line is kept, and where the `results` go, as
[path, index, verdict].
"""

import gc
import json
import os
import signal
import subprocess
import sys
import time
from collections import defaultdict
from functools import cache
from pathlib import Path
from types import FunctionType

import pytest

from tests.mutate.mutants import KILLED, NO_TEST, SURVIVED, Mutant, mutants

WORK = json.loads(Path(os.environ["MUTATE"]).read_text(encoding="utf-8"))
SECONDS_OF_TESTS = (5, 40)
"""For a mutant at first, and once more if it survives these: what the tests took of the processor when recorded."""


def pytest_runtestloop(session: pytest.Session) -> bool:
    record = Path(WORK["record"])
    if not record.exists():
        if (child := os.fork()) == 0:
            _leave(_record(session, record))
        os.waitpid(child, 0)
    runs = json.loads(record.read_text(encoding="utf-8"))
    results, left = [], [tuple(one) for one in WORK["mutants"]]
    for seconds in SECONDS_OF_TESTS:
        verdicts = _run_all(session, left, runs, seconds)
        left = [one for one in left if verdicts.get(one) == SURVIVED]
        results += [[*one, verdict] for one, verdict in verdicts.items()]
    Path(WORK["results"]).write_text(json.dumps(results), encoding="utf-8")
    return True


def _leave(code: int) -> None:
    """Without what belongs to the process that this one is a fork of: the database server, the report."""
    sys.stdout.flush()
    os._exit(code)


# --- which test runs which line -----------------------------------------------------------------------------------


def _record(session: pytest.Session, record: Path) -> int:
    """Writes {test: [seconds, {path: lines}]}, of those that pass."""
    wanted = {str(Path(path).resolve()): path for path in WORK["paths"]}
    lines: dict[str, set[int]] = defaultdict(set)

    def of_line(frame, event, _arg):
        lines[wanted[frame.f_code.co_filename]].add(frame.f_lineno)
        return of_line

    def of_call(frame, _event, _arg):
        return of_line(frame, "", None) if frame.f_code.co_filename in wanted else None

    runs = {}
    for item, following in zip(session.items, [*session.items[1:], None], strict=True):
        lines.clear()
        began = time.process_time()
        sys.settrace(of_call)
        has_passed = _passes(item, following)
        sys.settrace(None)
        if has_passed and lines:
            taken = {path: sorted(found) for path, found in lines.items()}
            runs[item.nodeid] = [round(time.process_time() - began, 3), taken]
    record.parent.mkdir(parents=True, exist_ok=True)
    record.write_text(json.dumps(runs), encoding="utf-8")
    return 0


def _passes(item: pytest.Item, following: pytest.Item | None) -> bool:
    from _pytest.runner import runtestprotocol

    return not any(report.failed for report in runtestprotocol(item, log=False, nextitem=following))


def _tests_of(path: str, mutant: Mutant, runs: dict, seconds: float) -> list[str]:
    """Of those that run the line (or, for what runs at the import, any line of the file) those that are near it, and
    then the quickest: that the line is run does not say that the test looks at what it does."""
    first, last = mutant.lines
    near = set(WORK["near"].get(path, ()))
    found = [
        (test.partition("::")[0] not in near, taken, test)
        for test, (taken, files) in runs.items()
        if path in files and (mutant.function is None or any(first <= line <= last for line in files[path]))
    ]
    chosen, total = [], 0.0
    for _is_far, taken, test in sorted(found):
        if total > seconds:
            break
        chosen.append(test)
        total += taken
    return chosen


# --- one mutant ---------------------------------------------------------------------------------------------------


@cache
def mutants_of(path: str) -> list[Mutant]:
    return mutants(Path(path).read_text(encoding="utf-8"))


def _run_all(session: pytest.Session, left: list[tuple[str, int]], runs: dict, seconds: float) -> dict:
    items = {item.nodeid: item for item in session.items}
    verdicts: dict[tuple[str, int], str] = {}
    running: dict[int, tuple[str, int]] = {}
    waiting = list(left)
    while running or (waiting and time.time() < WORK["until"]):
        while waiting and len(running) < WORK["workers"] and time.time() < WORK["until"]:
            path, index = waiting.pop(0)
            mutant = mutants_of(path)[index]
            tests = [test for test in _tests_of(path, mutant, runs, seconds) if test in items]
            if not tests and not (mutant.function is None and path.endswith("/models.py")):
                verdicts[path, index] = NO_TEST
            elif (child := os.fork()) == 0:
                _leave(_try(path, index, mutant, [items[test] for test in tests], seconds))
            else:
                running[child] = path, index
        if running:
            child, status = os.wait()
            code = os.waitstatus_to_exitcode(status)
            verdicts[running.pop(child)] = SURVIVED if code == 0 else KILLED
    return verdicts


def _try(path: str, index: int, mutant: Mutant, tests: list[pytest.Item], seconds: int) -> int:
    """0 where every test passes. A test that hangs ends with the alarm, and with it this process; what else the machine
    does must not be taken for it."""
    most = 90 + 6 * seconds
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.alarm(most)
    if mutant.function is None or not _put(path, mutant):
        env = {**os.environ, "MUTANT": f"{path} {index}"}
        command = [sys.executable, "-m", "pytest", "-x", "-q", "-n0", "-p", "tests.mutate.load"]
        names = [test.nodeid for test in tests[:MOST_NAMED]]
        if path.endswith("/models.py"):
            names.insert(0, OF_MODELS)
        signal.alarm(0)  # or the other process would outlive this one
        try:
            done = subprocess.run(
                [*command, *WORK["options"], *names], env=env, capture_output=True, timeout=most
            )
        except subprocess.TimeoutExpired:
            return 1
        return done.returncode
    for item, following in zip(tests, [*tests[1:], None], strict=True):
        if not _passes(item, following):
            item.session._setupstate.teardown_exact(None)  # its database goes with it
            return 1
    return 0


OF_MODELS = "tests/rules/test_repository.py::test_migrations_are_complete"
"""Notices a column that changes."""
MOST_NAMED = 60
"""Tests in a process of their own: it starts Django anew and collects them."""


def _put(path: str, mutant: Mutant) -> bool:
    """Give the function its changed code, wherever it is imported or registered; False where that cannot be."""
    full = str(Path(path).resolve())
    name, _, line = str(mutant.function).rpartition(":")
    code = mutant.code(full)
    for part in name.split("."):
        named = [one for one in code.co_consts if getattr(one, "co_name", "") == part]
        code = next((one for one in named if one.co_firstlineno == int(line)), named[0])
    functions = [
        one
        for one in gc.get_objects()
        if isinstance(one, FunctionType)
        and (one.__code__.co_filename, one.__code__.co_firstlineno, one.__code__.co_name)
        == (full, int(line), code.co_name)
    ]
    try:
        for function in functions:
            function.__code__ = code
    except ValueError:  # it no longer refers to what it closes over
        return False
    return bool(functions)
