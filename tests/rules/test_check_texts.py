"""What holds for the texts of every edit check: literal templates that show exactly the values a question gives."""

import ast
import inspect
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest

from ecrf.checks.registry import ANY, CHECKS, Check
from ecrf.forms.registry import CRFS

EVERY_CHECK = pytest.mark.parametrize("one", CHECKS.values(), ids=lambda one: one.id)
TRIAL = Path(__file__).parents[2] / "trial"
MODULES = {path: ast.parse(path.read_text()) for path in TRIAL.rglob("*.py")}
CALLS = [
    (path, node) for path, tree in MODULES.items() for node in ast.walk(tree) if isinstance(node, ast.Call)
]


def _calls(name: str) -> Iterator[tuple[Path, ast.Call]]:
    return ((path, call) for path, call in CALLS if getattr(call.func, "id", "") == name)


def _constants(tree: ast.Module) -> dict[str, ast.expr]:
    """{name: what a module assigns to it}."""
    return {
        target.id: node.value
        for node in tree.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }


def _followed(path: Path, text: ast.expr) -> ast.expr:
    """The expression itself; what a name, or a name of another module of the trial, stands for."""
    if isinstance(text, ast.Name):
        return _constants(MODULES[path])[text.id]
    if isinstance(text, ast.Attribute):
        found = [_constants(tree).get(text.attr) for tree in MODULES.values()]
        (only,) = [one for one in found if one is not None]
        return only
    return text


def _is_literal(text: ast.expr | None) -> bool:
    if isinstance(text, ast.Dict):
        return all(_is_literal(part) for part in [*text.keys, *text.values])
    return isinstance(text, ast.Constant) and isinstance(text.value, str)


def test_texts_are_literals_so_that_their_values_are_kept_apart():
    texts = [
        (path, next(k.value for k in call.keywords if k.arg == "text")) for path, call in _calls("check")
    ]
    assert len(texts) == len(CHECKS)
    wrong = [ast.unparse(text) for path, text in texts if not _is_literal(_followed(path, text))]
    assert wrong == []


def test_question_gives_values_by_name_and_no_finished_text():
    wrong = [
        ast.unparse(call)
        for _path, call in _calls("Question")
        if len(call.args) > 2 or any(isinstance(node, ast.JoinedStr) for node in _given(call))
    ]
    assert wrong == []


def _given(call: ast.Call) -> Iterator[ast.AST]:
    """What is given to a question, but for the name of its item."""
    for expression in [*call.args[1:], *(keyword.value for keyword in call.keywords)]:
        yield from ast.walk(expression)


def _questions(one: Check) -> list[ast.Call]:
    tree = ast.parse(textwrap.dedent(inspect.getsource(one.rule)))
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    return [call for call in calls if getattr(call.func, "id", "") == "Question"]


@EVERY_CHECK
def test_every_value_is_given_and_shown(one):
    for call in _questions(one):
        names = {keyword.arg for keyword in call.keywords if keyword.arg}
        variant = call.args[1] if len(call.args) > 1 else ast.Constant("")
        texts = [one.texts[variant.value]] if isinstance(variant, ast.Constant) else one.texts.values()
        if len(names) == len(call.keywords):
            assert any(text.names == names for text in texts), ast.unparse(call)
        else:
            assert any(text.names > names for text in texts), ast.unparse(call)


@EVERY_CHECK
def test_every_text_is_asked_by_its_own_name(one):
    assert (len(one.texts) == 1) == ("" in one.texts)


@EVERY_CHECK
def test_text_names_items_and_forms_that_exist(one):
    shown = [(name, *how.partition(" ")[::2]) for text in one.texts.values() for _, name, how in text.parts]
    for name, how, argument in shown:
        if how in ("answer", "Answer"):
            form, _, item = argument.rpartition(".")
            assert dict(CRFS[form or one.on].items[item].flatchoices), name
        if how == "item":
            assert (argument or one.on) in CRFS
            assert one.on != ANY or argument


@EVERY_CHECK
def test_text_is_a_sentence(one):
    for text in one.texts.values():
        assert text.parts[-1][0].endswith((".", "?")), text


TOLD_APART_BY_VALUES = {
    "ELIG-004": "of age or not",
    "ELIG-005": "possible, or definite and probable",
    "GRIP-002": "a hand's text stands at that hand's item",
    "GRIP-003": "rose or fell",
    "INCAT-001": "rose or fell",
    "INF-008": "rose or fell",
    "MRC-001": "rose or fell",
    "MRC-002": "rose or fell",
    "VISIT-004": "the date lies before or after the baseline",
    "VS-004": "rose or fell",
}
"""Checks with two texts on the same values, and why the same values never call for both."""


def test_values_tell_the_texts_of_a_check_apart():
    alike = {
        one.id
        for one in CHECKS.values()
        if len({frozenset(text.names) for text in one.texts.values()}) < len(one.texts)
    }
    assert alike == set(TOLD_APART_BY_VALUES)
