"""Texts as a transport file takes them: no control characters, at most 200 bytes a piece, never cut."""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

MOST_BYTES = 200
LONGEST_NAME = 8
_CONTROL = re.compile(r"[\x00-\x1f\x7f\u0085\u2028\u2029]+")


def plain(value: Any) -> str:
    """One line: a line break, a tab or another control character becomes a space."""
    return _CONTROL.sub(" ", str(value)).strip()


def number_text(value: Any) -> str:
    """A number without the zeros that its column adds: 12.50 is 12.5, 4.0 is 4."""
    written = f"{Decimal(str(value)):f}"
    return written.rstrip("0").rstrip(".") if "." in written else written


def pieces(text: str) -> list[str]:
    """The text in pieces of at most 200 bytes, broken at spaces where there are some."""
    found = []
    while len(text.encode()) > MOST_BYTES:
        most = len(text.encode()[:MOST_BYTES].decode(errors="ignore"))
        end = text.rfind(" ", most // 2, most + 1)
        end = most if end <= 0 else end
        found.append(text[:end].rstrip())
        text = text[end:].lstrip()
    return [*found, text]


def split_name(name: str, place: int) -> str:
    """Of the piece behind the first: AETERM1, AETERM2; eight characters at most."""
    return f"{name[: LONGEST_NAME - len(str(place))]}{place}"


def in_pieces(values: Mapping[str, Any]) -> dict[str, Any]:
    """{name: text} with the names of the further pieces behind each text that is too long for one."""
    found: dict[str, Any] = {}
    for name, value in values.items():
        if not isinstance(value, str) or len(value) <= MOST_BYTES // 4:  # a character has at most 4 bytes
            found[name] = value
            continue
        first, *more = pieces(value)
        found[name] = first
        found |= {split_name(name, place): piece for place, piece in enumerate(more, 1)}
    return found
