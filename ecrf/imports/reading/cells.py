"""What spreadsheets do to cells: understood where it is certain, else refused in words that say what happened."""

import re
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.translation import gettext

from ecrf.audit.texts import fold
from ecrf.forms.typed_text import Ambiguous, Unreadable, number

ERRORS = re.compile(
    r"#(REF|N/A|VALUE|DIV/0|NAME|NUM|NULL|SPILL|CALC|FIELD|BLOCKED|GETTING_DATA|BEZUG|WERT|ZAHL|NV)[!?]?",
    re.IGNORECASE,
)
TOO_NARROW = re.compile(r"#{3,}")
FORMULA = re.compile(r"[=@] ?\S|\+[^\d.,\s]|\+[\d.,]+ ?[-+*/(]")
"""What a spreadsheet takes for a formula; a sign before a number is none."""
BOUND = re.compile(r"=[<>]")
"""At most, at least: a sign that a laboratory puts before a number."""
GUARDED = re.compile(r"'(?=[\s　]*[=+@\t\r\n＝＋－＠'-])")
"""How this product's own files keep a text from being taken for a formula."""
AS_BROUGHT = "'?"
"""Before a cell of a file that is given back to be corrected, where an apostrophe alone would say that it is meant so:
nobody has said that yet."""
GIVEN_BACK = re.compile(r"[\s　]*'\?(?=[\s　]*[=+@\t\r\n＝＋－＠-])")
SHORTENED = re.compile(r"[+-]?\d(?:[.,]\d+)?E[+-]\d{1,3}", re.IGNORECASE)
MONTH = "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|mrz|mär|mai|okt|dez"
TURNED = re.compile(rf"(?:\d{{1,2}}[-. ]{{1,2}}(?:{MONTH})\.?|(?:{MONTH})[-. ]\d{{1,2}})", re.IGNORECASE)
"""A fraction or a range (1-3, 3/4, 1.3) that a spreadsheet took for a day: 01-Mar, 3. Apr, Mar-01."""
SERIAL = re.compile(r"[1-9]\d{4}(?:[.,]\d+)?")
SERIAL_DAYS = range(10_000, 80_000)
"""1927 to 2119, as Excel counts days."""
EXCEL_BEGINS, MAC_BEGINS_LATER = date(1899, 12, 30), timedelta(days=1462)
WHOLE_DAY_TIME = re.compile(r"(\d{4}-\d{2}-\d{2})[ T]00:00(?::00(?:\.0+)?)?")
IN_NUMBERS = re.compile(r"(\d{1,2})[-./ ](\d{1,2})[-./ ](\d{4})(?:[ T]00:00(?::00(?:\.0+)?)?)?")
"""A date whose day and month could be told apart only by their order."""

MONTHS = 12

DAYS = frozenset({"day", "partial-day"})
TEXTS = frozenset({"line", "prose", "link", "choice"})


class CellRefused(Exception):
    """What is wrong with a cell, in words."""


@dataclass(frozen=True)
class CellWays:
    """In which of several ways a file is written, where somebody said so: the sign before decimals; of 05/06/2026,
    what stands first, "day" or "month"."""

    decimal: str = ""
    first: str = ""


def cell_text(text: str, kind: str, ways: CellWays = CellWays(), decimals: int = 3) -> str:
    """The cell as it goes on to be read as a value of this kind of item; "" where it is blank. CellRefused says what a
    spreadsheet did to it. `decimals`: how many a number has."""
    if GIVEN_BACK.match(text):
        try:
            return cell_text(GIVEN_BACK.sub("", text, count=1), kind, ways, decimals)
        except CellRefused as refusal:
            raise CellRefused(
                gettext(
                    "“%(plain)s” was refused before, and stands here unchanged. Write the value in its place; if it is"
                    " meant as a text, take out the ? before it."
                )
                % {"plain": fold(text)[:40]}
            ) from refusal
    plain = fold(text)
    if not plain:
        return ""
    if ERRORS.fullmatch(plain):
        raise CellRefused(
            gettext("“%(plain)s” is an error of the spreadsheet, no value. Correct the cell there.")
            % {"plain": plain}
        )
    if TOO_NARROW.fullmatch(plain):
        raise CellRefused(
            gettext("“####” stands where a column was too narrow. Widen it, and save the file again.")
        )
    if _is_guarded(text, plain):
        text = text.lstrip()[1:]
        if kind != "number" and kind not in DAYS:
            return text
        plain = fold(text)  # a number or a day is none the less read as one
        if not plain:
            return ""
    if FORMULA.match(plain) and not (kind in ("number", "choice") and BOUND.match(plain)):
        raise CellRefused(
            gettext(
                "“%(plain)s” looks like a formula. Save the values, not the formulas; if it is meant as a text, "
                "put ' before it."
            )
            % {"plain": plain[:40]}
        )
    if kind in DAYS:
        return _day(text, plain, ways.first)
    if kind in TEXTS or kind == "number":
        _refuse_turned(plain, kind)
    return _number(plain, ways.decimal, decimals) if kind == "number" else text


def plain_text(text: str) -> str:
    """The cell without what keeps it from being run, where it says where a row belongs or is a remark: no value."""
    if GIVEN_BACK.match(text):
        return GIVEN_BACK.sub("", text, count=1)
    return text.lstrip()[1:] if _is_guarded(text, fold(text)) else text


def is_doubtful(text: str) -> bool:
    """Whether a text like this is refused until somebody says that it is meant so."""
    plain = fold(text)
    wholly = (ERRORS, TOO_NARROW, TURNED, SHORTENED)
    return bool(FORMULA.match(plain)) or any(one.fullmatch(plain) for one in wholly)


def _is_guarded(text: str, plain: str) -> bool:
    if plain[:1] != "'":
        return False
    return bool(GUARDED.match(text) or TURNED.fullmatch(plain[1:]) or SHORTENED.fullmatch(plain[1:]))


def _refuse_turned(plain: str, kind: str) -> None:
    if TURNED.fullmatch(plain):
        words = gettext(
            "“%(plain)s” is what a spreadsheet makes of something like 1-3 or 3/4: what was meant cannot be told."
        )
        if kind != "number":
            words = gettext(
                "“%(plain)s” is what a spreadsheet makes of something like 1-3 or 3/4: what was meant cannot be told."
                " If it is meant so, put ' before it."
            )
        raise CellRefused(words % {"plain": plain})
    if SHORTENED.fullmatch(plain):
        raise CellRefused(
            gettext(
                "“%(plain)s” is a number that the spreadsheet has shortened. Format the column as text or "
                "number, and save again with all digits."
            )
            % {"plain": plain}
        )


def _day(text: str, plain: str, first: str) -> str:
    if match := WHOLE_DAY_TIME.fullmatch(plain):
        return match[1]
    if first and (match := IN_NUMBERS.fullmatch(plain)):
        month, day_ = (match[1], match[2]) if first == "month" else (match[2], match[1])
        return f"{match[3]}-{int(month):02}-{int(day_):02}"
    if (match := IN_NUMBERS.fullmatch(plain)) and int(match[1]) != int(match[2]) and _could_be_months(match):
        raise CellRefused(
            gettext(
                "“%(plain)s” can be two days. Write YYYY-MM-DD, or bring the file again and say under “How the file is"
                " written” whether the day or the month comes first."
            )
            % {"plain": plain}
        )
    if TURNED.fullmatch(plain):
        raise CellRefused(
            gettext("“%(plain)s” has no year. Write the date as YYYY-MM-DD.") % {"plain": plain}
        )
    if SERIAL.fullmatch(plain) and (days := int(re.split("[.,]", plain)[0])) in SERIAL_DAYS:
        day = EXCEL_BEGINS + timedelta(days=days)
        raise CellRefused(
            gettext(
                "“%(plain)s” is how a spreadsheet counts days: %(day)s in Excel, %(day2)s in files of older "
                "Macs. Format the column as YYYY-MM-DD, and save again."
            )
            % {"plain": plain, "day": day, "day2": day + MAC_BEGINS_LATER}
        )
    return text


def _could_be_months(match: re.Match[str]) -> bool:
    return all(1 <= int(part) <= MONTHS for part in match.groups()[:2])


def _number(plain: str, decimal: str, decimals: int) -> str:
    """Where the file says which sign stands before decimals, what could be two numbers is one."""
    if not decimal:
        try:
            number(plain, decimals=decimals)
        except Ambiguous as refusal:
            raise CellRefused(
                gettext(
                    "“%(plain)s” can be two numbers. Write it without the sign between thousands, or bring the file"
                    " again and say under “How the file is written” which sign stands before decimals."
                )
                % {"plain": plain}
            ) from refusal
        except Unreadable:
            return plain
    if not decimal or not (match := re.fullmatch(r"([<>≤≥=]*)\s*([+-]?[\d.,' ]+)", plain)):
        return plain
    sign, digits = match[1], match[2].strip()
    other = "." if decimal == "," else ","
    groups = re.fullmatch(rf"([+-]?\d{{1,3}})((?:[{other}' ]\d{{3}})+)(\{decimal}\d+)?", digits)
    if groups:
        digits = groups[1] + re.sub(rf"[{other}' ]", "", groups[2]) + (groups[3] or "")
    elif other in digits:
        raise CellRefused(
            gettext("“%(plain)s” does not fit numbers with “%(decimal)s” before the decimals.")
            % {"plain": plain, "decimal": decimal}
        )
    digits = digits.replace(",", ".")
    try:
        number(digits, decimals=decimals)
    except Ambiguous:
        # Too fine for the item: the zeros behind say nothing, and the sign says which of the readings it is.
        digits = digits.rstrip("0").rstrip(".") if "." in digits else digits
    except Unreadable:
        return plain
    return sign + digits
