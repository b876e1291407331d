"""What people type, brought to one form: full-width digits, decimal commas, ways to write a date or a time."""

import re
import unicodedata
from datetime import datetime

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


def plain(text: str) -> str:
    """Compatibility forms folded (５ to 5, ． to .), outer blanks gone."""
    return unicodedata.normalize("NFKC", text).strip()


def number(text: str) -> str:
    """`３１，５`, `31,5` and `31.50` to `31.5`. Anything else stays, to be refused: `1,200` too."""
    text = re.sub(r"^([+-]?[0-9]*),([0-9]{1,2}|[0-9]{4,})$", r"\1.\2", plain(text).replace("−", "-"))
    return re.sub(r"^([+-]?[0-9]*\.[0-9]*?)0+$", r"\1", text).removesuffix(".") if "." in text else text


def day(text: str, today: datetime) -> str:
    """A date to YYYY-MM-DD (or YYYY-MM, YYYY): accepts 20261122, 2026/11/22, 22 Nov 2026, 11/2026; t is today."""
    text = plain(text)
    if text.lower() in ("t", "today"):
        return today.date().isoformat()
    if re.fullmatch(r"\d{8}", text):
        return f"{text[:4]}-{text[4:6]}-{text[6:]}"
    if match := re.fullmatch(r"(\d{4})[-/.年](\d{1,2})(?:[-/.月](\d{1,2})日?)?月?", text):
        return "-".join([match[1], *(part.zfill(2) for part in match.groups()[1:] if part)])
    if match := re.fullmatch(r"(\d{1,2})[-/.](\d{4})", text):
        return f"{match[2]}-{match[1].zfill(2)}"  # a month as it is printed on a lot
    match = re.fullmatch(r"(?:(\d{1,2})[ -])?([A-Za-z]{3})[a-z]*[ -](\d{4})", text)
    if match and match[2].lower() in MONTHS:
        month = f"{MONTHS.index(match[2].lower()) + 1:02}"
        return "-".join([match[3], month, *([match[1].zfill(2)] if match[1] else [])])
    return text


def clock(text: str, now: datetime) -> str:
    """A time of day to HH:MM: accepts 930, 0930, 9:30, 9.30; n is now."""
    text = plain(text)
    if text.lower() in ("n", "now"):
        return now.strftime("%H:%M")
    if match := re.fullmatch(r"(\d{1,2})[:.h]?(\d{2})", text):
        return f"{match[1].zfill(2)}:{match[2]}"
    return text
