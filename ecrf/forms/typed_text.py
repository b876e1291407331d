"""What people type, read as a number, a date or a time of day: many ways of writing, one value, or a refusal in words.

Whatever is read comes back in one form (31.5, 2026-11-22, 09:30). What could mean two things is never guessed: it is
`Ambiguous`, with the readings to choose from. `ways_of_writing.py` holds the table of all of them.
"""

import re
from datetime import datetime

from django.core.exceptions import ValidationError
from django.utils.translation import gettext, gettext_lazy, pgettext, pgettext_lazy

from ecrf.audit.texts import fold

FIRST_YEAR = 1900
"""Nobody in a trial has a date before; an earlier year is a slip (0202 for 2022)."""


class Unreadable(ValidationError):
    """What was typed has no meaning as what is asked for; says in words what is wrong."""


class Ambiguous(Unreadable):
    """What was typed can mean more than one thing. `readings`: (text that means it alone, in words)."""

    def __init__(self, message: str, readings: tuple[tuple[str, str], ...]) -> None:
        super().__init__(message)
        self.readings = readings


# --- numbers ----------------------------------------------------------------------------------------------------

NO_NUMBER = gettext_lazy("This is no number. Write it in digits, for example 31.5.")


def number(text: str, unit: str = "", decimals: int = 3) -> str:
    """`３１，５`, `31,5` and `31.5 kg` to `31.5`, with the digits as they were typed: `5.0` stays `5.0`; "" for none.

    `unit`: of the item, may stand behind. `decimals`: how many it has; with fewer than three, `1.200` may be 1200.
    Raises Unreadable for anything else, Ambiguous for that and for `1,200`.
    """
    text = _without_unit(fold(text), unit)
    if not text:
        return ""
    if match := re.fullmatch(r"([+-]?)([0-9]*)(?:[.,]([0-9]*))?", text):
        sign, whole, places = match.groups()
        if not whole and not places:
            raise Unreadable(NO_NUMBER)
        is_too_fine = decimals < 3 and not (places or "")[decimals:].strip("0")
        if (
            len(places or "") == 3
            and len(whole) in (1, 2, 3)
            and whole != "0"
            and ("," in text or is_too_fine)
        ):
            few = f"{sign}{whole}.{places[:decimals] if is_too_fine else places}".removesuffix(".")
            many = f"{sign}{whole}{places}"
            words = gettext("“%(typed)s” can be %(one)s or %(other)s.")
            words %= {"typed": text, "one": many, "other": few}
            raise Ambiguous(words, ((many, many), (few, few)))
        return f"{sign.replace('+', '')}{whole or '0'}{'.' + places if places else ''}"
    raise Unreadable(_no_number(text))


def _without_unit(text: str, unit: str) -> str:
    """The unit in another case (KG) is taken too; ℃ is °C."""
    text, unit = text.replace("℃", "°C"), unit.replace("℃", "°C")
    if unit and text.lower().endswith(unit.lower()):
        return text[: -len(unit)].rstrip()
    return text


def _no_number(text: str) -> str:
    if other := next((sign for sign in text if not sign.isascii() and sign.isnumeric()), ""):
        words = gettext("“%(sign)s” is no plain digit. Write the number with the digits 0 to 9.")
        return words % {"sign": other}
    if re.fullmatch(r"[+-]?[0-9.,]+[eE][+-]?[0-9]+", text):
        return gettext("Write the number out, without E: 70, not 7e1.")
    if text[0] in "<>≤≥":
        words = gettext("This item takes the number alone, without the sign %(sign)s.")
        return words % {"sign": text[0]}
    if re.fullmatch(r"[0-9.,]+ ?[/-] ?[0-9.,]+", text):
        return gettext("These are two numbers. Each has a field of its own.")
    if re.fullmatch(r"[+-]?[0-9.,' ]+", text):
        return gettext("More than one point, comma or blank stands in this number. Write it like 1200.5.")
    if match := re.fullmatch(r"[+-]?[0-9.,]+ ?([^\W\d_%°/µμ][^0-9]*|[%°/µμ][^0-9]*)", text):
        words = gettext("This item is not in %(unit)s. Convert the number, and write it without a unit.")
        return words % {"unit": match[1].strip()}
    return str(NO_NUMBER)


# --- dates ------------------------------------------------------------------------------------------------------

NO_DATE = gettext_lazy("This is no date. Write it as YYYY-MM-DD.")
NOT_WHOLE = gettext_lazy("A whole date is wanted here, with month and day. Write it as YYYY-MM-DD.")
DAY_ALONE = gettext_lazy("A day without its month says nothing. Write the year alone, or year and month.")
NAMES = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip
NAMES_IN_WORDS = (
    pgettext_lazy("month", "January"), pgettext_lazy("month", "February"), pgettext_lazy("month", "March"),
    pgettext_lazy("month", "April"), pgettext_lazy("month", "May"), pgettext_lazy("month", "June"),
    pgettext_lazy("month", "July"), pgettext_lazy("month", "August"), pgettext_lazy("month", "September"),
    pgettext_lazy("month", "October"), pgettext_lazy("month", "November"), pgettext_lazy("month", "December"),
)  # fmt: skip
"""As a person reads them; `NAMES` are what is typed."""
MONTHS = {name: at for at, name in enumerate(NAMES, 1)} | {name[:3]: at for at, name in enumerate(NAMES, 1)}
MONTHS["sept"] = 9
UNKNOWN = frozenset({"unk", "un", "uk", "unknown", "xx", "xxx", "??"})
"""What stands for a day or a month that nobody knows, as it is taught: UN-UNK-2024."""

ERAS = {
    "明治": (1868, 1868_10_23, 1912_07_29), "大正": (1912, 1912_07_30, 1926_12_24),
    "昭和": (1926, 1926_12_25, 1989_01_07), "平成": (1989, 1989_01_08, 2019_04_30),
    "令和": (2019, 2019_05_01, 9999_12_31),
}  # fmt: skip
"""{era: (the year that is its first, its first and its last day)}, as the Japanese calendar has them."""

ERA_LETTERS = dict(zip("MTSHR", ERAS, strict=True))
GAP = r"(?: ?[-/.] ?|,? |,|(?<=[0-9])(?=[a-z])|(?<=[a-z])(?=[0-9]))"
PART = r"([0-9]{1,4}|[a-z]+|\?\?)"
WESTERN = re.compile(rf"{PART}(?:\.?{GAP}{PART})?(?:\.?{GAP}{PART})?\.?")
JAPANESE = re.compile(r"(?:([^\W\d]{2})?([0-9]{1,4}|元))年(?: ?([0-9]{1,2})月(?: ?([0-9]{1,2})[日号])?)?")
NUMERALS = {"〇": 0, "零": 0} | {sign: at for at, sign in enumerate("一二三四五六七八九", 1)}
IN_NUMERALS = re.compile(r"([〇零一二三四五六七八九十]+)(?=[年月日号])")
"""What is written in the numerals of East Asia; they count in front of these words alone, where they mean one thing."""
ERA_LETTER = re.compile(r"([mtshr])\.?([0-9]{1,2})[./-]([0-9]{1,2})[./-]([0-9]{1,2})")


def day(text: str, today: datetime) -> str:
    """A date as YYYY-MM-DD, or YYYY-MM or YYYY where the rest is unknown; "" for none. `t` is `today`.

    Raises Unreadable for what is no date, lies before 1900 or has a year of two digits; Ambiguous for 05/06/2026.
    """
    text = fold(text).lower()
    if text in ("", "t", "today"):
        return today.date().isoformat() if text else ""
    if re.fullmatch(r"[0-9]{8}", text):
        return _dated(int(text[:4]), int(text[4:6]), int(text[6:]))
    if match := JAPANESE.fullmatch(IN_NUMERALS.sub(_in_digits, text)):
        return _japanese(*match.groups())
    if match := ERA_LETTER.fullmatch(text):
        letter, year, month, date_ = match.groups()
        return _of_era(ERA_LETTERS[letter.upper()], int(year), int(month), int(date_))
    if match := WESTERN.fullmatch(text):
        return _western([part for part in match.groups() if part])
    raise Unreadable(NO_DATE)


def _in_digits(numerals: re.Match[str]) -> str:
    """二〇二六 as 2026, 二十二 as 22; any other as it was, which is then no date."""
    if year := re.fullmatch("[〇零一二三四五六七八九]{4}|[一二三四五六七八九]", numerals[1]):
        return "".join(str(NUMERALS[sign]) for sign in year[0])
    if tens := re.fullmatch("([二三四五六七八九]?)十([一二三四五六七八九]?)", numerals[1]):
        return str(NUMERALS.get(tens[1], 1) * 10 + NUMERALS.get(tens[2], 0))
    return numerals[1]


def is_unknown(text: str) -> bool:
    """Whether it says that nothing of a date is known: UNK, UN-UNK-UNK."""
    parts = re.split(r"[-/. ]", fold(text).lower())
    return len(parts) <= 3 and all(part in UNKNOWN for part in parts)


def in_words(date: str) -> str:
    """2026-11-22 as 22 November 2026, 2026-11 as November 2026."""
    year, *rest = date.split("-")
    if not rest:
        return pgettext("a year alone", "%(year)s") % {"year": year}
    month = str(NAMES_IN_WORDS[int(rest[0]) - 1])
    if len(rest) == 1:
        return gettext("%(month)s %(year)s") % {"month": month, "year": year}
    return gettext("%(day)s %(month)s %(year)s") % {"day": int(rest[1]), "month": month, "year": year}


def _western(parts: list[str]) -> str:
    """`parts`: two or three of year, month and day, in one of the orders that are in use; or a year alone."""
    for part in parts:
        if part.isalpha() and part not in MONTHS and part not in UNKNOWN:
            words = gettext("“%(typed)s” is no month. This is no date. Write it as YYYY-MM-DD.")
            raise Unreadable(words % {"typed": part})
    if re.fullmatch("[0-9]{4}", parts[0]):
        year, *rest = parts
    elif re.fullmatch("[0-9]{4}", parts[-1]):
        *rest, year = parts
        if len(rest) == 2:
            rest = _month_first(rest[0], rest[1], int(year))
    else:
        raise Unreadable(gettext("Write the year with its four digits, for example 2026-11-22."))
    if any(part in MONTHS for part in rest[1:]):
        raise Unreadable(NO_DATE)
    month, date_ = [_number_of(part) for part in rest] + [0] * (2 - len(rest))
    return _dated(int(year), month, date_)


def _month_first(first: str, second: str, year: int) -> list[str]:
    """Month and day, of the two parts before a year. UNK-05-2024 is in May; 05-UNK-2024 may be too, or on the fifth of
    a month that nobody knows."""
    if first in MONTHS:
        return [first, second]
    if second in MONTHS or _is_nothing(first):
        return [second, first]
    if _is_nothing(second) and int(first) > 12:
        raise Unreadable(DAY_ALONE)
    if _is_nothing(second):
        readings = tuple((one, in_words(one)) for one in (_dated(year, int(first), 0), _dated(year, 0, 0)))
        words = gettext(
            "Is %(typed)s the month, or a day whose month is not known? Choose %(month)s or only %(year)s."
        )
        (_month, month), (_year, only_year) = readings
        raise Ambiguous(words % {"typed": first, "month": month, "year": only_year}, readings)
    day_first, month_first = (_readable(year, int(a), int(b)) for a, b in ((second, first), (first, second)))
    if day_first and month_first and day_first != month_first:
        readings = tuple((one, in_words(one)) for one in (day_first, month_first))
        (_one, one), (_other, other) = readings
        words = gettext("This can be %(one)s or %(other)s. Choose one.")
        raise Ambiguous(words % {"one": one, "other": other}, readings)
    return [first, second] if month_first else [second, first]


def _readable(year: int, month: int, date_: int) -> str:
    """The day in ISO 8601; "" if the calendar does not have it."""
    try:
        return _dated(year, month, date_)
    except Unreadable:
        return ""


def _is_nothing(part: str) -> bool:
    """Whether it stands for a day or a month that nobody knows: UNK, 00."""
    return part in UNKNOWN or not part.strip("0")


def _number_of(part: str) -> int:
    """Of a month or a day; 0 for one that nobody knows."""
    return int(part) if part.isdigit() else MONTHS.get(part, 0)


def _japanese(era: str | None, year: str, month: str | None, date_: str | None) -> str:
    number = 1 if year == "元" else int(year)
    if era is None:
        return _dated(number, int(month or 0), int(date_ or 0))
    if era not in ERAS:
        words = gettext("“%(typed)s” is no era. This is no date. Write it as YYYY-MM-DD.")
        raise Unreadable(words % {"typed": era})
    return _of_era(era, number, int(month or 0), int(date_ or 0))


def _of_era(era: str, year: int, month: int, date_: int) -> str:
    first, begins, ends = ERAS[era]
    western = first + year - 1
    earliest = western * 10_000 + (month or 1) * 100 + (date_ or 1)
    latest = western * 10_000 + (month or 12) * 100 + (date_ or 31)
    if not 0 < year < 100 or earliest > ends or latest < begins:  # 令和2026年 would be 4044
        words = gettext("The era %(era)s has no such day. This is no date. Write it as YYYY-MM-DD.")
        raise Unreadable(words % {"era": era})
    return _dated(western, month, date_)


def _dated(year: int, month: int, date_: int) -> str:
    """The parts as ISO 8601; 0 for an unknown one. Raises Unreadable for a day that the calendar does not have."""
    if date_ and not month:
        raise Unreadable(DAY_ALONE)
    if month > 12:
        words = gettext("There is no month %(number)s. This is no date. Write it as YYYY-MM-DD.")
        raise Unreadable(words % {"number": month})
    try:
        whole = datetime(year, month or 1, date_ or 1)  # noqa: DTZ001 - a day, whatever the zone
    except ValueError:
        words = gettext("%(month)s has no day %(day)s.")
        words %= {"month": in_words(f"{year:04}-{month:02}"), "day": date_}
        raise Unreadable(words) from None
    if year < FIRST_YEAR:
        words = gettext("The year %(year)s is before %(first)s. Look at it again.")
        raise Unreadable(words % {"year": f"{year:04}", "first": FIRST_YEAR})
    return f"{whole:%Y-%m-%d}"[: 10 if date_ else 7 if month else 4]


# --- times ------------------------------------------------------------------------------------------------------

NO_TIME = gettext_lazy("This is no time of day. Write it as HH:MM, for example 09:30.")
CLOCK = re.compile(r"([0-9]{1,2})(?:[:.h]?([0-9]{2}))?(?::00)?(?: ?([ap])\.?m\.?)?")
HALVES = {"午前": "a", "午後": "p", "上午": "a", "下午": "p"}
IN_CHARACTERS = re.compile(r"(午前|午後|上午|下午)?([0-9]{1,2})[時时點点](?:([0-9]{1,2})分|(半))?")
BEHIND_HALF = re.compile(r"(午前|午後|上午|下午)([0-9]{1,2}):([0-9]{2})")


def clock(text: str, now: datetime) -> str:
    """A time of day as HH:MM; "" for none. Takes 930, 9:30, 9.30, 9, 9:30pm, 午後9時半, 下午9点半; `n` is `now`."""
    text = fold(text).lower()
    if text in ("", "n", "now"):
        return now.strftime("%H:%M") if text else ""
    if match := CLOCK.fullmatch(text):
        hour, minute, half = match.groups()
    elif match := IN_CHARACTERS.fullmatch(text) or BEHIND_HALF.fullmatch(text):
        half_day, hour, minute = match[1] or "", match[2], match[3]
        half_past = match.lastindex == 4
        if half_day and int(hour) == 0:  # 午後0時半 is half past noon
            hour = "12"
        half = HALVES.get(half_day)
        minute = "30" if half_past else minute
    else:
        raise Unreadable(NO_TIME)
    return _timed(int(hour), int(minute or 0), half)


def _timed(hour: int, minute: int, half: str | None) -> str:
    """`half`: a for before noon, p for after."""
    if half and not 1 <= hour <= 12:
        words = gettext("%(time)s is already counted in 24 hours: write it without am or pm.")
        raise Unreadable(words % {"time": f"{hour}:{minute:02}"})
    if half:
        hour = hour % 12 + (12 if half == "p" else 0)
    if hour == 24 and minute == 0:
        raise Unreadable(gettext("Midnight is 00:00 of the day that begins."))
    if hour > 23 or minute > 59:
        raise Unreadable(NO_TIME)
    return f"{hour:02}:{minute:02}"
