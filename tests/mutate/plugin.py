"""pytest plugin: in the place of the tests runs mutants, each in a fork of this process, on the tests of its lines.

MUTATE names a file in JSON: `paths`, how far from each the test files `near` it are, the `mutants` to run as [path,
index], how many `workers`, `until` when, `record_until` when at most it is recorded which test runs which line, where
that `record` is kept, and where the `results` go, as [path, index, verdict].
"""

import builtins
import gc
import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import _lru_cache_wrapper, cache
from importlib import import_module
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any

import polib
import pytest

from tests.mutate.mutants import FAR, KILLED, NO_TEST, SURVIVED, Mutant, mutants, telling

WORK = json.loads(Path(os.environ["MUTATE"]).read_text(encoding="utf-8"))
SECONDS_OF_TESTS = (4, 16)
"""For a mutant at first, and all in all if it survives these: what the tests took of the processor when recorded."""


def pytest_runtestloop(session: pytest.Session) -> bool:
    _read_catalogues()
    record = Path(WORK["record"])
    runs = _recorded(record)
    if any(item.nodeid not in runs for item in session.items):
        if (child := os.fork()) == 0:
            _leave(_record(session, record, runs))
        os.waitpid(child, 0)
        runs = _recorded(record)
    _keep_results({})
    _run_all(session, [tuple(one) for one in WORK["mutants"]], runs)
    return True


def _keep_results(verdicts: dict[tuple[str, int], str]) -> None:
    results = [[*one, verdict] for one, verdict in verdicts.items()]
    Path(WORK["results"]).write_text(json.dumps(results), encoding="utf-8")


def _read_catalogues() -> None:
    """Once, and not in each fork anew: it takes longer than a test."""
    polib.mofile = cache(polib.mofile)
    for path in Path.cwd().glob("*/locale/*/LC_MESSAGES/django.mo"):
        polib.mofile(str(path), encoding="utf-8")


def _leave(code: int) -> None:
    """Without what belongs to the process that this one is a fork of: the database server, the report."""
    sys.stdout.flush()
    os._exit(code)


# --- which test runs which line -----------------------------------------------------------------------------------


def _recorded(record: Path) -> dict[str, list]:
    """{test: [text of its file as a hash, seconds, {path: lines}]}, of the tests whose files are as they were."""
    known = json.loads(record.read_text(encoding="utf-8")) if record.exists() else {}
    return {test: taken for test, taken in known.items() if taken[0] == _hash_of_file(test)}


@cache
def _hash_of(file: str) -> str:
    return hashlib.sha256(Path(file).read_bytes()).hexdigest()[:16] if Path(file).exists() else ""


def _hash_of_file(test: str) -> str:
    return _hash_of(test.partition("::")[0])


def _record(session: pytest.Session, record: Path, runs: dict[str, list]) -> int:
    """Adds what is not recorded yet, as long as there is time; the next run goes on from there. Of tests that fail, and
    of those that run no such line, no lines."""
    ran: dict[str, set[int]] = {path: set() for path in WORK["paths"]}
    for path, lines in ran.items():
        _tell_lines(path, lines.add)
    kept = _caches_of({str(Path(path).resolve()) for path in ran})
    left = sorted((item for item in session.items if item.nodeid not in runs), key=_turn)
    for item, following in zip(left, [*left[1:], None], strict=True):
        is_last = time.time() > WORK["record_until"]
        for lines in ran.values():
            lines.clear()
        for cached in kept:  # or only the first test that asks would run its lines
            cached.cache_clear()
        began = time.process_time()
        has_passed = _passes(item, None if is_last else following)
        taken = {path: sorted(lines) for path, lines in ran.items() if lines} if has_passed else {}
        runs[item.nodeid] = [_hash_of_file(item.nodeid), round(time.process_time() - began, 3), taken]
        if is_last:
            break
    record.parent.mkdir(parents=True, exist_ok=True)
    record.write_text(json.dumps(runs), encoding="utf-8")
    return 0


def _turn(item: pytest.Item) -> tuple[bool, int]:
    """The nearest first, as there may not be time for all; behind them what empties the database, as in any run."""
    marker = item.get_closest_marker("django_db")
    empties = "transactional_db" in getattr(item, "fixturenames", ()) or (
        marker is not None and bool(marker.kwargs.get("transaction"))
    )
    file = item.nodeid.partition("::")[0]
    return empties, min((near.get(file, FAR) for near in WORK["near"].values()), default=FAR)


def _tell_lines(path: str, tell: Callable[[int], None]) -> None:
    """Have the module's functions tell the line of each statement that they run, whichever thread runs it. Python's own
    trace would be asked at every call of anything, which takes more than twice as long."""
    with suppress(Exception):  # what cannot be imported is run by no test
        import_module(".".join(Path(path).with_suffix("").parts).removesuffix(".__init__"))
    name = f"_ran_{path}"
    setattr(builtins, name, tell)
    full = str(Path(path).resolve())
    code = compile(telling(Path(path).read_text(encoding="utf-8"), name), full, "exec", dont_inherit=True)
    known = {(one.co_firstlineno, one.co_name): one for one in _functions_in(code)}
    for function in _functions_of(full):
        if found := known.get((function.__code__.co_firstlineno, function.__code__.co_name)):
            function.__code__ = found


def _functions_in(code: CodeType) -> Iterator[CodeType]:
    for one in code.co_consts:
        if isinstance(one, CodeType):
            if one.co_name.isidentifier():  # a lambda holds no statement
                yield one
            yield from _functions_in(one)


def _caches_of(files: set[str]) -> list[Any]:
    """What functions of these files keep of their answers."""
    return [
        one
        for one in gc.get_objects()
        if isinstance(one, _lru_cache_wrapper)
        and isinstance(one.__wrapped__, FunctionType)
        and one.__wrapped__.__code__.co_filename in files
    ]


def _functions_of(full: str) -> list[FunctionType]:
    """Of one file, wherever they are imported or registered."""
    return [
        one for one in gc.get_objects() if isinstance(one, FunctionType) and one.__code__.co_filename == full
    ]


def _passes(item: pytest.Item, following: pytest.Item | None) -> bool:
    from _pytest.runner import runtestprotocol

    return not any(report.failed for report in runtestprotocol(item, log=False, nextitem=following))


def _tests_of(path: str, mutant: Mutant, runs: dict, seconds: float) -> list[str]:
    """Of those that run the line (or, for what runs at the import, any line of the file) the nearest, and of these
    the quickest: that the line is run does not say that the test looks at what it does."""
    first, last = mutant.lines
    near, at_start = WORK["near"].get(path, {}), _runs_at_start(path, mutant)
    found = [
        (near.get(test.partition("::")[0], FAR), taken, test)
        for test, (_hash, taken, files) in runs.items()
        if path in files and (at_start or any(first <= line <= last for line in files[path]))
    ]
    if at_start and not found:
        found = [
            (near[file], taken, test)
            for test, (_hash, taken, _files) in runs.items()
            if (file := test.partition("::")[0]) in near
        ]
    chosen, total = [], 0.0
    for _distance, taken, test in sorted(found):
        if total > seconds:
            break
        chosen.append(test)
        total += taken
    return chosen


# --- one mutant ---------------------------------------------------------------------------------------------------


def _runs_at_start(path: str, mutant: Mutant) -> bool:
    """When its module is imported; of an app, when Django starts."""
    return mutant.function is None or path.endswith("/apps.py")


@cache
def _holds_tables(path: str) -> bool:
    """Not all stand in a `models.py`."""
    return "(models.Model)" in Path(path).read_text(encoding="utf-8") or path.endswith("/models.py")


@cache
def mutants_of(path: str) -> list[Mutant]:
    return mutants(Path(path).read_text(encoding="utf-8"))


def _run_all(session: pytest.Session, left: list[tuple[str, int]], runs: dict) -> None:
    """Each mutant is done with before the next is begun: one that the first tests let pass meets the further ones."""
    items = {item.nodeid: item for item in session.items}
    verdicts: dict[tuple[str, int], str] = {}
    running: dict[int, tuple[str, int, int]] = {}
    waiting = [(*one, 0) for one in left]
    while running or (waiting and time.time() < WORK["until"]):
        while waiting and len(running) < WORK["workers"] and time.time() < WORK["until"]:
            path, index, turn = waiting.pop(0)
            mutant = mutants_of(path)[index]
            tests = [test for test in _tests_of(path, mutant, runs, SECONDS_OF_TESTS[turn]) if test in items]
            if turn:
                before = _tests_of(path, mutant, runs, SECONDS_OF_TESTS[turn - 1])
                tests = [test for test in tests if test not in before]
            of_tables = turn == 0 and mutant.function is None and _holds_tables(path)
            if not tests and not of_tables:
                verdicts.setdefault((path, index), NO_TEST)
            elif (child := os.fork()) == 0:
                _leave(_try(path, index, mutant, [items[test] for test in tests], SECONDS_OF_TESTS[turn]))
            else:
                running[child] = path, index, turn
        if running:
            child, status = os.wait()
            path, index, turn = running.pop(child)
            has_survived = os.waitstatus_to_exitcode(status) == 0
            verdicts[path, index] = SURVIVED if has_survived else KILLED
            _keep_results(verdicts)
            if has_survived and turn + 1 < len(SECONDS_OF_TESTS):
                waiting.insert(0, (path, index, turn + 1))
    _keep_results(verdicts)


def _try(path: str, index: int, mutant: Mutant, tests: list[pytest.Item], seconds: int) -> int:
    """0 where every test passes. A test that hangs ends with the alarm, and with it this process; what else the machine
    does must not be taken for it."""
    most = 90 + 6 * seconds
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.alarm(most)
    if _runs_at_start(path, mutant) or not _put(path, mutant):
        env = {**os.environ, "MUTANT": f"{path} {index}"}
        command = [sys.executable, "-m", "pytest", "-x", "-q", "-n0", "-p", "tests.mutate.load"]
        names = [test.nodeid for test in tests[:MOST_NAMED]]
        if _holds_tables(path):
            names.insert(0, OF_TABLES)
        signal.alarm(0)  # or the other process would outlive this one
        try:
            done = subprocess.run(
                [*command, *WORK["options"], *names], env=env, capture_output=True, timeout=most
            )
        except subprocess.TimeoutExpired:
            return 1
        return done.returncode
    for cached in _caches_of({str(Path(path).resolve())}):
        cached.cache_clear()
    for item, following in zip(tests, [*tests[1:], None], strict=True):
        if not _passes(item, following):
            item.session._setupstate.teardown_exact(None)  # its database goes with it
            return 1
    return 0


OF_TABLES = "tests/rules/test_repository.py::test_migrations_are_complete"
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
        for one in _functions_of(full)
        if (one.__code__.co_firstlineno, one.__code__.co_name) == (int(line), code.co_name)
    ]
    try:
        for function in functions:
            function.__code__ = code
    except ValueError:  # it no longer refers to what it closes over
        return False
    return bool(functions)
