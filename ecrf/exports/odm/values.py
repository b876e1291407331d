"""How the values of each kind of item stand in the file, and how long they may be."""

import json
from typing import Any

from ecrf.forms.items import Measure, WholeNumber

WHOLE_DIGITS = 10
"""Of the column, where an item has no limits."""


def text_of(item: Any, value: Any) -> str:
    """A value as the trail holds it (numbers with the digits they have there), as text. A time of day keeps to the
    minute that was given: seconds that nobody took are not made up, so it is a partialTime."""
    if value is True or value is False:
        return "yes" if value else "no"
    if item.kind == "clock":
        return str(value)[:5]
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


_scan = json.JSONDecoder(parse_float=str, parse_int=str).scan_once  # type: ignore[attr-defined]


def read_exactly(text: str) -> dict[str, list[Any]]:
    """What an event changed, as the database writes it: numbers as texts, digit by digit."""
    found: dict[str, list[Any]] = _scan(text, 0)[0]
    return found


def type_of(item: Any, longest: int) -> dict[str, str]:
    """DataType, Length and SignificantDigits. `longest`: of the texts that the data have."""
    match item.kind:
        case "number" if isinstance(item, WholeNumber):
            limits = [len(str(abs(limit))) for limit in (item.low, item.high) if limit is not None]
            digits = max(limits) if len(limits) == 2 else WHOLE_DIGITS
            return {"DataType": "integer", "Length": str(max(digits, longest))}
        case "number" if isinstance(item, Measure):
            return {
                "DataType": "float",
                "Length": str(item.max_digits),
                "SignificantDigits": str(item.decimal_places),
            }
        case "day":
            return {"DataType": "date"}
        case "partial-day":
            return {"DataType": "partialDate"}
        case "clock":
            return {"DataType": "partialTime"}
        case "choice":
            codes = [code for code, _label in item.flatchoices] or ["yes"]
            return {"DataType": "text", "Length": str(max(longest, *map(len, codes)))}
    declared = item.max_length or item.formfield().max_length
    return {"DataType": "text", "Length": str(max(declared, longest))}
