"""How the values of each kind of item stand in the file, and how long they may be."""

import json
from typing import Any

from ecrf.exports.odm.edition.content import EditionItem


def text_of(item: EditionItem, value: Any) -> str:
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


def type_of(item: EditionItem, longest: int) -> dict[str, str]:
    """DataType, Length and SignificantDigits. `longest`: of the texts that the data have."""
    found = {"DataType": item.data_type}
    match item.data_type:
        case "integer" | "text":
            found["Length"] = str(max(item.length, longest))
        case "float":
            found |= {"Length": str(item.length), "SignificantDigits": str(item.decimals)}
    return found
