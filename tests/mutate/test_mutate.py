"""The mutation run itself: what it changes, and that it tells what a test notices from what none does."""

import ast
import json
import os
import subprocess
import sys
import time

import pytest

from tests.mutate.__main__ import STUB, TRIAL, distances, files, nearest, report
from tests.mutate.mutants import FAR, KILLED, NO_TEST, SURVIVED, mutants, telling
from tests.touched import ROOT

TINY = '''"""A tiny module."""
LIMIT = 3


def is_allowed(number):
    return number < LIMIT and number != 7


def nobody_calls_this():
    return 1
'''
TESTS = """from threading import Thread

from tiny import is_allowed, nobody_calls_this

def test_limit():
    assert is_allowed(2)
    assert not is_allowed(3)
"""
IN_A_THREAD = """
def test_in_a_thread():
    thread = Thread(target=nobody_calls_this)
    thread.start()
    thread.join()
"""


@pytest.mark.parametrize(
    ("source", "changes"),
    [
        ("a == b", ["a != b"]),
        ("a < b", ["a <= b"]),
        ("a in b", ["a not in b"]),
        ("a and b", ["a or b"]),
        ("x = 5", ["x = 6", "x = 4"]),
        ("x = True", ["x = False"]),
        ("if not a: b = c", ["if a: b = c"]),
        ("if a: b = c", ["if not a: b = c"]),
        ("[a for a in b if c]", ["[a for a in b]"]),
        ("def f(): return a", ["def f(): return"]),
        ("def f(): return None", []),
        ("def f(): return False", ["def f(): return True"]),
        ("a.b = c", ["pass"]),
        ("@f(hard=True)\ndef g(): pass", ["@f(hard=False)\ndef g(): pass", "@f()\ndef g(): pass"]),
        ("@dataclass(frozen=True)\nclass A: pass", []),
        ('"a text"', []),
        ("SHOWN = 5\na = b[:SHOWN]", []),
        (
            "SHOWN = 5\na = b[:SHOWN]\nc = d > SHOWN",
            [f"SHOWN = {n}\na = b[:SHOWN]\nc = d {op} SHOWN" for n, op in ((6, ">"), (4, ">"), (5, ">="))],
        ),
        ("KEPT = 5\n@lru_cache(KEPT)\ndef f(): pass", []),
        ("x: Literal[1] = y", []),
    ],
)
def test_module_is_changed_in_one_place_at_a_time(source, changes):
    wanted = {ast_of(change) for change in changes}
    assert {ast_of(mutant.tree) for mutant in mutants(source)} - {ast_of("pass")} == wanted - {ast_of("pass")}
    assert len(mutants(source)) >= len(changes)


def ast_of(source):
    return ast.unparse(source if isinstance(source, ast.AST) else ast.parse(source))


def test_each_statement_of_a_function_tells_its_line_and_nothing_else_changes():
    source = """
def of(number):
    \"\"\"Words.\"\"\"
    found = []

    def inner():
        nonlocal number
        number += 1
        return number

    try:
        for each in range(2):
            if each:
                found.append(inner())
            elif number > 7:
                found.append(0)
            else:
                found.append(-1)
        raise ValueError(found)
    except ValueError as error:
        return error.args
    finally:
        found.append(2)
"""
    ran = []
    space, plain = {"ran": ran.append}, {}
    exec(compile(telling(source, "ran"), "told", "exec"), space)  # noqa: S102
    exec(source, plain)  # noqa: S102
    assert space["of"](1) == plain["of"](1) == ([-1, 2, 2],)
    assert set(ran) == {3, 4, 6, 7, 8, 9, 11, 12, 13, 14, 15, 18, 19, 21, 23}
    assert space["of"].__code__.co_firstlineno == plain["of"].__code__.co_firstlineno


def run_tiny(folder, **given):
    """The results of the mutants of tiny.py, which lies in this folder with its tests."""
    work = {
        "paths": ["tiny.py"],
        "near": {},
        "mutants": [["tiny.py", index] for index, _ in enumerate(mutants(TINY))],
        "workers": 2,
        "until": time.time() + 60,
        "record_until": time.time() + 60,
        "record": str(folder / "kept/record.json"),
        "results": str(folder / "results.json"),
        "options": ["-p", "no:django"],
    }
    (folder / "work.json").write_text(json.dumps(work | given))
    env = {**os.environ, "MUTATE": str(folder / "work.json"), "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:django", "-p", "tests.mutate.plugin"]
    done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True)
    assert done.returncode in (0, 5), done.stdout + done.stderr
    return json.loads((folder / "results.json").read_text())


def test_survivors_are_told_from_what_a_test_notices(tmp_path):
    """`!= 7` is tested by nothing, and what nobody calls is run by nothing; the limit is tested at its edge."""
    (tmp_path / "tiny.py").write_text(TINY)
    (tmp_path / "test_tiny.py").write_text(TESTS)
    results = run_tiny(tmp_path)
    by_words = {mutants(TINY)[index].what: verdict for _path, index, verdict in results}
    assert by_words == {
        "3: 4": KILLED,
        "3: 2": KILLED,
        "return number < LIMIT and number != 7: return None": KILLED,
        "number < LIMIT and number != 7: Or": KILLED,
        "number < LIMIT: LtE": KILLED,
        "number != 7: Eq": KILLED,
        "7: 8": SURVIVED,
        "7: 6": SURVIVED,
        "return 1: return None": NO_TEST,
        "1: 2": NO_TEST,
        "1: 0": NO_TEST,
    }


def test_record_of_lines_goes_on_where_time_was_over_and_where_a_test_file_is_changed(tmp_path):
    """A line that only a thread runs is found too."""
    (tmp_path / "tiny.py").write_text(TINY)
    tests = tmp_path / "test_tiny.py"
    tests.write_text(f"{TESTS}{IN_A_THREAD}")
    kept = tmp_path / "kept/record.json"

    def run_lines(**given):
        run_tiny(tmp_path, mutants=[], **given)
        return {test.partition("::")[2]: taken[2] for test, taken in json.loads(kept.read_text()).items()}

    assert run_lines(record_until=0) == {"test_limit": {"tiny.py": [6]}}
    both = {"test_limit": {"tiny.py": [6]}, "test_in_a_thread": {"tiny.py": [10]}}
    assert run_lines(record_until=0) == both
    tests.write_text(TESTS)
    assert run_lines() == {"test_limit": {"tiny.py": [6]}}


def test_line_of_a_function_that_keeps_its_answer_is_run_by_each_test_that_asks(tmp_path):
    tiny = "from functools import cache\n\n@cache\ndef answer():\n    return 7\n"
    (tmp_path / "tiny.py").write_text(tiny)
    asks = "from tiny import answer\n\ndef test_one():\n    answer()\n\ndef test_two():\n    assert answer() == 7\n"
    (tmp_path / "test_tiny.py").write_text(asks)
    every = [["tiny.py", index] for index, _ in enumerate(mutants(tiny))]
    assert {verdict for _path, _index, verdict in run_tiny(tmp_path, mutants=every)} == {KILLED}
    kept = json.loads((tmp_path / "kept/record.json").read_text())
    assert [taken[2] for taken in kept.values()] == [{"tiny.py": [5]}] * 2


def test_tests_of_the_mirror_folder_are_nearer_than_others():
    near = distances(
        "ecrf/casebook/record/record.py", nearest(["ecrf/casebook/record/record.py"], STUB)
    )  # which many import, and none is named like it
    assert near["tests/ecrf/casebook/record/test_recording.py"] < FAR
    assert "tests/ecrf/casebook/test_carrying.py" not in near
    without_mirror = "ecrf/access/templatetags/moments.py"
    assert "tests/ecrf/access/test_time_zones.py" in distances(
        without_mirror, nearest([without_mirror], STUB)
    )


def test_tests_of_the_room_and_those_that_import_the_module_are_run_on_their_own_protocol():
    on_stub, on_trial = (nearest(["ecrf/casebook/record/derive.py"], run) for run in (STUB, TRIAL))
    assert "tests/ecrf/casebook/schedule/test_stored_status.py" in on_stub  # derives, and imports it not
    assert "tests/trial/test_woken.py" in nearest(["ecrf/checks/running.py"], TRIAL)
    assert not set(on_stub) & set(on_trial)
    assert not any(test.startswith(("tests/browser", "tests/image")) for test in [*on_stub, *on_trial])


def test_report_names_survivors_with_their_line_and_counts_them_by_room(capsys):
    path = "ecrf/verification/plan.py"
    report([path], {(path, 0): SURVIVED, (path, 1): KILLED})
    said = capsys.readouterr().out.splitlines()
    assert said[0].startswith(f"{path}:")
    assert "ecrf/verification: 2 mutants, 1 survived (50 %)" in said
    assert said[-1].startswith("A sample: there was time for 2 of ")


def test_modules_below_a_folder_are_changed_and_no_migration():
    found = files(["ecrf/verification", "README.md"], "main")
    assert "ecrf/verification/plan.py" in found
    assert not any("migrations" in path or not path.endswith(".py") for path in found)
