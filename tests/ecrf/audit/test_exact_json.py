"""What the database wrote as JSON is read with all its digits, and else as Django reads it."""

from decimal import Decimal

import pytest
from django.db import connection, models

from ecrf.audit.exact_json import ExactJson


@pytest.mark.parametrize(
    "text", ["{}", '{"a": [null, "5.10"]}', "[1, true]", "null", '"x"', "7", "no JSON", None]
)
def test_values_are_read_as_django_reads_them(text):
    exact, plain = (
        field.from_db_value(text, None, connection) for field in (ExactJson(), models.JSONField())
    )
    assert exact == plain


def test_numbers_keep_their_digits():
    found = ExactJson().from_db_value('{"weight": [5.1, 5.10]}', None, connection)["weight"]
    assert [str(number) for number in found] == ["5.1", "5.10"]
    assert all(isinstance(number, Decimal) for number in found)


def test_what_is_read_belongs_to_its_row_alone():
    field = ExactJson()
    first, second = (field.from_db_value('{"a": []}', None, connection) for _ in "12")
    first["a"].append(1)
    assert second == {"a": []}
