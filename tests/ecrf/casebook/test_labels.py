"""What things are called where they are counted."""

import pytest

from ecrf.casebook.labels import counted


@pytest.mark.parametrize(
    ("number", "words"), [(0, "0 forms"), (1, "1 form"), (2, "2 forms"), (1200, "1200 forms")]
)
def test_one_is_told_from_several(number, words):
    assert counted(number, "form") == words


def test_several_may_be_another_word():
    assert counted(1, "open query", "open queries") == "1 open query"
    assert counted(3, "open query", "open queries") == "3 open queries"
