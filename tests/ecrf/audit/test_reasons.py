"""What a reason is: 3 to 500 characters everywhere; any other is refused, and none is cut."""

import ast
from pathlib import Path

import pytest

from ecrf.audit.reasons import LONGEST, SHORTEST, fault_of, tidy
from ecrf.settings import BASE_DIR


@pytest.mark.parametrize("reason", ["abc", "誤転記", "x" * 500])
def test_reason_of_three_to_five_hundred_characters_stands(reason):
    assert fault_of(tidy(f"  {reason}\n")) == ""


@pytest.mark.parametrize(
    ("reason", "why"),
    [("", "3 to 500"), (" ab ", "3 to 500"), ("x" * 501, "3 to 500 characters: it has 501")],
)
def test_any_other_is_refused_in_words(reason, why):
    assert why in fault_of(tidy(reason))


@pytest.mark.parametrize("reason", ["\u200b\u200b\u200b", "\u3164 \ufeff\u2800", "\u00ad" * 9])
def test_signs_that_nobody_sees_are_no_reason(reason):
    assert fault_of(tidy(reason))


@pytest.mark.parametrize("reason", ["a\x00bc", "Source\x07corrected", "end\uffff"])
def test_signs_that_no_file_carries_are_refused_by_name(reason):
    assert "control character" in fault_of(tidy(reason)) or "null character" in fault_of(tidy(reason))


def test_no_other_module_has_limits_of_its_own():
    for path in sorted(Path(BASE_DIR, "ecrf").rglob("*.py")):
        if path.parent.name == "migrations" or path.name in ("reasons.py", "models.py"):
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Slice) and isinstance(node.upper, ast.Constant):
                assert node.upper.value != LONGEST, f"{path.name}:{node.lineno} cuts what somebody wrote."
            if isinstance(node, ast.Assign) and "REASON" in ast.unparse(node.targets[0]):
                limits = {c.value for c in ast.walk(node.value) if isinstance(c, ast.Constant)}
                assert not limits & {SHORTEST, LONGEST}, f"{path.name}:{node.lineno}: use audit/reasons.py."
