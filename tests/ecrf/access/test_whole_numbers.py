"""What a page may send as a whole number."""

import pytest

from ecrf.access.requests import whole_number


@pytest.mark.parametrize(("text", "number"), [("0", 0), ("7", 7), ("007", 7), ("9" * 18, 10**18 - 1)])
def test_digits_are_a_whole_number(text, number):
    assert whole_number(text) == number


@pytest.mark.parametrize("text", ["", " 7", "-1", "+1", "1.0", "1e3", "½", "７", "٣", "x", "9" * 19, "1\x00"])
def test_anything_else_and_what_no_column_holds_is_none(text):
    assert whole_number(text) is None
