"""The year of the era and the weekday, beside a day, for who reads Japanese."""

from datetime import date, timedelta

import pytest
from django.utils import translation

from ecrf.forms import typed_text
from ecrf.forms.eras import beside, in_era

DAYS = {
    date(2026, 11, 22): "令和8年11月22日（日）",
    date(2019, 5, 1): "令和元年5月1日（水）",
    date(2019, 4, 30): "平成31年4月30日（火）",
    date(1989, 1, 7): "昭和64年1月7日（土）",
    date(1926, 12, 25): "昭和元年12月25日（土）",
    date(1912, 7, 29): "明治45年7月29日（月）",
}


@pytest.mark.parametrize("day", DAYS)
def test_day_is_said_by_its_era_and_weekday(day):
    assert in_era(day) == DAYS[day]


def test_what_is_said_is_read_as_the_same_day():
    now = typed_text.datetime(2026, 11, 22, 8, 5)
    for number in range(0, 50_000, 97):
        day = date(1900, 1, 1) + timedelta(days=number)
        words, _weekday = in_era(day).split("（")
        assert typed_text.day(words, now) == day.isoformat()


def test_nothing_is_said_of_a_day_before_the_first_era_or_of_none():
    assert in_era(date(1868, 1, 1)) == ""
    with translation.override("ja"):
        assert beside(None) == ""


@pytest.mark.parametrize(("language", "says"), [("ja", True), ("zh-hans", False), ("en", False)])
def test_only_who_reads_japanese_sees_it(language, says):
    with translation.override(language):
        assert bool(beside(date(2026, 11, 22))) == says
