"""Days by the Japanese calendar, to be read beside ISO 8601 and never in its place: 令和8年11月22日（日）."""

from datetime import date

from django.utils.translation import get_language

from ecrf.forms.typed_text import ERAS

WEEKDAYS = "月火水木金土日"


def in_era(day: date) -> str:
    """The day in words of Japanese; "" for one before the first era that is read."""
    number = day.year * 10_000 + day.month * 100 + day.day
    for era, (first, begins, ends) in ERAS.items():
        if begins <= number <= ends:
            year = day.year - first + 1
            of_era = "元" if year == 1 else str(year)
            return f"{era}{of_era}年{day.month}月{day.day}日（{WEEKDAYS[day.weekday()]}）"
    return ""


def beside(day: date | None) -> str:
    """What stands beside the day for the reader: nothing but for who reads Japanese."""
    return in_era(day) if day and get_language() == "ja" else ""
