"""Partial dates: never completed silently, compared without false alarms."""

from datetime import date

import pytest

from ecrf.forms.partial_dates import earliest, latest, surely_before, validate

pytestmark = pytest.mark.requirement("R-094")


@pytest.mark.parametrize(
    ("partial", "first", "last"),
    [
        ("2026", "2026-01-01", "2026-12-31"),
        ("2026-02", "2026-02-01", "2026-02-28"),
        ("2024-02", "2024-02-01", "2024-02-29"),
        ("2000-02", "2000-02-01", "2000-02-29"),
        ("1900-02", "1900-02-01", "1900-02-28"),
        ("2026-12", "2026-12-01", "2026-12-31"),
        ("2026-11-22", "2026-11-22", "2026-11-22"),
        ("0001", "0001-01-01", "0001-12-31"),
        ("9999", "9999-01-01", "9999-12-31"),
    ],
)
def test_first_and_last_day_a_partial_date_can_mean(partial, first, last):
    assert earliest(partial) == date.fromisoformat(first)
    assert latest(partial) == date.fromisoformat(last)


@pytest.mark.parametrize("text", ["2026", "2026-01", "2026-12", "2024-02-29", "0001-01-01", "9999-12-31"])
def test_iso_dates_of_the_calendar_are_valid(text):
    validate(text)


@pytest.mark.parametrize(
    "text", ["2025-02-29", "2026-02-30", "2026-04-31", "1900-02-29", "0000", "0000-01-01"]
)
def test_dates_that_the_calendar_does_not_have_are_named(text):
    with pytest.raises(ValueError, match=f"{text} is not in the calendar"):
        validate(text)


@pytest.mark.parametrize(
    "text",
    ["", "26", "2026-", "2026-1", "2026-13", "2026-00", "2026-01-00", "2026-01-32", "2026--05", "20260105", "2026/01",
     "2026-01-05T00:00", " 2026", "2026 ", "2026\n", "-2026", "20266", "UNK", "２０２６", "٢٠٢٦", "२०२६"],
)  # fmt: skip
def test_anything_else_is_refused_with_how_to_write_it(text):
    with pytest.raises(ValueError, match="Write a date as YYYY-MM-DD"):
        validate(text)


@pytest.mark.parametrize(
    ("one", "other", "before"),
    [
        ("2025", "2026", True),
        ("2025-12-31", "2026", True),
        ("2025-12", "2026-01", True),
        ("2026-01-04", "2026-01-05", True),
        ("2026-01-05", "2026-01-05", False),
        ("2026", "2026-06-01", False),
        ("2026-06", "2026-06-15", False),
        ("2026-06-15", "2026", False),
        ("2026", "2026", False),
        ("2027", "2026", False),
        ("2024-02", "2024-03-01", True),
        (date(2026, 1, 4), "2026-01-05", True),
        ("2026-01", date(2026, 1, 31), False),
    ],
)
def test_before_is_said_only_where_no_unknown_part_could_make_it_untrue(one, other, before):
    assert surely_before(one, other) is before
