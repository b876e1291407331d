"""Every test of the repository and the requirements that it is marked with, read from the text: nothing is imported."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class MarkedTest:
    """`node`: as pytest names it, without parameters, such as tests/rules/test_roles.py::test_something."""

    node: str
    requirements: frozenset[str]

    @property
    def words(self) -> str:
        return self.node.rpartition("::")[2].removeprefix("test_").replace("_", " ")


@cache
def catalogue() -> dict[str, MarkedTest]:
    """{node: the test}."""
    found = {}
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        for one in marked_tests(path.read_text(encoding="utf-8"), path.relative_to(ROOT).as_posix()):
            found[one.node] = one
    return found


def marked_tests(text: str, place: str) -> Iterator[MarkedTest]:
    tree = ast.parse(text)
    of_file = {
        name
        for node in tree.body
        if isinstance(node, ast.Assign) and any(_is_named(target, "pytestmark") for target in node.targets)
        for name in _requirements(node.value)
    }
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            named = {name for one in node.decorator_list for name in _requirements(one)}
            yield MarkedTest(f"{place}::{node.name}", frozenset(of_file | named))


def _is_named(node: ast.AST, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name


def _requirements(node: ast.AST) -> Iterator[str]:
    """Of each `pytest.mark.requirement("R-001", …)` in it, what it names."""
    for call in ast.walk(node):
        if isinstance(call, ast.Call) and ast.unparse(call.func) == "pytest.mark.requirement":
            yield from (ast.literal_eval(one) for one in call.args)


def by_requirement() -> dict[str, list[MarkedTest]]:
    """{id: its tests}, of every id that a mark names."""
    found: dict[str, list[MarkedTest]] = {}
    for test in catalogue().values():
        for name in test.requirements:
            found.setdefault(name, []).append(test)
    return found
