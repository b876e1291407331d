"""Traceability is complete: each requirement has its tests or says what is missing, and what is named exists."""

import re
from collections import Counter

import pytest

from tests.validation.catalogue import by_requirement, catalogue, marked_tests
from tests.validation.requirements import (
    ANSWERS,
    HAVE,
    LACK,
    MET,
    NOT_APPLICABLE,
    NOT_MET,
    PARTLY,
    RISKS,
    STATES,
    peers,
    requirements,
    rows,
)

pytestmark = pytest.mark.requirement("R-150")


def test_requirement_that_applies_has_its_tests_or_says_what_is_missing():
    marked = by_requirement()
    untested = [
        one.id for one in requirements().values() if one.state in (MET, PARTLY) and one.id not in marked
    ]
    assert not untested, f"Mark a test with it, or say in requirements.psv that it is not met: {untested}"
    said = {one.id: one.missing for one in requirements().values() if one.state != MET}
    assert not [name for name, words in said.items() if not words.endswith(".")], (
        "Say what is missing, or why."
    )


def test_test_of_what_is_not_met_or_does_not_apply_is_a_contradiction():
    others = {one.id for one in requirements().values() if one.state in (NOT_MET, NOT_APPLICABLE)}
    assert not others & by_requirement().keys(), "A test shows it: then it is met, or partly."


def test_every_mark_names_a_requirement():
    unknown = {
        name: marked[0].node for name, marked in by_requirement().items() if name not in requirements()
    }
    assert not unknown, f"No such requirement: {unknown}"


def test_every_requirement_has_its_risk_with_the_reason():
    assert len(requirements()) == 103
    for one in requirements().values():
        assert re.fullmatch(r"R-\d{3}", one.id)
        assert one.risk in RISKS, one.id
        assert one.state in STATES, one.id
        assert one.text.endswith("."), one.id
        assert one.source, one.id
        assert one.at_stake, one.id


@pytest.mark.parametrize("key", peers())
def test_every_answer_to_a_peer_names_tests_that_exist_or_what_is_missing(key):
    _name, asked = peers()[key]
    for one in asked:
        assert one.answer in ANSWERS, one.id
        assert one.text, one.id
        unknown = [test for test in one.tests if test not in catalogue()]
        assert not unknown, f"{key} {one.id} names a test that does not exist: {unknown}"
        assert bool(one.tests) == (one.answer != LACK), (
            f"{key} {one.id}: tests show what is there, and nothing else"
        )
        assert bool(one.missing) == (one.answer != HAVE), (
            f"{key} {one.id}: say what is missing, and only then"
        )
    twice = [name for name, times in Counter(one.id for one in asked).items() if times > 1]
    assert not twice, f"{key} asks for these twice: {twice}"


def test_marks_are_read_from_functions_and_from_the_whole_file():
    text = (
        "import pytest\n"
        'pytestmark = [pytest.mark.django_db, pytest.mark.requirement("R-001")]\n'
        '@pytest.mark.requirement("R-002")\n@pytest.mark.requirement("R-003")\ndef test_a(): pass\n'
        "def test_b(): pass\ndef not_a_test(): pass\n"
    )
    read = {one.node: one.requirements for one in marked_tests(text, "tests/x.py")}
    assert read == {"tests/x.py::test_a": {"R-001", "R-002", "R-003"}, "tests/x.py::test_b": {"R-001"}}


def test_line_with_a_column_too_few_is_refused_by_name(tmp_path):
    (tmp_path / "a.psv").write_text("# A remark\nid|text\nR-001|Right\nR-002\n")
    with pytest.raises(ValueError, match=r"a\.psv: 'R-002' has 1 columns, not 2"):
        list(rows(tmp_path / "a.psv"))
