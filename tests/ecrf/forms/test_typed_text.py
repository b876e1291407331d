"""What people type, brought to one form; what cannot be understood is left as it is, to be refused."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from ecrf.forms.typed_text import clock, day, number, plain

NOW = datetime(2026, 11, 22, 8, 5, tzinfo=ZoneInfo("Asia/Tokyo"))


@pytest.mark.parametrize(
    ("typed", "read"),
    [("５", "5"), ("３１．５", "31.5"), ("３１，５", "31.5"), ("31,5", "31.5"), (",5", ".5"), ("−2", "-2"),
     ("－２", "-2"),      ("+1,5", "+1.5"), (" 7\u3000", "7"), ("1,234", "1,234"), ("", "")],
)  # fmt: skip
def test_numbers_come_to_one_form(typed, read):
    assert number(typed) == read


@pytest.mark.parametrize("text", ["1,234.5", "1.234,5", "1,2,3", "31.5 kPa", "abc", "1,", "--1", "1 000"])
def test_what_is_no_number_stays_as_it_is_to_be_refused(text):
    assert number(text) == text


@pytest.mark.parametrize(
    ("typed", "read"),
    [("2026-11-22", "2026-11-22"), ("20261122", "2026-11-22"), ("2026/1/5", "2026-01-05"),
     ("2026.11.22", "2026-11-22"),
     ("２０２６／１１／２２", "2026-11-22"), ("2026年11月22日", "2026-11-22"),
     ("2026年1月", "2026-01"), ("2026-1", "2026-01"),
     ("22 Nov 2026", "2026-11-22"), ("03/2027", "2027-03"), ("3.2027", "2027-03"),
     ("5-jan-2026", "2026-01-05"), ("November 2026", "2026-11"), ("Nov 2026", "2026-11"),
     ("2026", "2026"), ("t", "2026-11-22"), ("Today", "2026-11-22"), ("ｔ", "2026-11-22"), ("20240229", "2024-02-29")],
)  # fmt: skip
def test_dates_come_to_one_form(typed, read):
    assert day(typed, NOW) == read


@pytest.mark.parametrize(
    "text",
    [
        "22.11.2026",
        "11/22/2026",
        "tomorrow",
        "2026-11-22 08:00",
        "22 Foo 2026",
        "202611",
        "",
        "yesterday",
        "26-11-22",
    ],
)
def test_what_is_no_date_or_could_be_two_stays_as_it_is_to_be_refused(text):
    assert day(text, NOW) == text


def test_impossible_date_keeps_its_numbers_for_the_field_to_refuse():
    assert day("20250230", NOW) == "2025-02-30"


@pytest.mark.parametrize(
    ("typed", "read"),
    [("930", "09:30"), ("0930", "09:30"), ("9:30", "09:30"), ("9.30", "09:30"), ("9h30", "09:30"),
     ("９：３０", "09:30"),
     ("23:59", "23:59"), ("000", "00:00"), ("0:00", "00:00"), ("n", "08:05"), ("NOW", "08:05"), ("２３５９", "23:59")],
)  # fmt: skip
def test_times_come_to_one_form(typed, read):
    assert clock(typed, NOW) == read


@pytest.mark.parametrize("text", ["9", "25", "9:3", "9:30 pm", "09:30:15", "noon", "", "12345"])
def test_what_is_no_time_stays_as_it_is_to_be_refused(text):
    assert clock(text, NOW) == text


def test_compatibility_forms_are_folded_and_outer_blanks_go():
    assert plain("\u3000１２kPa ") == "12kPa"
