"""What takes a control away can be done, its tests exist, and the runner tells what is noticed from what is not."""

import pytest

from tests.validation.catalogue import ROOT, catalogue
from tests.validation.controls import KILLED, NOT_RUN, SURVIVED, Control, controls, try_one, without
from tests.validation.requirements import MET, PARTLY, requirements

pytestmark = pytest.mark.requirement("R-150")


@pytest.mark.parametrize("control", controls(), ids=lambda one: one.id)
def test_control_can_be_taken_away_and_its_tests_are_marked_with_it(control):
    text = (ROOT / control.file).read_text(encoding="utf-8")
    assert without(control, text) != text
    for node in control.nodes:
        assert node in catalogue(), f"no such test: {node}"
        assert control.id in catalogue()[node].requirements, f"{node} is not marked with {control.id}"


def test_every_requirement_that_is_kept_has_a_control_that_is_taken_away():
    kept = {one.id for one in requirements().values() if one.state in (MET, PARTLY)}
    assert {one.id for one in controls()} == kept


TESTS = "from tiny import is_allowed\n\n\ndef test_limit():\n    assert not is_allowed(3)\n"


@pytest.mark.parametrize(
    ("becomes", "tests", "result"),
    [
        ("number < 9", TESTS, KILLED),
        ("number < 2", TESTS, SURVIVED),
        ("number < 9", TESTS.replace("not is_allowed(3)", "is_allowed(30)"), NOT_RUN),
    ],
)
def test_what_tests_notice_is_told_from_what_they_do_not(tmp_path, becomes, tests, result):
    (tmp_path / "tests").mkdir()
    (tmp_path / "tiny.py").write_text("def is_allowed(number):\n    return number < 3\n")
    (tmp_path / "tests/test_tiny.py").write_text(tests)
    (tmp_path / "pytest.ini").write_text("[pytest]\naddopts = -p no:django\npythonpath = .\n")
    control = Control("R-000", "Any number.", "tiny.py", "number < 3", becomes, ("test_tiny.py",))
    assert try_one(control, tmp_path) == result
    assert (tmp_path / "tiny.py").read_text().endswith("number < 3\n")


def test_control_that_is_not_there_or_twice_is_refused_by_name():
    control = Control("R-000", "Twice.", "tiny.py", "a", "b", ())
    with pytest.raises(SystemExit, match=r"R-000: tiny\.py holds 'a' 2 times"):
        without(control, "aa")
