"""`make check` runs the tests that stand nearest to a change."""

from tests.touched import ALWAYS, touched


def test_changed_test_is_run_itself():
    assert touched(["tests/trial/test_visit.py"]) == {ALWAYS, "tests/trial/test_visit.py"}


def test_changed_module_is_tested_by_the_tests_named_like_it_and_by_those_that_import_it():
    assert "tests/trial/test_grip_strength.py" in touched(["trial/crfs/grip_strength.py"])
    assert "tests/ecrf/locks/test_beside_a_lock.py" in touched(["ecrf/locks/services.py"])


def test_changed_template_is_tested_by_the_tests_of_its_room():
    assert "tests/ecrf/queries/test_site_pages.py" in touched(["templates/queries/_count.html"])


def test_module_that_half_of_the_tests_import_is_left_to_the_whole_suite():
    assert touched(["tests/builders.py"]) == {ALWAYS}
