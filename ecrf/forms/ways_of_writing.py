"""Which ways of writing a number, a date, a time or a text are taken, as what, and which are refused, and why.

The table is printed on the page of checks, and a test reads each line of it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from ecrf.audit.texts import cleaned_or_fault
from ecrf.forms import typed_text


@dataclass(frozen=True)
class WayOfWriting:
    """One way of writing. `read`: the value it is taken as; `refused`: why it is not, in a word of the message that a
    person gets. `note`: what is seen of it where signs are invisible."""

    kind: str
    typed: str
    read: str = ""
    refused: str = ""
    note: str | Promise = ""


def _table(kind: str, *, read: dict[str, str], refused: dict[str, str]) -> tuple[WayOfWriting, ...]:
    taken = (WayOfWriting(kind, typed, read=value) for typed, value in read.items())
    return (*taken, *(WayOfWriting(kind, typed, refused=why) for typed, why in refused.items()))


NUMBERS = _table(
    "number",
    read={
        "31.5": "31.5", "31,5": "31.5", "３１．５": "31.5", "３１，５": "31.5", "３１。５": "31.5", " 7 ": "7",
        "5.0": "5.0", "−2": "-2", "－２": "-2", "+1,5": "1.5", ",5": "0.5", "31.": "31", "0,125": "0.125",
        "31.5 kg": "31.5", "31.5KG": "31.5", "７ ｋｇ": "7",
    },
    refused={
        "13.1¹": "plain digit", "7²": "plain digit", "⑫": "plain digit", "④": "plain digit", "ⅷ": "plain digit",
        "½": "plain digit", "五": "plain digit", "٣": "plain digit", "7e1": "without E", "1E-1": "without E",
        "<0.5": "without the sign", "1,200": "can be", "1,234.5": "More than one", "1 000": "More than one",
        "128/78": "two numbers", "31.5 lb": "not in lb", "abc": "no number", "--1": "no number", ".": "no number",
    },
)  # fmt: skip

DATES = _table(
    "date",
    read={
        "2026-11-22": "2026-11-22", "20261122": "2026-11-22", "2026/11/22": "2026-11-22", "2026.1.5": "2026-01-05",
        "２０２６／１１／２２": "2026-11-22", "２０２６ー１１ー２２": "2026-11-22",
        "22/11/2026": "2026-11-22", "22.11.2026": "2026-11-22",
        "11/22/2026": "2026-11-22", "5.5.2026": "2026-05-05", "22 Nov 2026": "2026-11-22", "22NOV2026": "2026-11-22",
        "22-nov-2026": "2026-11-22", "Nov 22, 2026": "2026-11-22", "November 22 2026": "2026-11-22",
        "2026 Nov 22": "2026-11-22", "22. November 2026": "2026-11-22", "5 Sept 2026": "2026-09-05",
        "2026年11月22日": "2026-11-22", "令和8年11月22日": "2026-11-22", "令和元年5月1日": "2019-05-01",
        "二〇二六年十一月二十二日": "2026-11-22", "令和八年十一月二十二日": "2026-11-22",
        "2026年11月22号": "2026-11-22",
        "昭和四十五年": "1970", "R8.11.22": "2026-11-22",
        "昭和45年3月2日": "1970-03-02", "S45/3/2": "1970-03-02", "H31.4.30": "2019-04-30",
        "t": "2026-11-22", "Today": "2026-11-22", "ｔ": "2026-11-22",
        "2026-11": "2026-11", "11/2026": "2026-11", "Nov 2026": "2026-11", "2026年11月": "2026-11", "2026": "2026",
        "昭和45年": "1970", "UN-UNK-2024": "2024", "UN-2024": "2024", "2024-UNK-UNK": "2024", "2024-05-UNK": "2024-05",
        "UNK-05-2024": "2024-05", "UN MAY 2024": "2024-05",
    },
    refused={
        "05/06/2026": "Choose one", "26-11-22": "four digits", "22.11.26": "four digits", "2025-02-29": "no day 29",
        "20250230": "no day 30", "2026-13-01": "no month 13", "22-marmelade-2026": "no month",
        "22 Novem 2026": "no month",
        "0202-11-22": "before 1900", "0001-01-01": "before 1900", "1899-12-31": "before 1900",
        "05-UNK-2024": "Choose May 2024 or only 2024", "22-UNK-2024": "without its month",
        "2024-UNK-05": "without its month", "R1.3.1": "no such day", "令和2026年": "no such day",
        "平成32年1月1日": "no such day",
        "2026 05 nov": "no date", "Nov Dec 2026": "no date", "2026-11-22 08:00": "no date", "tomorrow": "no month",
        "二千二十六年": "no date", "二二年十一月": "no date", "十一月二十二日": "no date",
        "2026-11-2²": "no date", "202611": "no date",
    },
)  # fmt: skip

TIMES = _table(
    "time",
    read={
        "09:30": "09:30", "9:30": "09:30", "930": "09:30", "0930": "09:30", "9.30": "09:30", "9h30": "09:30",
        "９：３０": "09:30", "9": "09:00", "9:30am": "09:30", "9:30 pm": "21:30", "12:05 a.m.": "00:05",
        "12pm": "12:00",
        "9時30分": "09:30", "午前9時30分": "09:30", "午後9時半": "21:30", "午後0時半": "12:30",
        "午前0時5分": "00:05", "午後9:30": "21:30", "上午9时30分": "09:30", "下午9点半": "21:30",
        "21時": "21:00", "09:30:00": "09:30",
        "0:00": "00:00", "n": "08:05", "NOW": "08:05",
    },
    refused={
        "25": "no time", "9:3": "no time", "09:30:15": "no time", "noon": "no time", "12345": "no time",
        "9:60": "no time", "24:00": "Midnight", "13:05pm": "24 hours", "9:3⁰": "no time",
    },
)  # fmt: skip

TEXTS = (
    WayOfWriting("text", "~5 mg", read="~5 mg"),
    WayOfWriting("text", "  two words ", read="two words"),
    WayOfWriting("text", "one\ttwo", read="one two", note="one⇥two"),
    WayOfWriting("text", "one\r\ntwo", read="one two", note="one↵two"),
    WayOfWriting("text", "one\vtwo", read="one two", note="one↵two"),
    WayOfWriting("text", "\ufeffone\u200b", read="one", note=gettext_lazy("one, among invisible signs")),
    WayOfWriting("text", "5\u00a0mg", read="5 mg", note=gettext_lazy("5 mg, with a fixed blank")),
    WayOfWriting("text", "e\u0301", read="é", note=gettext_lazy("é, written as two signs")),
    WayOfWriting("text", "\u200b\u00ad\u3164", read="", note=gettext_lazy("invisible signs alone: blank")),
    WayOfWriting(
        "text",
        "one\x07two",
        refused="control character",
        note=gettext_lazy("one⍰two, with a control character"),
    ),
    WayOfWriting(
        "text",
        "one\uffff",
        refused="control character",
        note=gettext_lazy("one, with a sign that Unicode reserves"),
    ),
)

WAYS = (*NUMBERS, *DATES, *TIMES, *TEXTS)


@dataclass(frozen=True)
class KindOfWriting:
    """The ways of writing one kind of value: {value: ways}, {why: ways that are refused}."""

    title: str
    taken: dict[str, list[str]]
    refused: dict[str, list[str]]


READERS: dict[str, Callable[[str], object]] = {
    "number": lambda typed: typed_text.number(typed, "kg"),
    "date": lambda typed: typed_text.day(typed, datetime(2026, 11, 22, 8, 5, tzinfo=UTC)),
    "time": lambda typed: typed_text.clock(typed, datetime(2026, 11, 22, 8, 5, tzinfo=UTC)),
    "text": lambda typed: _text(typed),
}
"""{kind: reads one way of writing; raises Unreadable}, on the day and in the unit of the table."""

TITLES = {
    "number": gettext_lazy("Numbers"),
    "date": gettext_lazy("Dates"),
    "time": gettext_lazy("Times"),
    "text": gettext_lazy("Texts"),
}


def _text(typed: str) -> str:
    words, fault = cleaned_or_fault(typed, lines=False)
    if fault:
        raise typed_text.Unreadable(fault)
    return words


def _message(kind: str, why: str) -> str:
    """What a person is told of the first way that is refused for this reason."""
    typed = next(way.typed for way in WAYS if way.kind == kind and way.refused == why)
    try:
        READERS[kind](typed)
    except typed_text.Unreadable as refusal:
        return str(refusal.messages[0])
    return why


def by_kind() -> list[KindOfWriting]:
    """The table for reading, each value with all ways to write it."""
    kinds = []
    for kind in dict.fromkeys(way.kind for way in WAYS):
        sorted_ways: tuple[dict[str, list[str]], dict[str, list[str]]] = ({}, {})
        for way in (way for way in WAYS if way.kind == kind):
            ways = sorted_ways[bool(way.refused)]
            ways.setdefault(way.refused or way.read, []).append(str(way.note or way.typed))
        taken, refused = sorted_ways
        refused = {_message(kind, why): ways for why, ways in refused.items()}
        kinds.append(KindOfWriting(str(TITLES[kind]), taken, refused))
    return kinds
