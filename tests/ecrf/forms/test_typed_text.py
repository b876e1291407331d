"""What people type: the table of ways of writing holds, and for whatever is typed no other value comes out."""

from contextlib import suppress
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecrf.audit.texts import apart, cleaned, fault_of_text, is_visible, meaning
from ecrf.forms.typed_text import (
    IN_NUMERALS,
    Ambiguous,
    Unreadable,
    clock,
    day,
    fold,
    in_words,
    is_unknown,
    number,
)
from ecrf.forms.ways_of_writing import READERS, WAYS, WayOfWriting

EVERY = settings(max_examples=1500, derandomize=True, database=None, deadline=None)
"""The same examples at each run: a suite that is red by chance helps nobody."""

SIGNS = (
    "0123456789０５９¹²④⑫Ⅷ½五٣.,．，。、-−－–+＋eE<≤%°℃ \u3000\u200b\u00a0kgｋ"
    "/／年月日号時分点令和元RS午前後上下unknovay:：〇零一二十\t\n\x07"
)
typed_signs = st.text(st.sampled_from(SIGNS), max_size=12) | st.text(max_size=12)

NOW = datetime(2026, 11, 22, 8, 5, tzinfo=ZoneInfo("Asia/Tokyo"))
DIGITS = {chr(0xFF10 + digit): str(digit) for digit in range(10)}
PLAIN = set("0123456789.-")


def readings_of(read, typed: str) -> list[str]:
    """What it can mean: one value, or those that it asks to choose from."""
    try:
        return [read(typed)]
    except Ambiguous as asked:
        return [one for one, _words in asked.readings]


def tens(number: int) -> str:
    """In the numerals of East Asia, up to 99."""
    ten, one = divmod(number, 10)
    signs = " 一二三四五六七八九"
    return f"{signs[ten] if ten > 1 else ''}{'十' if ten else ''}{signs[one]}".replace(" ", "")


@pytest.mark.parametrize("way", WAYS, ids=lambda way: f"{way.kind}-{way.typed!a}")
def test_table_of_ways_of_writing_holds(way: WayOfWriting):
    if not way.refused:
        assert READERS[way.kind](way.typed) == way.read
        return
    with pytest.raises(Unreadable) as refusal:
        READERS[way.kind](way.typed)
    assert way.refused in refusal.value.messages[0]


@pytest.mark.parametrize("kind", ["number", "date", "time"])
@pytest.mark.parametrize("typed", ["", "  ", "\u3000", "\u200b", "\ufeff\u00ad"])
def test_what_cannot_be_seen_is_no_value(kind, typed):
    assert READERS[kind](typed) == ""


@EVERY
@given(typed_signs)
def test_a_number_is_read_digit_by_digit_or_not_at_all(typed):
    """The digits that are seen are the digits that count, in their order; none is made, none is lost."""
    try:
        read = number(typed)
    except Unreadable:
        return
    assert set(read) <= PLAIN
    seen = [DIGITS.get(sign, sign) for sign in typed if sign.isnumeric()]
    assert [sign for sign in read if sign.isdigit()] in (seen, ["0", *seen])
    if read:
        Decimal(read)


@settings(derandomize=True, database=None, deadline=None)
@given(st.decimals(allow_nan=False, allow_infinity=False, places=3, min_value=-9999, max_value=9999))
def test_a_number_reads_back_as_itself_in_every_writing(value):
    plain = f"{value:f}"
    full_width = plain.translate(
        {ord("-"): "－", ord("."): "．"} | {ord(str(n)): chr(0xFF10 + n) for n in range(10)}
    )
    assert Decimal(number(plain)) == Decimal(number(full_width)) == value
    assert value in [Decimal(one) for one in readings_of(number, plain.replace(".", ","))]


@settings(derandomize=True, database=None, deadline=None)
@given(st.dates(min_value=date(1900, 1, 1), max_value=date(2099, 12, 31)))
def test_a_day_is_read_from_every_writing_or_asked_about(value):
    iso = value.isoformat()
    name = value.strftime("%B")
    year = "".join("〇一二三四五六七八九"[int(digit)] for digit in str(value.year))
    for writing in (
        iso,
        f"{value:%Y%m%d}",
        f"{value.year}年{value.month}月{value.day}日",
        f"{year}年{tens(value.month)}月{tens(value.day)}日",
        f"{value.day} {name} {value.year}",
        f"{name[:3]} {value.day}, {value.year}",
        f"{value.day:02}{name[:3].upper()}{value.year}",
        in_words(iso),
    ):
        assert day(writing, NOW) == iso, writing
    for writing in (f"{value:%d/%m/%Y}", f"{value:%m/%d/%Y}"):
        readings = readings_of(lambda typed: day(typed, NOW), writing)
        assert iso in readings
        assert len(readings) == (2 if value.day != value.month and max(value.day, value.month) <= 12 else 1)


@settings(derandomize=True, database=None, deadline=None)
@given(st.dates(min_value=date(1900, 1, 1), max_value=date(2099, 12, 31)))
def test_a_day_of_an_era_is_one_day(value):
    """Every day has one name of an era, and the next era does not claim it."""
    iso, eras = value.isoformat(), []
    for letter in "MTSHR":
        for year in range(1, 100):
            with suppress(Unreadable):
                if day(f"{letter}{year}.{value.month}.{value.day}", NOW) == iso:
                    eras.append(letter)
    assert len(eras) == 1


@EVERY
@given(typed_signs)
def test_whatever_is_typed_gives_a_day_of_the_calendar_or_a_refusal(typed):
    try:
        read = day(typed, NOW)
    except Unreadable:
        return
    if read:
        assert len(read) in (4, 7, 10)
        date.fromisoformat(f"{read}-01-01"[:10])
        assert day(read, NOW) == read
        numerals = set("".join(IN_NUMERALS.findall(fold(typed))))
        assert all(sign.isascii() or sign in DIGITS or sign in numerals for sign in typed if sign.isnumeric())
        assert any(sign.isnumeric() for sign in typed) or fold(typed).lower() in ("t", "today")


@settings(derandomize=True, database=None, deadline=None)
@given(st.times())
def test_a_time_is_read_from_every_writing(value):
    iso = f"{value:%H:%M}"
    half = "午前" if value.hour < 12 else "午後"
    twelve = value.hour % 12 or 12
    for writing in (
        iso,
        f"{value:%H%M}",
        f"{value:%H.%M}",
        f"{twelve}:{value.minute:02}{'am' if value.hour < 12 else 'pm'}",
        f"{value.hour}時{value.minute}分",
        f"{half}{twelve}時{value.minute}分",
    ):
        assert clock(writing, NOW) == iso, writing


@EVERY
@given(typed_signs)
def test_of_a_text_nothing_visible_is_lost_and_nothing_invisible_counts(typed):
    words = cleaned(typed)
    assert cleaned(words) == words
    if not fault_of_text(words):
        as_seen = [sign for sign in cleaned(f"|{typed}|")[1:-1] if is_visible(sign)]
        assert [sign for sign in words if is_visible(sign)] == as_seen
        assert bool(words) == bool(as_seen)
        assert meaning(typed) == meaning(words) == meaning(f"\u200b{words}\ufeff ")


@pytest.mark.parametrize(
    ("sign", "is_another_text"),
    [
        *((sign, False) for sign in "\u061c\u200e\u200f\u202a\u202c\u2066\u2069"),
        ("\u202d", True),
        ("\u202e", True),
    ],
)
def test_signs_that_order_are_no_change_and_those_that_turn_letters_round_are(sign, is_another_text):
    assert (meaning(f"5{sign}.10 mg") != meaning("5.10 mg")) == is_another_text
    assert cleaned(f"5{sign}.10 mg") == f"5{sign}.10 mg", "kept as typed"


@pytest.mark.parametrize(
    ("text", "put"),
    [
        ("5.10 mg", "5.10 mg"),
        ("握力 É 🧪 → 5", "握力 É 🧪 → 5"),
        ("של 12", "\u2068של 12\u2069"),
        ("a\u202eb", "\u2068a\u202eb\u2069"),
        ("\u2067a", "\u2068\u2067a\u2069\u2069"),
        ("a\u2069\u202eb", "\u2068a\u202eb\u2069"),
        ("\u2066a\u2069b\u2069c", "\u2068\u2066a\u2069bc\u2069"),
    ],
)
def test_text_beside_others_orders_nothing_but_itself(text, put):
    assert apart(text) == put


def test_a_line_with_very_many_blanks_is_read_at_once():
    """One such field must not stop the process for everybody."""
    blanks = " " * 200_000
    assert cleaned(f"a{blanks}b", lines=False) == f"a{blanks}b"
    assert cleaned(f"a{blanks}\n{blanks}b", lines=False) == "a b"


@pytest.mark.parametrize(
    "kept",
    [
        "❤️",
        "👨‍👩‍👧",
        "می‌خواهم",
        "🏴\U000e0067\U000e0062\U000e007f",
        "\ue000 gaiji",
        "全角　空白",
        "\ufa19 \ufa1b\ufa11",
        "葛\U000e0100城",
        "\U0002f81a",
    ],
)
def test_signs_that_belong_to_the_visible_ones_stay_as_do_forms_of_names(kept):
    assert cleaned(f" {kept}\u200b") == kept


@pytest.mark.parametrize("typed", ["UNK", "un-unk-unk", "ＵＮＫ", "unknown", "??"])
def test_a_date_of_which_nothing_is_known_says_so(typed):
    assert is_unknown(typed)
    assert not is_unknown("UN-UNK-2024")


def test_a_day_that_can_be_two_names_both_in_full():
    with pytest.raises(Ambiguous) as asked:
        day("05/06/2026", NOW)
    assert asked.value.readings == (("2026-06-05", "5 June 2026"), ("2026-05-06", "6 May 2026"))


def test_days_and_times_follow_the_clock_that_is_given():
    later = NOW + timedelta(days=1, hours=1)
    assert (day("t", later), clock("n", later)) == ("2026-11-23", "09:05")
