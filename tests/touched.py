"""The test files nearest to what was changed: `python -m tests.touched [BASE]` prints them, for `make check`.

Changed is what differs from BASE, or else from the last commit; where nothing does, what the last commit changed. A
module is tested by the tests that are named like it or import it; a template or a style by those of its room.
"""

import ast
import subprocess
import sys
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path, PurePath

ROOT = Path(__file__).resolve().parent.parent
ALWAYS = "tests/rules/test_repository.py"
"""What holds for every file."""
AT_MOST = 25
"""Test files for one changed module: what half of the tests import is left to `make test`."""


def _git(*command: str) -> list[str]:
    done = subprocess.run(["git", *command], cwd=ROOT, check=True, capture_output=True, text=True)
    return [line for line in done.stdout.split("\0") if line]


def changed(base: str = "") -> list[str]:
    """The paths that differ, new ones too."""
    new = _git("ls-files", "-z", "--others", "--exclude-standard")
    since = _git("diff", "-z", "--name-only", "--diff-filter=d", "--relative", base or "HEAD")
    return [*since, *new] or _git("diff", "-z", "--name-only", "--diff-filter=d", "--relative", "HEAD~1")


def _imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{name.name}" for name in node.names)
        elif isinstance(node, ast.Import):
            yield from (name.name for name in node.names)


@cache
def tests_and_imports() -> dict[str, set[str]]:
    """{test file: what it imports}"""
    return {str(path.relative_to(ROOT)): set(_imports(path)) for path in ROOT.glob("tests/**/test_*.py")}


def touched(paths: Iterable[str]) -> set[str]:
    """The test files of these paths."""
    return {ALWAYS}.union(*(_nearest(PurePath(path)) for path in paths))


def _nearest(path: PurePath) -> set[str]:
    tests = tests_and_imports()
    if str(path) in tests:
        return {str(path)}
    if path.suffix != ".py":
        rooms = set(path.parts[:-1])
        return _few(
            test for test in tests if test.startswith("tests/ecrf/") and rooms & {PurePath(test).parent.name}
        )
    module = ".".join(path.with_suffix("").parts).removesuffix(".__init__")
    named = {test for test in tests if PurePath(test).stem == f"test_{path.stem}"}
    return named | _few(test for test, imported in tests.items() if module in imported)


def _few(tests: Iterable[str]) -> set[str]:
    found = set(tests)
    return found if len(found) <= AT_MOST else set()


if __name__ == "__main__":
    print("\n".join(sorted(touched(changed(*sys.argv[1:2])))))
